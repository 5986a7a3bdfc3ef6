"""google.generate (Gemini's generateContent), as Google's public API speaks it.

decode, parts, pieces            what a provider streams or answers, to canonical events
usage                            token counts, both ways
encode, contents, thinking       a canonical request to what the model takes
spelling                         a client's body in one spelling
body, glimpse                    what routing has to know of it
read, read_contents, schema      a client's body to a canonical request
say, write, answer, refuse       what a client is told
patch, clean                     a body of this dialect to a provider of this dialect, nearly as it came
signature                        thought signatures, and what others signed, as clients keep them
"""

from .answer import answer
from .clean import cleaned
from .decode import Decoder, whole
from .encode import encode
from .glimpse import glimpse
from .parts import NAME
from .patch import TERMINAL, id_rule, patched, renamed, renamed_body
from .read import read
from .refuse import error
from .write import Writer

__all__ = [
    "NAME",
    "TERMINAL",
    "Decoder",
    "Writer",
    "answer",
    "cleaned",
    "encode",
    "error",
    "glimpse",
    "id_rule",
    "patched",
    "read",
    "renamed",
    "renamed_body",
    "whole",
]

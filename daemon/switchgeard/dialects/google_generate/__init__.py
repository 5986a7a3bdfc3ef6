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

# whole paths: a relative import would, for a type checker, make a module of a function of its name
from switchgeard.dialects.google_generate.answer import answer
from switchgeard.dialects.google_generate.clean import cleaned
from switchgeard.dialects.google_generate.decode import Decoder, whole
from switchgeard.dialects.google_generate.encode import encode
from switchgeard.dialects.google_generate.glimpse import glimpse
from switchgeard.dialects.google_generate.parts import NAME
from switchgeard.dialects.google_generate.patch import TERMINAL, id_rule, patched, renamed, renamed_body
from switchgeard.dialects.google_generate.read import read
from switchgeard.dialects.google_generate.refuse import error
from switchgeard.dialects.google_generate.write import Writer

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

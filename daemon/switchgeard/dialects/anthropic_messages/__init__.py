"""anthropic.messages (the Messages API).

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, thinking         a canonical request to what the model takes
body, glimpse            what routing has to know of a client's request
read, read_messages      the request in canonical form, for a provider of another dialect
patch, clean             the same bytes towards a provider of this dialect
rename                   and back
say, write, answer       canonical events and answers to what a client is told
refuse                   errors
"""

from .answer import answer
from .clean import cleaned
from .decode import Decoder, whole
from .encode import NAME, encode
from .glimpse import glimpse
from .patch import counting, id_rule, patched
from .read import read
from .refuse import error
from .rename import renamed, renamed_body
from .write import Writer

TERMINAL = None  # `message_stop` is JSON like every other event

__all__ = [
    "NAME",
    "TERMINAL",
    "Decoder",
    "Writer",
    "answer",
    "cleaned",
    "counting",
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

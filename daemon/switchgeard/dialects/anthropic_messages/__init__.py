"""anthropic.messages (the Messages API).

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, thinking         a canonical request to what the model takes
body, glimpse            what routing has to know of a client's request
patch, rename            the same bytes towards a provider of this dialect, and back
say, write, answer       canonical events and answers to what a client is told
refuse                   errors
"""

from .answer import answer
from .decode import Decoder, whole
from .encode import NAME, encode
from .glimpse import glimpse
from .patch import counting, patched
from .refuse import error
from .rename import renamed, renamed_body
from .write import Writer

__all__ = [
    "NAME",
    "Decoder",
    "Writer",
    "answer",
    "counting",
    "encode",
    "error",
    "glimpse",
    "patched",
    "renamed",
    "renamed_body",
    "whole",
]

"""openai.responses (the Responses API), as OpenAI, Azure, xAI and local servers speak it, and Codex.

decode, items, usage             what a provider streams or answers, to canonical events
encode                           a canonical request to what the model takes
glimpse, seen, tools             what routing has to know of a client's body, and of its tools
read, read_items                 a client's body to a canonical request
write, answer, output, calls     canonical events to what the client is told, as a stream or whole
response, refuse                 the object around an answer; an error in its place
passing, clean                   a body of this dialect to a provider of this dialect, nearly as it came
"""

from .answer import answer
from .decode import Decoder, whole
from .glimpse import glimpse
from .items import NAME
from .passing import patched, renamed, renamed_body
from .refuse import error
from .write import Writer

__all__ = [
    "NAME",
    "Decoder",
    "Writer",
    "answer",
    "error",
    "glimpse",
    "patched",
    "renamed",
    "renamed_body",
    "whole",
]

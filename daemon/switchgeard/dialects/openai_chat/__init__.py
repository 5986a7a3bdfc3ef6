"""openai.chat (Chat Completions), as OpenAI and everyone who says "OpenAI-compatible" speaks it.

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, family           a canonical request to what the model's family takes
glimpse, patch, clean    a client's own body: what routing has to know of it, and passed on as it came
read, read_messages      a client's own body to a canonical request
write, answer, refuse    what a client is answered
"""

from .answer import answer
from .clean import cleaned
from .decode import Decoder, whole
from .encode import NAME, encode
from .glimpse import glimpse
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

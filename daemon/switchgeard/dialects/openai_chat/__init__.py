"""openai.chat (Chat Completions), as OpenAI and everyone who says "OpenAI-compatible" speaks it.

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, family           a canonical request to what the model's family takes
glimpse, patch, clean    a client's own body: what routing has to know of it, and passed on as it came
read, read_messages      a client's own body to a canonical request
write, answer, refuse    what a client is answered
"""

# whole paths: a relative import would, for a type checker, make a module of a function of its name
from switchgeard.dialects.openai_chat.answer import answer
from switchgeard.dialects.openai_chat.clean import cleaned
from switchgeard.dialects.openai_chat.decode import Decoder, whole
from switchgeard.dialects.openai_chat.encode import NAME, encode
from switchgeard.dialects.openai_chat.glimpse import glimpse
from switchgeard.dialects.openai_chat.patch import TERMINAL, id_rule, patched, renamed, renamed_body
from switchgeard.dialects.openai_chat.read import read
from switchgeard.dialects.openai_chat.refuse import error
from switchgeard.dialects.openai_chat.write import Writer

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

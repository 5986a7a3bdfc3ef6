"""openai.responses (the Responses API), as OpenAI, Azure, xAI and local servers speak it, and Codex.

decode, items, usage             what a provider streams or answers, to canonical events
encode                           a canonical request to what the model takes
glimpse, seen                    what routing has to know of a client's body
read, read_items                 a client's body to a canonical request
tools, shapes                    the tools of a client towards other wires, and back
write, answer, output            canonical events to what the client is told, as a stream or whole
said, calls                      the items of that: messages, reasoning, calls
response, refuse                 the object around an answer; an error in its place
patch, clean                     a body of this dialect to a provider of this dialect, nearly as it came
"""

# whole paths: a relative import would, for a type checker, make a module of a function of its name
from switchgeard.dialects.openai_responses.answer import answer
from switchgeard.dialects.openai_responses.clean import cleaned
from switchgeard.dialects.openai_responses.decode import Decoder, whole
from switchgeard.dialects.openai_responses.encode import encode
from switchgeard.dialects.openai_responses.glimpse import glimpse
from switchgeard.dialects.openai_responses.items import NAME
from switchgeard.dialects.openai_responses.patch import TERMINAL, id_rule, patched, renamed, renamed_body
from switchgeard.dialects.openai_responses.read import read
from switchgeard.dialects.openai_responses.refuse import error
from switchgeard.dialects.openai_responses.write import Writer

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

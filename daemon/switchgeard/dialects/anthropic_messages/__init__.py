"""anthropic.messages (the Messages API).

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, cache            a canonical request to what the model takes
body, glimpse            what routing has to know of a client's request
read, read_messages      the request in canonical form, for a provider of another dialect
patch, clean             the same bytes towards a provider of this dialect, and back
count                    a request to have the tokens of another counted
say, write, answer       canonical events and answers to what a client is told
refuse                   errors
"""

# whole paths: a relative import would, for a type checker, make a module of a function of its name
from switchgeard.dialects.anthropic_messages.answer import answer
from switchgeard.dialects.anthropic_messages.clean import cleaned
from switchgeard.dialects.anthropic_messages.count import counting
from switchgeard.dialects.anthropic_messages.decode import Decoder, whole
from switchgeard.dialects.anthropic_messages.encode import NAME, encode
from switchgeard.dialects.anthropic_messages.glimpse import glimpse
from switchgeard.dialects.anthropic_messages.patch import TERMINAL, id_rule, patched, renamed, renamed_body
from switchgeard.dialects.anthropic_messages.read import read
from switchgeard.dialects.anthropic_messages.refuse import error
from switchgeard.dialects.anthropic_messages.write import Writer

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

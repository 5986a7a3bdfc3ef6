"""openai.chat (Chat Completions), as OpenAI and everyone who says "OpenAI-compatible" speaks it.

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, family           a canonical request to what the model's family takes
"""

from .decode import Decoder, whole
from .encode import NAME, encode

__all__ = ["NAME", "Decoder", "encode", "whole"]

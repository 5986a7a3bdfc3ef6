"""anthropic.messages (the Messages API).

decode, blocks, usage    what a provider streams or answers, to canonical events
encode, thinking         a canonical request to what the model takes
"""

from .decode import Decoder, whole
from .encode import NAME, encode

__all__ = ["NAME", "Decoder", "encode", "whole"]

"""bedrock.converse (Amazon Bedrock's Converse API), towards a provider only: no client speaks it.

decode, usage         what Bedrock streams or answers, to canonical events
encode, transcript    a canonical request to what the model takes
cache                 where a prefix is to be kept
"""

# whole paths: a relative import would, for a type checker, make a module of a function of its name
from switchgeard.dialects.bedrock_converse.decode import Decoder, whole
from switchgeard.dialects.bedrock_converse.encode import encode
from switchgeard.dialects.bedrock_converse.transcript import NAME

__all__ = ["NAME", "Decoder", "encode", "whole"]

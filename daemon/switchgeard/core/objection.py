"""Objection: whether a provider refuses a request for what others sealed or named in its transcript.

Such a refusal is mended by asking once more without signatures and with other tool call ids. Only a
request-shaped failure counts, and only by the provider's own words. Rules for editing: a row needs a wire
form seen in the wild; a row that matches too much costs one more request, never an answer.
"""

import re

from switchgear_protocol.words import FailureKind

from .failure import Failure

_WORDS = re.compile(
    r"""
    signature .{0,40} (thinking|block|invalid)        # Anthropic: Invalid `signature` in `thinking` block
  | thinking .{0,80} (cannot\ be\ modified|must\ (start|be)|expected|signature)
  | expected\ .?thinking
  | redacted_thinking
  | thought[_ ]?signature                             # Gemini
  | encrypted[_ ]content | could\ not\ be\ (verified|decrypted)      # OpenAI Responses
  | item\ .{0,80}(reasoning|function_call).{0,80}(required|without)  # Item 'fc_..' was provided without its 'reasoning'
  | tool[_ ]?(call|use)?[_ ]?id | call_id | tool_use.{0,20}\bid\b   # Mistral, Anthropic: an id's length or alphabet
  | reasoning_content
    """,
    re.IGNORECASE | re.VERBOSE,
)


def to_transcript(failure: Failure) -> bool:
    """Whether the failure is about the transcript's signatures or ids, so that sending it plain may help."""
    return failure.kind is FailureKind.INVALID_REQUEST and _WORDS.search(failure.message) is not None

"""Objection: which refusals asking once more without signatures may mend."""

import pytest

from switchgear_protocol.words import FailureKind
from switchgeard.core.failure import Failure
from switchgeard.core.objection import to_transcript


@pytest.mark.parametrize(
    "words",
    [
        "messages.1.content.0: Invalid `signature` in `thinking` block",
        "messages.3.content.0.thinking: each thinking block must contain signature",
        "messages.1.content.0: `redacted_thinking` blocks in the latest message cannot be modified",
        "Expected `thinking` or `redacted_thinking`, but found `tool_use`",
        "The encrypted content gAAA... could not be verified.",
        "Item 'fc_123' of type 'function_call' was provided without its required 'reasoning' item: 'rs_1'",
        "Tool call id was call_abc but must be a-z, A-Z, 0-9, with a length of 9.",
        "messages.1.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
        "Function call is missing a thought_signature in functionCall parts.",
        "Corrupted thought signature.",
        "Missing reasoning_content in assistant message",
    ],
)
def test_words_about_what_others_sealed_or_named_are_an_objection(words: str) -> None:
    """As the providers say it."""
    assert to_transcript(Failure(FailureKind.INVALID_REQUEST, words))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FailureKind.INVALID_REQUEST, "max_tokens: must be at most 8192"),
        (FailureKind.INVALID_REQUEST, "tools.0.input_schema: invalid"),
        (FailureKind.CONTEXT_LENGTH, "thinking signature"),
        (FailureKind.AUTH_FAILED, "Invalid `signature` in `thinking` block"),
    ],
)
def test_any_other_refusal_is_none(kind: FailureKind, words: str) -> None:
    """One more request would be one too many."""
    assert not to_transcript(Failure(kind, words))

"""What an answer cost by its provider's own word."""

import json

import pytest

from literal.copilot_words import USAGE
from switchgear_protocol.events import UsageReport
from switchgeard.dialects.openai_chat import decode
from switchgeard.dialects.openai_chat.usage import usage

COUNTS = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}


def test_copilots_account_in_billionths_of_a_credit_becomes_dollars() -> None:
    """A credit is a cent; it stands beside the counts."""
    assert usage(COUNTS, USAGE["copilot_usage"]).cost_usd == pytest.approx(0.0125)


def test_a_whole_answer_brings_copilots_account() -> None:
    """From the wire to the event."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    events = decode.whole(json.dumps({"id": "a", "model": "m", "choices": [choice], **USAGE}).encode())
    (report,) = [event for event in events if isinstance(event, UsageReport)]
    assert report.usage.cost_usd == pytest.approx(0.0125)


@pytest.mark.parametrize("said", [None, 3, {}, {"total_nano_aiu": -1}, {"total_nano_aiu": "many"}])
def test_an_account_that_is_none_costs_nothing_known(said: object) -> None:
    """Not even zero."""
    assert usage(COUNTS, said).cost_usd is None

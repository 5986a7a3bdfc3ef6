"""Route headers: what clients and routes tell each other beside the bodies."""

from switchgear_protocol.content import Message, Usage
from switchgear_protocol.errors import error
from switchgear_protocol.messages import Answer, ServedBy
from switchgear_protocol.words import Finish
from switchgeard.dialects import openai_responses
from switchgeard.route_headers import forwarded, printable, told, waiting


def test_a_short_wait_is_told_in_seconds_and_milliseconds() -> None:
    """Rounded up: nobody comes back too early. No wait, no header."""
    assert waiting(error("exhausted", "x", retry_after_ms=1200)) == (
        ("retry-after", "2"),
        ("retry-after-ms", "1200"),
    )
    assert waiting(error("exhausted", "x", retry_after_ms=0)) == (("retry-after", "1"), ("retry-after-ms", "1"))
    assert waiting(error("exhausted", "x")) == ()


def test_a_long_wait_is_none_to_sit_out() -> None:
    """From a minute on the SDKs are told to give up."""
    waits = {wait: dict(waiting(error("exhausted", "x", retry_after_ms=wait))) for wait in (60_000, 60_001)}
    assert "x-should-retry" not in waits[60_000]
    assert waits[60_001]["x-should-retry"] == "false"


def test_a_budget_that_is_only_held_is_worth_waiting_for() -> None:
    """Its 402 is one SDKs never try again by themselves; a day's budget that is spent they should not."""
    waits = {wait: dict(waiting(error("budget", "x", retry_after_ms=wait))) for wait in (60_000, 3_600_000)}
    assert [waits[wait]["x-should-retry"] for wait in waits] == ["true", "false"]


def test_a_header_holds_no_more_than_a_line_of_ascii() -> None:
    """Whatever a model is called."""
    assert printable("x\r\nset-cookie: é\0") == "x??set-cookie: ??"


def test_only_what_belongs_to_the_words_is_forwarded() -> None:
    """With nothing in it that no server would take."""
    sent = {"openai-beta": "a\xe9", "anthropic-beta": "b", "cookie": "c", "authorization": "d"}
    assert forwarded(openai_responses, sent) == (("openai-beta", "a?"),)


def test_a_price_is_told_where_it_is_known() -> None:
    """In plain digits."""

    def answer(cost: float | None) -> Answer:
        said, by = Message("assistant", "x"), ServedBy("a", "m", "M")
        return Answer(said, Finish.STOP, Usage(), by, [], "r", cost_usd=cost)

    assert told(answer(None)) == ()
    assert told(answer(0.0000004)) == (("x-switchgear-cost-usd", "0.000000"),)
    assert told(answer(1.5)) == (("x-switchgear-cost-usd", "1.500000"),)

"""What a request asks of an offer's wire."""

import pytest

from switchgeard.core.needs import CARRIES, USES, Needs
from switchgeard.dialects.known import DIALECTS

ALL = Needs(dialect="openai.chat", uses=frozenset(USES))


def test_a_wire_carries_only_uses_there_are() -> None:
    """A code nobody knows would be carried by nobody and skipped for nothing."""
    assert all(carried <= set(USES) for carried in CARRIES.values())
    assert set(DIALECTS) <= set(CARRIES)


@pytest.mark.parametrize("wire", CARRIES)
def test_what_a_wire_cannot_say_is_beyond_it(wire: str) -> None:
    """In the order of the table; nothing is beyond the wire the client speaks itself."""
    expected = () if wire == "openai.chat" else tuple(use for use in USES if use not in CARRIES[wire])
    assert ALL.beyond(wire, "some-model") == expected


def test_a_wire_nobody_knows_carries_nothing() -> None:
    """All that is used is beyond it."""
    assert ALL.beyond("telegraph", "some-model") == tuple(USES)
    assert Needs().beyond("telegraph", "some-model") == ()


def test_a_spare_keeps_nobody_away_but_is_named() -> None:
    """Offered beside what does the work."""
    needs = Needs(dialect="openai.responses", spares=frozenset(["hosted_tools"]))
    assert needs.beyond("openai.chat", "some-model") == ()
    assert needs.spared("openai.chat", "some-model") == ("hosted_tools",)
    assert needs.spared("openai.responses", "some-model") == ()


def test_a_loss_is_named_once() -> None:
    """What is used and offered beside the client's own too is already told as used."""
    both = Needs(dialect="openai.responses", uses=frozenset(["hosted_tools"]), spares=frozenset(["hosted_tools"]))
    assert both.beyond("openai.chat", "some-model") == ("hosted_tools",)
    assert both.spared("openai.chat", "some-model") == ()


def test_what_a_model_refuses_is_lost_like_what_its_wire_cannot_say() -> None:
    """But not where the client speaks that wire itself: then the model may say so."""
    asked = Needs(dialect="anthropic.messages", uses=frozenset(["stop"]))
    assert asked.beyond("openai.chat", "gpt-4.1") == ()
    assert asked.beyond("openai.chat", "openai/gpt-5.5") == ("stop",)
    assert asked.beyond("anthropic.messages", "gpt-5.5") == ()

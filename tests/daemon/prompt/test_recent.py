"""Recent: who answered last."""

from switchgear_protocol.events import Event
from switchgear_protocol.words import Outcome
from switchgeard.prompt.recent import MOST_SESSIONS, Recent, Served


def answered(provider: str, session: str | None = None, outcome: Outcome = Outcome.COMPLETE) -> Event:
    return Event(1, 0.0, "attempt", alias="m", provider=provider, model="x", session=session, outcome=outcome)


def test_the_last_answer_counts_and_each_sessions_own() -> None:
    """Two sessions on two providers."""
    recent = Recent()
    recent.note(answered("a", "s1"))
    recent.note(answered("b", "s2"))
    assert recent.last == Served("m", "b", "x")
    assert recent.sessions == {"s1": Served("m", "a", "x"), "s2": Served("m", "b", "x")}


def test_a_long_answer_is_told_of_from_its_first_word() -> None:
    """That is when its session is assigned; minutes may pass until its end."""
    recent = Recent()
    recent.note(Event(1, 0.0, "sticky", alias="m", provider="b", model="x", session="s1", reason="assigned"))
    assert recent.sessions == {"s1": Served("m", "b", "x")}


def test_what_gave_no_answer_is_not_told_of() -> None:
    """A failure, or something that is no attempt."""
    recent = Recent()
    recent.note(answered("a", "s1", Outcome.FAILED))
    recent.note(Event(2, 0.0, "route", provider="a"))
    assert recent.last is None
    assert not recent.sessions


def test_sessions_are_bounded_and_the_stalest_goes() -> None:
    """An answer makes a session young again."""
    recent = Recent()
    for number in range(MOST_SESSIONS):
        recent.note(answered("a", f"s{number}"))
    recent.note(answered("a", "s0"))
    recent.note(answered("a", "new"))
    assert len(recent.sessions) == MOST_SESSIONS
    assert {"s0", "new"} <= set(recent.sessions)
    assert "s1" not in recent.sessions

"""One healthy offer left: every fault before commit is invisible, every fault after it is said, none is "complete"."""

import pytest

from completing import Asking, Told, World, play, world
from fake_upstream import AFTER, BEFORE, FAULTS, HEALTHY, OK, REQUEST, Fault
from switchgear_protocol.events import Finished, Restarted
from switchgear_protocol.words import Finish, Interrupt, Outcome


def told(made: World, asking: Asking | None = None) -> Told:
    """One request."""
    return play(made, [asking or Asking()]).told[0]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("healthy", range(3), ids=["healthy-1st", "healthy-2nd", "healthy-3rd"])
@pytest.mark.parametrize("fault", BEFORE, ids=repr)
def test_a_fault_before_commit_is_invisible(fault: Fault, healthy: int, stream: bool) -> None:
    """The answer is the healthy offer's, whole, and nothing of another reached the client."""
    scripts = [[fault], [fault], [fault]]
    scripts[healthy] = [OK]
    made = world(scripts)
    heard = told(made, Asking(stream=stream))
    assert heard.ends == ["complete"], heard.error and heard.error.answer
    served = next(hit for hit in made.upstream.hits if hit.fault is OK)
    assert heard.text == served.said
    assert heard.pieces() == ([served.said] if stream else [""])
    assert [row.outcome for row in made.rows].count(Outcome.COMPLETE) == 1


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("answer", HEALTHY, ids=repr)
def test_every_spelling_of_a_complete_answer_is_one(answer: Fault, stream: bool) -> None:
    """Streamed, slowly, or one JSON body."""
    made = world([[answer]])
    heard = told(made, Asking(stream=stream))
    assert heard.text == made.upstream.hits[0].said
    assert heard.answer is not None
    assert heard.answer.finish is Finish.STOP


@pytest.mark.parametrize("fault", AFTER, ids=repr)
def test_a_fault_after_commit_is_invisible_to_who_does_not_stream(fault: Fault) -> None:
    """It commits with the whole answer only."""
    made = world([[fault], [OK]])
    heard = told(made, Asking(stream=False))
    assert heard.text == made.upstream.hits[-1].said


@pytest.mark.parametrize("fault", AFTER, ids=repr)
def test_a_fault_after_commit_is_a_typed_error_by_default(fault: Fault) -> None:
    """I10: never a complete answer, never a finish event, and nobody else is asked."""
    made = world([[fault], [OK]])
    heard = told(made)
    assert (heard.ends, heard.kind) == (["error"], "interrupted")
    assert not any(isinstance(value, Finished) for value in heard.values)
    assert [hit.fault for hit in made.upstream.hits] == [fault]
    assert made.rows[0].outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize("fault", AFTER, ids=repr)
def test_a_fault_after_commit_restarts_for_who_can_take_it(fault: Fault) -> None:
    """I8: behind a mark the whole answer of one other offer."""
    made = world([[fault], [OK]])
    heard = told(made, Asking(on_interrupt=Interrupt.RESTART))
    whole = made.upstream.hits[-1].said
    assert (heard.ends, heard.text) == (["complete"], whole)
    assert heard.pieces()[-1] == whole
    assert sum(isinstance(value, Restarted) for value in heard.values) == 1


@pytest.mark.parametrize("fault", AFTER, ids=repr)
def test_a_fault_after_commit_is_continued_only_in_plain_text(fault: Fault) -> None:
    """I8: what was said, then a whole answer of another; a tool call is never spliced."""
    made = world([[fault], [OK]])
    heard = told(made, Asking(on_interrupt=Interrupt.CONTINUE))
    if "tool" in fault.name:
        assert (heard.ends, heard.kind) == (["error"], "interrupted")
        return
    before, after = heard.pieces()
    assert made.upstream.hits[0].said.startswith(before)
    assert after == made.upstream.hits[1].said
    assert heard.text == before + after


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("fault", REQUEST, ids=repr)
def test_a_request_shaped_failure_surfaces_and_touches_no_health(fault: Fault, stream: bool) -> None:
    """I19: told as what it is; nobody else is asked, and the next request begins where this one did."""
    made = world([[fault, OK], [OK]])
    heard = told(made, Asking(stream=stream))
    assert (
        heard.kind
        == {"invalid": "invalid_request", "context": "context_length", "policy": "content_policy"}[fault.name]
    )
    assert [event.type for event in made.events if event.type == "health"] == []
    assert [hit.host for hit in made.upstream.hits] == ["p0.example:443"]
    again = play(made, [Asking()])
    assert again.upstream.hits[-1].host == "p0.example:443"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("fault", [f for f in FAULTS if f.when != "request"], ids=repr)
def test_a_fault_with_nothing_left_is_an_error_that_says_why(fault: Fault, stream: bool) -> None:
    """I4: typed, with its attempts; bounded, and never complete."""
    made = world([[fault]])
    heard = told(made, Asking(stream=stream))
    assert heard.ends == ["error"]
    assert heard.kind == ("interrupted" if fault.when == "after" and stream else "exhausted")
    assert heard.error is not None
    assert heard.error.answer.data is not None
    assert len(heard.error.answer.data.attempts or []) == len(made.rows) == len(made.upstream.hits) in (1, 2)

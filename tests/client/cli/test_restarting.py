"""Commands against a daemon that is about to leave."""

from typing import Any

import pytest

from cli_runs import Run, Serve
from sample_world import ANSWER, MODELS, STATUS
from scripted_daemon import Params
from switchgear.cli import restarting
from switchgear_protocol.errors import error
from switchgear_protocol.events import Routing, TextDelta
from switchgear_protocol.messages import Models
from switchgeard.serving.instance import claim

LEAVING = error("shutting_down", "the daemon is shutting down", begun=False)
BROKEN_OFF = error("shutting_down", "the daemon stopped before this was done")
ROUTED = Routing("chosen", "a", "x", "X (via A)")


class Twice:
    """The first answer once, then the second."""

    def __init__(self, first: Any, then: Any) -> None:
        self._answers = [first, then]

    def __call__(self, params: Params) -> Any:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.mark.parametrize("first", [LEAVING, BROKEN_OFF, [ROUTED, BROKEN_OFF]])
def test_a_question_is_asked_again_where_nothing_was_shown(run: Run, serve: Serve, first: Any) -> None:
    """Refused, or broken off before its first word."""
    serve({"models/list": Models(MODELS), "completion/create": Twice(first, ANSWER)})
    told = run("ask", "opus-4.6", "why?", "--stream")
    assert (told.code, told.out) == (0, "The sky is blue.\n")


def test_an_answer_that_was_half_shown_is_not_begun_again(run: Run, serve: Serve) -> None:
    """It would stand there twice."""
    serve({"models/list": Models(MODELS), "completion/create": Twice([TextDelta("The sky"), BROKEN_OFF], ANSWER)})
    told = run("ask", "opus-4.6", "why?", "--stream")
    assert (told.code, told.out) == (3, "The sky\n")
    assert "the daemon stopped before this was done" in told.err


def test_other_commands_are_repeated_only_when_not_begun(run: Run, serve: Serve) -> None:
    """The daemon says so itself."""
    serve({"status": Twice(LEAVING, STATUS), "providers/pause": Twice(BROKEN_OFF, STATUS)})
    assert run("status").code == 0
    assert run("pause", "claude_pro").code == 3


def test_one_that_never_leaves_is_not_waited_for_without_end(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, home: Any
) -> None:
    """It is asked once more, as it is, and its refusal is the answer."""
    serve({"status": LEAVING})
    assert run("status").code == 3


def test_the_next_one_is_waited_for_while_the_old_one_is_there(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lock says so; then whoever starts daemons here starts one."""
    instance = claim(str(home))
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            instance.release()

    monkeypatch.setattr("switchgear.cli.restarting.time.sleep", sleep)
    assert restarting.next_daemon(f"{home}/s.sock") is None
    assert len(looks) == 3

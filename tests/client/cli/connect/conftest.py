"""The world of `connect`, and somebody at the terminal."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli_runs import Serve
from connect_world import OURS, World
from doors import fake_door
from switchgear.cli.connect import door as door_module


@pytest.fixture
def world(home: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The daemon answers, the door opens at a free port, no tool of this machine is in sight."""
    for variable in OURS:
        monkeypatch.delenv(variable, raising=False)
    with fake_door() as door:
        monkeypatch.setattr(door_module, "free_listen", lambda: door.listen)
        monkeypatch.setattr(door_module, "PATIENCE", 0.0)
        made = World(home, door)
        made.daemon = serve(made.answers())
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """`asked = says("y")`: somebody sits at the terminal and answers so; `asked` has the questions."""

    def saying(answer: str) -> list[str]:
        questions: list[str] = []

        def answering(question: str) -> str:
            questions.append(question)
            return answer

        monkeypatch.setattr("switchgear.cli.command.connect.asks", lambda: True)
        monkeypatch.setattr("switchgear.cli.command.connect.answer", answering)
        return questions

    return saying

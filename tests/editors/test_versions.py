"""Editors before a daemon that is older or newer than they are: its own words and its cure, and nothing broken."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from editors import emacs, neovim
from scripted_daemon import ScriptedDaemon
from switchgear_protocol.errors import error
from switchgeard import clock

Say = Callable[[], str]
"""What the user is told who wants to see the models."""
Editor = Callable[[Path, Mapping[str, str]], AbstractContextManager[tuple[Say, Say]]]
"""Connected, if it can be: what a command says, and the status line."""


@contextmanager
def in_nvim(folder: Path, env: Mapping[str, str]) -> Iterator[tuple[Say, Say]]:
    with neovim.neovim(folder, dict(env)) as editor:
        editor.lua("require('switchgear.wire').patience = 700; require('switchgear').setup()")
        editor.wait("require('switchgear.wire').connected", 1000)
        editor.wait("require('switchgear.wire').refused ~= nil", 300)

        def said() -> str:
            editor.command("messages clear")
            editor.command("Switchgear models")
            editor.wait("vim.fn.execute('messages'):find('hint: ') ~= nil")
            return editor.said()

        yield said, lambda: str(editor.lua("return require('switchgear').statusline()"))


@contextmanager
def in_emacs(folder: Path, env: Mapping[str, str]) -> Iterator[tuple[Say, Say]]:
    with emacs.emacs(folder, dict(env)) as editor:
        editor.lisp("(progn (setq said nil switchgear--patience 0.7) (switchgear-mode-line-mode 1) t)")
        editor.wait("(switchgear-connected-p)", 1)
        editor.wait("switchgear--refused", 0.3)

        def said() -> str:
            told = "(lambda (failure) (setq said failure))"
            editor.lisp("(setq said nil)")
            editor.lisp(f'(progn (switchgear--request "models/list" nil #\'ignore {told}) t)')
            editor.wait("said")
            editor.wait("nil", 0.05)  # its timers run only while it waits
            return str(editor.lisp("(json-encode said)"))

        yield said, lambda: str(editor.lisp("(switchgear-mode-line)"))


EDITORS = [
    pytest.param(in_nvim, id="nvim", marks=pytest.mark.skipif(not neovim.PRESENT, reason="no nvim on this machine")),
    pytest.param(in_emacs, id="emacs", marks=pytest.mark.skipif(not emacs.PRESENT, reason="no emacs on this machine")),
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a daemon's socket would be."""
    (tmp_path / "s").mkdir(mode=0o700)
    return tmp_path / "s" / "d.sock"


@pytest.mark.parametrize("editor", EDITORS)
def test_a_daemon_that_speaks_no_version_of_ours_is_quoted(editor: Editor, place: Path, tmp_path: Path) -> None:
    """Who is older, and the command that mends it, whatever was asked; the status line stays empty."""
    words, cure = (
        "this daemon speaks protocol 2 to 3, the client 1 to 1: the client is older",
        "pip install --upgrade x",
    )
    answers: dict[str, Any] = {"initialize": error("unsupported_version", words, hint=cure)}
    with ScriptedDaemon(place, answers) as daemon:
        with editor(tmp_path, {"SWITCHGEAR_SOCKET": str(place)}) as (said, line):
            text = _in_time(said, words)
            assert words in text
            assert cure in text
            assert line() == ""
        assert "models/list" not in [method for method, _ in daemon.requests]


@pytest.mark.parametrize("editor", EDITORS)
def test_a_daemon_that_lacks_a_method_says_so_itself(editor: Editor, place: Path, tmp_path: Path) -> None:
    """An older one, with no line for the prompt and no list of models as we ask for it."""
    nobody = error("method_not_found", "no method 'models/list'", hint="did you mean models/show?")
    snapshot = {"seq": 1, "models": [], "providers": []}
    answers: dict[str, Any] = {
        "initialize": {"protocol": 1, "range": {"min": 1, "max": 1}, "server": {"name": "switchgeard"}},
        "events/subscribe": {"subscription": "s1", "snapshot": snapshot},
        "models/list": nobody,
    }  # fmt: skip
    with ScriptedDaemon(place, answers), editor(tmp_path, {"SWITCHGEAR_SOCKET": str(place)}) as (said, line):
        text = _in_time(said, "no method")
        assert "no method 'models/list'" in text
        assert "did you mean models/show?" in text
        assert line() == ""


def _in_time(said: Say, words: str) -> str:
    """What it says once it has heard the daemon: a busy machine may have kept it from that at first."""
    limit = clock.now().boot + 30
    while words not in (text := said()) and clock.now().boot < limit:
        pass
    return text


@contextmanager
def nonsense(path: Path, words: bytes) -> Iterator[list[float]]:
    """Something that is no daemon: says this to whoever connects, and holds the line. The moments of connections."""
    held: list[socket.socket] = []
    moments: list[float] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                held.append(connection)
                moments.append(clock.now().boot)
                with suppress(OSError):  # whoever left already
                    connection.sendall(words)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield moments
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(30)
            for connection in held:
                connection.close()


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\n", b"[" * 5000 + b"\n", b"42\n"])
@pytest.mark.parametrize("editor", EDITORS)
def test_what_is_no_daemon_is_no_trouble(editor: Editor, place: Path, tmp_path: Path, words: bytes) -> None:
    """The status line is empty; a command says that nobody is there, or that nobody answers, and where to look."""
    with nonsense(place, words), editor(tmp_path, {"SWITCHGEAR_SOCKET": str(place)}) as (said, line):
        assert "switchgear status" in said()
        assert line() == ""


@pytest.mark.parametrize("editor", EDITORS)
def test_what_is_no_daemon_is_asked_ever_more_rarely(editor: Editor, place: Path, tmp_path: Path) -> None:
    """A connection alone is no sign of one: only an answer makes the next try an early one again."""
    server = nonsense(place, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with server as moments, editor(tmp_path, {"SWITCHGEAR_SOCKET": str(place)}) as (said, _):
        limit = clock.now().boot + 60
        while len(moments) < 4 and clock.now().boot < limit:
            said()
    first, *_, fourth = moments[:4]
    assert len(moments) >= 4
    assert fourth - first > 1.25  # a quarter, a half, and a whole second at least; each a quarter would be one at most

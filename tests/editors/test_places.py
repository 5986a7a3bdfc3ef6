"""Where each editor looks for the daemon: where the daemon is, and nowhere that is not the user's own."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from editors import emacs, neovim
from switchgear_protocol.paths import socket_path

HOME = "/home/ada"
LONG = "/srv/" + "x" * 120
NAMES = ("HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "SWITCHGEAR_STATE", "SWITCHGEAR_SOCKET")
Look = Callable[[Mapping[str, str]], tuple[str, str]]
"""Under these variables: the path of the socket, and why it is not talked to."""
Editor = Callable[[Path], AbstractContextManager[Look]]


@contextmanager
def in_nvim(folder: Path) -> Iterator[Look]:
    asked = "local s = require('switchgear.socket'); return { s.path(), s.refusal(s.path()) or '' }"
    with neovim.neovim(folder, {}) as editor:

        def look(env: Mapping[str, str]) -> tuple[str, str]:
            for name in NAMES:
                editor.lua("vim.env[...] = select(2, ...)", name, *([env[name]] if name in env else []))
            path, refusal = editor.lua(asked)
            return str(path), str(refusal)

        yield look


@contextmanager
def in_emacs(folder: Path) -> Iterator[Look]:
    asked = '(vector (switchgear--socket) (or (switchgear--refusal (switchgear--socket)) ""))'
    with emacs.emacs(folder, {}) as editor:

        def look(env: Mapping[str, str]) -> tuple[str, str]:
            for name in NAMES:
                value = f'"{env[name]}"' if name in env else "nil"
                editor.lisp(f'(setenv "{name}" {value})')
            path, refusal = editor.lisp(asked)
            return str(path), str(refusal)

        yield look


EDITORS = [
    pytest.param(in_nvim, id="nvim", marks=pytest.mark.skipif(not neovim.PRESENT, reason="no nvim on this machine")),
    pytest.param(in_emacs, id="emacs", marks=pytest.mark.skipif(not emacs.PRESENT, reason="no emacs on this machine")),
]
PLACES: list[dict[str, str]] = [
    {"HOME": HOME, "XDG_RUNTIME_DIR": "/run/user/7"},
    {"HOME": HOME, "XDG_RUNTIME_DIR": "/run/user/7/"},
    {"HOME": HOME, "XDG_RUNTIME_DIR": " /run/ä b "},
    {"HOME": HOME, "XDG_RUNTIME_DIR": "not/absolute"},
    {"HOME": HOME, "XDG_RUNTIME_DIR": LONG},
    {"HOME": HOME},
    {"HOME": f"{HOME}/"},
    {"HOME": HOME, "XDG_STATE_HOME": "/var/state"},
    {"HOME": HOME, "XDG_STATE_HOME": "not/absolute"},
    {"HOME": HOME, "SWITCHGEAR_STATE": "/var/own"},
    {"HOME": LONG},
    {"HOME": HOME, "XDG_RUNTIME_DIR": "/run/user/7", "SWITCHGEAR_SOCKET": "/run/own.sock"},
]


@pytest.mark.parametrize("editor", EDITORS)
def test_editor_and_daemon_meet(editor: Editor, tmp_path: Path) -> None:
    """Whatever the environment: without a runtime directory, with one that is too deep, with a place of one's own."""
    with editor(tmp_path) as look:
        found = [look(env)[0] for env in PLACES]
    assert found == [socket_path(env) for env in PLACES]


def awkward(folder: Path) -> dict[str, str]:
    """Sockets that are not to be talked to, or that cannot even be looked at -> why."""
    private, loop, file = folder / "private", folder / "loop", folder / "file"
    private.mkdir(mode=0o700)
    loop.symlink_to(loop)
    file.touch()
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(private / "foreign"))
    os.chown(private / "foreign", 65534, 65534)
    none = "no daemon runs"
    return {
        f"{private}/missing": none,
        f"{file}/s": none,
        f"{loop}/s": none,
        f"{private}/{'x' * 300}": none,
        f"{private}/foreign": f"{private}/foreign belongs to somebody else",
    }


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("editor", EDITORS)
def test_a_place_that_cannot_be_used_is_a_reason_and_no_error(editor: Editor, tmp_path: Path) -> None:
    """It is looked at while the user's own start-up file runs: an error there would cost him the rest of it."""
    places = awkward(tmp_path)
    with editor(tmp_path) as look:
        found = {path: look({"HOME": HOME, "SWITCHGEAR_SOCKET": path})[1] for path in places}
    assert found == places

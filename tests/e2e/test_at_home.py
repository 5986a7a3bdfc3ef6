"""Neovim, Emacs and bash at its prompt, at once, before one real daemon: each sees what happens when it happens, and a
daemon that is killed and started again is no reason to start any of them again."""

import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from daemon_process import Home
from editors import emacs, neovim
from editors.emacs import Emacs
from editors.neovim import Neovim
from promptly import busy
from served import served
from shell.terminal import Terminal, running
from standins.standin import Script, StandIn
from switchgear.cli.prompt_hooks import text
from switchgeard import clock

pytestmark = [
    pytest.mark.skipif(not neovim.PRESENT, reason="no nvim on this machine"),
    pytest.mark.skipif(not emacs.PRESENT, reason="no emacs on this machine"),
    pytest.mark.skipif(not all(map(shutil.which, ("bash", "tmux"))), reason="no bash or no tmux on this machine"),
]

SECOND = 1.0
PATIENCE = 60.0  # seconds for what has no limit of its own: three programs start on a busy machine
NVIM_PAGE = "table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')"


@dataclass
class Three:
    """Who looks on. Each says at which moment (epoch seconds) its line came to have a text."""

    nvim: Neovim
    emacs: Emacs
    bash: Terminal

    def in_nvim(self, part: str) -> float:
        assert self.nvim.wait(f"require('switchgear').line():find({part!r}, 1, true)", int(PATIENCE * 1000))
        return clock.now().wall

    def in_emacs(self, part: str) -> float:
        assert self.emacs.wait(f'(string-search "{part}" (switchgear-mode-line))', PATIENCE)
        return clock.now().wall

    def in_bash(self, part: str) -> float:
        limit = clock.now().boot + PATIENCE
        while part not in self.bash.enter():
            assert clock.now().boot < limit, self.bash.last()
        return clock.now().wall

    async def see(self, part: str, moments: dict[str, float] | None = None) -> None:
        """Waits until all three do."""
        found = {} if moments is None else moments

        async def note(name: str, look: Callable[[str], float]) -> None:
            found[name] = await trio.to_thread.run_sync(look, part)

        async with trio.open_nursery() as nursery:
            for name, look in (("nvim", self.in_nvim), ("emacs", self.in_emacs), ("bash", self.in_bash)):
                nursery.start_soon(note, name, look)

    def connect(self) -> None:
        """As in anybody's own start-up files; harmless twice."""
        self.nvim.lua("require('switchgear').setup({ notify = false })")
        self.emacs.lisp("(progn (switchgear-mode-line-mode 1) t)")
        self.connected()

    def connected(self) -> None:
        assert self.nvim.wait("require('switchgear.wire').connected", int(PATIENCE * 1000))
        assert self.emacs.wait("(switchgear-connected-p)", PATIENCE)


@contextmanager
def three(path: Path, runtime: Path) -> Iterator[Three]:
    """Started, each in a home of its own."""
    (path / "bashrc").write_text(f"PS1='$ '\n{text('bash', str(runtime))}")
    env = {"XDG_RUNTIME_DIR": str(runtime.parent)}
    with ExitStack() as stack:
        yield Three(
            stack.enter_context(neovim.neovim(path, env)),
            stack.enter_context(emacs.emacs(path, env)),
            stack.enter_context(running(f"bash --rcfile '{path}/bashrc' -i")),
        )


@asynccontextmanager
async def at_home(path: Path, **scripts: Script) -> AsyncIterator[tuple[Three, Home, dict[str, StandIn]]]:
    """All three before a daemon, connected, showing who would serve."""
    async with served(path, **scripts) as (place, standins):
        with three(path, place.socket.parent) as looking:
            await away(looking.connect)
            await looking.see("via A")
            yield looking, place, standins


async def away(function: Callable[..., Any], *args: Any, **words: Any) -> Any:
    """In a thread: the stand-ins of the test go on meanwhile."""
    return await trio.to_thread.run_sync(partial(function, *args, **words))


async def failover(looking: Three, place: Home, part: str) -> dict[str, float]:
    """One request that moves on: seconds from the daemon's own moment of it to each one's."""
    since = (await away(place.call, "status"))["seq"]
    moments: dict[str, float] = {}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(looking.see, part, moments)
        nursery.start_soon(away, place.ask)
    told = await away(place.call, "events/subscribe", since=since, types=["failover"])
    (event,) = told["replayed"]
    return {name: moment - event["at"] for name, moment in moments.items()}


async def test_all_three_see_a_failover_within_a_second_before_and_after_the_daemon_was_killed(tmp_path: Path) -> None:
    """Nobody is started again but the daemon; while it is away the editors' lines are empty."""
    async with at_home(tmp_path, a="quota_5h", b=["ok", "quota_5h"], c="ok") as (looking, place, _):
        first = await failover(looking, place, "via B")
        assert max(first.values()) < busy(SECOND), first
        await away(place.kill)
        assert await away(looking.nvim.wait, "require('switchgear').statusline() == ''")
        assert await away(looking.emacs.wait, '(equal (switchgear-mode-line) "")')
        await away(place.start)
        await away(looking.connected)
        await looking.see("via B")
        second = await failover(looking, place, "via C")
        assert max(second.values()) < busy(SECOND), second
        assert (await away(looking.nvim.said)).strip() == ""


async def back(looking: Three) -> tuple[str, str]:
    """When the spent offer is back, as each editor's page of the model says it."""
    page = '"*switchgear m*"'
    await away(looking.nvim.command, "Switchgear model m")
    await away(looking.emacs.lisp, '(progn (switchgear-show-model "m") t)')
    assert await away(looking.nvim.wait, f"{NVIM_PAGE}:find('back ', 1, true) ~= nil")
    assert await away(looking.emacs.wait, f'(and (get-buffer {page}) (string-search "back " (text-of {page})))')
    rows = "\n".join(await away(looking.nvim.lines)), await away(looking.emacs.text, "*switchgear m*")
    one, other = (re.findall(r"back (\d\d:\d\d)", text) for text in rows)
    assert len(one) == len(other) == 1
    return one[0], other[0]


async def test_two_editors_with_sessions_of_their_own_share_one_quota_state(tmp_path: Path) -> None:
    """What one found spent the other does not ask again, and both show when it is back."""
    async with at_home(tmp_path, a="quota_5h", b="ok") as (looking, place, standins):
        await away(looking.nvim.command, "Switchgear ask m hello")
        assert await away(looking.nvim.wait, "vim.b.switchgear_served_by ~= nil")
        await away(looking.emacs.lisp, '(progn (switchgear-ask "m" "hello") t)')
        answer = '"*switchgear answer m*"'
        told = f'(and (get-buffer {answer}) (string-search "(via B)" (text-of {answer})))'
        assert await away(looking.emacs.wait, told)
        assert (standins["a"].hits, standins["b"].hits) == (1, 2)
        rows = (await away(place.call, "usage/query", by=["session"]))["rows"]
        assert len({row["key"]["session"] for row in rows}) == 2
        await looking.see("A quota spent")
        one, other = await back(looking)
        assert one == other

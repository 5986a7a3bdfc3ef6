"""A person at a terminal: real bash in a real tmux, the real daemon beside it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from daemon_process import home
from shell.shells import needs
from shell.terminal import Terminal, running
from shell.test_hooks import DRAWN, put
from switchgear.cli.prompt_hooks import text
from world import world

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: apt-get install tmux")

SPENT = "M via B · A quota spent"

BUSY = 30.0  # seconds: the daemon takes half of one (test_keeper holds it, on a clock of its own), a busy machine more


@contextmanager
def terminal(folder: Path, runtime: Path) -> Iterator[Terminal]:
    """A bash whose prompt is the hook's line and a dollar."""
    needs("bash")
    rc = folder / "bashrc"
    rc.write_text(f"PS1='$ '\n{text('bash', str(runtime))}")
    with running(f"bash --rcfile '{rc}' -i") as made:
        yield made


async def until(seen: Terminal, prompt: str, seconds: float = BUSY) -> None:
    """Presses Enter until the prompt is this one, however wide its gaps."""
    with trio.fail_after(seconds):
        while " ".join((await trio.to_thread.run_sync(seen.enter)).split()) != prompt:
            await trio.lowlevel.checkpoint()


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return tmp_path / "run"


async def test_a_failover_is_seen_at_the_next_prompt(tmp_path: Path, runtime: Path) -> None:
    """The person presses Enter and knows who answers now, and why."""
    async with world(tmp_path, {"a": "quota", "b": "ok"}) as w, trio.open_nursery() as nursery:
        nursery.start_soon(w.daemon.prompt.run)
        with terminal(tmp_path, runtime) as seen:
            await until(seen, "M via A $")
            assert (await w.ask()).result is not None
            await until(seen, f"{SPENT} $")
            w.daemon.announce(w.daemon.at.state.resume("a", w.daemon.at.now()))
            await until(seen, "M via B $")
        nursery.cancel_scope.cancel()


def test_the_prompt_ends_with_the_daemon_and_comes_back_with_it(tmp_path: Path) -> None:
    """SIGTERM: at the next Enter. kill -9: when the line has run out, which is not waited for here but written."""
    with home(tmp_path) as here:
        here.configure('[[providers]]\nid = "a"\nkind = "ollama"\n[[models]]\nalias = "m"\n'
                       'group = [{provider = "a", model = "x"}]\n')  # fmt: skip
        runtime = here.socket.parent
        here.start()
        with terminal(tmp_path, runtime) as seen:
            trio.run(until, seen, "M via A $")
            assert here.stop() == 0
            trio.run(until, seen, "$")
            here.start()
            trio.run(until, seen, "M via A $")
            here.kill()
            line = (runtime / "prompt").read_text().partition("\t")[2]
            (runtime / "prompt").write_text(f"1000\t{line}")
            trio.run(until, seen, "$")
            here.start()
            trio.run(until, seen, "M via A $")


START = {"zsh": "ZDOTDIR='{0}/zsh' zsh -d -i", "fish": "fish --no-config -C 'source {0}/zsh/.zshrc' -i"}
BEFORE = {"zsh": "PS1='> '\n", "fish": "function fish_prompt; printf '> '; end\n"}


@pytest.mark.parametrize("shell", START)
def test_zsh_and_fish_show_it_at_the_right(shell: str, tmp_path: Path) -> None:
    """And the new line at the next prompt."""
    needs(shell)
    start = tmp_path / "zsh"
    start.mkdir()
    (start / ".zshrc").write_text(BEFORE[shell] + text(shell, str(tmp_path)))
    (start / ".zshenv").write_text("setopt no_global_rcs\n")
    put(tmp_path)
    with running(START[shell].format(tmp_path)) as seen:
        trio.run(until, seen, f"> {DRAWN}")
        put(tmp_path, "M via B", "warn")
        trio.run(until, seen, "> M via B")


async def test_tmux_shows_it_on_the_status_line(tmp_path: Path, runtime: Path) -> None:
    """Behind what was there; sourced twice, shown once."""
    conf = tmp_path / "switchgear.conf"
    conf.write_text(text("tmux", str(runtime)))
    async with world(tmp_path, {"a": "ok"}) as w, trio.open_nursery() as nursery:
        nursery.start_soon(w.daemon.prompt.run)
        with terminal(tmp_path, runtime) as seen:
            seen.tmux("set", "-g", "status-interval", "1")
            seen.tmux("source-file", str(conf))
            seen.tmux("source-file", str(conf))
            assert seen.tmux("show", "-gv", "status-right").count("@switchgear") == 1
            with running(f"TMUX= tmux -S {seen.socket} attach") as outer, trio.fail_after(30):
                while "M via A" not in await trio.to_thread.run_sync(outer.tmux, "capture-pane", "-p"):
                    await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()

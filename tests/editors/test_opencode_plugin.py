"""The OpenCode plugin: in the real OpenCode before the real daemon, and its side for OpenCode 2 under a stand-in host.

What OpenCode 2 gives a plugin is taken from its types, which the plugin is compiled against; the
program that is here takes none.
"""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
import trio

from clients.scene import ANSWER, scene
from daemon_process import Home
from editors.opencode import (
    ABSENT,
    BUILT,
    CHECK,
    PACKAGE,
    PRESENT,
    PROGRAM,
    TSC,
    UNBUILT,
    Terminal,
    environment,
    opencode,
)
from promptly import busy
from served import served
from standins.standin import Script

pytestmark = [pytest.mark.editors]
built = pytest.mark.skipif(not BUILT, reason=UNBUILT)
real = pytest.mark.skipif(not PRESENT, reason=ABSENT)

HOST = Path(__file__).parent / "opencode_host.mjs"
HOSTILE = "\x1b]0;x\x07A\u202e\u2028z"


async def away(function: Callable[..., Any], *args: Any) -> Any:
    """In a thread: the stand-ins of the test go on meanwhile."""
    return await trio.to_thread.run_sync(function, *args)


def where(place: Home) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}


@asynccontextmanager
async def using(path: Path, **scripts: Script) -> AsyncIterator[tuple[Terminal, Home]]:
    """OpenCode beside a daemon that has answered once."""
    async with served(path, **scripts) as (place, _):
        with opencode(path, where(place)) as terminal:
            await away(place.ask)
            assert await away(terminal.shows, "M via A"), await away(terminal.screen)
            yield terminal, place


@pytest.mark.parametrize("name", ["clean.ts", "protocol.ts", "socket.ts", "words.ts"])
def test_what_the_packages_for_node_share_is_the_same(name: str) -> None:
    """Each is installed by itself, so each has its copy."""
    assert (PACKAGE / "src" / name).read_text() == (PACKAGE.parent / "vscode" / "src" / name).read_text()


def written(place: Path) -> Path:
    """The plugin with the types beside it."""
    shutil.copytree(PACKAGE / "src", place / "src")
    shutil.copy(CHECK / "tsconfig.json", place)
    (place / "node_modules").symlink_to(CHECK / "node_modules")
    return place


@built
def test_it_is_what_opencode_takes(tmp_path: Path) -> None:
    """Strictly, by the types of the release it says it is for."""
    argv = ["node", str(TSC), "-p", str(written(tmp_path / "plugin")), "--noEmit"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@real
async def test_a_failover_is_on_the_screen_within_a_second(tmp_path: Path) -> None:
    """Asked by somebody else, seen here; and said once."""
    async with using(tmp_path, a=["ok", "quota_5h"], b="ok") as (terminal, place):
        await away(place.ask)
        assert await away(terminal.shows, "M via B", busy(1.0)), await away(terminal.screen)
        assert await away(terminal.shows, "left M (via A)", busy(1.0)), await away(terminal.screen)


@real
async def test_a_daemon_that_is_killed_and_started_again_is_found_again(tmp_path: Path) -> None:
    """The line is gone meanwhile, and nothing is said."""
    async with using(tmp_path, a="ok") as (terminal, place):
        await away(place.kill)
        assert await away(terminal.lacks, "M via A")
        assert "Switchgear" not in (await away(terminal.screen)).replace("old Switchgear", "")
        await away(place.start)
        await away(place.ask)
        assert await away(terminal.shows, "M via A")


@real
async def test_a_foreign_name_is_shown_and_never_acts(tmp_path: Path) -> None:
    """A title sequence and a direction override in a provider's label."""
    async with served(tmp_path, a="ok") as (place, _):
        path = tmp_path / "config.toml"
        label = HOSTILE.encode("unicode_escape").decode().replace("\\x", "\\u00")
        path.write_text(path.read_text().replace('id = "a"', f'id = "a"\nlabel = "{label}"', 1))
        await away(place.call, "config/reload")
        with opencode(tmp_path, where(place)) as terminal:
            await away(place.ask)
            assert await away(terminal.shows, "M via"), await away(terminal.screen)
            assert not {"\x1b", "\x07", "\u202e", "\u2028"} & set(await away(terminal.screen))


@real
async def test_a_session_shows_its_own_provider_and_every_variant(tmp_path: Path) -> None:
    """Asked through the door, by the session's own name; the sidebar has the rest."""
    scripts: dict[str, tuple[str, Script]] = {"a": ("anthropic.messages", "quota_5h"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path / "scene", scripts) as at:
        words = ("--model", "switchgear/m", "--prompt", "hello")
        with opencode(tmp_path / "own", where(at.place), *words, door=(at.url, at.token)) as terminal:
            for part in (ANSWER, "M via B", "● B: serves now", "○ A: the 5h window is used up"):
                assert await away(terminal.shows, part), await away(terminal.screen)


def listed(home: Path, daemon: dict[str, str]) -> str:
    """What `opencode models` says."""
    argv = [str(PROGRAM), "models", "switchgear", "--verbose"]
    env = environment(home, daemon)
    done = subprocess.run(argv, env=env, cwd=home, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@real
async def test_models_that_came_since_are_in_its_list(tmp_path: Path) -> None:
    """With the names the daemon has for them; what the config has stays."""
    async with served(tmp_path, a="ok") as (place, _):
        text = await away(listed, tmp_path, where(place))
        assert "switchgear/old" in text
        assert "switchgear/m" in text
        assert '"name": "M"' in text


@real
async def test_without_a_daemon_its_list_is_the_config(tmp_path: Path) -> None:
    """And OpenCode starts as ever."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    text = await away(listed, tmp_path, {"XDG_RUNTIME_DIR": str(run)})
    assert [line for line in text.splitlines() if line.startswith("switchgear/")] == ["switchgear/old"]


@built
async def test_for_opencode_2_names_say_who_serves(tmp_path: Path) -> None:
    """Live; and are the config's own again when the daemon is gone."""
    argv = [
        "node",
        str(TSC),
        "-p",
        str(written(tmp_path / "plugin")),
        "--module",
        "CommonJS",
        "--moduleResolution",
        "Node10",
    ]
    await away(lambda: subprocess.run(argv, capture_output=True, check=False))
    async with served(tmp_path, a=["ok", "quota_5h"], b="ok") as (place, _):
        with second(tmp_path / "plugin", where(place)) as names:
            assert await away(until, names, {"m": "M (via A)", "old": "Old"})
            for _ in range(2):
                await away(place.ask)
            assert await away(until, names, {"m": "M (via B)", "old": "Old"})
            await away(place.kill)
            assert await away(until, names, {"old": "Old"})


@contextmanager
def second(plugin: Path, daemon: dict[str, str]) -> Iterator[IO[str]]:
    """The stand-in for OpenCode 2; what it prints."""
    argv = ["node", str(HOST), str(plugin / "out" / "server.js")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=os.environ | daemon, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout
        finally:
            process.kill()


def until(lines: IO[str], names: dict[str, str]) -> bool:
    return any(json.loads(line) == names for line in lines)

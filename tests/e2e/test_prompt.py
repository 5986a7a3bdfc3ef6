"""The prompt's files, kept by the real daemon: failover, an end that leaves nothing untrue, a kill."""

import json
import os
from pathlib import Path

import trio

from daemon_process import home
from door_client import post
from switchgear.cli.prompt_hooks import SCRIPT
from switchgeard import clock
from switchgeard.prompt.keeper import VALID
from world import World, world

EVIL = 'label = "x\\u001b]0;pwned\\u0007$(touch pwned)`id`%n"'


def line(path: Path) -> tuple[float, str, str]:
    until, level, text = path.read_text().removesuffix("\n").split("\t")
    return float(until), level, text


async def shown(w: World, folder: Path, text: str, name: str = "prompt") -> None:
    """Waits for the line: half a second (test_keeper holds that), on a busy machine longer."""
    with trio.fail_after(30):
        while not (folder / name).exists() or line(folder / name)[2] != text:
            await trio.lowlevel.checkpoint()


async def test_a_failover_is_at_the_prompt(tmp_path: Path) -> None:
    """Who stands in and why, in the file of all, in that of the session, and by `prompt/show`."""
    async with world(tmp_path, {"a": "quota", "b": "ok"}) as w, trio.open_nursery() as nursery:
        nursery.start_soon(w.daemon.prompt.run)
        await shown(w, tmp_path / "run", "M via A")
        assert (await w.ask(session="s-1")).result is not None
        await shown(w, tmp_path / "run", "M via B · A quota spent")
        await shown(w, tmp_path / "run", "M via B · A quota spent", "sessions/s-1")
        told = await w.call("prompt/show", session="s-1")
        assert (told["text"], told["level"], told["session"]) == ("M via B · A quota spent", "warn", "s-1")
        assert (await w.call("prompt/show", session="other"))["session"] is None
        assert "session\ts-1\n" in (tmp_path / "run" / "names").read_text()
        nursery.cancel_scope.cancel()


async def test_claude_code_has_a_line_for_the_session_it_names(tmp_path: Path) -> None:
    """By the header it sends with every request; the status line's script finds it by the same id."""
    session = "4f1c0f9e-6e0b-4a0e-9a53-2f6c0c0f8f11"
    async with world(tmp_path, {"a": "429", "b": "ok"}, door=True) as w, trio.open_nursery() as nursery:
        nursery.start_soon(w.daemon.prompt.run)
        answer = await post(w, "anthropic.messages", {"x-claude-code-session-id": session})
        assert answer.status_code == 200
        await shown(w, tmp_path / "run", "M via B · A rate limited", f"sessions/{session}")
        told = json.dumps({"hook_event_name": "Status", "session_id": session})
        argv = ["sh", SCRIPT, str(tmp_path / "run"), "claude-code"]
        done = await trio.run_process(
            argv, stdin=told.encode(), env={**os.environ, "NO_COLOR": "1"}, capture_stdout=True
        )
        assert done.stdout.decode() == "M via B · A rate limited\n"
        nursery.cancel_scope.cancel()


async def test_a_label_full_of_escape_codes_is_harmless(tmp_path: Path) -> None:
    """From the config to the file, and over the socket."""
    async with world(tmp_path, {"a": "ok"}, model=EVIL) as w, trio.open_nursery() as nursery:
        nursery.start_soon(w.daemon.prompt.run)
        await shown(w, tmp_path / "run", "x0pwned(touch pwned)idn via A")
        assert (await w.call("prompt/show"))["text"] == "x0pwned(touch pwned)idn via A"
        nursery.cancel_scope.cancel()


def test_what_is_shown_ends_with_the_daemon(tmp_path: Path) -> None:
    """After SIGTERM there is no line; after kill -9 one that runs out; the next daemon begins anew."""
    with home(tmp_path) as here:
        here.configure('[[providers]]\nid = "a"\nkind = "ollama"\n[[models]]\nalias = "m"\n'
                       'group = [{provider = "a", model = "x"}]\n')  # fmt: skip
        prompt = here.socket.with_name("prompt")
        here.start()
        until, level, text = line(prompt)
        assert (level, text) == ("ok", "M via A")
        assert until <= clock.now().wall + VALID + 1
        assert (prompt.stat().st_mode & 0o777) == 0o600
        before = prompt.stat().st_ino
        here.kill()
        assert line(prompt)[0] <= clock.now().wall + VALID + 1
        here.start()
        assert prompt.stat().st_ino != before
        assert line(prompt)[0] >= until
        assert here.stop() == 0
        assert not prompt.exists()

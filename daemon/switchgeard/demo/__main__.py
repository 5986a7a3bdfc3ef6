"""`switchgear demo`: the main job, in front of your eyes, with nothing of yours touched.

Three stand-in providers on loopback speak the real wire formats; the real daemon and the real command
run against them in a temporary home. Ends by itself within a few seconds.
"""

import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import trio

from . import account
from .scene import QUESTION, Role, cast, environment, write_config

START_LIMIT = 15.0  # seconds for the daemon to listen
COMMAND_LIMIT = 30.0


class DemoFailed(Exception):
    """Something did not go as it should; the message says what."""


async def play(home: Path) -> None:
    roles = cast()
    async with trio.open_nursery() as stage:
        for role in roles:
            await stage.start(role.standin.serve)
        write_config(home, roles)
        env = environment(home)
        await _daemon_and_story(stage, home, env, roles)
        stage.cancel_scope.cancel()


async def _daemon_and_story(stage: trio.Nursery, home: Path, env: dict[str, str], roles: list[Role]) -> None:
    with (home / "daemon.log").open("wb") as log:
        argv = [sys.executable, "-m", "switchgeard"]
        run = partial(trio.run_process, argv, env=env, stderr=log, check=False)
        daemon: trio.Process = await stage.start(run)
        try:
            await _listening(home, daemon)
            await _story(env, roles)
        finally:
            daemon.terminate()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + 5):
                await daemon.wait()


async def _story(env: dict[str, str], roles: list[Role]) -> None:
    _intro(roles)
    print(f"$ switchgear ask opus-4.6 '{QUESTION}'\n")
    await _command(env, "ask", "--stream", "opus-4.6", QUESTION)
    events = await _events(env)
    now = (await _json(env, "rpc", "status"))["now"]
    _tell("What happened", account.attempts(events))
    _tell("What it learned", account.blocks(events, now))
    await _again(env, roles)
    print("\n$ switchgear status\n")
    await _command(env, "status")
    print("\nThat was the real daemon and the real command. Next: switchgear config edit")


async def _again(env: dict[str, str], roles: list[Role]) -> None:
    """The second question goes straight to the offer that can answer."""
    before = [role.standin.hits for role in roles]
    await _json(env, "ask", "--json", "opus-4.6", "And again?")
    hits = [role.standin.hits - hits for role, hits in zip(roles, before, strict=True)]
    lines = [
        f"  {role.label}: {count} request{'' if count == 1 else 's'}" for role, count in zip(roles, hits, strict=True)
    ]
    _tell("Asked once more, each provider saw", lines)
    if hits != [0, 0, 1]:
        raise DemoFailed(f"the limited providers should not have been asked again, but saw {hits}")


def _intro(roles: list[Role]) -> None:
    print("One model, opus-4.6, and three providers in this order:\n")
    width = max(len(role.label) for role in roles)
    for number, role in enumerate(roles, 1):
        print(f"  {number}. {role.label:<{width}}  {role.plays}")
    print()


def _tell(title: str, lines: list[str]) -> None:
    print(f"\n{title}\n" + "\n".join(lines))


async def _events(env: dict[str, str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await _output(env, "events", "--past", "--json")).splitlines()]


async def _command(env: dict[str, str], *words: str) -> None:
    sys.stdout.flush()
    argv = [sys.executable, "-m", "switchgear.cli", *words]
    with trio.fail_after(COMMAND_LIMIT):
        done = await trio.run_process(argv, env=env, check=False)
    if done.returncode:
        raise DemoFailed(f"`switchgear {words[0]}` ended with {done.returncode}")


async def _json(env: dict[str, str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await _output(env, *words))
    return found


async def _output(env: dict[str, str], *words: str) -> bytes:
    argv = [sys.executable, "-m", "switchgear.cli", *words]
    with trio.fail_after(COMMAND_LIMIT):
        done = await trio.run_process(argv, env=env, check=False, capture_stdout=True, capture_stderr=True)
    if done.returncode:
        raise DemoFailed(f"`switchgear {words[0]}` ended with {done.returncode}: {done.stderr.decode()}")
    return done.stdout


async def _listening(home: Path, daemon: trio.Process) -> None:
    """Wait for the socket file; the daemon's own words when it does not come."""
    with trio.move_on_after(START_LIMIT):
        socket = home / "run" / "switchgear" / "switchgear.sock"
        while not socket.exists() and daemon.returncode is None:  # noqa: ASYNC110 - another process makes it
            await trio.sleep(0.02)
        if daemon.returncode is None:
            return
    raise DemoFailed("the daemon did not start:\n" + (home / "daemon.log").read_text())


def main() -> int:
    code = 0
    with tempfile.TemporaryDirectory(prefix="switchgear-demo-") as home:
        try:
            trio.run(play, Path(home))
        except* DemoFailed as failed:
            print(*(f"switchgear demo: {one}" for one in failed.exceptions), sep="\n", file=sys.stderr)
            code = 1
        except* KeyboardInterrupt:
            code = 130
    return code


if __name__ == "__main__":
    sys.exit(main())

"""`switchgear demo`: the main job, in front of your eyes, with nothing of yours touched (`--day`: `day`).

Three stand-in providers on loopback speak the real wire formats; the real daemon and the real command
run against them in a temporary home. Ends by itself within a few seconds.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import trio

from . import account, day
from .running import Commands, DemoFailed
from .scene import QUESTION, Role, cast, config_of, environment, write_config

LONGEST_PLACE = 52  # bytes: a socket's path has 104 on macOS, our own names take 48 of them
START_LIMIT = 15.0  # seconds for the daemon to listen


async def play(home: Path) -> None:
    roles = cast()
    async with trio.open_nursery() as stage:
        for role in roles:
            await stage.start(role.standin.serve)
        write_config(home, config_of(roles))
        await _daemon_and_story(stage, home, Commands(environment(home)), roles)
        stage.cancel_scope.cancel()


async def _daemon_and_story(stage: trio.Nursery, home: Path, commands: Commands, roles: list[Role]) -> None:
    with (home / "daemon.log").open("wb") as log:
        argv = [sys.executable, "-m", "switchgeard"]
        run = partial(trio.run_process, argv, env=commands.env, stderr=log, check=False)
        daemon: trio.Process = await stage.start(run)
        try:
            await _listening(home, daemon)
            await _story(commands, roles)
        finally:
            daemon.terminate()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + 5):
                await daemon.wait()


async def _story(commands: Commands, roles: list[Role]) -> None:
    _intro(roles)
    print(f"$ switchgear ask opus-4.6 '{QUESTION}'\n")
    await commands.show("ask", "--stream", "opus-4.6", QUESTION)
    events = await _events(commands)
    now = (await commands.json("rpc", "status"))["now"]
    _tell("What happened", account.attempts(events))
    _tell("What it learned", account.blocks(events, now))
    await _again(commands, roles)
    print("\n$ switchgear status\n")
    await commands.show("status")
    print("\nThat was the real daemon and the real command. Next: switchgear setup")


async def _again(commands: Commands, roles: list[Role]) -> None:
    """The second question goes straight to the offer that can answer."""
    before = [role.standin.hits for role in roles]
    await commands.json("ask", "--json", "opus-4.6", "And again?")
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


async def _events(commands: Commands) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await commands.output("events", "--past", "--json")).splitlines()]


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
    story = day.play if "--day" in sys.argv[1:] else play
    with tempfile.TemporaryDirectory(prefix="sg-demo-", dir=_place()) as home:
        try:
            trio.run(story, Path(home))
        except* DemoFailed as failed:
            print(*(f"switchgear demo: {one}" for one in _each(failed)), sep="\n", file=sys.stderr)
            code = 1
        except* KeyboardInterrupt:
            code = 130
    return code


def _place() -> str | None:
    """Where its home is: the usual place, unless that leaves too few bytes for a socket's path."""
    return None if len(os.fsencode(tempfile.gettempdir())) <= LONGEST_PLACE else "/tmp"  # noqa: S108 - a directory in it


def _each(failed: BaseExceptionGroup[DemoFailed]) -> Iterator[DemoFailed]:
    """Out of all the groups they came in."""
    for one in failed.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _each(one)
        else:
            yield one


if __name__ == "__main__":
    sys.exit(main())

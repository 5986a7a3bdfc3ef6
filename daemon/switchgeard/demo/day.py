"""`switchgear demo --day`: a working day with one model, in seconds.

Four accounts of four real kinds at stand-ins on loopback, the real daemon inside this process by a clock that is turned
forward, and the real command. What a scene of the story expects is compared with what the daemon did.
"""

import os
from pathlib import Path
from typing import Any

import trio

from switchgeard import log
from switchgeard.kinds.known import KINDS

from .inside import daemon
from .paid import Paid
from .running import Commands, DemoFailed
from .scene import environment
from .story import ACCOUNTS, AFTERNOON, LABELS, MODEL, MORNING, NOON, Scene, at
from .turned import Turned, today

NOBODY = 5  # the command's exit code when nobody can serve
CALL = {"type": "tool_call", "id": "t1", "name": "rename", "arguments": "{}"}
RESULT = {"type": "tool_result", "id": "t1", "content": "renamed in 14 files"}
TOOL_LOOP: list[dict[str, Any]] = [
    {"role": "user", "content": "Rename it everywhere."},
    {"role": "assistant", "content": [CALL]},
    {"role": "user", "content": [RESULT]},
]


async def play(home: Path) -> None:
    clock = Turned(today(at("08:59")))
    paid = Paid(home / "claude", clock)
    commands = Commands(environment(home) | {"TZ": "UTC"})
    os.environ |= paid.environment() | {"TZ": "UTC"}
    with (home / "daemon.log").open("w") as written:
        log.start(stream=written, clock=clock)
        async with trio.open_nursery() as stage:
            for standin in paid.standins.values():
                await stage.start(standin.serve)
            KINDS["github-copilot"] = paid.kind()  # of this process alone: GitHub is on loopback here
            async with daemon(home, paid.config("ask"), clock):
                await Day(commands, clock, paid).tell()
            stage.cancel_scope.cancel()


class Day:
    """The story, scene by scene."""

    def __init__(self, commands: Commands, clock: Turned, paid: Paid) -> None:
        self._commands, self._clock, self._paid = commands, clock, paid

    async def tell(self) -> None:
        _intro()
        for scene in MORNING:
            await self._play(scene)
        await self._shown("ask", MODEL, MORNING[-1].asked, "--session", "editor", code=NOBODY)
        await self._shown("allow", "metered", "--for", "2h")
        print()
        for scene in NOON:
            await self._play(scene)
        await self._shown("quota")
        print()
        for scene in AFTERNOON:
            await self._play(scene)
        await self._shown("route", MODEL, "--explain")
        await self._shown("usage", "--by", "provider")
        print("\nThe providers were stand-ins on loopback; daemon and command are real, their clock turned forward.")
        print("Next: switchgear setup")

    async def _play(self, scene: Scene) -> None:
        """Ask, say who answered, compare."""
        self._turn(scene.clock)
        scene.before(self._paid)
        told = await self._ask(scene)
        tried = tuple((one["provider"], one.get("kind")) for one in told.get("attempts") or [])
        served = LABELS[tried[-1][0]] if tried and tried[-1][1] is None else "nobody"
        print(f"{scene.clock}  {scene.asked:<24}  {served:<14}  {_cost(told):>5}  {scene.why}")
        if tried != scene.tried:
            raise DemoFailed(f"at {scene.clock} the daemon should have asked {scene.tried}, but asked {tried}")

    async def _ask(self, scene: Scene) -> dict[str, Any]:
        """The result, or the data of the refusal."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": scene.asked}]
        if scene.mid_turn:
            messages = TOOL_LOOP
        params = {"model": MODEL, "session": "editor", "messages": messages}
        return await self._commands.reply("completion/create", params)

    def _turn(self, clock: str) -> None:
        self._clock.turn_to(at(clock))
        self._commands.moment = self._clock().wall

    async def _shown(self, *words: str, code: int = 0) -> None:
        """A command as a person types it, with what it prints."""
        typed = " ".join(f"'{word}'" if " " in word else word for word in words)
        print(f"\n$ switchgear {typed}")
        await self._commands.show(*words, code=code)


def _cost(told: dict[str, Any]) -> str:
    """Of the answer: nothing is billed for what is paid for."""
    return f"${cost:.2f}" if (cost := told.get("cost_usd")) else "-"


def _intro() -> None:
    print(f"One model, {MODEL}, and what you pay for, in your order:\n")
    for number, (_, label, what) in enumerate(ACCOUNTS, 1):
        print(f"  {number}. {label:<14}  {what}")
    print('\nYour config says metered = "ask": what is billed by use waits for your word.')
    print(f"Your editor says {MODEL}, all day, and nothing else.\n")

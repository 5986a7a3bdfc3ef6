"""The real command as a person runs it, against the demo's daemon.

Rules for editing: every word a demo shows of Switchgear's own comes from here, never from a copy of it. `moment`:
what the command's clock shows (epoch seconds), for a day that passes in seconds.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import trio

LIMIT = 30.0  # seconds
PLAIN = ("-m", "switchgear.cli")
TURNED = """\
import sys
from switchgear.cli import main, times
moment = float(sys.argv.pop(1))
times.wall = lambda: moment
sys.exit(main())
"""


class DemoFailed(Exception):
    """Something did not go as it should; the message says what."""


@dataclass(slots=True)
class Commands:
    """`env`: with a home of its own, and where the daemon listens."""

    env: dict[str, str]
    moment: float | None = None

    async def show(self, *words: str, code: int = 0) -> None:
        """Run it for the person who watches. Raises DemoFailed when it ends otherwise than with `code`."""
        sys.stdout.flush()
        with trio.fail_after(LIMIT):
            done = await trio.run_process(self._argv(words), env=self.env, check=False, stderr=sys.stdout)
        if done.returncode != code:
            raise DemoFailed(f"`switchgear {words[0]}` ended with {done.returncode}")

    async def json(self, *words: str) -> dict[str, Any]:
        """What it prints, as the one JSON object it is."""
        found: dict[str, Any] = json.loads(await self.output(*words))
        return found

    async def reply(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result of one method, or the error it was refused with."""
        done = await self._heard(("rpc", "--json", method, json.dumps(params)))
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        refused: dict[str, Any] | None = found.get("error")
        return refused or found

    async def output(self, *words: str) -> bytes:
        """What it prints. Raises DemoFailed, with its own words, when it fails."""
        done = await self._heard(words)
        if done.returncode:
            raise DemoFailed(f"`switchgear {words[0]}` ended with {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    async def _heard(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
        with trio.fail_after(LIMIT):
            return await trio.run_process(
                self._argv(words), env=self.env, check=False, capture_stdout=True, capture_stderr=True
            )

    def _argv(self, words: tuple[str, ...]) -> list[str]:
        how = PLAIN if self.moment is None else ("-c", TURNED, str(self.moment))
        return [sys.executable, *how, *words]

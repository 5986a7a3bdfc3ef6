"""Running the user's own program for a secret: `op read ...`, `pass show ...`, `gcloud auth ...`.

argv as the config has it, no shell, nothing on its stdin, bounded time and output. What it prints
stays in memory; what it complains about is scrubbed before anyone sees it.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import trio

from switchgeard.core.scrub import scrub

from .secret import LONGEST, Answer, Broken, answer

DEADLINE = 30.0  # seconds: time enough for a fingerprint or a PIN
DRAIN = 0.5  # seconds for the pipes after its end: an agent it left behind may hold them open


@dataclass(slots=True)
class Output:
    """What came out of one pipe, no more of it than we will ever use."""

    data: bytearray = field(default_factory=bytearray)
    done: trio.Event = field(default_factory=trio.Event)

    async def read(self, pipe: trio.abc.ReceiveStream, too_much: Callable[[], None] | None = None) -> None:
        """To the end, keeping the first bytes only; `too_much` is called when there are more."""
        async with pipe:
            async for chunk in pipe:
                self.data += chunk[: LONGEST + 1 - len(self.data)]
                if too_much and self.overflown:
                    too_much()
        self.done.set()

    @property
    def overflown(self) -> bool:
        return len(self.data) > LONGEST

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")


async def run_for_secret(argv: tuple[str, ...], environ: Mapping[str, str]) -> Answer:
    """What the program prints, as an answer."""
    where = f"command {argv[0]}"
    try:
        process = await _start(argv, environ)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its arguments cannot be passed on"
        return Broken(f"{where} cannot be run: {reason}", f"command -v {argv[0]}")
    out, complaint = Output(), Output()
    with trio.move_on_after(DEADLINE):
        await _finish(process, out, complaint)
        return _judged(where, process.returncode or 0, out, complaint)
    return Broken(f"{where} gave no answer within {DEADLINE:.0f} s", "run it yourself to see what it waits for")


async def _start(argv: tuple[str, ...], environ: Mapping[str, str]) -> trio.Process:
    return await trio.lowlevel.open_process(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environ),
        start_new_session=True,  # so that what it starts ends with it
    )


async def _finish(process: trio.Process, out: Output, complaint: Output) -> None:
    """Until it has ended; whoever leaves early takes the program and its children along."""
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(out.read, process.stdout, nursery.cancel_scope.cancel)
            nursery.start_soon(complaint.read, process.stderr)
            await process.wait()
            with trio.move_on_after(DRAIN):
                await out.done.wait()
                await complaint.done.wait()
            nursery.cancel_scope.cancel()
    finally:
        if process.returncode is None:
            await _kill(process)


async def _kill(process: trio.Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it ended by itself a moment ago
    with trio.CancelScope(shield=True):
        await process.wait()


def _judged(where: str, status: int, out: Output, complaint: Output) -> Answer:
    if out.overflown or status == 0:
        return answer(out.text, f"the output of {where}")
    end = f"signal {-status}" if status < 0 else f"exit status {status}"
    said = scrub(complaint.text)
    return Broken(f"{where} failed ({end})" + (f": {said}" if said else ""), "run it yourself to see why")

"""A program we start for one answer: what it is given, what it may print, and its end.

No shell, output bounded, in a session of its own so that what it starts ends with it. Rules for
editing: whoever leaves early (a deadline, a client that hung up) takes the program along, always;
what it printed is in no repr.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import trio

DRAIN = 0.5  # seconds for the pipes after its end: an agent it left behind may hold them open


@dataclass(slots=True)
class Output:
    """What came out of one pipe, no more than `most` bytes of it and one."""

    most: int
    data: bytearray = field(default_factory=bytearray, repr=False)
    done: trio.Event = field(default_factory=trio.Event)

    async def read(self, pipe: trio.abc.ReceiveStream, too_much: Callable[[], None] | None = None) -> None:
        """To the end, keeping the first bytes only; `too_much` is called when there are more."""
        async with pipe:
            async for chunk in pipe:
                self.data += chunk[: self.most + 1 - len(self.data)]
                if too_much and self.overflown:
                    too_much()
        self.done.set()

    @property
    def overflown(self) -> bool:
        return len(self.data) > self.most

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")


@dataclass(slots=True, frozen=True)
class Ended:
    """A program that is gone. `status` as subprocess has it: negative for a signal."""

    status: int
    out: Output
    complaint: Output

    @property
    def how(self) -> str:
        """Its end, for people: "exit status 1", "signal 9"."""
        return f"signal {-self.status}" if self.status < 0 else f"exit status {self.status}"


async def run(argv: Sequence[str], environ: Mapping[str, str], most: int, given: bytes | None = None) -> Ended:
    """Run it to its end, or until it prints more than `most` bytes; `given` is its stdin, None: nothing.

    The deadline is the caller's cancel scope. Raises OSError, and ValueError for a NUL in argv.
    """
    process = await _start(argv, environ, subprocess.DEVNULL if given is None else subprocess.PIPE)
    ended = Ended(0, Output(most), Output(most))
    await _finish(process, ended, given)
    return Ended(process.returncode or 0, ended.out, ended.complaint)


async def _start(argv: Sequence[str], environ: Mapping[str, str], stdin: int) -> trio.Process:
    return await trio.lowlevel.open_process(
        argv,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environ),
        start_new_session=True,  # so that what it starts ends with it
    )


async def _finish(process: trio.Process, ended: Ended, given: bytes | None) -> None:
    """Until it has ended; whoever leaves early takes the program and its children along."""
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ended.out.read, process.stdout, nursery.cancel_scope.cancel)
            nursery.start_soon(ended.complaint.read, process.stderr)
            if process.stdin is not None:
                nursery.start_soon(_feed, process.stdin, given or b"")
            await process.wait()
            with trio.move_on_after(DRAIN):
                await ended.out.done.wait()
                await ended.complaint.done.wait()
            nursery.cancel_scope.cancel()
    finally:
        if process.returncode is None:
            await _kill(process)


async def _feed(pipe: trio.abc.SendStream, data: bytes) -> None:
    async with pipe:
        with suppress(trio.BrokenResourceError):  # it ended without reading: its status says why
            await pipe.send_all(data)


async def _kill(process: trio.Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it ended by itself a moment ago
    with trio.CancelScope(shield=True):
        await process.wait()

"""The process: one run of Claude Code for one answer.

Rules for editing: it is waited for as a provider on the network is (`patience`). Whoever leaves early kills the whole
group at once. What it complains about is bounded and scrubbed before anyone sees it; what it prints is in no log and no
repr.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import trio

from switchgear_protocol.content import Request
from switchgear_protocol.words import FailureKind, Scope
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure, garbled
from switchgeard.core.offer import Offer
from switchgeard.core.quota import Window
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.patience import Emit, Patience

from .argv import argv, environment, told
from .lines import Lines, too_long

LINE_LIMIT = 32 * 1024 * 1024  # bytes
TOTAL_LIMIT = 128 * 1024 * 1024  # bytes of one run
COMPLAINT_LIMIT = 64 * 1024
DRAIN = 0.2  # seconds for its last complaint, and for an end by itself


@dataclass(slots=True)
class Run:
    """One answer."""

    offer: Offer
    program: str
    request: Request = field(repr=False)
    emit: Emit
    observe: Callable[[tuple[Window, ...]], None]
    now: Callable[[], Now]
    patience: Patience
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    complaint: bytearray = field(default_factory=bytearray, repr=False)

    async def run(self) -> Failure | None:
        """None when the answer is complete and every event of it has been emitted."""
        found = shutil.which(self.program, path=self.environ.get("PATH"))
        if found is None:
            return missing(self.program, "is not there")
        with self.patience.begin():
            return await self._in_a_directory(found)
        return self.patience.spent()

    async def _in_a_directory(self, found: str) -> Failure | None:
        """In an empty directory of its own: it looks around where it is started."""
        with tempfile.TemporaryDirectory(prefix="switchgear-") as empty:
            try:
                line = argv(found, self.offer.model, self.request.reasoning)
                process = await _started(line, empty, environment(self.environ))
            except ValueError as fault:
                return Failure(FailureKind.MODEL_NOT_FOUND, str(fault), Scope.OFFER)
            except OSError as fault:
                return missing(self.program, f"cannot be started: {fault.strerror}")
            try:
                return await self._answer(process)
            finally:
                await _end(process)

    async def _answer(self, process: trio.Process) -> Failure | None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        lines = Lines(self.offer)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_feed, process.stdin, told(self.request))
            nursery.start_soon(self._listen, process.stderr)
            failure = await self._heard(process.stdout, lines)
            with trio.move_on_after(DRAIN if lines.failure is None else 0.0):  # what has failed may be spending
                await process.wait()
            nursery.cancel_scope.cancel()
        if failure is not None or lines.done:
            return failure or lines.failure
        return lines.cut(self.complaint.decode(errors="replace"), f"exit status {process.returncode}")

    async def _heard(self, pipe: trio.abc.ReceiveStream, lines: Lines) -> Failure | None:
        try:
            await self._read(pipe, lines)
        except Garbled as fault:
            return garbled(str(fault))
        except UpstreamError:
            return garbled("an error object of no known kind")
        return None

    async def _read(self, pipe: trio.abc.ReceiveStream, lines: Lines) -> None:
        splitting = Splitting()
        async for chunk in pipe:
            for line in splitting.feed(bytes(chunk)):
                await self._take(line, lines)
            if lines.done:
                return

    async def _take(self, line: bytes, lines: Lines) -> None:
        events = lines.feed(line, self.now())
        if lines.windows:
            self.observe(lines.windows)
            lines.windows = ()
        await self.patience.hand_on(events, self.emit)

    async def _listen(self, pipe: trio.abc.ReceiveStream) -> None:
        async for chunk in pipe:
            self.complaint += chunk[: COMPLAINT_LIMIT - len(self.complaint)]


def missing(program: str, how: str) -> Failure:
    """There is no such program, or it cannot run."""
    hint = 'install Claude Code, or write program = "/path/to/claude": switchgear config edit'
    said = f"the program {program} {how}"
    return Failure(FailureKind.UNAVAILABLE, said, Scope.ENDPOINT, code="no_program", hint=hint)


@dataclass(slots=True)
class Splitting:
    """What comes out of a pipe, cut into lines. Raises Garbled for too long a line or too much of all."""

    rest: bytearray = field(default_factory=bytearray, repr=False)
    total: int = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        self.total += len(chunk)
        if self.total > TOTAL_LIMIT:
            raise too_long(TOTAL_LIMIT)
        searched = len(self.rest)
        self.rest += chunk
        if len(self.rest) > LINE_LIMIT:
            raise too_long(LINE_LIMIT)
        if self.rest.find(b"\n", searched) < 0:
            return []
        *lines, self.rest = self.rest.split(b"\n")
        return [bytes(line) for line in lines]


async def _started(line: tuple[str, ...], directory: str, environ: Mapping[str, str]) -> trio.Process:
    return await trio.lowlevel.open_process(
        line,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=directory,
        env=dict(environ),
        start_new_session=True,  # so that what it starts ends with it
    )


async def _feed(pipe: trio.abc.SendStream, data: bytes) -> None:
    async with pipe:
        with suppress(trio.BrokenResourceError):  # it ended without reading: what it says tells why
            await pipe.send_all(data)


async def _end(process: trio.Process) -> None:
    """Its end, and that of all it started; nothing is left to close."""
    with suppress(ProcessLookupError, PermissionError):  # it and its children ended by themselves
        os.killpg(process.pid, signal.SIGKILL)
    with trio.CancelScope(shield=True):
        await process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                await pipe.aclose()

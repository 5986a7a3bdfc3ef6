"""program: what a program is given arrives, what it prints is bounded; test_command has its deadline and its end."""

import os
import sys

import trio

from switchgeard.credentials.program import Ended, run

PATH = {"PATH": os.environ["PATH"]}


async def ended(script: str, given: bytes | None = None, most: int = 100) -> Ended:
    with trio.fail_after(20):
        return await run((sys.executable, "-S", "-c", script), PATH, most, given)


async def test_it_reads_what_it_is_given_to_the_end() -> None:
    """More than a pipe holds at once."""
    done = await ended("import sys; print(len(sys.stdin.buffer.read()))", b"x" * 1_000_000)
    assert done.out.text == "1000000\n"


async def test_without_anything_given_its_stdin_is_empty() -> None:
    """It never waits for the daemon's terminal."""
    assert (await ended("import sys; print(sys.stdin.read() == '')")).out.text == "True\n"


async def test_one_that_does_not_read_is_let_go() -> None:
    """What it was given is its own business; its status is told."""
    done = await ended("import sys; sys.exit(7)", b"x" * 1_000_000)
    assert (done.status, done.how) == (7, "exit status 7")


async def test_no_more_than_asked_for_is_kept() -> None:
    """One byte more of stdout ends it; of stderr, the rest is let go."""
    talker = "import sys; sys.stdout.write('x' * {}); sys.stderr.write('y' * {})"
    done = await ended(talker.format(100, 500))
    assert (done.status, done.out.overflown, len(done.complaint.data)) == (0, False, 101)
    done = await ended(talker.format(101, 0))
    assert (done.out.overflown, len(done.out.data)) == (True, 101)


async def test_what_it_printed_is_in_no_repr() -> None:
    """It may be a secret."""
    assert "CANARY" not in repr(await ended("import sys; print('sk-CANARY'); sys.exit('sk-CANARY')"))

"""command: the user's own program for a secret, over real processes."""

import functools
import os
import sys

import pytest
import trio

from switchgeard.credentials import command
from switchgeard.credentials.command import run_for_secret
from switchgeard.credentials.secret import LONGEST, Answer, Broken, Missing, Ready, Secret

PATH = {"PATH": os.environ["PATH"]}


async def run(script: str, *arguments: str) -> Answer:
    """A small Python program's answer."""
    return await run_for_secret((sys.executable, "-c", script, *arguments), PATH)


def broken(found: Answer) -> Broken:
    assert isinstance(found, Broken), found
    return found


async def test_what_it_prints_is_the_secret() -> None:
    """Without the line break."""
    assert await run("print('sk-1')") == Ready(Secret("sk-1"))


async def test_arguments_are_passed_as_they_are() -> None:
    """There is no shell between."""
    assert await run("import sys; print(sys.argv[1])", "$(id) 'a' ; b") == Ready(Secret("$(id) 'a' ; b"))


async def test_it_sees_the_given_environment_and_no_stdin() -> None:
    """What the daemon's environment holds for others is not handed on."""
    script = "import os, sys; print(sys.stdin.read() + ','.join(sorted(set(os.environ) - {'LC_CTYPE'})))"
    assert await run(script) == Ready(Secret("PATH"))


async def test_a_failing_program_tells_why_without_secrets() -> None:
    """Exit status and what it complained about, scrubbed; what it printed is not repeated."""
    found = broken(await run("import sys; print('sk-OUTPUT1234'); sys.exit('token sk-CANARY0123456789abcd expired')"))
    assert "exit status 1" in found.reason
    assert "expired" in found.reason
    assert "CANARY" not in repr(found)
    assert "OUTPUT" not in repr(found)


async def test_a_killed_program_tells_the_signal() -> None:
    """Such as the kernel's out-of-memory killer."""
    assert "signal 9" in broken(await run("import os; os.kill(os.getpid(), 9)")).reason


async def test_no_output_is_missing_and_several_lines_are_broken() -> None:
    """As for every source."""
    assert isinstance(await run("pass"), Missing)
    assert "line break" in broken(await run("print('a\\nb')")).reason


async def test_a_program_that_is_not_there_is_named() -> None:
    """Nothing to run, or nothing that can be run."""
    found = broken(await run_for_secret(("/nowhere/op", "read"), PATH))
    assert "/nowhere/op cannot be run" in found.reason
    assert found.hint == "command -v /nowhere/op"


async def test_an_endless_talker_is_stopped() -> None:
    """More than any credential is long is not waited for."""
    found = broken(await run("import sys\nwhile True: sys.stdout.write('x' * 65536)"))
    assert f"longer than {LONGEST}" in found.reason


async def test_a_long_complaint_does_not_block_the_answer() -> None:
    """stderr is drained, whatever its length."""
    assert await run("import sys; sys.stderr.write('x' * 2_000_000); print('sk-1')") == Ready(Secret("sk-1"))


async def test_it_and_its_children_end_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt nobody answers does not hold a request for ever, and nothing stays behind."""
    reader, writer = os.pipe()  # all of them hold the writing end: its end of file means that all are gone
    os.set_inheritable(writer, True)
    start = functools.partial(trio.lowlevel.open_process, pass_fds=[writer])
    monkeypatch.setattr(trio.lowlevel, "open_process", start)
    monkeypatch.setattr(command, "DEADLINE", 0.5)
    found = broken(await run("import subprocess; subprocess.run(['sleep', '600'], close_fds=False)"))
    assert "no answer within" in found.reason
    os.close(writer)
    with trio.fail_after(30):
        await trio.lowlevel.wait_readable(reader)
    assert os.read(reader, 1) == b""
    os.close(reader)


async def test_a_caller_that_leaves_takes_the_program_along() -> None:
    """Cancellation is not held up, and the process is gone when it returns."""
    with trio.fail_after(30), trio.move_on_after(0.3) as scope:
        await run("import time; time.sleep(600)")
    assert scope.cancelled_caught


async def test_an_agent_left_behind_does_not_delay_the_answer() -> None:
    """A child that keeps the pipe open outlives its parent; the answer is there."""
    script = "import subprocess; subprocess.Popen(['sleep', '30']); print('sk-1')"
    with trio.fail_after(20):
        assert await run(script) == Ready(Secret("sk-1"))

"""keyring_store: whatever the child does, there is an answer in time, and no child is left behind.

Scripted programs stand in for the child here; test_keyring_child has the real one.
"""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.keyring_wire import LONGEST_MESSAGE, encode
from switchgeard.credentials.secret import Answer, Broken, Locked, Missing, Ready, Secret

HANGS = "import time; time.sleep(600)"
READ = "import sys; asked = sys.stdin.buffer.read(); "


def store_of(script: str, *arguments: str, deadline: float = 30.0) -> KeyringStore:
    """A store whose child is a small Python program."""
    argv = (sys.executable, "-S", "-c", script, *arguments)
    return KeyringStore(argv=argv, deadline=deadline, patience=3 * deadline)


def saying(answer: Answer) -> str:
    return f"{READ}sys.stdout.buffer.write({encode(answer)!r})"


async def all_of(store: KeyringStore) -> list[Answer]:
    """The answers to a read, a write and a deletion."""
    return [await store.read("a"), await store.write("a", Secret("sk-CANARY-1")), await store.delete("a")]


async def test_the_childs_answer_is_the_answer() -> None:
    """Whichever of the refusals it is, word for word."""
    for answer in (Missing("none", "login"), Locked("locked", "unlock it"), Broken("broken", "mend it")):
        assert await all_of(store_of(saying(answer))) == [answer] * 3


async def test_what_was_written_is_ready_without_coming_back() -> None:
    """The child says Ready and no more; the secret is the one we have."""
    assert await store_of(saying(Ready())).write("a", Secret("sk-1")) == Ready(Secret("sk-1"))


async def test_a_read_that_brings_no_secret_is_not_ready() -> None:
    """A request without a credential must not go out; and a deletion is never Ready."""
    store = store_of(saying(Ready()))
    for found in (await store.read("a"), await store.delete("a")):
        assert isinstance(found, Broken)
        assert "no answer that makes sense" in found.reason


async def test_the_request_goes_through_the_pipe_whole() -> None:
    """Also one longer than a pipe holds."""
    secret = Secret("x" * 65_536)
    store = store_of(f"{READ}assert b'x' * 65536 in asked; sys.stdout.buffer.write({encode(Ready())!r})")
    assert await store.write("a", secret) == Ready(secret)


@pytest.mark.parametrize(
    "script",
    [
        "",  # nothing at all, without reading
        f"{READ}print('sk-CANARY-garbage')",
        f"{READ}sys.stdout.buffer.write(b'\\xff\\x00' * 100)",
        f"{READ}sys.stdout.buffer.write(asked)",
        f"{READ}print('[' * 100_000)",
    ],
)
async def test_garbage_is_an_answer_that_repeats_nothing(script: str) -> None:
    """It says how to look closer."""
    for found in await all_of(store_of(script)):
        assert isinstance(found, Broken)
        assert "no answer that makes sense" in found.reason
        assert found.hint.endswith("</dev/null")
        assert "CANARY" not in found.reason


@pytest.mark.parametrize(
    ("script", "end"),
    [
        ("import sys; sys.exit('sk-CANARY-complaint')", "exit status 1"),
        (f"{READ}raise RuntimeError(asked)", "exit status 1"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
        (f"{READ}sys.stdout.buffer.write({encode(Ready(Secret('x')))!r}); sys.exit(3)", "exit status 3"),
    ],
)
async def test_a_child_that_dies_is_broken_and_its_complaint_not_repeated(script: str, end: str) -> None:
    """What it wrote to stderr may hold what it was given."""
    for found in await all_of(store_of(script)):
        assert isinstance(found, Broken)
        assert end in found.reason
        assert "CANARY-1" not in repr(found)
        assert "CANARY-complaint" not in found.reason


async def test_a_child_that_floods_is_stopped() -> None:
    """More than the longest answer is not waited for; a long complaint is nobody's business."""
    flood = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with trio.fail_after(20):
        found = await store_of(flood).read("a")
    assert isinstance(found, Broken)
    noisy = f"{READ}sys.stderr.write('x' * {2 * LONGEST_MESSAGE}); sys.stdout.buffer.write({encode(Ready())!r})"
    assert await store_of(noisy).write("a", Secret("s")) == Ready(Secret("s"))


async def test_a_child_that_cannot_be_started_is_broken() -> None:
    """An interpreter that is gone: an upgrade while we ran."""
    found = await KeyringStore(argv=("/nowhere/python",)).read("a")
    assert isinstance(found, Broken)
    assert "cannot be asked" in found.reason


async def test_a_slow_child_is_waited_for(tmp_path: Path) -> None:
    """It answers once the test lets it: the deadline is not reached."""
    os.mkfifo(tmp_path / "gate")
    script = f"open(sys.argv[1]).read(); sys.stdout.buffer.write({encode(Missing('none', 'login'))!r})"
    store = store_of(READ + script, str(tmp_path / "gate"))
    found: list[Answer] = []

    async def ask() -> None:
        found.append(await store.read("a"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        with trio.fail_after(20):
            opening = functools.partial((tmp_path / "gate").open, "w")  # returns once the child has it open
            gate = await trio.to_thread.run_sync(opening, abandon_on_cancel=True)
        assert found == []
        gate.close()
    assert found == [Missing("none", "login")]


async def test_a_store_that_waits_for_a_prompt_is_locked_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those after it wait their turn and no longer; the child and what it started are gone."""
    reader, writer = os.pipe()  # all of them hold the writing end: its end of file means that all are gone
    os.set_inheritable(writer, True)
    started: list[object] = []
    start = functools.partial(trio.lowlevel.open_process, pass_fds=[writer])

    async def counting(*args: object, **options: object) -> trio.Process:
        started.append(args)
        return await start(*args, **options)

    monkeypatch.setattr(trio.lowlevel, "open_process", counting)
    store = store_of("import subprocess; subprocess.run(['sleep', '600'], close_fds=False)", deadline=0.5)
    found: list[Answer] = []

    async def ask() -> None:
        found.append(await store.read("a"))

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask)
    assert [type(each) for each in found] == [Locked] * 5
    assert len(started) == 1
    assert isinstance(found[0], Locked)
    assert "did not answer" in found[0].reason
    os.close(writer)
    with trio.fail_after(30):
        await trio.lowlevel.wait_readable(reader)
    assert os.read(reader, 1) == b""
    os.close(reader)


async def test_children_run_one_at_a_time(tmp_path: Path) -> None:
    """Two that read, change and write the one item would lose a credential. Each holds a lock till its end."""
    (tmp_path / "lock").touch()
    script = (
        f"{READ}import fcntl; held = open(sys.argv[1]); fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB); "
        f"sys.stdout.buffer.write({encode(Missing('none', 'login'))!r})"
    )
    store = store_of(script, str(tmp_path / "lock"))
    found: list[Answer] = []

    async def ask() -> None:
        found.append(await store.read("a"))

    async with trio.open_nursery() as nursery:
        for _ in range(6):
            nursery.start_soon(ask)
    assert found == [Missing("none", "login")] * 6


async def test_a_caller_that_leaves_takes_the_child_along_and_frees_the_turn() -> None:
    """A client that hung up holds nobody up."""
    store = store_of(HANGS)
    for _ in range(2):
        with trio.fail_after(30), trio.move_on_after(0.3) as scope:
            await store.read("a")
        assert scope.cancelled_caught


NEVER_HERE = """
import sys, trio
import switchgeard.app
from switchgeard.credentials.keyring_store import KeyringStore
found = trio.run(KeyringStore(argv=(sys.executable, "-S", "-c", "")).read, "a")
assert "makes sense" in found.reason, found
print(sorted({"keyring", "secretstorage", "jeepney", "cryptography"} & set(sys.modules)))
"""


def test_the_daemon_itself_never_loads_the_keyring_library() -> None:
    """It would hold 10 MB for good."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-P", "-c", NEVER_HERE], env=environ, capture_output=True, timeout=60)
    assert done.stderr == b""
    assert done.stdout == b"[]\n"


async def test_what_a_person_asked_for_waits_for_the_unlock_prompt() -> None:
    """A login is waited for longer than a read: somebody is typing a password meanwhile."""
    slow = "import time; time.sleep(0.6); " + saying(Ready(Secret("sk-new")))
    store = KeyringStore(argv=(sys.executable, "-S", "-c", slow), deadline=0.4, patience=60.0)
    assert isinstance(await store.read("a"), Locked)
    assert await store.write("a", Secret("sk-new")) == Ready(Secret("sk-new"))

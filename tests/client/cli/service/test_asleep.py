"""Who only looks starts nothing, though a service manager's socket would start a daemon for any connection."""

import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_runs import Run
from switchgear.cli.service import asleep as module
from switchgear.cli.service.asleep import asleep, listened

STARTS = "SWITCHGEAR_NO_AUTOSTART=0 switchgear status"  # where `home` forbids it


@pytest.fixture
def waiting(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket at the platform's place that somebody listens at; whoever connects to it is seen by `accept`."""
    monkeypatch.delenv("SWITCHGEAR_SOCKET")
    path = home / "switchgear" / "switchgear.sock"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen()
        listening.setblocking(False)
        yield listening


def lock(path: Path) -> int:
    return os.open(path.parent / "switchgear.lock", os.O_RDWR | os.O_CREAT, 0o600)


def path_of(listening: socket.socket) -> Path:
    return Path(listening.getsockname())


@pytest.mark.parametrize(
    "argv", [("version",), ("doctor", "--json"), ("stop",), ("status", "--no-start"), ("events", "--no-start")]
)
@pytest.mark.parametrize("locked", [True, False], ids=["ran before", "never ran"])
def test_nothing_is_connected_to(waiting: socket.socket, run: Run, argv: tuple[str, ...], locked: bool) -> None:
    """Not once, whether the lock of an earlier daemon lies there or none has run since the login."""
    if locked:
        os.close(lock(path_of(waiting)))
    run(*argv)
    with pytest.raises(BlockingIOError):
        waiting.accept()


def test_each_says_that_it_would_start_at_the_first_request(waiting: socket.socket, run: Run) -> None:
    """In words that name the socket; nothing has failed."""
    path = path_of(waiting)
    assert run("version").out.splitlines()[1] == "daemon not running"
    assert run("stop").out == "no daemon is running\n"
    refused = run("status", "--no-start")
    told = f"a service manager listens at {path} and starts it at the first request"
    assert (refused.code, refused.err.splitlines()[1:]) == (3, [f"  {told}", f"hint: {STARTS}"])
    found = {one["id"]: one for one in reversed(run("doctor", "--json").json["findings"])}
    assert (found["daemon"]["verdict"], found["daemon"]["evidence"]) == ("skipped", f"not running; {told}")
    assert (found["socket"]["verdict"], "listened at by a service manager" in found["socket"]["evidence"]) == (
        "ok",
        True,
    )


def test_a_daemon_that_holds_its_lock_is_awake(waiting: socket.socket) -> None:
    """Whoever started it."""
    path = path_of(waiting)
    held = lock(path)
    assert asleep(str(path), chosen=False)
    fcntl.flock(held, fcntl.LOCK_EX)
    assert not asleep(str(path), chosen=False)
    os.close(held)


def test_a_socket_from_another_machine_is_asked(waiting: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by the user, no lock beside it; with a service of his own here it may be the service's all the same."""
    path = str(path_of(waiting))
    assert not asleep(path, chosen=True)
    monkeypatch.setattr(module, "_installed", lambda: True)
    assert asleep(path, chosen=True)


def test_where_nobody_listens_the_kernel_refuses(waiting: socket.socket) -> None:
    """A socket left by a crash, none at all, no socket: a connection starts nothing, and its failure says more."""
    path = path_of(waiting)
    assert listened(str(path))
    waiting.close()
    assert not listened(str(path))
    path.unlink()
    assert not listened(str(path))
    path.write_text("")
    assert not listened(str(path))


def test_a_link_leads_to_the_same_socket(waiting: socket.socket, home: Path) -> None:
    """`/run/user` is one on some machines; the kernel knows the name it was bound by."""
    (home / "link").symlink_to(home / "switchgear")
    assert listened(str(home / "link" / "switchgear.sock"))


def test_without_the_kernels_table_a_socket_is_taken_as_listened_at(
    waiting: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS has none; on Linux it is hidden at most in a sandbox, where no service manager is asked either."""
    monkeypatch.setattr(module, "TABLE", "/nowhere/unix")
    path = str(path_of(waiting))
    assert not listened(path)
    monkeypatch.setattr("sys.platform", "darwin")
    assert listened(path)
    assert not listened(f"{path}x")

"""Tests for `switchgeard.serving.listening`."""

import os
import socket
import stat
from pathlib import Path

import pytest

from switchgear_protocol.paths import SUN_PATH_MAX, PathError
from switchgeard.serving.instance import Taken
from switchgeard.serving.listening import adopt_socket, bind_socket


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket will be; its directory does not exist yet."""
    return tmp_path / "run" / "s.sock"


def test_directory_and_socket_are_private(path: Path) -> None:
    """0700 and 0600, whatever the umask, which is put back."""
    before = os.umask(0)
    try:
        bound = bind_socket(str(path))
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    bound.remove()
    assert not path.exists()


def test_a_stale_socket_is_replaced(path: Path) -> None:
    """A killed daemon's file is no obstacle."""
    bind_socket(str(path)).sock.close()
    again = bind_socket(str(path))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    again.remove()


def test_a_socket_that_answers_is_not_stolen(path: Path) -> None:
    """Whoever listens there, lock or no lock, keeps it; its pid is named."""
    bound = bind_socket(str(path))
    with pytest.raises(Taken, match=f"pid {os.getpid()}"):
        bind_socket(str(path))
    assert bound.present()
    bound.remove()


def test_a_socket_with_a_full_backlog_is_not_stolen(path: Path) -> None:
    """Too busy to accept is not dead."""
    path.parent.mkdir(mode=0o700)
    waiting = [socket.socket(socket.AF_UNIX) for _ in range(4)]
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(path))
        busy.listen(0)
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(str(path))
        with pytest.raises(Taken):
            bind_socket(str(path))
    for client in waiting:
        client.close()


def test_a_file_in_the_way_is_not_deleted(path: Path) -> None:
    """Only a socket may be replaced."""
    path.parent.mkdir(mode=0o700)
    path.write_text("mine")
    with pytest.raises(PathError, match="it is not a socket") as caught:
        bind_socket(str(path))
    assert path.read_text() == "mine"
    assert caught.value.hint.startswith("mv ")


def test_a_path_too_long_for_a_socket_is_said_clearly(tmp_path: Path) -> None:
    """Not the kernel's "AF_UNIX path too long" but what to change."""
    with pytest.raises(PathError, match=f"may have {SUN_PATH_MAX}"):
        bind_socket(str(tmp_path / ("x" * SUN_PATH_MAX)))


def test_a_directory_that_is_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    """A swapped directory is somebody else's."""
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    path.parent.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PathError, match="symbolic link"):
        bind_socket(str(path))


def test_a_replaced_socket_file_is_left_alone(path: Path) -> None:
    """We notice, and do not unlink what is not ours."""
    bound = bind_socket(str(path))
    path.unlink()
    assert not bound.present()
    path.write_text("another's")
    assert not bound.present()
    bound.remove()
    assert path.read_text() == "another's"


def test_a_directory_without_write_permission_is_said_clearly(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own words, with the path."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("switchgeard.serving.listening._bind_private", refuse)
    with pytest.raises(PathError, match=r"cannot listen on .*Permission denied"):
        bind_socket(str(path))


# --- a socket handed over by a service manager -------------------------------------------------


def handed_over(path: Path, mode: int = 0o666) -> int:
    """The descriptor of a listening socket, as a manager with another umask makes it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
        sock.listen()
        path.chmod(mode)
        return os.dup(sock.fileno())


def test_a_socket_handed_over_is_made_private_and_outlives_us(tmp_path: Path) -> None:
    """It keeps its file: the manager listens on."""
    path = tmp_path / "run" / "s.sock"
    file = adopt_socket(handed_over(path))
    assert (file.path, file.present(), path.stat().st_mode & 0o777) == (str(path), True, 0o600)
    assert file.sock.getblocking() is False
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        file.sock.accept()[0].close()
    file.remove()
    assert path.exists()


def test_a_socket_handed_over_in_an_open_directory_is_refused(tmp_path: Path) -> None:
    """As one of our own would be."""
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(PathError, match=r"others may enter it \(mode 0755\)"):
        adopt_socket(handed_over(tmp_path / "open" / "s.sock"))


def test_a_socket_handed_over_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    """Nobody could connect; the hint is the unit's restart."""
    number = handed_over(tmp_path / "run" / "s.sock")
    (tmp_path / "run" / "s.sock").unlink()
    with pytest.raises(PathError, match="cannot use") as refused:
        adopt_socket(number)
    assert refused.value.hint == "systemctl --user restart switchgeard.socket"


@pytest.mark.parametrize(
    ("family", "kind"), [(socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_DGRAM)]
)
def test_what_does_not_listen_is_refused(family: socket.AddressFamily, kind: socket.SocketKind) -> None:
    """A unit with another ListenStream= or ListenDatagram=."""
    with socket.socket(family, kind) as sock, pytest.raises(PathError, match="no Unix stream socket that listens"):
        adopt_socket(os.dup(sock.fileno()))


def test_a_tcp_socket_is_refused() -> None:
    """The daemon's own socket is never on the network."""
    with socket.create_server(("127.0.0.1", 0)) as sock, pytest.raises(PathError, match="no Unix stream socket"):
        adopt_socket(os.dup(sock.fileno()))


def test_what_is_no_socket_is_refused() -> None:
    """A pipe where a socket was promised."""
    read, write = os.pipe()
    with pytest.raises(PathError, match="cannot use the socket handed over"):
        adopt_socket(read)
    os.close(write)

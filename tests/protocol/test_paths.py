"""Paths: the same as platformdirs says, short enough, and never in a directory others can write."""

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from switchgear_protocol import paths
from switchgear_protocol.paths import PathError

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the Linux rules")


@pytest.mark.parametrize(
    "xdg", [{}, {"XDG_CONFIG_HOME": "/x/c", "XDG_STATE_HOME": "/x/s/"}, {"XDG_CONFIG_HOME": "rel"}]
)
def test_config_and_state_are_where_platformdirs_puts_them(
    xdg: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Computed by hand for start-up time; the values must not differ."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in xdg.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", "/home/u")
    if xdg.get("XDG_CONFIG_HOME") != "rel":  # the XDG specification says: ignore what is not absolute
        assert Path(paths.config_path()) == Path(platformdirs.user_config_dir("switchgear")) / "config.toml"
    else:
        assert paths.config_path().startswith("/home/u/")
    assert Path(paths.state_dir()) == Path(platformdirs.user_state_dir("switchgear"))


def test_variables_override_each_path() -> None:
    """What the user says is taken as it is."""
    env = {"SWITCHGEAR_CONFIG": "/c.toml", "SWITCHGEAR_SOCKET": "/s.sock", "SWITCHGEAR_STATE": "/st", "HOME": "/h"}
    assert (paths.config_path(env), paths.socket_path(env), paths.state_dir(env)) == ("/c.toml", "/s.sock", "/st")


@LINUX
def test_the_socket_is_in_the_runtime_directory() -> None:
    """The name that editors' plugins know."""
    assert paths.socket_path({"XDG_RUNTIME_DIR": "/run/user/7/"}) == "/run/user/7/switchgear/switchgear.sock"


def test_the_http_socket_is_beside_the_daemons() -> None:
    """Wherever that is."""
    assert paths.http_socket_path("/run/user/7/switchgear/switchgear.sock") == "/run/user/7/switchgear/http.sock"
    assert paths.http_socket_path("/tmp/mine.sock") == "/tmp/http.sock"


def test_the_lock_is_beside_the_daemons_socket() -> None:
    """Wherever that is: the command reads what the daemon holds."""
    assert paths.lock_path("/run/user/7/switchgear/switchgear.sock") == "/run/user/7/switchgear/switchgear.lock"
    assert paths.lock_path("/tmp/mine.sock") == "/tmp/switchgear.lock"


@LINUX
def test_without_a_runtime_directory_it_is_under_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a guessable place in /tmp; /run/user/UID when it is there and private."""
    monkeypatch.setattr(paths, "_is_private", lambda path: False)
    assert paths.runtime_dir({"HOME": "/home/u"}) == "/home/u/.local/state/switchgear/run"
    monkeypatch.setattr(paths, "_is_private", lambda path: path == f"/run/user/{os.getuid()}")
    assert paths.runtime_dir({"HOME": "/home/u"}) == f"/run/user/{os.getuid()}/switchgear"


def test_a_home_comes_from_the_password_file_when_unset() -> None:
    """A daemon started by init has no HOME."""
    assert paths.config_path({}).startswith("/")


@pytest.mark.parametrize("length", range(60, 140))
def test_every_socket_path_can_be_bound(length: int) -> None:
    """Too deep a directory is replaced by a short one that is the same each time, and only its own."""
    env = {"XDG_RUNTIME_DIR": "/" + "d" * length}
    path = paths.socket_path(env)
    assert len(os.fsencode(path)) <= paths.SUN_PATH_MAX
    assert path == paths.socket_path(env)
    assert path != paths.socket_path({"XDG_RUNTIME_DIR": "/" + "e" * length})


def test_an_overlong_socket_of_the_users_own_is_an_error() -> None:
    """It is not moved behind the user's back."""
    with pytest.raises(PathError, match="may have") as caught:
        paths.socket_path({"SWITCHGEAR_SOCKET": "/" + "é" * 60})
    assert "SWITCHGEAR_SOCKET" in caught.value.hint


def test_a_private_directory_is_made_and_accepted(tmp_path: Path) -> None:
    """0700 whatever the umask, parents included; making it twice is fine."""
    wanted = str(tmp_path / "a" / "b")
    assert paths.make_private_dir(paths.make_private_dir(wanted)) == wanted
    assert Path(wanted).stat().st_mode & 0o777 == 0o700


def refused(path: Path) -> PathError:
    with pytest.raises(PathError) as caught:
        paths.make_private_dir(str(path))
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("mode", [0o701, 0o770, 0o777])
def test_a_directory_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """Its mode is named, with the command that cures it."""
    open_dir = tmp_path / "d"
    open_dir.mkdir()
    open_dir.chmod(mode)
    wrong = refused(open_dir)
    assert f"{mode:04o}" in wrong.why
    assert wrong.hint == f"chmod 700 {open_dir}"


@pytest.mark.skipif(os.getuid() != 0, reason="only root owns what the machine uses")
@pytest.mark.parametrize("path", ["/dev", "/tmp", "/usr/lib"])
def test_nobody_is_told_to_close_what_the_machine_uses(path: str) -> None:
    """`--socket /tmp/x.sock` is soon typed, and so is the hint."""
    with pytest.raises(PathError) as caught:
        paths.check_private_dir(path)
    assert caught.value.hint == f"mkdir -m 700 {path}/switchgear   (and use that)"


def test_our_own_directory_is_closed_wherever_it_is(tmp_path: Path) -> None:
    """Also a short one, right below the one for temporary files."""
    own = tmp_path / "switchgear-1-abc"
    own.mkdir()
    own.chmod(0o1777)
    assert refused(own).hint == f"chmod 700 {own}"


def test_a_symlink_or_file_is_refused(tmp_path: Path) -> None:
    """Even a link to a good directory: whoever owns the link may turn it."""
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").touch()
    assert "symbolic link" in refused(tmp_path / "link").why
    assert "not a directory" in refused(tmp_path / "file").why


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_another_users_directory_is_refused(tmp_path: Path) -> None:
    """Someone made it first, to wait for our socket."""
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 65534, 65534)
    assert "65534" in refused(theirs).why


def test_a_missing_directory_is_explained(tmp_path: Path) -> None:
    """Checking does not create."""
    with pytest.raises(PathError, match="No such file"):
        paths.check_private_dir(str(tmp_path / "none"))


def test_importing_paths_pulls_in_nothing_heavy() -> None:
    """The command pays for this import on every start."""
    code = "import sys, switchgear_protocol.paths; print(*sys.modules)"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    loaded = subprocess.run([sys.executable, "-S", "-c", code], env=env, capture_output=True, text=True, check=True)
    assert not {"msgspec", "pathlib", "hashlib", "trio", "typing"} & set(loaded.stdout.split())

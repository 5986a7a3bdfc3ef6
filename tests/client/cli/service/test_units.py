"""What is shipped and written: systemd's own judgement of it, and launchd's format."""

import json
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.failed import CommandError
from switchgear.cli.service.launchd import Launchd
from switchgear.cli.service.systemd import SERVICE, SOCKET, Systemd, command_line, quoted
from switchgear.cli.service.templates import stamped, template, untouched

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze on this machine")
HARDENED = (
    "NoNewPrivileges", "SystemCallArchitectures", "LockPersonality", "RestrictRealtime", "RestrictSUIDSGID", "UMask",
    "SystemCallFilter_module", "SystemCallFilter_mount", "SystemCallFilter_raw_io", "SystemCallFilter_reboot",
    "RestrictAddressFamilies_AF_PACKET", "RestrictAddressFamilies_OTHER",
)  # fmt: skip


def written(folder: Path, argv: list[str], kept: dict[str, str]) -> list[str]:
    """Both units in a directory, as `install` would write them."""
    paths = []
    for file in Systemd({"XDG_CONFIG_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}, argv, kept).files():
        path = Path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        paths.append(file.path)
    return paths


def analyzed(folder: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    assert ANALYZE is not None
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    return subprocess.run([ANALYZE, *argv], env=env, capture_output=True, text=True, timeout=60, check=False)


@needs_systemd
@pytest.mark.parametrize(
    "name", ["python", "a venv/python 3", "100%/py", "it's/py", 'say "hi"/py', "$HOME/py", "a\\b/py"]
)
def test_systemd_finds_nothing_wrong(tmp_path: Path, name: str) -> None:
    """Wherever the interpreter is: spaces, percent signs, quotes, dollars."""
    program = tmp_path / name
    program.parent.mkdir(exist_ok=True)
    program.symlink_to("/bin/true")
    paths = written(tmp_path, [str(program), "-P", "-m", "switchgeard"], {"PATH": "/usr/bin", "X": '50% of "$it"\\'})
    judged = analyzed(tmp_path, "verify", "--user", *paths)
    assert (judged.returncode, judged.stdout) == (0, "")
    assert [line for line in judged.stderr.splitlines() if "switchgear" in line] == []


@needs_systemd
def test_a_program_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    """So the judgement above means something."""
    paths = written(tmp_path, [str(tmp_path / "gone"), "-P"], {})
    assert "is not executable" in analyzed(tmp_path, "verify", "--user", *paths).stderr


@needs_systemd
def test_systemd_sees_every_barrier_that_takes_no_privilege(tmp_path: Path) -> None:
    """The names are those of `systemd-analyze security`."""
    service = next(path for path in written(tmp_path, ["/bin/true"], {}) if path.endswith(SERVICE))
    judged = analyzed(tmp_path, "security", "--offline=true", "--json=short", service)
    rows = {row["json_field"]: row for row in json.loads(judged.stdout)}
    assert [name for name in HARDENED if not rows[name]["set"]] == []


@needs_systemd
def test_the_drop_in_of_the_page_lifts_all_that_keeps_setgid_programs_from_their_group(tmp_path: Path) -> None:
    """docs/service.md: each barrier of seccomp implies NoNewPrivileges=, so one forgotten would keep it."""
    page = (Path(__file__).parents[4] / "docs" / "service.md").read_text()
    (drop_in,) = re.findall(r"^```ini\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    text = template(SERVICE).replace("ExecStart=switchgeard", "ExecStart=/bin/true")
    unit = tmp_path / SERVICE
    unit.write_text(f"{text}\n{drop_in}")
    judged = analyzed(tmp_path, "security", "--offline=true", "--json=short", str(unit))
    rows = {row["json_field"]: row for row in json.loads(judged.stdout)}
    assert [name for name in HARDENED if rows[name]["set"]] == ["UMask"]


def test_the_socket_is_private_and_named() -> None:
    """As the daemon looks for it."""
    text = template(SOCKET)
    for line in ("ListenStream=%t/switchgear/switchgear.sock", "SocketMode=0600", "DirectoryMode=0700"):
        assert f"\n{line}\n" in text
    assert "\nFileDescriptorName=switchgear\n" in text


def test_every_barrier_has_its_reason_above_it() -> None:
    """A flag that nobody can explain is one that nobody dares to change."""
    block = template(SERVICE).split("# What follows", 1)[1]
    assert block.count("#") >= 10
    assert "MemoryDenyWriteExecute" in block


# --- quoting -----------------------------------------------------------------------------------


def unquoted(word: str) -> str:
    """systemd's reading of one double-quoted word (systemd.syntax(7), systemd.unit(5))."""
    assert word[0] == word[-1] == '"'
    inside = re.sub(r"\\(.)", r"\1", word[1:-1])
    assert "%" not in inside.replace("%%", "")
    return inside.replace("%%", "%")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_a_quoted_word_is_read_back_as_it_was(word: str) -> None:
    """Whatever a path is made of."""
    assert unquoted(quoted(word)) == word


@pytest.mark.parametrize("word", ["a\nExecStart=/bin/evil", "a\0b", "a\rb", "a\udcffb"])
def test_what_a_unit_cannot_say_is_refused(word: str) -> None:
    """A line end would begin a line of its own."""
    with pytest.raises(CommandError, match="cannot stand in a unit"):
        command_line([word])


@pytest.mark.parametrize(
    "path", ["8080", "127.0.0.1:80", "@open", "vsock:2:1", "run/s.sock", "/s.sock\\", "/s ", "/s\nA=b"]
)
def test_the_socket_is_a_file_and_nothing_else(path: str) -> None:
    """A number would be a TCP port on every address, `@` a name that every user may call, `\\` would eat a line."""
    with pytest.raises(CommandError):
        Systemd({"XDG_RUNTIME_DIR": "/run/user/1"}, ["/bin/true"], {"SWITCHGEAR_SOCKET": path}).files()


def test_a_full_path_is_listened_on() -> None:
    """Spaces and percent signs inside it are its own."""
    socket, _ = Systemd({"XDG_RUNTIME_DIR": "/r"}, ["/bin/true"], {"SWITCHGEAR_SOCKET": "/a b/50%.sock"}).files()
    assert "\nListenStream=/a b/50%%.sock\n" in socket.text


@pytest.mark.parametrize("word", ["/a\0b", "/a\x1bb", "/a\udcffb"])
def test_what_an_agent_cannot_say_is_refused(word: str) -> None:
    """In words, as for a unit."""
    with pytest.raises(CommandError, match="cannot stand in an agent"):
        Launchd({"HOME": "/h", "XDG_RUNTIME_DIR": "/r"}, [word], {}).files()


# --- the stamp ---------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")), st.booleans())
def test_ours_is_known_until_it_is_changed(text: str, xml: bool) -> None:
    """Any change anywhere."""
    ours = stamped(f"one\ntwo\nthree\n{text}\n", xml=xml)
    assert untouched(ours) is True
    assert untouched(ours + "x") is False
    assert untouched(ours.replace("one", "One")) is False
    assert untouched(text) is None


# --- launchd -----------------------------------------------------------------------------------

KEYS = {
    "Label": str, "ProgramArguments": list, "Sockets": dict, "RunAtLoad": bool, "KeepAlive": dict, "ExitTimeOut": int,
    "ProcessType": str, "Umask": int, "StandardErrorPath": str, "EnvironmentVariables": dict,
}  # fmt: skip


@pytest.mark.parametrize("shipped", [True, False])
def test_the_agent_is_what_launchd_reads(shipped: bool) -> None:
    """launchd.plist(5): known keys of the right type, the socket 0600 under the name the daemon asks for."""
    env = {"HOME": "/Users/a & b", "XDG_RUNTIME_DIR": "/r", "XDG_STATE_HOME": "/s"}
    (file,) = Launchd(env, ["/Users/a & b/py", "-P", "-m", "switchgeard"], {"PATH": "/usr/bin"}).files()
    text = template("dev.switchgear.daemon.plist") if shipped else file.text
    agent = plistlib.loads(text.encode())
    assert {key: type(value) for key, value in agent.items()} == KEYS
    assert agent["Sockets"]["switchgear"]["SockPathMode"] == 0o600
    assert agent["Umask"] == 0o077
    if not shipped:
        assert agent["ProgramArguments"] == ["/Users/a & b/py", "-P", "-m", "switchgeard"]
        assert agent["Sockets"]["switchgear"]["SockPathName"] == "/r/switchgear/switchgear.sock"
        assert agent["EnvironmentVariables"] == {"PATH": "/usr/bin"}
        assert agent["StandardErrorPath"] == "/s/switchgear/daemon.log"
        assert untouched(text) is True

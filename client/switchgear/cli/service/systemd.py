"""The service under systemd's user manager.

Rules for editing: words of a unit go through `quoted`: in ExecStart= and Environment= a `%` is a specifier, a
quote ends a word, a backslash begins an escape, and `$` a variable unless the command begins with `:`.
"""

from __future__ import annotations

import os
import re
import socket

from switchgear.cli.failed import CommandError

from .templates import stamped, template
from .written import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "systemd"
SERVICE = "switchgeard.service"
SOCKET = "switchgeard.socket"
SYSTEMCTL = ["systemctl", "--user"]
PRIVATE = "systemd/private"  # where systemctl --user finds its manager, below the runtime directory
REFUSED = re.compile(r"""['"\\]""")  # in the path of a program, however it is quoted ("special characters")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # half letters too: bytes that are no UTF-8
LISTENED = re.compile(r"/(.*[^\\\s])?")


class Systemd:
    """`env`: the environment of the user who asks. `argv`: the daemon. `kept`: variables that go into the unit."""

    name = NAME
    where = "a user manager"

    def __init__(self, env: Mapping[str, str], argv: Sequence[str], kept: Mapping[str, str]) -> None:
        self.env = {**env, "XDG_RUNTIME_DIR": runtime_dir(env)}
        self._argv = argv
        self._kept = kept

    def files(self) -> list[File]:
        home = unit_dir(self.env)
        return [File(f"{home}/{SOCKET}", stamped(self._socket())), File(f"{home}/{SERVICE}", stamped(self._service()))]

    def _socket(self) -> str:
        chosen = self._kept.get("SWITCHGEAR_SOCKET")
        text = template(SOCKET)
        return replaced(text, "ListenStream", [listened(chosen)]) if chosen else text

    def _service(self) -> str:
        text = replaced(template(SERVICE), "ExecStart", [command_line(self._argv)])
        inside = {name: value for name, value in self._kept.items() if name != "SWITCHGEAR_SOCKET"}
        lines = "".join(f"Environment={quoted(f'{name}={value}')}\n" for name, value in inside.items())
        return text.replace("ExecReload=", f"{lines}ExecReload=", 1)

    # --- what is run ---------------------------------------------------------------------------

    def prepare(self) -> None:
        """systemd makes the socket's directory itself."""

    def installing(self, changed: bool) -> list[list[str]]:
        """After the files are there. What runs already goes on by the new ones."""
        enable = [*SYSTEMCTL, "enable", "--now", SOCKET, SERVICE]
        again = [[*SYSTEMCTL, "restart", SERVICE]] if changed and self.running() else []
        return [[*SYSTEMCTL, "daemon-reload"], enable, *again]

    def removing(self) -> list[list[str]]:
        """Before the files go."""
        return [[*SYSTEMCTL, "disable", "--now", SERVICE, SOCKET]]

    def removed(self) -> list[list[str]]:
        return [[*SYSTEMCTL, "daemon-reload"]]

    def starting(self) -> list[list[str]]:
        return [[*SYSTEMCTL, "start", SOCKET, SERVICE]]

    def stopping(self) -> list[list[str]]:
        return [[*SYSTEMCTL, "stop", SERVICE, SOCKET]]

    def restarting(self) -> list[list[str]]:
        """The socket stays: who connects meanwhile waits."""
        return [[*SYSTEMCTL, "start", SOCKET], [*SYSTEMCTL, "restart", SERVICE]]

    def logs(self, lines: int, follow: bool) -> list[str]:
        tail = ["--follow"] if follow else ["--no-pager"]
        return ["journalctl", "--user", "-u", SERVICE, "-u", SOCKET, "-n", str(lines), *tail]

    # --- what is so ----------------------------------------------------------------------------

    def answers(self) -> bool:
        return reachable(self.env)

    def running(self) -> bool:
        return self.state() in ("active", "activating", "reloading")

    def state(self) -> str:
        """systemd's own word: active, inactive, failed ..."""
        return self._shown("ActiveState") or "unknown"

    def pid(self) -> int | None:
        """The daemon that the service runs."""
        shown = self._shown("MainPID")
        return int(shown) if shown.isdecimal() and int(shown) else None

    def _shown(self, what: str) -> str:
        import subprocess

        argv = [*SYSTEMCTL, "show", "--property", what, "--value", SERVICE]
        try:
            done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.strip()


def runtime_dir(env: Mapping[str, str]) -> str:
    """Of the user manager: cron, su and bare ssh have no XDG_RUNTIME_DIR."""
    said = env.get("XDG_RUNTIME_DIR", "").strip()
    return said.rstrip("/") if said.startswith("/") else f"/run/user/{os.getuid()}"


def unit_dir(env: Mapping[str, str]) -> str:
    """Where the user's own units are."""
    base = env.get("XDG_CONFIG_HOME", "").strip()
    return f"{base.rstrip('/') if base.startswith('/') else os.path.expanduser('~/.config')}/systemd/user"


def reachable(env: Mapping[str, str]) -> bool:
    """Whether a user manager answers: in containers and on machines with another init there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(f"{runtime_dir(env)}/{PRIVATE}")
        except OSError:
            return False
    return True


def installed(env: Mapping[str, str]) -> bool:
    """Whether the service is this user's way to run the daemon here."""
    return os.path.exists(f"{unit_dir(env)}/{SOCKET}") and reachable(env)


# --- the language of units ---------------------------------------------------------------------


def command_line(argv: Sequence[str]) -> str:
    """For ExecStart=. `:` so that a `$` in a path is a `$`; `env` for a program whose path systemd would refuse."""
    through = ["/usr/bin/env"] if REFUSED.search(argv[0]) else []
    return ":" + " ".join(quoted(word) for word in [*through, *argv])


def quoted(word: str) -> str:
    """One word that systemd reads back as it is."""
    return '"' + escaped(word).replace("\\", "\\\\").replace('"', '\\"') + '"'


def listened(path: str) -> str:
    """For ListenStream=, where a number is a TCP port, `@` a name that any user may call, a backslash at the end a line
    that goes on. CommandError for what is no path of a file."""
    if not LISTENED.fullmatch(path):
        why = "the service manager would listen somewhere else"
        raise CommandError(f"{path!r} cannot be the socket", why, "choose a full path for SWITCHGEAR_SOCKET")
    return escaped(path)


def escaped(text: str) -> str:
    """No specifiers. CommandError for what no unit can say."""
    if UNPRINTABLE.search(text):
        raise CommandError(
            f"{text!r} cannot stand in a unit", "it has control characters or is no UTF-8", "choose another path"
        )
    return text.replace("%", "%%")


def replaced(text: str, key: str, values: Sequence[str]) -> str:
    """The text with the one line `key=` said anew."""
    lines = "".join(f"{key}={value}\n" for value in values)
    return re.sub(rf"^{key}=.*\n", lambda _: lines, text, count=1, flags=re.MULTILINE)

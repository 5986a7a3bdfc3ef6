"""The service as a launchd agent.

Rules for editing: never run on a Mac so far; keep to launchctl's documented subcommands (bootstrap, bootout,
kickstart, print) and to plistlib for the file.
"""

from __future__ import annotations

import os
import re
import sys

from switchgear.cli.failed import CommandError
from switchgear_protocol.paths import make_private_dir, socket_path, state_dir

from .templates import stamped, template
from .written import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "launchd"
LABEL = "dev.switchgear.daemon"
KEY = "switchgear"  # of the socket
PID = re.compile(r"^\s*pid = (\d+)$", re.MULTILINE)


class Launchd:
    """As `systemd.Systemd`."""

    name = NAME
    where = "launchd"

    def __init__(self, env: Mapping[str, str], argv: Sequence[str], kept: Mapping[str, str]) -> None:
        self.env = dict(env)
        self._argv = argv
        self._kept = kept
        self._domain = f"gui/{os.getuid()}"
        self._target = f"{self._domain}/{LABEL}"

    @property
    def path(self) -> str:
        return agent_path()

    def files(self) -> list[File]:
        return [File(self.path, stamped(self._agent(), xml=True))]

    def _agent(self) -> str:
        import plistlib

        agent = plistlib.loads(template(f"{LABEL}.plist").encode())
        agent["ProgramArguments"] = list(self._argv)
        agent["Sockets"][KEY]["SockPathName"] = self._kept.get("SWITCHGEAR_SOCKET") or socket_path(self._plain())
        agent["StandardErrorPath"] = self.log()
        agent["EnvironmentVariables"] = dict(self._kept)
        try:
            return plistlib.dumps(agent).decode()
        except ValueError:
            why = "one of them has control characters or is no UTF-8"
            raise CommandError("these paths cannot stand in an agent", why, "choose another path") from None

    def _plain(self) -> dict[str, str]:
        return {name: value for name, value in self.env.items() if name != "SWITCHGEAR_SOCKET"}

    def log(self) -> str:
        return f"{state_dir(self.env)}/daemon.log"

    # --- what is run ---------------------------------------------------------------------------

    def prepare(self) -> None:
        """launchd binds sockets and opens logs only in directories that are there."""
        for folder in (os.path.dirname(socket_path(self._plain())), os.path.dirname(self.log())):
            make_private_dir(folder)

    def installing(self, changed: bool) -> list[list[str]]:
        """launchd reads the file only when it bootstraps it."""
        if not self._loaded():
            return [self._bootstrap()]
        return [self._bootout(), self._bootstrap()] if changed else []

    def removing(self) -> list[list[str]]:
        return self.stopping()

    def removed(self) -> list[list[str]]:
        return []

    def starting(self) -> list[list[str]]:
        return [["launchctl", "kickstart", self._target] if self._loaded() else self._bootstrap()]

    def stopping(self) -> list[list[str]]:
        """The socket goes too, so nothing starts it again."""
        return [self._bootout()] if self._loaded() else []

    def restarting(self) -> list[list[str]]:
        """`-k`: what runs is told to end first."""
        return [["launchctl", "kickstart", "-k", self._target] if self._loaded() else self._bootstrap()]

    def logs(self, lines: int, follow: bool) -> list[str]:
        return ["tail", "-n", str(lines), *(["-F"] if follow else []), self.log()]

    def _bootout(self) -> list[str]:
        return ["launchctl", "bootout", self._target]

    def _bootstrap(self) -> list[str]:
        return ["launchctl", "bootstrap", self._domain, self.path]

    # --- what is so ----------------------------------------------------------------------------

    def answers(self) -> bool:
        import shutil

        return shutil.which("launchctl", path=self.env.get("PATH")) is not None

    def running(self) -> bool:
        return self.pid() is not None

    def state(self) -> str:
        """active, inactive (launchd listens for it), or absent."""
        shown = self._printed()
        if shown is None:
            return "absent"
        return "active" if PID.search(shown) else "inactive"

    def _loaded(self) -> bool:
        return self._printed() is not None

    def pid(self) -> int | None:
        found = PID.search(self._printed() or "")
        return int(found[1]) if found else None

    def _printed(self) -> str | None:
        import subprocess

        argv = ["launchctl", "print", self._target]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None


def installed(env: Mapping[str, str]) -> bool:
    """Whether the service is this user's way to run the daemon here."""
    return sys.platform == "darwin" and os.path.exists(agent_path())


def agent_path() -> str:
    """Where the user's own agents are."""
    return os.path.expanduser(f"~/Library/LaunchAgents/{LABEL}.plist")

"""A user manager that only writes down what it is told: `systemctl` and `journalctl` on PATH, its socket in place."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPT = """\
#!/bin/sh
echo "$(basename "$0") $*" >> {log}
case "$*" in
  *ActiveState*) cat {folder}/state 2>/dev/null || echo inactive ;;
  *MainPID*) cat {folder}/pid 2>/dev/null || echo 0 ;;
  *) if [ -e {folder}/failing ]; then cat {folder}/failing >&2; exit 1; fi ;;
esac
"""


class FakeSystemctl:
    """`said()`: each command line since the last look, without the questions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self._log = folder / "log"
        self.bin.mkdir()
        for name in ("systemctl", "journalctl"):
            script = self.bin / name
            script.write_text(SCRIPT.format(log=self._log, folder=folder))
            script.chmod(0o755)

    def said(self) -> list[str]:
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return [line for line in lines if " show " not in line]

    def runs(self, pid: int | None) -> None:
        """What it says of the service from now on."""
        (self.folder / "state").write_text("active\n" if pid else "inactive\n")
        (self.folder / "pid").write_text(f"{pid or 0}\n")

    def fails(self, words: str) -> None:
        (self.folder / "failing").write_text(words)


@contextmanager
def user_manager(runtime: Path, folder: Path) -> Iterator[FakeSystemctl]:
    """One that answers below this runtime directory; put `.bin` on PATH."""
    (runtime / "systemd").mkdir()
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as private:
        private.bind(os.fspath(runtime / "systemd" / "private"))
        private.listen()
        yield FakeSystemctl(folder)

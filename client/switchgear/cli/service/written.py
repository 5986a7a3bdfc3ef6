"""Files wanted against files there.

Rules for editing: `state` looks, `refuse_changed` decides for both install and uninstall; only `steps` writes.
"""

from __future__ import annotations

from switchgear.cli.failed import CommandError

from .templates import untouched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SAME, OLD, ABSENT, EDITED, FOREIGN = "same", "old", "absent", "edited", "foreign"
CHANGED = {EDITED: "somebody changed it since it was written", FOREIGN: "`switchgear service install` did not write it"}


class File:
    """What should stand at a path."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    def state(self) -> str:
        """SAME (as wanted), OLD (ours, with other contents), ABSENT, EDITED (ours, then changed) or FOREIGN."""
        try:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                there = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        if there == self.text:
            return SAME
        return {True: OLD, False: EDITED, None: FOREIGN}[untouched(there)]


def refuse_changed(files: Sequence[File], command: str) -> None:
    """CommandError when a file holds somebody's own work."""
    for file in files:
        state = file.state()
        if state in CHANGED:
            hint = f"switchgear service {command} --force   (keeps it as {file.path}.old)"
            raise CommandError(f"{file.path} is not as we wrote it", CHANGED[state], hint, kind="edited")

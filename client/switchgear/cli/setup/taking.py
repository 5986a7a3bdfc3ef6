"""Taking: findings become providers, their keys go to the keyring. Cut short, the config is as it was before.

Rules for editing: what is written is undone in reverse when anything fails or the user leaves.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import Any

from switchgear.cli.failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from switchgear.cli.invocation import Invocation

    from .finding import Finding


@contextmanager
def all_or_nothing(invocation: Invocation, path: str) -> Iterator[list[str]]:
    """While the block runs, what it writes can be taken back: the config's text, and the keys of the listed ids."""
    before = _text(path)
    stored: list[str] = []
    try:
        yield stored
    except BaseException:
        _take_back(invocation, path, before, stored)
        raise


def _take_back(invocation: Invocation, path: str, before: bytes | None, stored: list[str]) -> None:
    """A second Ctrl-C does not leave half of it behind."""
    changed = bool(stored) or _text(path) != before
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for name in reversed(stored):
            with suppress(CommandError):
                invocation.call("credentials/delete", provider=name)
        if changed:
            _in_force_again(invocation, path, before)
    finally:
        signal.signal(signal.SIGINT, heard)
    invocation.note("\neverything is as it was" if changed else "\nnothing was changed")


def take(invocation: Invocation, finding: Finding, secret: str | None, stored: list[str]) -> dict[str, Any]:
    """The provider as it stands in the config now."""
    view = invocation.call(
        "providers/add",
        id=finding.id,
        kind=finding.kind,
        label=finding.label,
        base_url=finding.base_url,
        credential=finding.credential,
    )
    if secret is not None:
        stored.append(finding.id)
        invocation.call("credentials/set", provider=finding.id, secret=secret)
    return view


def _text(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _in_force_again(invocation: Invocation, path: str, before: bytes | None) -> None:
    """Where there was no file an empty one is put in force first: the daemon takes a vanished one for an accident."""
    _write(path, before or b"")
    with suppress(CommandError):
        invocation.call("config/reload")
    if before is None:
        with suppress(OSError):
            os.unlink(path)


def _write(path: str, data: bytes) -> None:
    if _text(path) == data:
        return
    path = os.path.realpath(path)  # a link stays one
    new = f"{path}.before-setup"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    os.replace(new, path)

"""Taking: findings become providers, their keys go to the keyring. Cut short, the config is as it was before.

Rules for editing: what is written is undone in reverse when anything fails or the user leaves.
"""

from __future__ import annotations

import os
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
        for name in reversed(stored):
            with suppress(CommandError):
                invocation.call("credentials/delete", provider=name)
        _put_back(path, before)
        with suppress(CommandError):
            invocation.call("config/reload")
        raise


def take(invocation: Invocation, finding: Finding, stored: list[str]) -> dict[str, Any]:
    """The provider as it stands in the config now."""
    view = invocation.call(
        "providers/add",
        id=finding.id,
        kind=finding.kind,
        label=finding.label,
        base_url=finding.base_url,
        credential=finding.credential,
    )
    if finding.read is not None:
        stored.append(finding.id)
        invocation.call("credentials/set", provider=finding.id, secret=finding.read().strip())
    return view


def _text(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _put_back(path: str, before: bytes | None) -> None:
    if _text(path) == before:
        return
    if before is None:
        with suppress(OSError):
            os.unlink(path)
        return
    new = f"{path}.before-setup"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(before)
    os.replace(new, path)

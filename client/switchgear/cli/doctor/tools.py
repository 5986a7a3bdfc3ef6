"""Tools: what `connect` wrote for them, as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from switchgear.cli.connect import files, record
from switchgear.cli.connect.piece import NotOurs, Unreadable
from switchgear.cli.connect.plan import reverted
from switchgear.cli.failed import CommandError

from .finding import Finding, fail, ok, skipped, warn

Tokens = Callable[[], "set[str] | None"]
"""The names of the door's tokens; None where no daemon can say."""


def tools(tokens: Tokens) -> Iterable[Finding]:
    names = record.names()
    if not names:
        yield skipped("tool", "none is connected", "switchgear connect")
        return
    valid = tokens()
    for name in names:
        yield _tool(name, valid)


def _tool(name: str, valid: set[str] | None) -> Finding:
    again = f"switchgear connect {name}"
    try:
        known = record.load(name)
        trouble = [told for kept in known.kept if (told := _trouble(kept))] if known else ["its record is gone"]
    except CommandError as error:
        return fail("tool", f"{error.what}: {error.why}", error.hint or again, name)
    if known is None or trouble:
        return warn("tool", "; ".join(trouble), again, name)
    if valid is not None and known.token is not None and known.token not in valid:
        return fail("tool", f"its token {known.token!r} was revoked", again, name)
    return ok("tool", ", ".join(kept.path for kept in known.kept), name)


def _trouble(kept: record.Kept) -> str:
    """What became of our part of the file; "" while it is there, whatever the tool and the user added."""
    data = files.read(kept.path)
    if data is None:
        return f"{kept.path} is gone"
    try:
        reverted(kept, data)
    except NotOurs:
        return f"what connect wrote to {kept.path} was changed since"
    except Unreadable as error:
        return f"{kept.path} cannot be read: {error.why}"
    return f"{kept.path} is as it was before" if files.digest(data) == files.digest(kept.before) else ""

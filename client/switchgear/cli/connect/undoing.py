"""Takes a connection back: files as they were, the token revoked, the door closed behind the last one.

Rules for editing: all files are looked at before one is touched. What the user changed since stays his;
where our part cannot be told from his, nothing is done and the copy from before is named.
"""

from __future__ import annotations

from typing import NamedTuple

from switchgear.cli.failed import CommandError

from . import files, record
from .diff import diff
from .piece import NotOurs, Unreadable
from .plan import check_unchanged, editing, reverted
from .record import Kept, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.invocation import Invocation


class Restored(NamedTuple):
    """One file as it is and as it is to be."""

    kept: Kept
    now: bytes | None
    then: bytes | None

    def diff(self) -> list[str]:
        return diff(self.kept.path, self.now, self.then, keys=self.kept.keys)


class Undo(NamedTuple):
    """`door` is what closing the door changes, with its record; `others` is who keeps it open."""

    record: Record
    files: list[Restored]
    door: tuple[Record, list[Restored]] | None
    others: list[str]

    @property
    def all_files(self) -> list[Restored]:
        return [*self.files, *(self.door[1] if self.door else [])]


def prepared(invocation: Invocation, name: str) -> Undo | None:
    """What undoing would do; None when the tool is not connected. CommandError when our part is not certain."""
    known = record.load(name)
    if known is None:
        return None
    files_back = restored(known)
    opened = record.load(record.DOOR)
    if opened is None:
        return Undo(known, files_back, None, [])
    others = _others(invocation, known)
    return Undo(known, files_back, None if others else _door(opened), others)


def _others(invocation: Invocation, known: Record) -> list[str]:
    """Who else goes through the door: connected tools, else tokens made by hand."""
    tools = [name for name in record.names() if name != known.name]
    tokens = [token["name"] for token in invocation.call("tokens/list")["tokens"]]
    return tools or [f"token {name}" for name in tokens if name != known.token]


def _door(opened: Record) -> tuple[Record, list[Restored]]:
    """What closing it changes: nothing where the user has made our lines his own."""
    try:
        return opened, restored(opened)
    except CommandError:
        return opened, []


def restored(known: Record) -> list[Restored]:
    """Every file of a record, our part taken out. CommandError when one cannot be."""
    return [_restored(known, kept) for kept in known.kept]


def perform(invocation: Invocation, undo: Undo) -> None:
    """Does it. The token goes first: whatever fails after, nothing opens with it any more."""
    for one in undo.all_files:
        check_unchanged(one.kept.path, one.now)
    if undo.record.token:
        _revoke(invocation, undo.record.token)
    for one in undo.files:
        _put_back(one)
    record.drop(undo.record)
    if undo.door is not None:
        opened, door_files = undo.door
        for one in door_files:
            _put_back(one)
        record.drop(opened)
        invocation.call("config/reload")


def _restored(known: Record, kept: Kept) -> Restored:
    now = files.read(kept.path)
    try:
        return Restored(kept, now, reverted(kept, now))
    except NotOurs:
        why = "what connect wrote there was changed since, so it cannot be told from your own"
    except Unreadable as error:
        why = f"it cannot be read now: {error.why}"
    difference = diff(kept.path, now, kept.before, keys=kept.keys)
    copy = record.backup_of(known, kept)
    hint = f"cp {copy} {kept.path}" if kept.before is not None else editing(kept.path)
    raise CommandError(f"cannot undo {kept.path}", "\n".join([f"{why}; nothing was changed", *difference]), hint)


def _put_back(one: Restored) -> None:
    """With its old mode: it was closed for the token's sake."""
    mode = one.kept.mode if one.kept.mode is not None else files.mode_of(one.kept.path)
    if one.now != one.then or mode != files.mode_of(one.kept.path):
        files.put_back(one.kept.path, one.then, mode)


def _revoke(invocation: Invocation, name: str) -> None:
    try:
        invocation.call("tokens/revoke", name=name)
    except CommandError as error:
        if error.kind != "not_found":  # it was revoked by hand
            raise

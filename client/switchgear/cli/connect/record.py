"""What was done for a tool, kept so that it can be undone: `connect/` in the state directory, 0700.

Rules for editing: `NAME.json` and the copies it names are written before the tool's files are touched.
No token is in it, but copies hold what the user's own files hold: everything is 0600.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from switchgear.cli.failed import CommandError
from switchgear_protocol.paths import PathError, make_private_dir, state_dir

from . import files
from .piece import Piece, as_json, from_json

DOOR = "door"  # the record of our own config
VERSION = 1


class Kept(NamedTuple):
    """One file: what it was (`before`, None when it was not there) and how we left it."""

    path: str
    form: str
    before: bytes | None
    mode: int | None
    after: str | None  # sha256
    pieces: list[Piece]
    start: str = ""
    keys: bool = False  # every value in it is a secret


class Record(NamedTuple):
    """Everything one `connect` did."""

    name: str
    kept: list[Kept]
    token: str | None = None  # its name
    model: str | None = None  # the one chosen
    variants: bool = False
    own_login: bool | None = None  # whether the tool keeps its login; None: an older connection does not say

    def of(self, path: str) -> Kept | None:
        return next((one for one in self.kept if one.path == path), None)


def folder() -> str:
    return os.path.join(state_dir(), "connect")


def backup(name: str, number: int) -> str:
    """Where the copy of a record's file is."""
    return os.path.join(folder(), f"{name}.{number}.backup")


def backup_of(record: Record, kept: Kept) -> str:
    return backup(record.name, record.kept.index(kept))


def names() -> list[str]:
    """The tools that are connected; the door is none."""
    try:
        found = [entry[:-5] for entry in os.listdir(folder()) if entry.endswith(".json")]
    except OSError:
        return []
    return sorted(name for name in found if name != DOOR)


def load(name: str) -> Record | None:
    """None when it is not connected. CommandError when the record is broken."""
    path = _path(name)
    data = files.read(path)
    if data is None:
        return None
    try:
        stored = json.loads(data)
        if stored["v"] != VERSION:
            raise ValueError("another version wrote it")
        kept = [_kept(name, number, one) for number, one in enumerate(stored["files"])]
        chosen = (stored["token"], stored["model"], stored["variants"], stored.get("own_login"))
        return Record(name, kept, *chosen)
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"cannot read {path}", str(error), f"ls -l {folder()}") from None


def save(record: Record) -> None:
    """CommandError when it cannot be written; then nothing else may be either."""
    try:
        make_private_dir(state_dir())
        make_private_dir(folder())
    except PathError as error:
        raise CommandError(error.what, error.why, error.hint) from None
    for number, kept in enumerate(record.kept):
        if kept.before is not None:
            files.write(backup(record.name, number), kept.before, files.PRIVATE)
    stored = {
        "v": VERSION,
        "token": record.token,
        "model": record.model,
        "variants": record.variants,
        "own_login": record.own_login,
        "files": [_stored(kept) for kept in record.kept],
    }
    files.write(_path(record.name), json.dumps(stored, indent=1).encode(), files.PRIVATE)


def drop(record: Record) -> None:
    """Forgets it, copies and all."""
    for number in range(len(record.kept)):
        files.put_back(backup(record.name, number), None, None)
    files.put_back(_path(record.name), None, None)


def _path(name: str) -> str:
    return os.path.join(folder(), f"{name}.json")


def _stored(kept: Kept) -> dict[str, Any]:
    told = {**kept._asdict(), "pieces": as_json(kept.pieces), "existed": kept.before is not None}
    del told["before"]
    return {**told, "before": files.digest(kept.before)}


def _kept(name: str, number: int, stored: dict[str, Any]) -> Kept:
    before = files.read(backup(name, number)) if stored["existed"] else None
    if files.digest(before) != stored["before"]:
        raise ValueError(f"{backup(name, number)} is not the copy it was")
    pieces = from_json(stored["pieces"])
    return Kept(**{**_fields(stored), "before": before, "pieces": pieces})


def _fields(stored: dict[str, Any]) -> dict[str, Any]:
    return {name: stored[name] for name in Kept._fields}

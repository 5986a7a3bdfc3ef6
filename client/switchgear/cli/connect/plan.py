"""What one run would change: for every file what it is now, what it would be, and what it is without us.

Rules for editing: reads, never writes. A file we left alone since is taken without us from its copy, to
the byte; one the user changed since has our pieces taken out of the text he has now.
"""

from __future__ import annotations

from typing import NamedTuple

from switchgear.cli.failed import CommandError

from . import files, jsonc, toml_text, yaml_text
from .diff import diff
from .piece import NotOurs, Piece, Unreadable
from .record import Kept, Record
from .tool import Edit, Form

FORMS: dict[str, Form] = {"jsonc": jsonc, "toml_text": toml_text, "yaml_text": yaml_text}


class FilePlan(NamedTuple):
    """One file. `now` is what it is, `base` what it is without us, `then` what it is to be; None: no file."""

    edit: Edit
    now: bytes | None
    base: bytes | None
    then: bytes
    mode: int | None  # of the file without us
    pieces: list[Piece]

    @property
    def changes(self) -> bool:
        """The contents, or a token that others may read."""
        open_to_others = self.edit.holds and (files.mode_of(self.edit.path) or 0) & 0o077
        return self.changes_contents or bool(open_to_others)

    @property
    def changes_contents(self) -> bool:
        return self.now != self.then

    def diff(self) -> list[str]:
        return diff(self.edit.path, self.now, self.then, keys=self.edit.keys)

    def new_mode(self) -> int:
        if self.edit.holds or self.mode is None:
            return files.PRIVATE
        return self.mode

    def kept(self) -> Kept:
        edit, after = self.edit, files.digest(self.then)
        return Kept(edit.path, form_name(edit.form), self.base, self.mode, after, self.pieces, edit.start, edit.keys)


def planned(edit: Edit, record: Record | None) -> FilePlan:
    """What this edit would do. CommandError when the file is broken or is not edited here."""
    now = files.read(edit.path)
    kept = record.of(edit.path) if record else None
    base, mode = (now, files.mode_of(edit.path)) if kept is None else (without_us(kept, now), kept.mode)
    text = files.text_of(edit.path, base)
    try:
        edit.form.check(text)
        then, pieces = edit.form.apply(text if base is not None else edit.start, edit.wants)
    except Unreadable as error:
        raise CommandError(
            f"cannot edit {edit.path}", f"{error.why}; nothing was changed", editing(edit.path)
        ) from None
    return FilePlan(edit, now, base, then.encode(), mode, pieces)


def without_us(kept: Kept, now: bytes | None) -> bytes | None:
    """The file as it would be if we had never touched it; what we cannot find is taken for the user's."""
    try:
        return reverted(kept, now)
    except (NotOurs, Unreadable):
        return now


def reverted(kept: Kept, now: bytes | None) -> bytes | None:
    """The same. NotOurs when what we wrote was changed, Unreadable when the file is broken."""
    found = files.digest(now)
    if now is None or found == kept.after or found == files.digest(kept.before):
        return kept.before if now is not None else None
    text = FORMS[kept.form].revert(files.text_of(kept.path, now), kept.pieces)
    untouched = text.strip() in ("", "{}", kept.start.strip())
    return None if kept.before is None and untouched else text.encode()


def check_unchanged(path: str, now: bytes | None) -> None:
    """CommandError when the file is no longer what was looked at: the user may have taken his time to answer."""
    if files.read(path) != now:
        raise CommandError(f"{path} was changed meanwhile", "nothing was done; ask again")


def form_name(form: Form) -> str:
    return next(name for name, module in FORMS.items() if module is form)


def editing(path: str) -> str:
    return f"${{EDITOR:-vi}} {path}"

"""The shipped unit files, and the stamp by which one of ours is known again.

Rules for editing: the stamp is one line, `Digest:` and a hash of everything else in the file; so a file tells
by itself whether somebody changed it.
"""

from __future__ import annotations

import hashlib
import os
import re

from switchgear.cli.failed import CommandError

HERE = os.path.dirname(os.path.abspath(__file__))
PLACES = (f"{HERE}/units", f"{HERE}/../../../../systemd", f"{HERE}/../../../../launchd")  # a wheel's; a checkout's
STAMP = re.compile(r"^.*Written by `switchgear service install`.* Digest: ([0-9a-f]{16}).*\n", re.MULTILINE)


def template(name: str) -> str:
    """The text of a shipped file. CommandError when the installation lacks it."""
    for place in PLACES:
        try:
            with open(f"{place}/{name}", encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            continue
    raise CommandError(
        f"{name} is missing", "this installation is not whole", "pip install --force-reinstall switchgear"
    )


def stamped(text: str, *, xml: bool = False) -> str:
    """The text with its stamp: the first line, in XML the third, where comments may begin."""
    said = f"Written by `switchgear service install`, which replaces it. Digest: {_digest(text)}"
    lines = text.splitlines(keepends=True)
    at, line = (2, f"<!-- {said} -->\n") if xml else (0, f"# {said}\n")
    return "".join([*lines[:at], line, *lines[at:]])


def untouched(text: str) -> bool | None:
    """Whether the file is as we wrote it, whichever version of us that was; None: it is not ours."""
    found = STAMP.search(text)
    return None if found is None else found[1] == _digest(text[: found.start()] + text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

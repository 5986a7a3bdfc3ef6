"""Finding: what one check says. The same four fields as the daemon's own."""

from __future__ import annotations

from typing import Any, NamedTuple

VERDICTS = ("ok", "warn", "fail", "skipped")


class Finding(NamedTuple):
    """`about`: which of several; `hint`: the command that cures it."""

    id: str
    verdict: str
    evidence: str
    about: str = ""
    hint: str | None = None


def ok(id: str, evidence: str, about: str = "") -> Finding:
    return Finding(id, "ok", evidence, about)


def warn(id: str, evidence: str, hint: str | None, about: str = "") -> Finding:
    return Finding(id, "warn", evidence, about, hint)


def fail(id: str, evidence: str, hint: str | None, about: str = "") -> Finding:
    return Finding(id, "fail", evidence, about, hint)


def skipped(id: str, evidence: str, hint: str | None = None) -> Finding:
    return Finding(id, "skipped", evidence, "", hint)


def told(data: dict[str, Any]) -> Finding:
    """One of the daemon's, as it came; a verdict of a later version is a warning."""
    verdict = str(data.get("verdict"))
    return Finding(
        str(data.get("id")),
        verdict if verdict in VERDICTS else "warn",
        str(data.get("evidence", "")),
        str(data.get("about") or ""),
        data.get("hint"),
    )

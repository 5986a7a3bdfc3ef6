"""The findings for people: by group, what is wrong with its cure right under it.

Rules for editing: a verdict is a glyph and a word, never a colour alone. Evidence is wrapped, never cut: it is what a
person needs most.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from switchgear.cli.screen import Screen, cells, clean

from .finding import Finding

GROUPS = {
    "This machine": ("python", "runtime-dir", "state-dir", "socket", "config-file", "processes", "service", "shell"),
    "The daemon": ("daemon", "version", "config", "storage", "keyring", "door", "clock"),
    "Providers": ("reach", "login", "provider", "account"),
    "Models and tools": ("model", "tool"),
}
"""Title -> the ids under it. One that is in none comes at the end."""
OTHER = "Also"
WEIGHTS = {"ok": "good", "warn": "busy", "fail": "bad", "skipped": "dim"}
WORDS = {"ok": "ok", "warn": "warn", "fail": "FAIL", "skipped": "skipped"}
NARROW = 24  # columns evidence gets at least


def lines(screen: Screen, findings: Sequence[Finding]) -> Iterable[str]:
    """The whole page. A group nothing is known of is not shown."""
    named = max((cells(_name(one)) for one in findings), default=0)
    for title, group in _grouped(findings):
        yield screen.paint("bold", title)
        for one in group:
            yield from _finding(screen, one, named)
        yield ""
    yield summary(findings)


def summary(findings: Sequence[Finding]) -> str:
    """ "14 checks: 12 ok, 1 warning, 1 failure"."""
    counts = {verdict: sum(one.verdict == verdict for one in findings) for verdict in WORDS}
    told = [f"{counts['ok']} ok"]
    told += [_counted(counts["warn"], "warning")] if counts["warn"] else []
    told += [_counted(counts["fail"], "failure")] if counts["fail"] else []
    told += [f"{counts['skipped']} skipped"] if counts["skipped"] else []
    return f"{_counted(len(findings), 'check')}: {', '.join(told)}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _grouped(findings: Sequence[Finding]) -> Iterable[tuple[str, list[Finding]]]:
    placed = {name for names in GROUPS.values() for name in names}
    for title, names in GROUPS.items():
        group = [one for name in names for one in findings if one.id == name]
        if group:
            yield title, group
    if others := [one for one in findings if one.id not in placed]:
        yield OTHER, others


def _name(one: Finding) -> str:
    return f"{one.id} {one.about}" if one.about else one.id


def _finding(screen: Screen, one: Finding, named: int) -> Iterable[str]:
    weight = WEIGHTS[one.verdict]
    word = screen.paint(weight, f"{screen.glyph(weight)} {WORDS[one.verdict]:<7}")
    name = clean(_name(one))
    head = 2 + cells(f"{screen.glyph(weight)} {WORDS[one.verdict]:<7}") + 2 + named + 2
    first, *rest = _wrapped(screen, clean(one.evidence), head)
    yield f"  {word}  {name}{' ' * (named - cells(name))}  {first}".rstrip()
    yield from (" " * head + line for line in rest)
    if one.hint:
        yield screen.paint("dim", " " * head + f"hint: {clean(one.hint)}")


def _wrapped(screen: Screen, text: str, head: int) -> list[str]:
    if not screen.terminal:
        return [text]
    return textwrap.wrap(text, max(screen.width - head, NARROW), break_on_hyphens=False) or [""]

"""How a command fails: what, why, `hint: command`; and with which exit code.

Rules for editing: EXITS maps every error kind that means more than "it failed"; codes are public
interface and never change their meaning.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OK = 0
FAILURE = 1
USAGE = 2
UNREACHABLE = 3
LOGIN = 4
NOBODY = 5
DEGRADED = 6
INTERRUPTED = 130

EXITS = {
    "invalid_params": USAGE,
    "method_not_found": USAGE,
    "no_such_model": USAGE,
    "no_such_provider": USAGE,
    "foreign_daemon": UNREACHABLE,
    "shutting_down": UNREACHABLE,
    "unreachable": UNREACHABLE,
    "missing_credential": LOGIN,
    "auth_failed": LOGIN,
    "locked": LOGIN,
    "credential_store": LOGIN,
    "exhausted": NOBODY,
    "deadline": NOBODY,
    "budget": NOBODY,
    "consent": NOBODY,
    "cancelled": INTERRUPTED,
}
LOGIN_KINDS = {"auth_failed", "missing_credential", "locked"}


class CommandError(Exception):
    """Ends the command. `data` are the wire error's further fields, shown with --json."""

    def __init__(
        self,
        what: str,
        why: str = "",
        hint: str = "",
        *,
        exit: int = FAILURE,
        kind: str = "failure",
        data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint
        self.exit = exit
        self.kind = kind
        self.data = data or {}


def usage(what: str, hint: str = "", why: str = "") -> CommandError:
    return CommandError(what, why, hint, exit=USAGE, kind="usage")


def refused(error: dict[str, Any]) -> CommandError:
    """The daemon's error reply as the command's own."""
    data = dict(error.get("data") or {})
    kind = data.pop("kind", "internal")
    return CommandError(
        str(error.get("message", "the daemon refused")),
        data.pop("detail", None) or _attempts_in_words(data),
        data.pop("hint", None) or "",
        exit=_exit_of(kind, data.get("attempts") or []),
        kind=kind,
        data={"code": error.get("code"), **data},
    )


def report(error: CommandError, *, as_json: bool) -> int:
    """Prints the error (stderr, or one object on stdout) and returns its exit code."""
    if as_json:
        from .screen import json_line

        print(json_line({"v": 1, "error": _as_object(error)}))
    else:
        _print_lines(error)
    return error.exit


def _as_object(error: CommandError) -> dict[str, Any]:
    head = {"kind": error.kind, "message": error.what, "why": error.why, "hint": error.hint, "exit": error.exit}
    return {**error.data, **head}


def _print_lines(error: CommandError) -> None:
    from .screen import clean, folded, standard_error

    screen = standard_error("auto")
    print(f"switchgear: {clean(error.what)}", file=sys.stderr)
    for line in error.why.splitlines():
        print(*folded(screen, f"  {clean(line)}"), sep="\n", file=sys.stderr)
    if error.hint:
        print(f"hint: {clean(error.hint)}", file=sys.stderr)


def _exit_of(kind: str, attempts: list[dict[str, Any]]) -> int:
    """Exhausted only for want of a login is a login problem: the cure is another one."""
    if kind == "exhausted" and attempts and all(attempt.get("kind") in LOGIN_KINDS for attempt in attempts):
        return LOGIN
    return EXITS.get(kind, FAILURE)


def _attempts_in_words(data: dict[str, Any]) -> str:
    from .times import span
    from .words import reason_of

    told = [f"{a.get('provider', '?')}: {reason_of(a)}" for a in data.get("attempts") or []]
    if data.get("retry_after_ms"):
        told.append(f"the first one is back in {span(data['retry_after_ms'] / 1000)}")
    return "\n".join(told)

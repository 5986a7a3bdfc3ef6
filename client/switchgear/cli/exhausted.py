"""Says why nobody could serve: each provider in a line, and who is back first.

The error reply tells of the tries made; providers that were not even tried are told by
`route/explain`, so that one is asked before the error is shown.
"""

from __future__ import annotations

from .failed import LOGIN, LOGIN_KINDS, NOBODY, CommandError
from .times import ahead, wall
from .words import KINDS, OWN_WORDS, TIME_CURES, brief_reason_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation
    from .wire import Json


def explained(invocation: Invocation, model: str, error: CommandError) -> CommandError:
    """`error` with a line per provider, and exit code 4 when only logins are wanting."""
    session = invocation.args.session
    try:
        steps = invocation.call("route/explain", model=model, session=session)["steps"]
    except CommandError:
        return error
    now = wall()
    tried = {attempt["provider"]: attempt for attempt in error.data.get("attempts") or []}
    pinned = [step for step in steps if step["code"] != "not_pinned"]
    error.why = "\n".join([*(_line(step, tried, now) for step in pinned), *_first_back(steps, now)])
    if len(pinned) < len(steps):
        error.why += "\nthe others are not asked: the model is pinned"
        error.hint = f"switchgear unpin {model}" + (f" --session {session}" if session else "")
    logins = [_code(step, tried) in LOGIN_KINDS for step in steps]
    error.exit = LOGIN if logins and all(logins) else NOBODY
    return error


def _code(step: Json, tried: dict[str, Json]) -> str:
    """Why this one did not serve: as tried just now, or as believed."""
    return str(step["code"] if not step["usable"] else tried.get(step["provider"], {}).get("kind", ""))


def _line(step: Json, tried: dict[str, Json], now: float) -> str:
    name = who(step["label"])
    if step["usable"]:
        attempt = tried.get(step["provider"])
        return f"{name}: {brief_reason_of(attempt) if attempt else 'may serve again now'}"
    word = KINDS.get(step["code"], step["code"].replace("_", " "))
    if step["code"] in OWN_WORDS and step["reason"]:
        back = f" until {ahead(step['until'], now)}" if step.get("until") else ""
        return f"{name}: {step['reason']}{back}"
    until = f" until {ahead(step['until'], now)}" if _curable(step) else ""
    said = f" ({step['reason']})" if step["code"] in LOGIN_KINDS and step["reason"] else ""
    return f"{name}: {word}{until}{said}"


def _first_back(steps: list[Json], now: float) -> list[str]:
    waiting = [step for step in steps if _curable(step)]
    if len(waiting) < 2:
        return []
    first = min(waiting, key=lambda step: float(step["until"]))
    return [f"first back: {who(first['label'])}, {ahead(first['until'], now)}"]


def _curable(step: Json) -> bool:
    """Whether time alone brings it back."""
    return bool(step.get("until")) and (step["code"] in TIME_CURES or step["code"] == "paused")

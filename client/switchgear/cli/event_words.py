"""An event as a line, which goes on below where a terminal is too narrow for it."""

from __future__ import annotations

from .screen import LEAST, clean
from .table import wrapped
from .times import ahead, clock_time
from .words import HEALTH, KINDS, LEAST_USD, WEIGHTS, money

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .screen import Screen
    from .wire import Json

TYPE_WIDTH = 10
TYPE_WEIGHTS = {"failover": "busy", "lagged": "busy", "storage": "bad"}
OUTCOME_WEIGHTS = {"failed": "busy", "interrupted": "bad", "complete": "good"}


def line(screen: Screen, event: Json, now: float) -> str:
    """ "14:05:12  failover    opus-4.6  claude_pro: quota spent until ..."."""
    import time

    at = time.strftime("%H:%M:%S", time.localtime(event["at"]))
    kind = screen.paint(_weight(event), clean(event["type"]).ljust(TYPE_WIDTH))
    told = clean(words(event, now))
    before = len(at) + TYPE_WIDTH + 4
    room = max(screen.width - before, LEAST)
    parts = [screen.clip(part, room) for part in wrapped(told, room)] if screen.terminal else [told]
    below = f"\n{' ' * before}"
    return f"{screen.paint('dim', at)}  {kind}  {below.join(parts)}".rstrip()


def words(event: Json, now: float) -> str:
    """Subject, what became of it, why, until when: whichever of them the event has."""
    subject = _subject(event)
    told = [part for part in (_state(event), _reason(event), _figures(event)) if part]
    if event.get("until"):
        told.append(f"until {_moment(event['until'], now)}")
    return f"{subject}: {', '.join(told)}" if subject and told else subject or ", ".join(told)


def _subject(event: Json) -> str:
    """ "opus-4.6 claude_pro/claude-opus-4-6"; once, where a variant is asked for by its own name."""
    alias, provider, model = (str(event.get(part) or "") for part in ("alias", "provider", "model"))
    offer = f"{provider}/{model}" if provider and model else provider
    return " ".join(dict.fromkeys(name for name in (alias, offer) if name))


def _weight(event: Json) -> str:
    if event.get("outcome"):
        return OUTCOME_WEIGHTS.get(event["outcome"], "")
    if event.get("health"):
        return WEIGHTS.get(event["health"], "")
    return TYPE_WEIGHTS.get(event["type"], "")


def _state(event: Json) -> str:
    if event.get("health"):
        now = HEALTH.get(event["health"], event["health"])
        changed = event.get("was") and event["was"] != event["health"]
        was = f" (was {HEALTH.get(event['was'], event['was'])})" if changed else ""
        return f"{_scope(event)}{now}{was}"
    if event.get("outcome"):
        return str(event["outcome"])
    return f"{event['dropped']} events missed" if event.get("dropped") else ""


def _scope(event: Json) -> str:
    """ "5h window " of "bucket:claude_pro/5h": how far it reaches, without the provider said already."""
    kind, _, rest = str(event.get("scope") or "").partition(":")
    if kind == "endpoint":
        return f"{rest} "
    tail = rest.removeprefix(f"{event.get('provider')}").removeprefix("/")
    if kind == "bucket":
        window, _, model = tail.partition("/")
        return f"{model or window} " if window == "rate" else f"{window} window{' of ' + model if model else ''} "
    return f"{tail} " if kind == "offer" and tail else ""


def _moment(moment: float, now: float) -> str:
    """A past one too: this is a record of what was believed then."""
    return ahead(moment, now) if moment > now else clock_time(moment, now)


def _reason(event: Json) -> str:
    word = KINDS.get(str(event.get("kind", "")), "")
    reason = str(event.get("reason") or "")
    return f"{word} ({reason})" if word and reason and word not in reason else reason or word


def _figures(event: Json) -> str:
    left = f"{max(1 - event['used'], 0):.0%} left".replace("%", " %") if event.get("used") is not None else ""
    told = [" ".join(part for part in (event.get("window") or "", left) if part)]
    if event.get("milliseconds") is not None:
        told.append(_duration(event["milliseconds"]))
    if event.get("usage"):
        told.append(f"{event['usage'].get('input', 0):,} in, {event['usage'].get('output', 0):,} out")
    if event.get("cost_usd"):
        told.append(f"${usd:.4f}" if (usd := event["cost_usd"]) > LEAST_USD else money(usd))
    if event.get("switch_tokens"):
        told.append(_switch(event))
    return ", ".join(part for part in told if part)


def _switch(event: Json) -> str:
    """What the move costs: the conversation is read anew where no cache has it."""
    usd = event.get("switch_cost_usd")
    return f"{event['switch_tokens']:,} tokens to read anew" + (f", about {money(usd)}" if usd else "")


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"

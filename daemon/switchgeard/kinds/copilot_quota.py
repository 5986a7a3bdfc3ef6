"""What GitHub Copilot tells of a plan: credits of a month on a page, its windows in the headers of answers.

Rules for editing: every number is in per cent that REMAIN; nothing here raises on a header. Editor completions are
left out: no request of ours counts there.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from switchgeard.core.clock import Now
from switchgeard.core.moments import LONGEST, iso_moment, skew
from switchgeard.core.quota import OVERDRAWN, Window
from switchgeard.upstream.call import HTTPCall

from .kind import Options
from .pages import opened
from .reply import Row, amount, members_if_any, text

SOURCE = "copilot_internal/user"
GITHUB = "https://api.github.com"
NAMES = {"session": "5h", "weekly": "7d"}
"""Its windows by the names other providers have for the same lengths, so that one threshold fits all."""

MOST = 8  # windows of one answer
_SNAPSHOT = re.compile(r"x-(quota-snapshot|usage-ratelimit)-([a-z0-9_]{1,32})")


def page(base_url: str, secret: str, options: Options) -> HTTPCall:
    """The GET of the plan's page, which is GitHub's own, not Copilot's. Raises BadSecret."""
    return opened(f"{github(base_url)}/copilot_internal/user", secret)


def windows(body: bytes, provider: str, now: Now) -> tuple[Window, ...]:
    """The plan's pools. Raises ValueError."""
    found = members_if_any(body)
    pools = found.get("quota_snapshots")
    if not isinstance(pools, dict):
        raise ValueError("GitHub's page tells of no quota")
    read = (
        _pool(found, name, pools[name], provider, now) for name in ("premium_interactions", "chat") if name in pools
    )
    return tuple(window for window in read if window is not None)


def whose(body: bytes) -> str:
    """The login at GitHub, of a page that `windows` understood."""
    return text(members_if_any(body), "login") or ""


def readings(provider: str, model: str, headers: Mapping[str, str], now: Now) -> tuple[Window, ...]:
    """Its windows as an answer's headers tell of them. Never raises."""
    found = [(match, text) for name, text in headers.items() if (match := _SNAPSHOT.fullmatch(name))]
    ahead = skew(headers, now) if found else 0.0
    read = (_window(match[1], match[2], text, provider, now, ahead) for match, text in found[:MOST])
    return tuple(window for window in read if window is not None)


def github(base_url: str) -> str:
    """The API beside a Copilot of one's own domain (data residency); github.com for all others."""
    host = urlsplit(base_url).hostname or ""
    return f"https://api.{host.removeprefix('copilot-api.')}" if host.startswith("copilot-api.") else GITHUB


def _pool(page: Row, name: str, pool: object, provider: str, now: Now) -> Window | None:
    """One pool; None where it has no end."""
    if not isinstance(pool, dict) or pool.get("unlimited") is True:
        return None
    limit, left, rest = amount(pool, "entitlement"), amount(pool, "quota_remaining", "remaining"), _left(pool)
    if (limit is not None and limit < 0) or (rest is None and left is None):
        return None
    beyond = pool.get("overage_permitted") is True
    reset = text(pool, "quota_reset_at") or text(page, "quota_reset_date_utc", "quota_reset_date")
    resets_at = iso_moment(reset or "")
    return Window(
        provider,
        name,
        now.wall,
        SOURCE,
        used=None if rest is None else max(0.0, 1.0 - rest),
        limit=limit,
        remaining=_still(left, beyond=beyond),
        status=_status(left, beyond=beyond),
        unit="credits" if page.get("token_based_billing") is True else "requests",
        resets_at=None if resets_at is None else _bounded(resets_at, now),
    )


def _left(pool: Row) -> float | None:
    """The fraction that remains."""
    percent = amount(pool, "percent_remaining")
    return None if percent is None else percent / 100


def _still(left: float | None, *, beyond: bool) -> float | None:
    """What is left. Nothing is told of a pool that may be overdrawn and is: it still serves."""
    if left is None or (beyond and left <= 0):
        return None
    return max(left, 0.0)


def _status(left: float | None, *, beyond: bool) -> str | None:
    """What goes beyond is billed, and only where GitHub was told that it may."""
    return OVERDRAWN if beyond and left is not None and left <= 0 else None


def _window(sort: str, name: str, header: str, provider: str, now: Now, ahead: float) -> Window | None:
    """One header: `ent=300&ov=0.0&ovPerm=false&rem=67.5&rst=2026-06-30T21%3A00%3A00Z`."""
    if name == "completions" or len(header) > 1000:
        return None
    said: Row = dict(parse_qsl(header))
    percent, limit = amount(said, "rem"), amount(said, "ent")
    if percent is None or (limit is not None and limit < 0):
        return None
    beyond = str(said.get("ovPerm", "")).lower() == "true"
    counted = limit if sort == "quota-snapshot" else None  # the others' are no number of anything
    left = counted * percent / 100 if counted else percent if percent <= 0 else None
    moment = iso_moment(said.get("rst", "")[:80])
    return Window(
        provider,
        NAMES.get(name, name),
        now.wall,
        f"x-{sort}",
        used=max(0.0, 1.0 - percent / 100),
        limit=counted,
        remaining=_still(left, beyond=beyond),
        status=_status(left, beyond=beyond),
        resets_at=None if moment is None else _bounded(moment - ahead, now),
    )


def _bounded(moment: float, now: Now) -> float:
    """Never in the past, never further than any provider's window goes."""
    return min(max(moment, now.wall), now.wall + LONGEST)

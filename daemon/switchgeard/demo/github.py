"""GitHub as a stand-in: login by device code, the exchange for a short token, the page of a plan.

Rules for editing: it keeps what GitHub keeps (codes, tokens, what is left of a plan) and judges what it is asked by
that; nothing here talks to a socket. Bodies as GitHub has them; its errors of a login come with status 200.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from .copilot_wire import GITHUB_TOKEN, USER
from .errors import rfc3339
from .exchange import Answer, Asked, date, sized

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER = 10  # seconds between polls, once it has said `slow_down`
LIFE, RENEW = 1800, 1500  # seconds a short token lives; when it asks to be renewed
EDITORS, CLASSIC = "ghu_", "ghp_"


@dataclass(slots=True, repr=False)
class GitHub:
    """One user's account.

    `polls`: what each question for the login's end is answered: "authorization_pending", "slow_down",
    "expired_token", "access_denied" or "ok"; the last one stays. `exchanges`: whether tokens may be exchanged at
    all (False: 404, as for apps that are not editors). `session`, `week`: per cent that remain of Copilot's windows,
    None where it does not tell. `credits`: what remains of the month, in per cent, `overage`: whether more may be used
    at a price. `limited_until`: epoch seconds until which the session's limit is reached, whatever the script says.
    """

    token: str = GITHUB_TOKEN
    polls: Sequence[str] = ("ok",)
    exchanges: bool = True
    session: float | None = None
    week: float | None = None
    credits: float = 25.0
    overage: bool = False
    limited_until: float = 0.0
    base: str = ""  # its own address, for the page where a code is typed

    polled: int = 0
    exchanged: int = 0
    short: dict[str, float] = field(default_factory=dict)  # short tokens given out -> epoch seconds of their end

    def __repr__(self) -> str:
        return f"<GitHub: {self.polled} polls, {self.exchanged} exchanges>"

    def answer(self, asked: Asked) -> Answer | None:
        """What GitHub says; None for a path that is Copilot's."""
        match asked.method, asked.path.partition("?")[0]:
            case "POST", "/login/device/code":
                return self._code(asked)
            case "POST", "/login/oauth/access_token":
                return self._poll(asked)
            case "GET", "/copilot_internal/v2/token":
                return self._exchange(asked)
            case "GET", "/copilot_internal/user":
                return self._plan(asked)
        return None

    def opens(self, asked: Asked) -> bool:
        """Whether Copilot takes what this request carries: a short token that lives, or the account's own."""
        secret = (asked.header("authorization") or "").removeprefix("Bearer ")
        if secret == self.token:
            return not secret.startswith((EDITORS, CLASSIC))
        return self.short.get(secret, 0.0) > asked.wall

    def _code(self, asked: Asked) -> Answer:
        if not _form(asked).get("client_id"):
            return _reply(asked, {"error": "Not Found"}, 404)
        page = f"{self.base}/login/device"
        told = {"device_code": "3584d83530557fdd", "user_code": "WDJB-MJHT", "verification_uri": page}
        return _reply(asked, told | {"expires_in": 900, "interval": 5})

    def _poll(self, asked: Asked) -> Answer:
        form = _form(asked)
        if form.get("grant_type") != GRANT or form.get("device_code") != "3584d83530557fdd":
            return _reply(asked, {"error": "incorrect_device_code"})
        word = self.polls[min(self.polled, len(self.polls) - 1)]
        self.polled += 1
        if word == "ok":
            return _reply(asked, {"access_token": self.token, "token_type": "bearer", "scope": "read:user"})
        slower = {"interval": SLOWER} if word == "slow_down" else {}
        return _reply(asked, {"error": word, "error_description": word.replace("_", " ")} | slower)

    def _exchange(self, asked: Asked) -> Answer:
        if not self._known(asked):
            return _reply(asked, {"message": "Bad credentials", "status": "401"}, 401)
        if not self.exchanges:
            return _reply(asked, {"message": "Not Found", "status": "404"}, 404)
        self.exchanged += 1
        end = int(asked.wall) + LIFE
        secret = f"tid={self.exchanged:04d};exp={end};sku=plus_monthly_subscriber_quota;8kp=1:0123abcd"
        self.short[secret] = float(end)
        told = {"token": secret, "expires_at": end, "refresh_in": RENEW, "sku": "plus_monthly_subscriber_quota"}
        return _reply(asked, told | {"endpoints": USER["endpoints"], "limited_user_quotas": None})

    def _plan(self, asked: Asked) -> Answer:
        if not self._known(asked):
            return _reply(asked, {"message": "Bad credentials", "status": "401"}, 401)
        return _reply(
            asked, USER | {"quota_snapshots": _pools(self.credits, overage=self.overage), **_months_end(asked.wall)}
        )

    def _known(self, asked: Asked) -> bool:
        """Its own pages take the account's token alone, under either of two names."""
        return (asked.header("authorization") or "").partition(" ")[2] == self.token

    def told(self, wall: float) -> tuple[tuple[str, str], ...]:
        """The windows Copilot tells of with each answer."""
        limited = self.limited_until > wall
        session = 0.0 if limited else self.session
        rows = (
            ("session", session, self.limited_until if limited else wall + 2733),
            ("weekly", self.week, wall + 3 * 86_400),
        )
        return tuple(
            (f"x-usage-ratelimit-{name}", f"ent=50&rem={left:g}&rst={rfc3339(reset).replace(':', '%3A')}")
            for name, left, reset in rows
            if left is not None
        )


def _pools(percent: float, *, overage: bool) -> dict[str, Any]:
    """The pools of a plan of 1500 credits."""
    left = 1500 * percent / 100
    premium = {"entitlement": 1500, "remaining": int(left), "quota_remaining": left, "percent_remaining": percent}
    rest = {"unlimited": False, "overage_count": 0, "overage_permitted": overage}
    chat = {"entitlement": -1, "remaining": 0, "percent_remaining": 100.0, "unlimited": True}
    editors = {"entitlement": 2000, "remaining": 0, "percent_remaining": 0.0, "unlimited": False}
    return {"chat": chat, "completions": editors, "premium_interactions": premium | rest}


def _months_end(wall: float) -> dict[str, str]:
    day = datetime.fromtimestamp(wall, UTC)
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    first = f"{year}-{month:02d}-01"
    return {"quota_reset_date": first, "quota_reset_date_utc": f"{first}T00:00:00.000Z"}


def _form(asked: Asked) -> dict[str, str]:
    """A form, or the JSON that GitHub takes as well."""
    if asked.json:
        return {name: str(value) for name, value in asked.json.items()}
    return {name: values[0] for name, values in parse_qs(asked.body.decode("utf-8", "replace")).items()}


def _reply(asked: Asked, told: dict[str, Any], status: int = 200) -> Answer:
    return sized(status, msgspec.json.encode(told), (date(asked.wall), ("x-github-media-type", "github.v3")))

"""What each kind tells of its quota, through the daemon: literal headers or a literal page become windows.

A kind that tells nothing is named with the reason. Rules for editing: values as the provider writes them, moments by
the clock of the answer.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from kind_worlds import kind_world
from switchgeard import clock
from switchgeard.demo import claude
from switchgeard.demo.exchange import Answer, Asked, Header, sized
from switchgeard.kinds.known import KINDS

HOUR, DAY = 3600.0, 86_400.0
SILENT = {
    "google": "it sends no headers of limits; its refusals say when",
    "vertex": "it sends no headers of limits; its refusals say when",
    "bedrock": "it sends no headers of limits",
    "ollama": "a program of one's own has no quota",
    "lmstudio": "a program of one's own has no quota",
    "llamacpp": "a program of one's own has no quota",
    "vllm": "a program of one's own has no quota",
}


def iso(wall: float) -> str:
    return datetime.fromtimestamp(int(wall), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Near(float):
    """A span that equals another when they are two seconds apart at most: the row's clock is not the daemon's."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float | int) and abs(self - other) <= 2

    __hash__ = None  # type: ignore[assignment]


class Seen(Struct, frozen=True):
    """A window as `quota/list` shows it. `ahead`: seconds to its reset."""

    window: str
    source: str
    used: float | None = None
    limit: float | None = None
    remaining: float | None = None
    unit: str | None = None
    ahead: float | None = None
    model: str | None = None
    status: str | None = None


class Telling(Struct, frozen=True):
    kind: str
    windows: tuple[Seen, ...]
    headers: Callable[[float], Sequence[Header]] = lambda wall: ()
    path: str = ""  # of its page, where it has one
    page: Callable[[float], object] = lambda wall: None
    said: str = "headers"

    def __str__(self) -> str:
        return f"{self.kind}-{self.said}"


def usual(wall: float) -> list[Header]:
    return [
        ("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "499"),
        ("x-ratelimit-reset-requests", "6m0s"), ("x-ratelimit-limit-tokens", "30000"),
        ("x-ratelimit-remaining-tokens", "27000"), ("x-ratelimit-reset-tokens", "2m59.56s"),
    ]  # fmt: skip


X = "x-ratelimit"
USUAL = (
    Seen("requests", X, 0.002, 500, 499, "requests", 360, "model-a"),
    Seen("tokens", X, 0.1, 30_000, 27_000, "tokens", 179.56, "model-a"),
)


def anthropic(wall: float) -> list[Header]:
    rows = (("requests", 50, 49), ("input-tokens", 40_000, 36_000), ("output-tokens", 8000, 8000))
    name = "anthropic-ratelimit"
    told = [[(f"{name}-{w}-limit", str(n)), (f"{name}-{w}-remaining", str(left)), (f"{name}-{w}-reset", iso(wall + 60))]
            for w, n, left in rows]  # fmt: skip
    return [header for window in told for header in window]


def unified(wall: float) -> list[Header]:
    told = {"status": "allowed_warning", "reset": int(wall + HOUR), "representative-claim": "five_hour",
            "5h-status": "allowed_warning", "5h-utilization": "0.93", "5h-reset": int(wall + HOUR),
            "7d-status": "allowed", "7d-utilization": "0.41", "7d-reset": int(wall + 3 * DAY)}  # fmt: skip
    return [(f"anthropic-ratelimit-unified-{name}", str(value)) for name, value in told.items()]


def codex(wall: float) -> list[Header]:
    return [
        ("x-codex-plan-type", "plus"),
        ("x-codex-primary-used-percent", "42.5"), ("x-codex-primary-window-minutes", "300"),
        ("x-codex-primary-reset-after-seconds", "3600"), ("x-codex-primary-reset-at", str(int(wall + HOUR))),
        ("x-codex-secondary-used-percent", "7"), ("x-codex-secondary-window-minutes", "10080"),
        ("x-codex-secondary-reset-at", str(int(wall + 3 * DAY))), ("x-codex-credits-has-credits", "False"),
        ("x-codex-bengalfox-primary-used-percent", "90"), ("x-codex-bengalfox-primary-window-minutes", "300"),
    ]  # fmt: skip


def copilot(wall: float) -> list[Header]:
    session, month = iso(wall + HOUR).replace(":", "%3A"), iso(wall + 20 * DAY).replace(":", "%3A")
    return [
        ("x-quota-snapshot-premium_interactions", f"ent=300&ov=0.0&ovPerm=false&rem=67.5&rst={month}"),
        ("x-quota-snapshot-chat", f"ent=-1&ov=0.0&ovPerm=false&rem=100.0&rst={month}"),
        ("x-usage-ratelimit-session", f"ent=50&rem=5.7&rst={session}"),
    ]


def user(wall: float) -> object:
    pool = {"entitlement": 1500, "remaining": 375, "quota_remaining": 375.5, "percent_remaining": 25.0,
            "unlimited": False, "overage_count": 0, "overage_permitted": False}  # fmt: skip
    return {
        "login": "somebody", "copilot_plan": "individual_pro", "token_based_billing": True,
        "quota_reset_date_utc": iso(wall + 8 * DAY),
        "quota_snapshots": {"premium_interactions": pool, "chat": {"entitlement": -1, "unlimited": True}},
    }  # fmt: skip


def router(wall: float) -> object:
    budget = {"remaining_usd": 2.5, "limit_usd": 10, "resets_at": iso(wall + DAY)}
    return {"data": {"label": "sk-or-...", "limit": 20, "limit_remaining": 5, "limit_reset": None, "usage": 15,
                     "is_free_tier": False, "effective_budget": budget}}  # fmt: skip


BALANCE = {"is_available": True, "balance_infos": [{"currency": "USD", "total_balance": "110.00", "granted_balance":
           "10.00", "topped_up_balance": "100.00"}]}  # fmt: skip


def bare(reset: Callable[[float], str]) -> Callable[[float], list[Header]]:
    """The names without a suffix; how the reset is written differs."""
    return lambda wall: [(f"{X}-limit", "50"), (f"{X}-remaining", "45"), (f"{X}-reset", reset(wall))]


A, U, C = "anthropic-ratelimit", "anthropic-ratelimit-unified", "x-codex"
PAGE, POOL = "copilot_internal/user", "premium_interactions"
MINE = "model-a"  # a window of the model that was asked alone


def plain(ahead: float) -> Seen:
    return Seen("requests", X, 0.1, 50, 45, "requests", ahead, MINE)


TELLINGS = [
    Telling("openai", USUAL, usual),
    Telling("openai-compatible", USUAL, usual),
    Telling("azure-openai", USUAL, usual),
    Telling("xai", USUAL, usual),
    Telling("anthropic", (
        Seen("requests", A, 0.02, 50, 49, "requests", 60, MINE),
        Seen("input-tokens", A, 0.1, 40_000, 36_000, "tokens", 60, MINE),
        Seen("output-tokens", A, 0.0, 8000, 8000, "tokens", 60, MINE),
    ), anthropic),
    Telling("anthropic", (
        Seen("5h", U, 0.93, ahead=HOUR, status="allowed_warning"), Seen("7d", U, 0.41, ahead=3 * DAY, status="allowed"),
    ), unified, said="subscription"),
    Telling("claude-cli", (Seen("5h", U, 0.93, ahead=HOUR, status="allowed_warning"),), said="lines"),
    Telling("groq", (
        Seen("requests-day", X, 0.002, 500, 499, "requests", 360, MINE),
        Seen("tokens-minute", X, 0.1, 30_000, 27_000, "tokens", 179.56, MINE),
    ), usual),
    Telling("mistral", (plain(30),), bare(lambda wall: "30")),
    Telling("together", (plain(30),), bare(lambda wall: "30")),
    Telling("openrouter", (plain(HOUR),),
            bare(lambda wall: str(int((wall + HOUR) * 1000))), path="/v1/key"),
    Telling("openrouter", (
        Seen("key", "/key", 0.75, 20, 5, "usd"), Seen("budget", "/key", 0.75, 10, 2.5, "usd", DAY),
    ), path="/v1/key", page=router, said="page"),
    Telling("deepseek", (Seen("balance-usd", "/user/balance", None, None, 110, "usd"),), path="/user/balance",
            page=lambda wall: BALANCE, said="page"),
    Telling("chatgpt", (
        Seen("5h", C, 0.425, ahead=HOUR), Seen("7d", C, 0.07, ahead=3 * DAY), Seen("5h_bengalfox", C, 0.9, model=MINE),
    ), codex),
    Telling("github-copilot", (
        Seen(POOL, "x-quota-snapshot", 0.325, 300, 202.5, ahead=20 * DAY),
        Seen("5h", "x-usage-ratelimit", 0.943, ahead=HOUR),
    ), copilot, path="/copilot_internal/user"),
    Telling("github-copilot", (Seen(POOL, PAGE, 0.75, 1500, 375.5, "credits", 8 * DAY),),
            path="/copilot_internal/user", page=user, said="page"),
]  # fmt: skip


@pytest.mark.parametrize("row", TELLINGS, ids=str)
async def test_what_a_kind_tells_of_its_quota_is_shown(
    tmp_path: Path, row: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each window with its source, how far it reaches and when it begins anew. A page that is gone spoils nothing."""

    def beside(asked: Asked) -> Answer | None:
        page = row.page(asked.wall)
        return sized(200 if page else 404, json.dumps(page).encode()) if asked.path == row.path else None

    async with kind_world(row.kind, tmp_path, monkeypatch, {"a": ["ok"]}, beside=beside, headers=row.headers) as w:
        if KINDS[row.kind].program:
            told = claude.told("allowed_warning", 0.93, clock.now().wall + HOUR)
            claude.set_steps(tmp_path / "a", told, *claude.good())
        assert (await w.ask()).error is None
        shown = await w.call("quota/list", provider="a", refresh=bool(row.path))
    assert {w["window"] for w in shown["windows"]} == {seen.window for seen in row.windows}
    for seen in row.windows:
        (view,) = [w for w in shown["windows"] if w["window"] == seen.window]
        assert _seen(view) == seen
    (account,) = shown["accounts"]
    assert account["page"] is (KINDS[row.kind].quota is not None)
    assert bool(account["reason"]) is (bool(row.path) and row.said != "page")


def _seen(view: dict[str, Any]) -> Seen:
    """The view as a row has it; a reset that is less than two seconds off is the row's own."""
    return Seen(
        view["window"], view["source"], None if view["used"] is None else round(view["used"], 4), view["limit"],
        view["remaining"], view["unit"],
        None if view["resets_at"] is None else Near(view["resets_at"] - view["observed_at"]), view["model"],
        view["status"],
    )  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SILENT))
async def test_a_kind_that_tells_nothing_shows_nothing(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No window is made up."""
    async with kind_world(kind, tmp_path, monkeypatch, {"a": ["ok"]}) as w:
        assert (await w.ask()).error is None
        shown = await w.call("quota/list", provider="a", refresh=True)
    assert shown["windows"] == []
    assert shown["accounts"][0]["page"] is False


def test_every_kind_tells_of_its_quota_or_why_not() -> None:
    """No kind is left out, and one with a page has a row with that page."""
    told = {row.kind for row in TELLINGS}
    assert told | set(SILENT) == set(KINDS)
    assert not told & set(SILENT)
    assert {row.kind for row in TELLINGS if row.said == "page"} == {n for n, kind in KINDS.items() if kind.quota}

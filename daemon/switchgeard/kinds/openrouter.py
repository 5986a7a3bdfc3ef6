"""OpenRouter: many providers' models behind one prepaid account. Source: its API reference.

Its own fallback list (`models`) is left alone: we route. Rules for editing: prices there are texts, USD per token.
"""

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.listing import Listed
from switchgeard.core.moments import month_end, parse_moment
from switchgeard.core.offer import Price
from switchgeard.core.quota import Window
from switchgeard.core.rule import Rule

from .anthropic import versioned
from .kind import Kind, ModelsPage, Paste, QuotaPage
from .lists import listed
from .pages import page
from .reply import Row, among, count, inner, left, members, seconds, text, texts, usd

PER_MILLION = 1e6
LARGEST = 8 * 1024 * 1024  # bytes; 500 models take about 1.5 million
SORTS = (":nitro", ":floor", ":online")
"""Endings that change which upstream serves a model, or what it may use: it is listed without them."""
DAY = 86_400.0


def day_end(wall: float) -> float:
    """The next midnight, UTC."""
    return (wall // DAY + 1) * DAY


def week_end(wall: float) -> float:
    """The next Monday's midnight, UTC; the first day of all was a Thursday."""
    return ((wall // DAY + 3) // 7 * 7 + 4) * DAY


_RESETS = {"daily": day_end, "weekly": week_end, "monthly": month_end}


def models(body: bytes) -> tuple[Listed, ...]:
    """Its list, with prices, limits and what an alias stands for. Raises ValueError."""
    return listed(body, _model)


def unsorted(model: str) -> str:
    """The listed id of a model asked for with a way to serve it."""
    return next((model.removesuffix(end) for end in SORTS if model.endswith(end)), model)


def _model(row: Row) -> Listed | None:
    name, design = text(row, "id"), inner(row, "architecture")
    spoken, seen = texts(row, "supported_parameters"), texts(design, "input_modalities")
    if name is None or "text" not in (texts(design, "output_modalities") or ("text",)):
        return None
    top = inner(row, "top_provider")
    return Listed(
        name,
        name=text(row, "name"),
        context=count(top, "context_length") or count(row, "context_length"),
        max_output=count(top, "max_completion_tokens"),
        tools=among(spoken, "tools"),
        images=among(seen, "image"),
        pdf=among(seen, "file"),
        json_schema=among(spoken, "structured_outputs"),
        reasoning=among(spoken, "reasoning", "include_reasoning"),
        price=_price(inner(row, "pricing")),
        target=text(row, "alias_target"),
        created=seconds(row, "created"),
    )


def _price(row: Row) -> Price | None:
    """None where it depends: a router's own ids cost "-1"."""
    fresh, out = usd(row, "prompt", PER_MILLION), usd(row, "completion", PER_MILLION)
    if fresh is None or out is None:
        return None
    read, write = usd(row, "input_cache_read", PER_MILLION), usd(row, "input_cache_write", PER_MILLION)
    return Price(fresh, out, read, write, usd(row, "input_cache_write_1h", PER_MILLION))


def allowance(body: bytes, provider: str, now: Now) -> tuple[Window, ...]:
    """What `/key` says is left: the key's own limit, the budget over it, today's free requests. Raises ValueError."""
    told = inner(members(body), "data")
    budget, free = inner(told, "effective_budget"), inner(told, "free_model_daily_requests")
    found = (
        _window(provider, "key", "usd", told, ("limit", "limit_remaining"), _reset(told, now), now),
        _window(provider, "budget", "usd", budget, ("limit_usd", "remaining_usd"), _at(budget, now), now),
        _window(provider, "free-requests-day", "requests", free, ("limit", "remaining"), day_end(now.wall), now),
    )
    return tuple(window for window in found if window is not None)


def _window(
    provider: str, name: str, unit: str, row: Row, names: tuple[str, str], resets_at: float | None, now: Now
) -> Window | None:
    limit, rest = (left(row, field) for field in names)
    if rest is None:
        return None
    return Window(
        provider,
        name,
        now.wall,
        "/key",
        family="*:free" if unit == "requests" else None,
        used=max(0.0, 1.0 - rest / limit) if limit else None,
        limit=limit,
        remaining=rest,
        unit=unit,
        resets_at=resets_at,
    )


def _reset(row: Row, now: Now) -> float | None:
    ends = _RESETS.get(text(row, "limit_reset") or "")
    return None if ends is None else ends(now.wall)


def _at(row: Row, now: Now) -> float | None:
    said = text(row, "resets_at")
    return None if said is None else parse_moment(said, now.wall)


RULES = (
    Rule(FailureKind.QUOTA_EXCEEDED, code="token_limit_exceeded"),  # what the credits allow, not what the model does
    Rule(FailureKind.CONTENT_POLICY, frozenset({403}), pattern=r"flagged|requires moderation"),
    # the account's privacy settings, or no upstream that can do what was asked: the model itself is there
    Rule(FailureKind.PERMISSION, frozenset({404}), pattern=r"data policy|guardrail|endpoints found that (support|can)"),
)

KIND = Kind(
    name="openrouter",
    label="OpenRouter",
    base_url="https://openrouter.ai/api/v1",
    paths={"openai.chat": "/chat/completions", "openai.responses": "/responses", "anthropic.messages": "/messages"},
    listing=ModelsPage("/models", models, largest=LARGEST, base=unsorted),
    billing=Billing.PREPAID,
    env=("OPENROUTER_API_KEY",),
    login=Paste("API key", "https://openrouter.ai/settings/keys"),
    quota=QuotaPage(page("/key"), allowance),
    rules=RULES,
    shape=versioned,
)

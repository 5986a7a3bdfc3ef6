"""A small world of models and providers at a fixed moment, as a daemon would tell it."""

from switchgear_protocol.content import Message, Text, Usage
from switchgear_protocol.errors import AttemptReport
from switchgear_protocol.messages import (
    Answer,
    ConfigState,
    ModelView,
    OfferView,
    ProviderView,
    ServedBy,
    Status,
    WindowView,
)
from switchgear_protocol.words import Billing, FailureKind, Finish, Health, Interrupt, StickyMode

NOW = 1763906400.0  # 2025-11-23 14:00:00 UTC
MINUTE, HOUR = 60.0, 3600.0

PRO = OfferView(
    provider="claude_pro",
    model="claude-opus-4-6",
    label="Opus 4.6 (via Claude Pro)",
    kind="anthropic",
    billing=Billing.INCLUDED,
    health=Health.QUOTA_EXHAUSTED,
    usable=False,
    reason="5-hour window used up",
    until=NOW + 2 * HOUR + 10 * MINUTE,
    context=200_000,
    max_output=32_000,
    features={"tools": True, "images": True, "json_schema": False},
)
COPILOT = OfferView(
    provider="github_copilot",
    model="claude-opus-4.6",
    label="Opus 4.6 (via GitHub Copilot)",
    kind="openai-compatible",
    billing=Billing.INCLUDED,
    health=Health.AVAILABLE,
    usable=True,
)
API = OfferView(
    provider="claude_api",
    model="claude-opus-4-6",
    label="Opus 4.6 (via Claude API)",
    kind="anthropic",
    billing=Billing.METERED,
    health=Health.MISSING_CREDENTIAL,
    usable=False,
    reason="no key in the keyring",
    hint="switchgear login claude_api",
    price={"input": 15.0, "output": 75.0, "cache_read": 1.5},
)
GPT = OfferView(
    provider="openai",
    model="gpt-5.5",
    label="GPT 5.5 (via OpenAI)",
    kind="openai",
    billing=Billing.METERED,
    health=Health.AVAILABLE,
    usable=True,
)
GEMINI = OfferView(
    provider="openrouter-work",
    model="google/gemini-3",
    label="Gemini 3 (via OpenRouter Work)",
    kind="openai-compatible",
    billing=Billing.PREPAID,
    health=Health.RATE_LIMITED,
    usable=False,
    reason="429 too many requests",
    until=NOW + 45,
)
OPUS = ModelView(
    alias="opus-4.6",
    label="Opus 4.6",
    offers=[PRO, COPILOT, API],
    serving=COPILOT.label,
    sticky_mode=StickyMode.SESSION,
    after_commit=Interrupt.ERROR,
    failover_on=["quota_exceeded", "rate_limited"],
)
MODELS = [
    OPUS,
    ModelView(alias="gpt-5.5", label="GPT 5.5", offers=[GPT], serving=GPT.label),
    ModelView(alias="gemini-3", label="Gemini 3", offers=[GEMINI]),
]


def provider(offer: OfferView, label: str) -> ProviderView:
    return ProviderView(
        id=offer.provider,
        label=label,
        kind=offer.kind,
        billing=offer.billing,
        health=offer.health,
        credential="keyring",
        reason=offer.reason,
        hint=offer.hint,
        until=offer.until,
    )


PROVIDERS = [
    provider(PRO, "Claude Pro"),
    provider(COPILOT, "GitHub Copilot"),
    provider(API, "Claude API"),
    provider(GPT, "OpenAI"),
    provider(GEMINI, "OpenRouter Work"),
]
WINDOWS = [
    WindowView("claude_pro", "5h", "header", NOW - 30, used=1.0, resets_at=NOW + 2 * HOUR + 10 * MINUTE),
    WindowView("claude_pro", "7d", "header", NOW - 30, used=0.38, resets_at=NOW + 70 * HOUR),
    WindowView(
        "openai",
        "requests",
        "header",
        NOW - 5,
        limit=500,
        remaining=90,
        unit="requests",
        resets_at=NOW + 12,
    ),
    WindowView("openrouter-work", "credit", "endpoint", NOW - 600, model="gemini-3"),
]
STATUS = Status(
    version="0.1.0",
    pid=4242,
    started_at=NOW - 3 * HOUR - 12 * MINUTE,
    now=NOW,
    seq=17,
    config=ConfigState("/home/dev/.config/switchgear/config.toml", 3, True),
    models=MODELS,
    providers=PROVIDERS,
    quota=WINDOWS,
    in_flight=2,
    sessions=5,
)
ALL_WELL = Status(
    version="0.1.0",
    pid=4242,
    started_at=NOW - 40,
    now=NOW,
    seq=1,
    config=ConfigState("/home/dev/.config/switchgear/config.toml", 1, True),
    models=[MODELS[1]],
    providers=[PROVIDERS[3]],
)
ANSWER = Answer(
    message=Message("assistant", [Text("The sky is blue.")]),
    finish=Finish.STOP,
    usage=Usage(input=12, output=5),
    served_by=ServedBy("github_copilot", "claude-opus-4.6", COPILOT.label),
    attempts=[
        AttemptReport(
            "claude_pro",
            "claude-opus-4-6",
            "failed",
            "5-hour window",
            FailureKind.QUOTA_EXCEEDED,
            12.0,
            label="Opus 4.6 (via Claude Pro)",
        ),
        AttemptReport("github_copilot", "claude-opus-4.6", "complete", milliseconds=840.0),
    ],
    request="r1",
)

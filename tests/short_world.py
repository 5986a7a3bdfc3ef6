"""A believable world in which quotas run short, told by the real State: for the screens that say what is left."""

from msgspec.structs import replace

from sample_offers import ask, merged, offer, state
from switchgear_protocol.messages import ConfigState, ModelView, Quota, QuotaAccount, RouteExplained, Status
from switchgear_protocol.words import Billing, FailureKind, Scope, StickyMode
from switchgeard import remaining, views
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps, Features, Offer, Price, RoutingPolicy
from switchgeard.core.quota import Window
from switchgeard.core.readings import UNIFIED
from switchgeard.state import State

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
OPUS = Price(input=5.0, output=25.0, cache_read=0.5, cache_write=6.25)
WELL = Features(json_schema=False, context=200_000, max_output=64_000)
MISSING = "no key in the keyring"
LIMITS = Caps(requests_per_minute=20, usd_per_day=5.0)


def _offer(provider: str, via: str, billing: Billing = Billing.INCLUDED, **more: object) -> Offer:
    fields: dict[str, object] = {"price": OPUS, "features": WELL, "facts": "price: catalogue, context: config", **more}
    return offer(provider, "claude-opus-4-6", billing=billing, label=f"Opus 4.6 (via {via})", **fields)


MODEL = merged(
    _offer("claude-pro", "Claude Pro"),
    _offer("claude-team", "Claude Team"),
    _offer("copilot", "GitHub Copilot", price=None, facts="context: listed"),
    _offer("bedrock", "Bedrock", Billing.METERED),
    _offer("openrouter", "OpenRouter", Billing.PREPAID, facts="price: listed, context: listed"),
    _offer("vertex", "Vertex AI", Billing.METERED),
    _offer("anthropic", "Anthropic", Billing.METERED, caps=LIMITS),
    alias="opus-4.6",
    routing=RoutingPolicy(sticky_mode=StickyMode.SESSION),
)


def short_world(wall: float) -> State:
    """One window nearly spent, one spent; one provider paused, one without its key, one that needs consent."""
    now = Now(wall, 9_000.0)
    world = state(MODEL, metered="ask")
    known = world.config.providers
    known["anthropic"] = replace(known["anthropic"], caps=LIMITS)
    world.observe(_windows(now.wall), now)
    world.pause("bedrock", None, now)
    absent = Failure(FailureKind.MISSING_CREDENTIAL, MISSING, scope=Scope.CREDENTIAL, hint="switchgear login vertex")
    world.credential_absent("vertex", absent, now)
    return world


def _windows(wall: float) -> list[Window]:
    return [
        Window("claude-pro", "5h", wall - 30, UNIFIED, used=0.93, resets_at=wall + 1.2 * HOUR, status="allowed"),
        Window("claude-pro", "7d", wall - 30, UNIFIED, used=0.41, resets_at=wall + 3 * DAY, status="allowed"),
        Window("claude-pro", "7d_opus", wall - 2 * HOUR, UNIFIED, family="*opus*", used=0.2, resets_at=wall + 3 * DAY),
        Window("claude-team", "5h", wall - 5, UNIFIED, used=1.0, resets_at=wall + 2.2 * HOUR, status="rejected"),
        Window(
            "copilot", "premium_interactions", wall - 240, "copilot_internal/user",
            used=0.62, limit=300.0, remaining=114.0, unit="requests", resets_at=wall + 7.5 * DAY,
        ),
        Window("openrouter", "key", wall - 70, "/key", used=0.381, limit=20.0, remaining=12.38, unit="usd"),
    ]  # fmt: skip


def quota(wall: float) -> Quota:
    """What `quota/list` tells of it."""
    accounts = [
        QuotaAccount("claude-pro", "Claude Pro", "anna@example.org"),
        QuotaAccount("claude-team", "Claude Team", "anna@example.com"),
        QuotaAccount("copilot", "GitHub Copilot", "anna", True, wall - 240),
        QuotaAccount("bedrock", "Bedrock"),
        QuotaAccount("openrouter", "OpenRouter", "", True, wall - 10, "its quota page answered with status 500"),
        QuotaAccount("vertex", "Vertex AI", "", True, wall, MISSING, "switchgear login vertex"),
        QuotaAccount("anthropic", "Anthropic"),
    ]
    return Quota(remaining.windows(short_world(wall), Now(wall, 9_000.0)), accounts)


def opus(wall: float) -> ModelView:
    """What `models/show` tells of it."""
    return views.model(short_world(wall), MODEL, Now(wall, 9_000.0))


def route(wall: float) -> RouteExplained:
    """What `route/explain` tells of a request of 2000 tokens."""
    world, now, asking = short_world(wall), Now(wall, 9_000.0), ask(MODEL, needs=Needs(input_tokens=2000))
    return views.explained(world, world.plan(asking, now), asking)


def status(wall: float) -> Status:
    """What `status` tells of it."""
    world, now = short_world(wall), Now(wall, 9_000.0)
    return Status(
        version="0.1.0",
        pid=4242,
        started_at=wall - 3 * HOUR,
        now=wall,
        seq=17,
        config=ConfigState("/home/anna/.config/switchgear/config.toml", 3, True),
        models=views.models(world, now),
        providers=views.providers(world, now),
        quota=remaining.windows(world, now),
    )

"""Offers, models and a State over them, for tests of the routing core."""

from collections.abc import Sequence

from switchgear_protocol.words import Billing, FailureKind, Scope
from switchgeard.ask import Ask, Settled
from switchgeard.config.settled import Config
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Catalog, FailoverPolicy, MergedModel, Offer, RoutingPolicy
from switchgeard.core.provider import NoCredential, Provider
from switchgeard.core.routing import Standing
from switchgeard.state import State

T0 = Now(wall=1_800_000_000.0, boot=5_000.0)
EXACT = 0.5  # the jitter that leaves a backoff as it is: 0.8 + 0.4 * 0.5


def offer(provider: str = "a", model: str = "m-1", **changes: object) -> Offer:
    """An included offer at an endpoint of its own."""
    fields: dict[str, object] = {
        "kind": "openai-compatible",
        "endpoint": f"https://{provider}.example:443",
        "billing": Billing.INCLUDED,
        "label": f"M (via {provider})",
    }
    return Offer(provider=provider, model=model, **{**fields, **changes})  # type: ignore[arg-type]


def merged(
    *offers: Offer, routing: RoutingPolicy | None = None, failover: FailoverPolicy | None = None, alias: str = "m"
) -> MergedModel:
    return MergedModel(alias, "M", offers, routing or RoutingPolicy(), failover or FailoverPolicy())


def standings(*offers: Offer) -> list[Standing]:
    return [Standing(each) for each in offers]


def configured(*models: MergedModel, **settings: object) -> Config:
    """A config whose providers need no credential."""
    providers = {o.provider: provider_of(o) for model in models for o in model.offers}
    catalog = Catalog({model.alias: model for model in models})
    return Config("config.toml", 1, providers, catalog, **settings)  # type: ignore[arg-type]


def provider_of(one: Offer) -> Provider:
    return Provider(one.provider, one.kind, one.provider.upper(), one.endpoint, one.billing, NoCredential())


def state(*models: MergedModel, rand: float = EXACT, **settings: object) -> State:
    return State(configured(*models, **settings), lambda: rand)


def ask(model: MergedModel, session: str | None = None, needs: Needs | None = None, **more: bool) -> Ask:
    return Ask("r-1", model, needs or Needs(), "editor", session, **more)


SCOPES = {
    FailureKind.QUOTA_EXCEEDED: Scope.BUCKET,
    FailureKind.RATE_LIMITED: Scope.BUCKET,
    FailureKind.OVERLOADED: Scope.OFFER,
    FailureKind.UNAVAILABLE: Scope.ENDPOINT,
    FailureKind.TIMEOUT: Scope.OFFER,
    FailureKind.AUTH_FAILED: Scope.CREDENTIAL,
    FailureKind.MISSING_CREDENTIAL: Scope.CREDENTIAL,
    FailureKind.LOCKED: Scope.CREDENTIAL,
    FailureKind.PERMISSION: Scope.OFFER,
    FailureKind.MODEL_NOT_FOUND: Scope.OFFER,
    FailureKind.PROTOCOL: Scope.OFFER,
}


def failure(kind: FailureKind, retry_after: float | None = None, **more: object) -> Failure:
    """A failure of this kind at the scope it usually has."""
    fields: dict[str, object] = {"scope": SCOPES.get(kind, Scope.NONE)}
    if fields["scope"] is Scope.BUCKET:
        fields["bucket"] = "account"
    return Failure(kind, f"{kind} it says", retry_after=retry_after, **{**fields, **more})  # type: ignore[arg-type]


def codes(given: Sequence[Standing]) -> list[tuple[str, str]]:
    return [(standing.offer.provider, standing.code) for standing in given]


__all__ = [
    "EXACT",
    "SCOPES",
    "T0",
    "Settled",
    "ask",
    "codes",
    "configured",
    "failure",
    "merged",
    "offer",
    "provider_of",
    "standings",
    "state",
]

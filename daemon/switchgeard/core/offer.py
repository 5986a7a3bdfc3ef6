"""Offers and merged models: what the user may choose and who can serve it.

Built by `config`, read by everyone; frozen: a request that outlives a config looks at the next one by `as_in`.
"""

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.words import Billing, Interrupt, StickyMode


class Price(Struct, frozen=True):
    """USD per million tokens. `tiers`: what is paid once the whole prompt is longer, the longest last."""

    input: float = 0.0
    output: float = 0.0
    cache_read: float | None = None
    cache_write: float | None = None  # kept for minutes
    cache_write_1h: float | None = None  # kept for an hour or more
    tiers: tuple["Tier", ...] = ()


class Tier(Struct, frozen=True):
    """Prices (USD per million tokens) for prompts of more than `above` tokens, cached ones included."""

    above: int
    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None


class Features(Struct, frozen=True):
    """What this offer can do. None for a number means: not known, do not gate on it."""

    tools: bool = True
    images: bool = True
    pdf: bool = True
    json_schema: bool = True
    reasoning: bool = True
    context: int | None = None  # tokens
    max_output: int | None = None  # tokens


class Timeouts(Struct, frozen=True):
    """Seconds. `first_event` and `idle` count content only, never pings; `whole` is for an answer not streamed."""

    connect: float = 5.0
    first_event: float = 60.0
    idle: float = 60.0
    whole: float = 300.0


class Caps(Struct, frozen=True):
    """The user's own limits on a provider."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    usd_per_day: float | None = None


class Offer(Struct, frozen=True):
    """One provider's variant of a model."""

    provider: str
    model: str  # the provider's own id
    kind: str
    endpoint: str  # scheme://host:port, the scope of transport faults
    billing: Billing
    label: str  # "Opus 4.6 (via Claude Pro)"
    wire: str = "openai.chat"  # the one it is spoken to in
    wires: tuple[str, ...] = ()  # every one it may be spoken to in; the config may leave only one
    features: Features = Features()
    price: Price | None = None
    timeouts: Timeouts = Timeouts()
    caps: Caps = Caps()
    lacks: frozenset[str] = frozenset()  # uses (core.needs.USES) its kind cannot carry whatever the wire says
    carries: frozenset[str] = frozenset()  # uses its kind can carry though its wire, as others speak it, cannot
    streams_only: bool = False  # it must be asked for a stream
    brought: bool = False  # its credential is the one that the asking program brings itself
    written: frozenset[str] = frozenset()  # what the user said of it himself: "context", "tools", "price", ...
    withheld: str = ""  # why this account may not have it, as its provider's list says
    assumed_window: bool = False  # the context is the catalogue's: neither the user nor the provider says it
    facts: str = ""  # where price and context are from: config, listed, catalogue
    canonical: str | None = None  # the model it is a variant of, where the catalogue knows
    quantised: bool = False  # weights of lower precision than the model's own
    thresholds: tuple[tuple[str, float], ...] = ()  # quota window -> used fraction from which new sessions go elsewhere

    @property
    def key(self) -> tuple[str, str]:
        return (self.provider, self.model)

    @property
    def name(self) -> str:
        """`provider/model-id`: what it is asked for by."""
        return f"{self.provider}/{self.model}"

    def spoken(self, dialect: str) -> "Offer":
        """The offer as it is spoken to when the client speaks `dialect`: in the client's own words where it can be."""
        return replace(self, wire=dialect) if dialect in self.wires and dialect != self.wire else self


class Retry(Struct, frozen=True):
    attempts: int = 1  # further tries at the same offer
    backoff_ms: int = 300


FAILOVER_ON = ("quota_exceeded", "rate_limited", "provider_unavailable", "timeout", "auth_failed")


class FailoverPolicy(Struct, frozen=True):
    on: tuple[str, ...] = FAILOVER_ON
    retry: Retry = Retry()
    after_commit: Interrupt = Interrupt.ERROR
    max_attempts: int = 6
    max_inline_wait: float = 3.0  # seconds a sticky session waits out a short rate limit
    deadline: float = 600.0  # seconds until the first content, over all attempts


class RoutingPolicy(Struct, frozen=True):
    sticky_mode: StickyMode = StickyMode.SESSION
    window: float = 1800.0  # seconds, for time_window
    allow_feature_downgrade: bool = False
    order: str = "given"  # given: the user's; cheapest: by marginal price and what is left


class MergedModel(Struct, frozen=True):
    alias: str
    label: str  # "Opus 4.6"
    offers: tuple[Offer, ...]
    routing: RoutingPolicy = RoutingPolicy()
    failover: FailoverPolicy = FailoverPolicy()
    within: str | None = None  # of one variant: the user's model that has it and others
    merged_by: str = "config"  # or "catalogue": a proposal in force that nobody wrote

    def spoken(self, dialect: str) -> "MergedModel":
        """The model as a client that speaks `dialect` is served."""
        offers = tuple(offer.spoken(dialect) for offer in self.offers)
        return replace(self, offers=offers) if offers != self.offers else self

    def as_in(self, known: "MergedModel | None") -> "MergedModel":
        """Of these offers those that `known` has, in its order and as it has them, each in the wire it has here."""
        wires = {offer.key: offer.wire for offer in self.offers}
        there = () if known is None else known.offers
        return replace(self, offers=tuple(o.spoken(wires[o.key]) for o in there if o.key in wires))


class Catalog(Struct, frozen=True):
    """All merged models by alias, and the revision of the config they came from."""

    models: dict[str, MergedModel] = {}
    revision: int = 0

    def offers(self) -> list[Offer]:
        """Each distinct offer once, in config order, as its first group says; priced where any group knows a price."""
        seen: dict[tuple[str, str], Offer] = {}
        for offer in (offer for model in self.models.values() for offer in model.offers):
            known = seen.setdefault(offer.key, offer)
            if known.price is None and offer.price is not None:
                seen[offer.key] = replace(known, price=offer.price)
        return list(seen.values())

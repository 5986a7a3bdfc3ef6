"""Views: what is believed of models, offers, providers, quota and config, as clients see it.

Rules for editing: fields are only added, with a default. Nothing here is a secret. Times are epoch
seconds; `hint` is the command that cures what `reason` says.
"""

from .shapes import Result
from .words import Billing, Health, Interrupt, StickyMode


class OfferView(Result, frozen=True):
    """One provider's variant of a merged model, with what is believed of it now."""

    provider: str
    model: str
    label: str  # "Opus 4.6 (via Claude Pro)"
    kind: str
    billing: Billing
    health: Health
    usable: bool
    reason: str = ""
    hint: str | None = None
    until: float | None = None
    source: str | None = None
    in_flight: int = 0
    context: int | None = None
    max_output: int | None = None
    features: dict[str, bool] = {}
    price: dict[str, float] = {}
    canonical: str | None = None
    quantised: bool = False
    windows: list["WindowView"] = []  # what is left of it, as far as known
    facts: str = ""  # "price: SOURCE, context: SOURCE", where known; a source is listed, config or catalogue
    overdrawn: bool = False  # a plan that is used up: what it serves until its reset is billed at `price`
    place: int | None = None  # in the order a new session's request tries them now, from 1; None: it is passed over


class ModelView(Result, frozen=True):
    alias: str
    label: str
    offers: list[OfferView]
    serving: str | None = None  # label of the offer a new request would go to
    sticky_mode: StickyMode = StickyMode.NONE
    pinned: str | None = None
    pinned_until: float | None = None
    after_commit: Interrupt = Interrupt.ERROR
    failover_on: list[str] = []
    order: str = "given"
    merged_by: str = "config"  # or catalogue: [grouping] auto = "merge"
    allow_feature_downgrade: bool = False


class ProviderView(Result, frozen=True):
    id: str
    label: str
    kind: str
    billing: Billing
    health: Health
    base_url: str | None = None
    credential: str = ""  # where it comes from: "keyring", "env ANTHROPIC_API_KEY", ...
    reason: str = ""
    hint: str | None = None
    since: float | None = None
    until: float | None = None
    source: str | None = None
    paused: bool = False
    paused_until: float | None = None
    in_flight: int = 0
    wire: str | None = None
    account: str = ""  # who is logged in, where the login says
    expires_at: float | None = None  # when the login itself ends, where it says


class WindowView(Result, frozen=True):
    """One quota window as last read. `used` is a fraction; limit/remaining in `unit`s."""

    provider: str
    window: str
    source: str
    observed_at: float
    model: str | None = None
    used: float | None = None
    limit: float | None = None
    remaining: float | None = None
    unit: str | None = None
    resets_at: float | None = None
    status: str | None = None
    state: str = "ok"  # ok, nearly (new sessions go elsewhere), spent
    threshold: float | None = None  # used fraction from which it is nearly spent
    reserved: float = 0.0  # fraction held by requests in flight


class ConfigState(Result, frozen=True):
    path: str
    revision: int
    ok: bool
    error: str | None = None
    hint: str | None = None


class Status(Result, frozen=True):
    """A snapshot of everything believed. Also the first message of a subscription."""

    version: str
    pid: int
    started_at: float
    now: float
    seq: int  # the last event already contained in this snapshot
    config: ConfigState
    models: list[ModelView] = []
    providers: list[ProviderView] = []
    quota: list[WindowView] = []
    in_flight: int = 0
    sessions: int = 0
    storage: str = "ok"
    last_served: str | None = None  # label
    draining: bool = False
    http: str | None = None  # where the HTTP door is open, and where it should be and is not; None: nowhere

"""The shape of config.toml, table by table: names, types and bounds, nothing else.

Rules for editing: a key here is a promise to users, so keys are only added; every key but the
identifying ones is optional (None: not written, somebody else's default holds); what a value
means together with others is checked in `load`. Unknown keys are refused everywhere.
"""

import re
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from switchgear_protocol.words import Billing, Interrupt, StickyMode
from switchgeard.core.prompt_format import FORMAT

from .settled import Grouping, Metered

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=1, le=10**12)]
Money = Annotated[float, Meta(ge=0, le=10**9)]
Fraction = Annotated[float, Meta(gt=0, le=1)]

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST = 366 * 86400.0


class Seconds(float):
    """A length of time: "300ms", "5s", "30m", "2h", "7d", or a number of seconds."""


class Wait(Seconds):
    """A length of time that may be 0."""


def seconds(written: object, kind: type[Seconds] = Seconds) -> Seconds:
    """The seconds a config value stands for. Raises ValueError with what is allowed."""
    value = _plain(written)
    if value is None or not (0 < value <= LONGEST or (value == 0 and kind is Wait)):
        raise ValueError('must be a length of time: "300ms", "5s", "30m", "2h", "7d" or a number of seconds')
    return kind(value)


def _plain(written: object) -> float | None:
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written)
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?(ms|s|m|h|d)", written) if isinstance(written, str) else None
    return float(found[1]) * UNITS[found[2]] if found else None


def decode(kind: type[Any], value: object) -> Any:
    """msgspec's hook for the types of ours."""
    if issubclass(kind, Seconds):
        return seconds(value, kind)
    raise NotImplementedError(kind)


class CredentialTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of them is written."""

    env: Name | None = None
    file: Name | None = None
    command: Annotated[list[str], Meta(min_length=1, max_length=64)] | None = None
    systemd: Name | None = None


class LimitsTable(Struct, frozen=True, forbid_unknown_fields=True):
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    usd_per_day: Money | None = None


class TimeoutsTable(Struct, frozen=True, forbid_unknown_fields=True):
    connect: Seconds | None = None
    first_event: Seconds | None = None
    idle: Seconds | None = None
    whole: Seconds | None = None


class RoutingTable(Struct, frozen=True, forbid_unknown_fields=True):
    sticky_mode: StickyMode | None = None
    window: Seconds | None = None
    allow_feature_downgrade: bool | None = None
    order: Literal["given", "cheapest"] | None = None


class RetryTable(Struct, frozen=True, forbid_unknown_fields=True):
    attempts: Annotated[int, Meta(ge=0, le=10)] | None = None
    backoff_ms: Annotated[int, Meta(ge=0, le=60_000)] | None = None


FailoverWord = Literal["quota_exceeded", "rate_limited", "provider_unavailable", "timeout", "auth_failed"]


class FailoverTable(Struct, frozen=True, forbid_unknown_fields=True):
    on: list[FailoverWord] | None = None
    retry: RetryTable = RetryTable()
    after_commit: Interrupt | None = None
    max_attempts: Annotated[int, Meta(ge=1, le=100)] | None = None
    max_inline_wait: Wait | None = None
    deadline: Seconds | None = None


class FeaturesTable(Struct, frozen=True, forbid_unknown_fields=True):
    tools: bool | None = None
    images: bool | None = None
    pdf: bool | None = None
    json_schema: bool | None = None
    reasoning: bool | None = None


class PriceTable(Struct, frozen=True, forbid_unknown_fields=True):
    """USD per million tokens."""

    input: Money
    output: Money
    cache_read: Money | None = None
    cache_write: Money | None = None
    cache_write_1h: Money | None = None


class ProviderTable(Struct, frozen=True, forbid_unknown_fields=True):
    id: Name
    kind: str
    label: Name | None = None
    base_url: Name | None = None
    insecure_http: bool = False
    credential: Literal["keyring", "none", "passthrough"] | CredentialTable | None = None
    billing: Billing | None = None
    limits: LimitsTable = LimitsTable()
    timeouts: TimeoutsTable = TimeoutsTable()
    wire: Name | None = None
    thresholds: dict[Name, Fraction] = {}
    # keys of single kinds: which takes what is in its row (`Kind.options`)
    client_id: Name | None = None
    region: Name | None = None
    project: Name | None = None
    location: Name | None = None
    api_version: Name | None = None
    program: Name | None = None


OPTIONS = ("client_id", "region", "project", "location", "api_version", "program")
"""The keys of ProviderTable that belong to single kinds."""


class GroupTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a group: a provider's variant of the model, in the user's order."""

    provider: Name
    model: Name
    wire: Name | None = None
    context: Count | None = None
    max_output: Count | None = None
    features: FeaturesTable = FeaturesTable()
    price: PriceTable | None = None


class ModelTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Its group is read line by line, so that one bad line does not hide the next."""

    alias: Name
    group: list[Any]
    label: Name | None = None
    routing: RoutingTable = RoutingTable()
    failover: FailoverTable = FailoverTable()


class DefaultsTable(Struct, frozen=True, forbid_unknown_fields=True):
    routing: RoutingTable = RoutingTable()
    failover: FailoverTable = FailoverTable()
    timeouts: TimeoutsTable = TimeoutsTable()


class GroupingTable(Struct, frozen=True, forbid_unknown_fields=True):
    auto: Grouping = "propose"


class SpendTable(Struct, frozen=True, forbid_unknown_fields=True):
    metered: Metered = "allow"
    usd_per_day: Money | None = None
    usd_per_session: Money | None = None


class HTTPTable(Struct, frozen=True, forbid_unknown_fields=True):
    listen: Name | None = None
    unix: bool = True


class PromptTable(Struct, frozen=True, forbid_unknown_fields=True):
    format: Name = FORMAT
    show: Literal["always", "failover", "never"] = "always"


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file, its entries still raw: each is decoded by itself."""

    providers: list[Any] = []
    models: list[Any] = []
    defaults: dict[str, Any] = {}
    grouping: dict[str, Any] = {}
    spend: dict[str, Any] = {}
    http: dict[str, Any] = {}
    prompt: dict[str, Any] = {}

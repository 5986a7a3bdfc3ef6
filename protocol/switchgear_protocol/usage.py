"""Usage: what is left and what was spent. Told again by `messages`. Rules for editing: as there."""

from typing import Annotated

from msgspec import Meta, field

from .content import Usage
from .shapes import Name, Params, Result
from .views import WindowView


class QuotaList(Params, frozen=True):
    """`refresh`: look at the quota pages now, those looked at a moment ago excepted."""

    provider: Name | None = None
    refresh: bool = False


class QuotaAccount(Result, frozen=True):
    """One provider's account, and how the last look at its quota page went; `looked_at` None: none was taken."""

    provider: str
    label: str
    account: str = ""
    page: bool = False  # it has a page to look at; else only its answers tell
    looked_at: float | None = None
    reason: str = ""  # why the page told nothing
    hint: str | None = None


class Quota(Result, frozen=True):
    windows: list[WindowView]
    accounts: list[QuotaAccount] = []


class UsageQuery(Params, frozen=True):
    """`by`: any of provider, model, alias, day, session, client. `since`/`until`: epoch seconds."""

    by: Annotated[list[Name], Meta(max_length=64)] = field(default_factory=lambda: ["provider", "model"])
    since: float | None = None
    until: float | None = None
    limit: int = 1000


class UsageRow(Result, frozen=True):
    key: dict[str, str]
    requests: int
    attempts: int
    complete: int
    failed: int
    usage: Usage
    cost_usd: float = 0.0
    unpriced: int = 0  # attempts whose price is not known
    saved_usd: float = 0.0  # list price of what subscriptions and local servers did


class UsageReply(Result, frozen=True):
    rows: list[UsageRow]
    total: UsageRow | None = None

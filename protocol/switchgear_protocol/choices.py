"""Choices: what there is to choose from: kinds of providers, their model lists, merged models that could be.

Told again by `messages`. Rules for editing: as there.
"""

from typing import Annotated, Literal

from msgspec import Meta

from .shapes import Name, Params, Result
from .views import ConfigState


class KindView(Result, frozen=True):
    """A sort of provider, for those who add one. `login`: paste, device, browser or none."""

    name: str
    label: str
    billing: str
    login: str
    base_url: str | None = None
    what: str = ""  # what is pasted: "API key"; or why there is nothing to log in to
    page: str | None = None  # where a key is made
    env: list[str] = []  # variables people keep it in
    options: list[str] = []  # config keys of its own
    required: list[str] = []  # of those, the ones it cannot do without


class Kinds(Result, frozen=True):
    kinds: list[KindView]


class ProvidersAdd(Params, frozen=True):
    """Writes a `[[providers]]` entry into the config. `credential` as the config spells it."""

    id: Name
    kind: Name
    label: Name | None = None
    base_url: Name | None = None
    credential: Literal["keyring", "none", "passthrough"] | dict[str, str | list[str]] | None = None
    billing: Name | None = None
    options: dict[Name, str] = {}


class ProvidersProbe(Params, frozen=True):
    """Asks the provider what costs nothing: its model list, and its quota page where it has one."""

    provider: Name


class ProbeView(Result, frozen=True):
    provider: str
    ok: bool
    asked: str = ""  # the host, for people
    reason: str = ""  # why not; or, where there is no list to count, what was found
    hint: str | None = None
    milliseconds: float = 0.0
    models: int | None = None
    account: str = ""


class ListingView(Result, frozen=True):
    """The last look at a provider's own model list."""

    provider: str
    models: int
    read_at: float | None = None
    reason: str = ""  # why it could not be read
    hint: str | None = None


class ModelsRefresh(Params, frozen=True):
    """`provider` None: all that can be asked."""

    provider: Name | None = None


class Listings(Result, frozen=True):
    listings: list[ListingView]


class ProposedOffer(Result, frozen=True):
    provider: str
    model: str
    billing: str
    why: str  # curated, rule, or the one listed
    context: int | None = None
    price: dict[str, float] = {}
    quantised: bool = False
    released: float | None = None  # epoch seconds, where its list says


class Proposal(Result, frozen=True):
    """A merged model that could be. `offers` in the order proposed: paid for first, then local, then per token."""

    alias: str
    label: str
    offers: list[ProposedOffer]
    new: list[str] = []  # provider/model of those not in the config yet
    exists: bool = False  # a model of this alias is in the config


class ModelsPropose(Params, frozen=True):
    """`refresh`: ask the providers for their lists first. `single`: models that one provider alone has, too."""

    refresh: bool = False
    single: bool = False


class Proposals(Result, frozen=True):
    proposals: list[Proposal]
    listings: list[ListingView] = []
    auto: str = "propose"


class ModelsAccept(Params, frozen=True):
    """Writes proposals into the config: these aliases, or all of them."""

    aliases: Annotated[list[Name], Meta(max_length=10_000)] = []
    all: bool = False


class Accepted(Result, frozen=True):
    aliases: list[str]
    config: ConfigState

"""Variants: one provider's model under the provider's own id, asked for as `provider/model-id`.

Who asks for a variant asks for that offer alone: nobody takes over for it. What a group of the config says of it holds
here too, the first group's word; of what no group names, the provider's list and the shipped facts say what is known.

Rules for editing: pure but for the memo, which State owns. A variant is refused only where it is sure not to be there:
its provider's list was read, is a list of everything, and has no such row, nor have the shipped facts. What no list
holds up reaches a path and a command line as it is, so its spelling is bounded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from .catalogue.enrichment import by_name, known
from .catalogue.shipped import shipped
from .config.groups import unwritten
from .config.settled import Config
from .core.listing import Listed, Listing
from .core.offer import MergedModel, Offer
from .core.provider import Provider
from .kinds.known import KINDS

SPELLING = re.compile(r"(?!.*\.\.)[A-Za-z0-9@~][A-Za-z0-9._/:@,+~-]{0,199}")
MOST = 500  # variants remembered; one made anew takes a look through its provider's whole list
LONGEST = 400  # characters of a name: a provider's id, and a model's as configs and lists may have it
NEVER = Listing()
Listings = Mapping[str, Listing]


class Made(Struct, frozen=True):
    """What was found for a name, and by which list: by any other it is made anew.

    `vouched`: a group or the provider's list has it; else it may be there, or not.
    """

    model: MergedModel | None
    listing: Listing | None
    vouched: bool = False


@dataclass(slots=True)
class Variants:
    """The variants that were asked for, as they are by the config in force and the lists as last read."""

    made: dict[str, Made] = field(default_factory=dict)
    by: Config | None = None  # what they were all made by: none of an older one is kept, nor that one with it

    def find(self, name: str, config: Config, listings: Listings) -> MergedModel | None:
        """The variant of this name; None where there is none."""
        return self._made(name, config, listings).model

    def vouched(self, name: str, config: Config, listings: Listings) -> bool:
        """Whether the config or a list says that there is this variant."""
        return self._made(name, config, listings).vouched

    def _made(self, name: str, config: Config, listings: Listings) -> Made:
        if len(name) > LONGEST:  # as clients send it: nobody's name, and not remembered
            return Made(None, None)
        if self.by is not config:
            self.by, self.made = config, {}
        listing = listings.get(name.partition("/")[0])
        found = self.made.get(name)
        if found is None or found.listing is not listing:
            if len(self.made) >= MOST:
                self.made.clear()
            model, vouched = variant(name, config, listing), _vouched(name, config, listing or NEVER)
            found = self.made[name] = Made(model, listing, vouched)
        return found


def variant(name: str, config: Config, listing: Listing | None) -> MergedModel | None:
    """The one offer that `provider/model-id` names, as a model by the user's defaults."""
    owner, _, model = name.partition("/")
    provider = config.providers.get(owner)
    if provider is None:
        return None
    written = next((offer for offer in config.catalog.offers() if offer.key == (owner, model)), None)
    offer = written or _unwritten(provider, model, listing or NEVER)
    if offer is None:
        return None
    return MergedModel(name, model, (offer,), config.routing, config.failover, _within(offer, config))


def names(config: Config, listings: Listings, owner: str) -> list[str]:
    """The ids of one provider's variants that can be asked for: written ones first, then those it lists."""
    written = [offer.model for offer in config.catalog.offers() if offer.provider == owner]
    rows = [row.id for row in listings.get(owner, NEVER).models if row.enabled]
    return list(dict.fromkeys((*written, *rows)))


def owners(config: Config, listings: Listings, model: str) -> list[str]:
    """The providers whose variant has this id."""
    return [owner for owner in config.providers if model in names(config, listings, owner)]


def _unwritten(provider: Provider, model: str, listing: Listing) -> Offer | None:
    rows = by_name(listing.models)
    row = rows.get(model) or rows.get(_base(provider, model))
    if row is None and not (SPELLING.fullmatch(model) and _may_have(provider, model, listing)):
        return None
    found: dict[str, Mapping[str, Listed]] = {} if row is None else {provider.id: {model: row}}
    return known(unwritten(provider, model), shipped(), found)


def _base(provider: Provider, model: str) -> str:
    """The id its list has for what is asked for by this one."""
    page = KINDS[provider.kind].listing
    return model if page is None else page.base(model)


def _may_have(provider: Provider, model: str, listing: Listing) -> bool:
    """Whether a model may be there that its provider's list, as last read, does not have."""
    page = KINDS[provider.kind].listing
    return page is None or not page.whole or not listing.models or shipped().has(provider.kind, model)


def _vouched(name: str, config: Config, listing: Listing) -> bool:
    owner, _, model = name.partition("/")
    provider = config.providers.get(owner)
    if provider is None or any(offer.key == (owner, model) for offer in config.catalog.offers()):
        return provider is not None
    return not by_name(listing.models).keys().isdisjoint((model, _base(provider, model)))


def _within(offer: Offer, config: Config) -> str | None:
    """The first model that has this offer and others."""
    models = config.catalog.models.values()
    return next((m.alias for m in models if len(m.offers) > 1 and offer.key in {o.key for o in m.offers}), None)

"""Meant: the refusal of a name that no model or no provider has, with the name that was most likely meant.

Rules for editing: pure. Names of the provider that was named come first. Lists are long: a caller on the event loop
goes through a thread.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from switchgeard import refusal, variants
from switchgeard.config.settled import Config
from switchgeard.rpc_error import RpcError

LONGEST_NAME = 200  # characters that are compared: what is longer is near to nothing, and would take long
MOST_TOLD = 20  # names that are told
MOST = 2000  # names that are compared: a tenth of a second


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like this one, where one is."""
    return next(iter(get_close_matches(name[:LONGEST_NAME], list(known)[:MOST], n=1)), None)


def no_such_provider(name: str, known: Iterable[str]) -> RpcError:
    """What is wrong with a name that is no provider's."""
    near, there = nearest(name, known), ", ".join(list(known)[:MOST_TOLD])
    detail = f'Did you mean "{near}"?' if near else f"Known: {there}." if there else "No provider is configured."
    hint = "switchgear auth" if there else "switchgear setup"
    message = f'There is no provider "{name[:LONGEST_NAME]}".'
    return RpcError.of("no_such_provider", message, detail=detail, hint=hint, meant=near)


def no_such_model(name: str, config: Config, listings: variants.Listings) -> RpcError:
    """What is wrong with a name that is no model's, nor a variant's."""
    owner, slash, model = name.partition("/")
    if slash and owner in config.providers:
        own = variants.names(config, listings, owner)
        near = nearest(model, own)
        return refusal.no_such_variant(owner, model, len(own), None if near is None else f"{owner}/{near}")
    catalog = config.catalog
    known = [*catalog.models, *(offer.name for offer in catalog.offers())]
    near = _elsewhere(name, config, listings) or nearest(name, known)
    return refusal.no_such_model(name, list(catalog.models), near)


def _elsewhere(name: str, config: Config, listings: variants.Listings) -> str | None:
    """The variant of exactly this id, where its provider was left out or misspelt."""
    for owner in variants.owners(config, listings, name):
        return f"{owner}/{name}"
    owner, slash, model = name.partition("/")
    near = nearest(owner, config.providers) if slash else None
    if near is not None and variants.variant(f"{near}/{model}", config, listings.get(near)) is not None:
        return f"{near}/{model}"
    return None

"""Advice: what a config says that is no mistake, but does not do what its writer may think.

Rules for editing: advice never keeps a config from being loaded. One function for each kind; a
config that says everything well gets none.
"""

from collections.abc import Iterator

from switchgear_protocol.words import Billing
from switchgeard.core.offer import Offer
from switchgeard.core.provider import Passthrough
from switchgeard.kinds.known import KINDS

from .problem import SETUP, Problem, listed
from .settled import Config

BROUGHT = "anthropic.messages"  # the dialect whose clients may bring a credential of their own
PRICE = "write price = {input = ..., output = ...} beside it (USD per million tokens)"


def advice(config: Config) -> tuple[Problem, ...]:
    """What to tell the writer of this config; the most pressing first."""
    if not config.providers:
        return (Problem("no provider is configured yet", hint=SETUP),)
    return (*_uncounted(config), *_unused(config), *_not_yet(config))


def _uncounted(config: Config) -> Iterator[Problem]:
    """Limits in USD that cannot bind, because what an offer costs is not known."""
    offers = [offer for model in config.catalog.models.values() for offer in model.offers]
    unpriced = list({offer.key: offer for offer in offers if offer.price is None}.values())
    for one in config.providers.values():
        own = [offer for offer in unpriced if offer.provider == one.id]
        if one.caps.usd_per_day is not None and own:
            yield _no_price(f'providers["{one.id}"].limits.usd_per_day', own)
    metered = [offer for offer in unpriced if offer.billing is Billing.METERED]
    for key in ("usd_per_day", "usd_per_session"):
        if getattr(config, key) is not None and metered:
            yield _no_price(f"spend.{key}", metered)


def _no_price(key: str, offers: list[Offer]) -> Problem:
    names = listed(offer.name for offer in offers[:3]) + (" and others" if len(offers) > 3 else "")
    return Problem(f"does not count {names}, whose price is not known", key, PRICE)


def _unused(config: Config) -> Iterator[Problem]:
    used = {offer.provider for offer in config.catalog.offers()}
    for name in config.providers:
        if name not in used:
            message = f'no model\'s group has it: it serves only who asks for "{name}/MODEL-ID"'
            yield Problem(message, f'providers["{name}"]', "switchgear models propose, or switchgear config edit")


def _not_yet(config: Config) -> Iterator[Problem]:
    """Keys of the format that this version only reads."""
    for one in config.providers.values():
        if isinstance(one.credential, Passthrough) and BROUGHT not in (one.wire or "", *KINDS[one.kind].wires):
            message = f"only what speaks {BROUGHT} brings a credential of its own: this provider is never asked"
            yield Problem(message, f'providers["{one.id}"].credential')

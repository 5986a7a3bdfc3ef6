"""Listed: one model as its provider lists it. What the list does not say is None, never guessed."""

from msgspec import Struct

from .offer import Price


class Listed(Struct, frozen=True):
    """A row of a provider's own model list. `context` and `max_output` are tokens.

    `wires`: the dialects the model answers in there; None: the list does not say. `enabled` False: listed, but not
    for this account (a policy, a missing consent), `why_not` in words. `target`: what a moving alias stands for now.
    """

    id: str
    name: str | None = None
    context: int | None = None
    max_output: int | None = None
    tools: bool | None = None
    images: bool | None = None
    pdf: bool | None = None
    json_schema: bool | None = None
    reasoning: bool | None = None
    price: Price | None = None
    wires: tuple[str, ...] | None = None
    enabled: bool = True
    why_not: str = ""
    aliases: tuple[str, ...] = ()
    target: str | None = None
    created: float | None = None  # epoch seconds of its release
    quantisation: str | None = None  # "fp8", "q4_K_M"


class Listing(Struct, frozen=True):
    """The last look at a provider's own model list, epoch seconds. `models`: of the last look that brought one;
    `reason`: why this one brought none."""

    models: tuple[Listed, ...] = ()
    read_at: float | None = None
    reason: str = ""
    hint: str | None = None

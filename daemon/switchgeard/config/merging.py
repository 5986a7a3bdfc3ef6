"""Merging: `[grouping] auto = "merge"`: proposals in force without being written.

Rules for editing: what the file has wins; an alias it uses is never touched. The models are read by the same code as
written ones.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from switchgeard.catalogue.proposing import Group, Variant, places
from switchgeard.core.offer import Catalog, MergedModel

from .explain import Fault
from .groups import Known, read_models
from .newcomers import Newcomer
from .schema import DefaultsTable
from .settled import Config

Entry = dict[str, Any]


def entry(group: Group) -> Entry:
    """The `[[models]]` entry that says this group."""
    return {"alias": group.alias, "group": [_row(variant) for variant in group.variants]}


def newcomers(group: Group, model: MergedModel) -> list[Newcomer]:
    """What joins the user's own model of this group, and where."""
    return [Newcomer(place, _row(variant)) for place, variant in zip(places(model, group.new), group.new, strict=True)]


def _row(variant: Variant) -> Entry:
    return {"provider": variant.provider.id, "model": variant.model}


def merged(config: Config, groups: Iterable[Group]) -> Catalog:
    """The config's models, and behind them the groups it has no model for."""
    faults: list[Fault] = []
    known = Known(config.providers, frozenset(config.providers), DefaultsTable())
    raw: list[object] = [entry(group) for group in groups if not group.exists]
    made = {
        alias: replace(model, routing=config.routing, failover=config.failover, merged_by="catalogue")
        for alias, model in read_models(raw, known, faults).items()
    }
    own = config.catalog.models
    return replace(config.catalog, models={**own, **{alias: made[alias] for alias in made if alias not in own}})

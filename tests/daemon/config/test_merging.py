"""Proposals in force without being written: behind what the file has, never instead of it."""

from switchgear_protocol.words import StickyMode
from switchgeard.catalogue.proposing import proposed
from switchgeard.catalogue.shipped import Shipped
from switchgeard.config.load import load
from switchgeard.config.merging import merged
from switchgeard.config.settled import Config
from switchgeard.core.listing import Listed

TEXT = """
[grouping]
auto = "merge"

[[providers]]
id = "a"
kind = "openai"

[[providers]]
id = "b"
kind = "openai"

[[models]]
alias = "mine"
group = [{provider = "b", model = "glm-9"}]
"""


def test_groups_the_file_has_no_model_for_are_added() -> None:
    """The user's own model of the other one stays exactly as written."""
    config = load(TEXT, "", 1)
    assert isinstance(config, Config)
    rows = (Listed("glm-9"), Listed("qwen9-7b"))
    groups = proposed(config.providers, config.catalog, Shipped(), {"a": rows, "b": rows})
    catalog = merged(config, groups)
    assert [*catalog.models] == ["mine", "qwen9-7b"]  # what is shown first is the user's
    assert catalog.models["mine"] == config.catalog.models["mine"]
    assert [offer.provider for offer in catalog.models["qwen9-7b"].offers] == ["a", "b"]
    assert {alias: model.merged_by for alias, model in catalog.models.items()} == {
        "mine": "config",
        "qwen9-7b": "catalogue",
    }


def test_merged_models_obey_the_users_defaults() -> None:
    """As if he had written them; a model he did write keeps its own word."""
    defaults = """
[defaults]
routing = {sticky_mode = "none", allow_feature_downgrade = true}
failover = {on = ["timeout"], retry = {attempts = 7}, deadline = "5m"}
"""
    own = 'routing = {sticky_mode = "session"}\n'
    config = load(f"{defaults}{TEXT}{own}", "", 1)
    assert isinstance(config, Config), config
    rows = (Listed("glm-9"), Listed("qwen9-7b"))
    groups = proposed(config.providers, config.catalog, Shipped(), {"a": rows, "b": rows})
    models = merged(config, groups).models
    routing, failover = models["qwen9-7b"].routing, models["qwen9-7b"].failover
    assert (routing.sticky_mode, routing.allow_feature_downgrade) == (StickyMode.NONE, True)
    assert (failover.on, failover.retry.attempts, failover.deadline) == (("timeout",), 7, 300.0)
    assert models["mine"].routing.sticky_mode is StickyMode.SESSION
    assert models["mine"].failover == failover


def test_an_alias_of_the_users_is_never_another_model() -> None:
    """His model of the name a group would have, with other models in it, stays as it is."""
    text = TEXT.replace('alias = "mine"', 'alias = "qwen9-7b"')
    config = load(text, "", 1)
    assert isinstance(config, Config)
    rows = (Listed("qwen9-7b"),)
    groups = proposed(config.providers, config.catalog, Shipped(), {"a": rows, "b": rows})
    assert merged(config, groups).models == config.catalog.models

"""Proposals in force without being written: behind what the file has, never instead of it."""

from switchgeard.catalogue.bundle import Bundle
from switchgeard.catalogue.proposing import proposed
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
    groups = proposed(config.providers, config.catalog, Bundle(), {"a": rows, "b": rows})
    catalog = merged(config, groups)
    assert set(catalog.models) == {"qwen9-7b", "mine"}
    assert catalog.models["mine"] == config.catalog.models["mine"]
    assert [offer.provider for offer in catalog.models["qwen9-7b"].offers] == ["a", "b"]

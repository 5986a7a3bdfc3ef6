"""Advice: what loads, but does not do what its writer may think."""

from switchgeard.config.load import load
from switchgeard.config.settled import Config

BASE = """
[[providers]]
id = "a"
kind = "openai"
credential = {env = "A"}
%s
[[models]]
alias = "m"
group = [{provider = "a", model = "org/x"%s}]
%s
"""
PRICED = ", price = {input = 1, output = 2}"


def advised(provider: str = "", offer: str = "", more: str = "") -> list[tuple[str, str]]:
    """(key, message) of each piece of advice for a small config with these additions."""
    found = load(BASE % (provider, offer, more), "config.toml", 1)
    assert isinstance(found, Config), found
    return [(note.key, note.message) for note in found.warnings]


def test_a_plain_config_needs_no_advice() -> None:
    """Nor does one whose limits in USD can be counted."""
    assert advised() == []
    assert advised("limits = {usd_per_day = 5}", PRICED, "[spend]\nusd_per_day = 9\nusd_per_session = 1") == []


def test_an_empty_file_is_a_config_that_says_what_to_run() -> None:
    """Nothing configured is no error."""
    found = load("", "config.toml", 1)
    assert isinstance(found, Config)
    assert (found.providers, [note.hint for note in found.warnings]) == ({}, ["switchgear setup"])


def test_a_provider_in_no_group_is_a_warning() -> None:
    """It is loaded all the same, and each of its models can be asked for by its own name."""
    spare = '[[providers]]\nid = "spare"\nkind = "anthropic"'
    assert advised(more=spare) == [
        ('providers["spare"]', 'no model\'s group has it: it serves only who asks for "spare/MODEL-ID"')
    ]


def test_a_limit_in_usd_without_a_price_is_told() -> None:
    """It would never be reached, and the money be spent all the same."""
    why = 'does not count "a/org/x", whose price is not known'
    assert advised("limits = {usd_per_day = 5}") == [('providers["a"].limits.usd_per_day', why)]
    assert advised(more="[spend]\nusd_per_session = 1") == [("spend.usd_per_session", why)]


def test_a_plan_needs_no_price_for_the_budget_of_metered_offers() -> None:
    """It costs nothing by the token."""
    assert advised('billing = "included"', more="[spend]\nusd_per_day = 9") == []


def test_models_that_merge_themselves_need_no_advice() -> None:
    """The key does what it says."""
    assert advised(more='[grouping]\nauto = "merge"') == []


def test_a_credential_that_nobody_can_bring_is_told() -> None:
    """`passthrough` is for programs that come with their own."""
    found = load(
        (BASE % ("", "", "")).replace('{env = "A"}', '"passthrough"').replace("anthropic", "groq"), "config.toml", 1
    )
    assert isinstance(found, Config)
    assert [note.key for note in found.warnings] == ['providers["a"].credential']

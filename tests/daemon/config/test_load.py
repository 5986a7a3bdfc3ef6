"""load: the user's TOML into a Config, or into every problem in it."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.words import Billing, Interrupt, StickyMode
from switchgeard.config.load import load
from switchgeard.config.problem import Problem, sentence
from switchgeard.config.settled import Config, HTTPDoor
from switchgeard.core.offer import Caps, Price, Retry, Timeouts
from switchgeard.core.provider import Command, Env, File, Keyring, NoCredential, Passthrough, Systemd

FULL = """
[[providers]]
id = "claude_api"
kind = "anthropic"
credential = {env = "ANTHROPIC_API_KEY"}
billing = "prepaid"
limits = {requests_per_minute = 50, tokens_per_minute = 80000, usd_per_day = 5}
timeouts = {connect = "300ms", idle = "2m"}

[[providers]]
id = "work-openai"
label = "Work"
kind = "openai"
wire = "openai.chat"

[[providers]]
id = "local"
kind = "openai-compatible"
base_url = "http://127.0.0.1:8080/v1/"
credential = "none"
billing = "local"

[[models]]
alias = "opus-4.6"
routing = {sticky_mode = "time_window", window = "30m"}
failover = {on = ["timeout"], retry = {attempts = 0}, after_commit = "restart", max_inline_wait = 0}
group = [
  {provider = "claude_api", model = "claude-opus-4-6", context = 200000, features = {images = false}},
  {provider = "local", model = "m", max_output = 4096, price = {input = 5, output = 25.5, cache_read = 0.5}},
]

[[models]]
alias = "gpt-5.5"
[[models.group]]
provider = "work-openai"
model = "gpt-5.5"

[defaults]
routing = {allow_feature_downgrade = true}
failover = {deadline = "5m", max_attempts = 3}
timeouts = {first_event = 90, connect = "2s"}

[grouping]
auto = "off"
[spend]
metered = "ask"
usd_per_day = 20
usd_per_session = 1.5
[http]
listen = "127.0.0.1:8317"
unix = false
"""

PROVIDERS = """
[[providers]]
id = "a"
kind = "openai"
[[providers]]
id = "b"
kind = "anthropic"
"""


def good(text: str) -> Config:
    """The Config of a text that must be fine."""
    found = load(text, "/home/me/config.toml", 7)
    assert isinstance(found, Config), found
    return found


def bad(text: str) -> dict[str, Problem]:
    """The problems of a text that must not be fine, by key path."""
    found = load(text, "/home/me/config.toml", 7)
    assert isinstance(found, list), found
    return {problem.key: problem for problem in found}


def provider(extra: str, kind: str = "openai") -> str:
    return f'[[providers]]\nid = "a"\nkind = "{kind}"\n{extra}\n'


def model(extra: str) -> str:
    return f'{PROVIDERS}[[models]]\nalias = "m"\n{extra}\n'


def test_a_full_config_means_what_it_says() -> None:
    """Every table of the format ends in its place."""
    config = good(FULL)
    assert (config.path, config.revision, config.catalog.revision) == ("/home/me/config.toml", 7, 7)
    assert list(config.providers) == ["claude_api", "work-openai", "local"]
    assert list(config.catalog.models) == ["opus-4.6", "gpt-5.5"]
    assert (config.grouping, config.metered, config.usd_per_day, config.usd_per_session) == ("off", "ask", 20, 1.5)
    assert config.http == HTTPDoor(("127.0.0.1", 8317), unix=False)
    assert [warning.key for warning in config.warnings] == [
        'providers["claude_api"].limits.usd_per_day',
        "spend.usd_per_day",
        "spend.usd_per_session",
    ]


def test_a_provider_has_its_own_values_over_the_defaults_over_those_of_its_kind() -> None:
    """Timeouts come from three places, destination and billing from two."""
    claude, work, local = good(FULL).providers.values()
    assert claude.timeouts == Timeouts(connect=0.3, first_event=90, idle=120)
    assert work.timeouts == Timeouts(connect=2, first_event=90, idle=60)
    assert claude.caps == Caps(requests_per_minute=50, tokens_per_minute=80000, usd_per_day=5)
    assert (claude.base_url, claude.billing) == ("https://api.anthropic.com", Billing.PREPAID)
    assert (work.base_url, work.billing, work.label) == ("https://api.openai.com/v1", Billing.METERED, "Work")
    assert (local.base_url, local.billing) == ("http://127.0.0.1:8080/v1", Billing.LOCAL)


def test_an_offer_carries_all_that_routing_needs() -> None:
    """Features, price, endpoint, label, wire and the provider's limits stand on the offer."""
    claude, local = good(FULL).catalog.models["opus-4.6"].offers
    assert claude.label == "Opus 4.6 (via Claude API)"
    assert claude.endpoint == "https://api.anthropic.com:443"
    assert claude.wire == "anthropic.messages"
    assert (claude.features.context, claude.features.images, claude.features.tools) == (200000, False, True)
    assert claude.caps.requests_per_minute == 50
    assert local.key == ("local", "m")
    assert local.features.max_output == 4096
    assert local.price == Price(5, 25.5, 0.5, None)


def test_a_model_has_its_own_policies_over_the_defaults() -> None:
    """What a model does not write comes from [defaults], then from the program."""
    opus, gpt = good(FULL).catalog.models.values()
    assert (opus.routing.sticky_mode, opus.routing.window) == (StickyMode.TIME_WINDOW, 1800)
    assert opus.routing.allow_feature_downgrade
    assert (opus.failover.on, opus.failover.after_commit) == (("timeout",), Interrupt.RESTART)
    assert opus.failover.retry == Retry(attempts=0, backoff_ms=300)
    assert (opus.failover.max_inline_wait, opus.failover.deadline, opus.failover.max_attempts) == (0, 300, 3)
    assert (gpt.routing.sticky_mode, gpt.failover.deadline) == (StickyMode.SESSION, 300)
    assert type(opus.failover.deadline) is float


@pytest.mark.parametrize(
    ("written", "source", "text"),
    [
        ('"keyring"', Keyring(), "keyring"),
        ('"none"', NoCredential(), "none"),
        ('"passthrough"', Passthrough(), "passthrough"),
        ('{env = "MY_KEY"}', Env("MY_KEY"), "env MY_KEY"),
        ('{file = "~/.keys/a"}', File("~/.keys/a"), "file ~/.keys/a"),
        ('{command = ["op", "read", "op://x"]}', Command(("op", "read", "op://x")), "command op"),
        ('{systemd = "openai"}', Systemd("openai"), "systemd openai"),
    ],
)
def test_every_credential_source_is_understood(written: str, source: Any, text: str) -> None:
    """The seven ways to say where a credential comes from, and how each is shown."""
    found = good(provider(f"credential = {written}")).providers["a"]
    assert found.credential == source
    assert found.credential_text == text


def test_the_keyring_is_the_default_source() -> None:
    """A provider that says nothing has its credential in the keyring."""
    assert good(provider("")).providers["a"].credential == Keyring()


WRONG = [
    (provider("", "antropic"), "providers[0].kind", "not known", 'did you mean "anthropic"?'),
    (provider('bas_url = "https://x.example"'), "providers[0].bas_url", "unknown key", 'did you mean "base_url"?'),
    (provider('api_key = "sk-1"'), "providers[0].api_key", "unknown key", "switchgear login"),
    (provider('billing = "meterd"'), "providers[0].billing", '"metered"', 'did you mean "metered"?'),
    (provider("", "openai-compatible"), "providers[0].base_url", "no default", None),
    (provider('wire = "anthropic.messages"'), "providers[0].wire", "not spoken by kind openai", None),
    (provider("limits = {usd_per_day = -1}"), "providers[0].limits.usd_per_day", "0.0 or more", None),
    (provider("limits = {requests_per_minute = 0}"), "providers[0].limits.requests_per_minute", "1 or more", None),
    (provider("limits = {usd_per_day = nan}"), "providers[0].limits.usd_per_day", "0.0 or more", None),
    (provider('timeouts = {connect = "5x"}'), "providers[0].timeouts.connect", '"300ms"', None),
    (provider("timeouts = {connect = 0}"), "providers[0].timeouts.connect", '"300ms"', None),
    (provider("timeouts = {connect = true}"), "providers[0].timeouts.connect", '"300ms"', None),
    (provider("timeouts = 5"), "providers[0].timeouts", "must be a table, not a whole number", None),
    (provider("credential = {}"), "providers[0].credential", "exactly one of", None),
    (provider('credential = {env = "A", file = "/b"}'), "providers[0].credential", "exactly one of", None),
    (provider('credential = {file = "key.txt"}'), "providers[0].credential.file", "full path", None),
    (provider("credential = {command = []}"), "providers[0].credential.command", "must not be empty", None),
    (provider('credential = {command = "op read"}'), "providers[0].credential.command", "a list, not text", None),
    (provider('credential = {systemd = "../x"}'), "providers[0].credential.systemd", "must be a name", None),
    ('[[providers]]\nkind = "openai"', "providers[0].id", "is missing", None),
    ('[[providers]]\nid = "a/b"\nkind = "openai"', "providers[0].id", "must be letters", None),
    (PROVIDERS + provider(""), "providers[2].id", "already the id", "its own id"),
    ('[providers]\nid = "a"', "providers", "must be a list, not a table", None),
    ("[[provider]]", "provider", "unknown key", 'did you mean "providers"?'),
    (model("group = []"), 'models["m"].group', "must not be empty", None),
    (model(""), 'models["m"].group', "is missing", None),
    (model("group = [3]"), 'models["m"].group[0]', "must be a table, not a whole number", None),
    (model('group = [{provider = "aa", model = "x"}]'), 'models["m"].group[0].provider', '"a" or "b"', '"a"?'),
    (model('group = [{provider = "a"}]'), 'models["m"].group[0].model', "is missing", None),
    (
        model('group = [{provider = "a", model = "x"}, {provider = "a", model = "x", context = 5}]'),
        'models["m"].group[1]',
        "already in this group",
        "take one",
    ),
    (
        model('group = [{provider = "a", model = "x", wire = "anthropic.messages"}]'),
        'models["m"].group[0].wire',
        'must be "openai.chat"',
        None,
    ),
    (
        model('group = [{provider = "a", model = "x", price = {input = 1}}]'),
        'models["m"].group[0].price.output',
        "is missing",
        None,
    ),
    (
        model('group = [{provider = "a", model = "x"}]\nrouting = {window = "5m"}'),
        'models["m"].routing.window',
        "time_window",
        None,
    ),
    (
        model('group = [{provider = "a", model = "x"}]\nrouting = {sticky_mode = "sesion"}'),
        'models["m"].routing.sticky_mode',
        '"session"',
        '"session"?',
    ),
    (
        model('group = [{provider = "a", model = "x"}]\nfailover = {on = ["timeout", "quota"]}'),
        'models["m"].failover.on[1]',
        '"quota_exceeded"',
        None,
    ),
    (PROVIDERS + '[[models]]\nalias = "a/b"\ngroup = []', 'models["a/b"].alias', "must not contain", None),
    (PROVIDERS + '[[models]]\nalias = "a\\u0007"\ngroup = []', "models[0].alias", "control characters", None),
    (PROVIDERS + '[[models]]\nalias = ""\ngroup = []', 'models[""].alias', "must not be empty", None),
    ('[defaults.routing]\nwindow = "5m"', "defaults.routing.window", "time_window", None),
    ('[spend]\nmetered = "maybe"', "spend.metered", '"allow", "ask" or "never"', None),
    ('[grouping]\nauto = "merged"', "grouping.auto", '"merge"', '"merge"?'),
    ('[http]\nlisten = "0.0.0.0:80"', "http.listen", "on this machine", None),
    ('[http]\nlisten = "8317"', "http.listen", "HOST:PORT", None),
]


@pytest.mark.parametrize(("text", "key", "says", "hint"), WRONG, ids=[f"{row[1]}-{row[2][:20]}" for row in WRONG])
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(text: str, key: str, says: str, hint: str | None) -> None:
    """Where, what is wrong, what would be right."""
    problem = bad(text)[key]
    assert says in problem.message
    assert problem.line is not None
    assert hint is None or hint in (problem.hint or "")


def test_two_models_of_one_alias_are_refused() -> None:
    """The second would hide the first."""
    line = '[[models]]\nalias = "m"\ngroup = [{provider = "a", model = "x"}]\n'
    assert "already the alias" in bad(PROVIDERS + line + line)['models["m"].alias'].message


def test_every_problem_is_found_and_told_in_the_order_of_the_file() -> None:
    """One look at the answer is enough to mend the file."""
    found = load('[spend]\nmetered = 3\n[[providers]]\nid = 4\n[[models]]\ngroup = [{}]\nalais = "x"\n', "p", 1)
    assert isinstance(found, list)
    keys = ["spend.metered", "providers[0].id", "models[0].alias", "models[0].alais"]
    assert sorted(problem.key for problem in found) == sorted(keys)
    assert [problem.line for problem in found] == sorted(problem.line or 0 for problem in found)


def test_a_faulty_provider_is_not_called_unknown_as_well() -> None:
    """One mistake, one problem."""
    text = provider('billing = "x"', "antropic") + '[[models]]\nalias = "m"\ngroup = [{provider = "a", model = "x"}]'
    assert set(bad(text)) == {"providers[0].kind", "providers[0].billing"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = [1\n", 1),
        ("a = 1\nb 2\n", 2),
        ("a = 1\na = 2\n", 2),
        ("a = 'x", 1),
        ("\ufeffx=1", 1),
        ("a = 1\n\n[[b", 3),
        ("a = \x00", 1),
    ],
)
def test_a_syntax_error_says_its_line(text: str, line: int) -> None:
    """A file that is no TOML has one problem."""
    (problem,) = bad(text).values()
    assert problem.line == line
    assert "TOML" in problem.message


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "a = " + "[" * 100_000, "a = " + "9" * 5000, "a." * 9999 + "a = 1"]
)
def test_absurd_files_are_refused_without_a_traceback(text: str) -> None:
    """Too deep, too long: a problem like any other."""
    assert len(bad(text)) == 1


@pytest.mark.parametrize("text", ["[" + "b." * 500_000 + "c]", "b." * 120_000 + "c=1", '"a b" . ' * 20_000 + "c=1"])
def test_a_key_of_many_steps_is_refused_before_it_is_parsed(text: str) -> None:
    """The parser's time is quadratic in them: minutes, in which nobody else would be served."""
    found = load(text, "c.toml", 1)
    assert isinstance(found, list)
    assert found[0].message in ("a key has more than 32 steps", "is larger than 256 KiB, so it is not a config")


def test_dots_in_comments_and_values_are_no_steps() -> None:
    """A ruler of dots is harmless."""
    found = load("# " + "." * 78 + '\n[spend]\nmetered = "' + "." * 78 + '"', "c.toml", 1)
    assert isinstance(found, list)
    assert "spend.metered" in found[0].key


def test_no_problem_repeats_a_pasted_secret() -> None:
    """People paste keys where names belong; the problem is logged and shown."""
    canary = "sk-CANARY0123456789abcdefghij"
    places = [
        provider(f'credential = "{canary}"'),
        provider(f'credential = {{env = "{canary}"}}'),
        provider(f'credential = {{file = "{canary}"}}'),
        provider(f'credential = {{systemd = "{canary}/"}}'),
        provider(f'credential = {{systemd = "{canary}"}}'),
        provider('credential = {env = "aB3dE5gH7jK9mN1pQ3rS5tU7"}'),
        provider('credential = {env = "AB3DE5GH7JK9MN1PQ3RS5TU7"}'),
        provider(f'base_url = "https://user:{canary}@x.example"'),
        provider(f'base_url = "https://x.example?key={canary}"'),
        provider(f'api_key = "{canary}"'),
        provider(f'billing = "{canary}"'),
        provider("", canary),
        model(f'group = [{{provider = "{canary}", model = "x"}}]'),
        f'[spend]\nmetered = "{canary}"',
        f'[http]\nlisten = "{canary}"',
    ]
    for text in places:
        told = [(sentence(problem), problem.hint) for problem in bad(text).values()]
        assert canary not in str(told), told
        assert "dE5gH" not in str(told)


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "KEY", "hf_key", "op-token", "MY_KEY_3FOO_9AB_77XY", "_token", "AZURE2024KEY"]
)
def test_the_name_of_a_variable_is_taken_however_it_reads(name: str) -> None:
    """Only what looks like a key itself is none."""
    source = "systemd" if "-" in name else "env"
    assert good(provider(f'credential = {{{source} = "{name}"}}')).providers


WORDS = (
    "providers models id kind alias group provider model routing failover on retry window defaults spend metered "
    "http listen credential env command base_url x"
)
KEYS = st.sampled_from(WORDS.split())
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["5s", "a", "openai"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def as_toml(value: object) -> str:
    """A value in TOML, all inline."""
    match value:
        case None:
            return "1979-05-27"
        case bool() | int() | float():
            return str(value).lower()
        case str():
            escaped = "".join(f"\\U{ord(char):08X}" for char in value if not 0xD800 <= ord(char) < 0xE000)
            return f'"{escaped}"'
        case list():
            return "[" + ", ".join(map(as_toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {as_toml(inner)}" for key, inner in value.items()) + "}"
    raise TypeError(value)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_toml_is_a_config_or_problems(document: dict[str, Any]) -> None:
    """Whatever stands in the file, load answers, and a problem has a line and a sentence."""
    text = "\n".join(f"{key} = {as_toml(value)}" for key, value in document.items())
    tomllib.loads(text)
    found = load(text, "p", 1)
    if isinstance(found, list):
        assert found
        assert all(problem.line and sentence(problem) for problem in found)


@given(st.text(max_size=60))
def test_any_text_is_a_config_or_problems(text: str) -> None:
    """Nor does text that is no TOML at all raise."""
    assert isinstance(load(text, "p", 1), Config | list)

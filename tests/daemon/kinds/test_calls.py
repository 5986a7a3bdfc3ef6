"""Kinds: where a call goes, what it carries, and what it never shows."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.kinds.auth import BadSecret
from switchgeard.kinds.calls import USER_AGENT, build_call, build_models_call, drafted
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.origin import endpoint

CANARY = "sk-CANARY0123456789abcdef"


def called(kind: str, base_url: str | None = None, secret: str | None = CANARY, stream: bool = True) -> HTTPCall:
    """A completion call with the kind's own wire."""
    row = KINDS[kind]
    options = {option.name: option.default or "x" for option in row.options}
    draft = drafted(row, row.wires[0], "m", b"{}", stream, options=options)
    return build_call(row, base_url or row.base_url or "http://localhost:1234/v1", draft, secret)


@pytest.mark.parametrize(
    ("kind", "base_url", "url"),
    [
        ("openai", None, "https://api.openai.com/v1/chat/completions"),
        ("anthropic", None, "https://api.anthropic.com/v1/messages"),
        ("anthropic", "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
        ("anthropic", "https://api.deepseek.com/anthropic", "https://api.deepseek.com/anthropic/v1/messages"),
        ("openai-compatible", "http://localhost:1234/v1/", "http://localhost:1234/v1/chat/completions"),
        ("ollama", "http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
        ("ollama", None, "http://localhost:11434/v1/chat/completions"),
        ("openrouter", None, "https://openrouter.ai/api/v1/chat/completions"),
        ("openai-compatible", "https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1/chat/completions"),
    ],
)
def test_a_call_goes_to_the_base_url_and_the_wires_path(kind: str, base_url: str | None, url: str) -> None:
    """However the base URL is written."""
    call = called(kind, base_url)
    assert (call.method, call.url, call.body) == ("POST", url, b"{}")


@pytest.mark.parametrize(
    ("stream", "path"),
    [(True, "/models/gemini-3.1%2Fx:streamGenerateContent?alt=sse"), (False, "/models/gemini-3.1%2Fx:generateContent")],
)
def test_a_google_call_names_model_and_manner_in_its_path(stream: bool, path: str) -> None:
    """A model's name cannot lead anywhere else; that of a list of models is the same one."""
    row = KINDS["google"]
    base = row.base_url or ""
    call = build_call(row, base, drafted(row, "google.generate", "models/gemini-3.1/x", b"{}", stream), CANARY)
    assert call.url == f"https://generativelanguage.googleapis.com/v1beta{path}"
    assert dict(call.headers)["x-goog-api-key"] == CANARY
    assert CANARY not in call.url


def test_each_kind_authenticates_its_own_way() -> None:
    """Bearer for the OpenAI family, x-api-key and a version for Anthropic."""
    assert dict(called("openai").headers)["authorization"] == f"Bearer {CANARY}"
    anthropic = dict(called("anthropic").headers)
    assert (anthropic["x-api-key"], anthropic["anthropic-version"]) == (CANARY, "2023-06-01")
    assert "authorization" not in anthropic


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_secret_no_credential_is_sent(kind: str) -> None:
    """Local servers are open."""
    assert not {"authorization", "x-api-key", "x-goog-api-key"} & dict(called(kind, secret=None).headers).keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_asks_for_identity_and_the_right_sort_of_answer(kind: str) -> None:
    """Compression would delay tokens and let a bomb in."""
    streamed, whole = dict(called(kind).headers), dict(called(kind, stream=False).headers)
    streams = {"bedrock": "application/vnd.amazon.eventstream"}
    assert (streamed["accept"], whole["accept"]) == (streams.get(kind, "text/event-stream"), "application/json")
    assert streamed["accept-encoding"] == "identity"
    assert streamed["content-type"] == "application/json"
    assert streamed["user-agent"] == USER_AGENT


def test_the_model_list_is_asked_with_the_same_credential() -> None:
    """A GET without a body."""
    call = build_models_call(KINDS["anthropic"], "https://api.anthropic.com", "/v1/models", CANARY)
    assert (call.method, call.url, call.body) == ("GET", "https://api.anthropic.com/v1/models", b"")
    assert dict(call.headers)["x-api-key"] == CANARY


@pytest.mark.parametrize("base_url", ["https://api.deepseek.com", "https://api.deepseek.com/v1"])
def test_deepseeks_other_dialect_and_its_balance_are_beside_its_v1(base_url: str) -> None:
    """Its own pages give the address in both ways."""
    kind = KINDS["deepseek"]
    call = build_call(kind, base_url, drafted(kind, "anthropic.messages", "m", b"{}", True), CANARY)
    assert call.url == "https://api.deepseek.com/anthropic/v1/messages"
    assert kind.quota is not None
    assert kind.quota.call(base_url, CANARY, {}).url == "https://api.deepseek.com/user/balance"


@pytest.mark.parametrize("base_url", ["http://localhost:1234", "http://localhost:1234/v1/"])
def test_a_local_servers_own_list_is_beside_its_v1(base_url: str) -> None:
    """People write the address as other programs want it."""
    kind = KINDS["lmstudio"]
    assert kind.listing is not None
    call = build_models_call(kind, base_url, kind.listing.path, None)
    assert call.url == "http://localhost:1234/api/v0/models"


def test_a_call_prints_no_secret_no_query_and_no_body() -> None:
    """Calls end up in tracebacks."""
    call = HTTPCall("POST", "https://h/v1?key=query-secret", (("x-goog-api-key", CANARY),), b"prompt-text")
    shown = repr(call) + str(call) + repr([called("openai"), called("anthropic")])
    assert CANARY not in shown
    assert "query-secret" not in shown
    assert "prompt-text" not in shown
    assert "https://h/v1" in shown


@given(st.text(min_size=1).filter(lambda text: not all("!" <= char <= "~" for char in text)))
def test_a_secret_that_is_no_header_value_is_refused_without_showing_it(text: str) -> None:
    """Line breaks would smuggle headers; the error must not print what it refused."""
    with pytest.raises(BadSecret) as caught:
        called("openai", secret=f"{CANARY}{text}")
    assert CANARY not in str(caught.value)


def test_an_empty_secret_is_refused() -> None:
    """An empty bearer is a mistake, not an open server."""
    with pytest.raises(BadSecret, match="empty"):
        called("openai", secret="")


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com:443"),
        ("https://API.OpenAI.com:443/v1/", "https://api.openai.com:443"),
        ("http://localhost:1234/v1", "http://localhost:1234"),
        ("http://localhost", "http://localhost:80"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
    ],
)
def test_an_endpoint_has_one_name_however_it_is_spelled(base_url: str, key: str) -> None:
    """Transport faults of two providers at one host are one belief."""
    assert endpoint(base_url) == key


@pytest.mark.parametrize("base_url", ["ftp://host", "localhost:1234", "", "https://", "http://host:port"])
def test_what_is_no_http_url_has_no_endpoint(base_url: str) -> None:
    """Config says so first; this is the last line."""
    with pytest.raises(ValueError):
        endpoint(base_url)


def test_the_user_agent_is_this_version() -> None:
    """One number, in pyproject."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert f"switchgear/{project['version']}" == USER_AGENT

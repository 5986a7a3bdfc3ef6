"""Redaction: what leaves this machine in a bundle holds no secret, wherever one stood."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchgear.cli.doctor.redaction import MASK, PLAIN, config, masked, without_secrets

CANARY = "sk-CANARY-7f3a9b2c1d4e5f60718293a4b5c6d7e8"
SECRETS = [
    CANARY,
    "ghu_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0abcdefghijkl",
    "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "d41d8cd98f00b204e9800998ecf8427e41d8cd98",
    "somebody@example.com",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "key: {} was refused", '"{}"', "Bearer {}", "http://x/?k={}&b", "a={};b"])
def test_what_looks_like_a_secret_is_masked_wherever_it_stands(secret: str, around: str) -> None:
    """In a log line, an error, an address."""
    assert secret not in masked(around.format(secret))
    assert MASK in masked(around.format(secret))


def test_name_and_password_of_an_address_go() -> None:
    """Host and path stay: they are what is looked for."""
    assert masked("https://me:pass@host.example/v1?token=abc") == f"https://{MASK}@host.example/v1?token={MASK}"


@pytest.mark.parametrize(
    "plain",
    [
        "claude-opus-4-6-20260801",
        "us-east-1",
        "http://127.0.0.1:8080/v1",
        "quota spent",
        "https://generativelanguage.googleapis.com/v1beta",
        "monkey: 3 bananas",
    ],
)
def test_what_has_to_be_read_stays(plain: str) -> None:
    """Model names, regions, addresses, sentences."""
    assert masked(plain) == plain


def test_the_home_directory_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a person's."""
    monkeypatch.setenv("HOME", "/home/ada")
    assert masked("/home/ada/.config/x") == "~/.config/x"


def test_of_a_command_only_the_program_is_told() -> None:
    """Its arguments may be the secret itself."""
    told = config({"credential": {"command": ["/usr/bin/op", "read", CANARY]}})
    assert told == {"credential": {"command": ["op", MASK, MASK]}}


def test_an_unknown_key_keeps_its_name_and_loses_its_text() -> None:
    """`api_key = "..."` is what people write by mistake."""
    assert config({"providers": [{"id": "a", "api_key": "hunter2", "n": 3}]}) == {
        "providers": [{"id": "a", "api_key": MASK, "n": 3}]
    }


PASTED = "aB3dE5gH7jK9mN1pQ3rS5tU7"  # as many makers issue them: no prefix, and not long


@pytest.mark.parametrize("credential", [PASTED, {"env": PASTED}, {"systemd": PASTED}, {"env": PASTED.upper()}])
def test_a_key_pasted_where_its_place_belongs_is_masked(credential: Any) -> None:
    """However it is made: only what names a place stays."""
    assert config({"credential": credential}) == {
        "credential": MASK if isinstance(credential, str) else dict.fromkeys(credential, MASK)
    }


@pytest.mark.parametrize("credential", ["keyring", "none", {"env": "OPENAI_API_KEY"}, {"systemd": "openai_key"}])
def test_the_place_of_a_credential_stays(credential: Any) -> None:
    """It is what somebody who helps asks first."""
    assert config({"credential": credential}) == {"credential": credential}


@pytest.mark.parametrize(
    "text", ["x-api-key: {}", '"api_key": "{}"', "client_secret={}", "password: {}", "sent key={}"]
)
def test_what_is_called_a_secret_is_masked_whatever_it_looks_like(text: str) -> None:
    """Short ones, and those of letters alone."""
    for secret in (PASTED, "hunter2", "abcdefghijklmnopqrst"):
        assert secret not in masked(text.format(secret))


@pytest.mark.parametrize("secret", ["tgp_v1_aBcDeFgHiJkL", "csk-abcdef12", "3f2a9b8c7d6e5f4a3b2c1d0e.AbCdEfGhIjKlMnOp"])
def test_keys_by_their_issuers_shape_are_masked(secret: str) -> None:
    """Alone and in a path."""
    assert secret not in masked(secret)
    assert secret not in masked(f"at {secret} it")


words = st.text(st.characters(codec="ascii", categories=["Ll", "Lu", "Nd"]), max_size=8)
tables: st.SearchStrategy[Any] = st.recursive(
    st.just(CANARY) | st.just(f"https://{CANARY}@h/{CANARY}") | st.integers() | words.map(lambda word: word + CANARY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*sorted(PLAIN), "command", "other", CANARY]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(tables)
@example({"command": [CANARY]})
def test_no_config_whatever_shows_a_key(table: Any) -> None:
    """As text, in lists, as the name of a key."""
    assert CANARY not in json.dumps(config(table))


@given(tables)
def test_no_reply_whatever_shows_a_key(value: Any) -> None:
    """But for the names of its fields, which are ours."""
    plain = json.dumps(without_secrets(value)).replace(f'"{CANARY}":', "")
    assert CANARY not in plain

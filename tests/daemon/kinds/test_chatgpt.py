"""chatgpt: what the plan refuses never reaches it; its list, its errors, its refresh."""

import base64
from pathlib import Path

import msgspec
import pytest

from switchgear_protocol.words import FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.rule import ruling
from switchgeard.kinds.bundle import Bundle
from switchgeard.kinds.calls import drafted
from switchgeard.kinds.chatgpt import KIND, REJECTED, listed, refreshed, refreshing, shaped
from switchgeard.kinds.claims import BadClaims, claims, verified
from world import world

NOW = Now(1_800_000_000.0, 50.0)


def token(**said: object) -> str:
    payload = base64.urlsafe_b64encode(msgspec.json.encode(said)).decode().rstrip("=")
    return f"e30.{payload}.sig"


def test_what_the_plan_refuses_is_left_out_and_the_rest_kept() -> None:
    """Every field of the list, and a system's word as the developer's."""
    body = dict.fromkeys(REJECTED, 1) | {"model": "m", "input": [{"role": "system", "content": "s"}], "store": True}
    draft = drafted(KIND, "openai.responses", "m", msgspec.json.encode(body), True)
    assert msgspec.json.decode(shaped(draft).body) == {
        "model": "m",
        "input": [{"role": "developer", "content": "s"}],
        "store": False,
        "stream": True,
    }


def test_a_bare_text_becomes_a_users_turn() -> None:
    """The plan wants an array."""
    draft = drafted(KIND, "openai.responses", "m", b'{"input": "hello"}', True)
    assert msgspec.json.decode(shaped(draft).body)["input"] == [{"role": "user", "content": "hello"}]


def test_only_models_it_shows_are_listed() -> None:
    """And an API key's list reads too."""
    body = b'{"models":[{"slug":"a","display_name":"A","visibility":"list"},{"slug":"b","visibility":"hide"}]}'
    assert [(model.id, model.name) for model in listed(body)] == [("a", "A")]
    assert [model.id for model in listed(b'{"data":[{"id":"c"}]}')] == ["c"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "subscription_sharing_usage_limit_exceeded", FailureKind.QUOTA_EXCEEDED),
        (403, "subscription_sharing_user_not_eligible", FailureKind.PERMISSION),
        (400, "subscription_sharing_unsupported_capability", FailureKind.INVALID_REQUEST),
        (401, "invalid_token", FailureKind.AUTH_FAILED),
    ],
)
def test_its_own_codes_are_known(status: int, code: str, kind: FailureKind) -> None:
    """The common tables do not know them."""
    rule = ruling(KIND.rules, status, (code,), "")
    assert (rule and rule.kind) is kind


def test_a_refresh_names_the_issued_client_and_shows_no_token() -> None:
    """As a form; the repr is safe to log."""
    call = refreshing(Bundle("at", "r-CANARY", client_id="issued"), {})
    assert b"client_id=issued&refresh_token=r-CANARY" in call.body
    assert "CANARY" not in repr(call)


def test_the_earliest_refresh_is_told_by_our_own_clock() -> None:
    """Ours is a day ahead: what the issuer calls in 54 minutes is then for us, too, and a little later."""
    made = NOW.wall - 86_400
    answer = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "earliest_refresh_at": made + 3240}
    body = msgspec.json.encode(answer | {"id_token": token(iat=made)})
    new = refreshed(body, Bundle("old", "old", account="me", client_id="c"), NOW)
    assert (new.earliest_refresh_at, new.expires_at) == (NOW.wall + 3245, NOW.wall + 3600)
    assert (new.account, new.client_id, new.refresh_token) == ("me", "c", "r")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"access_token": 1}'])
def test_an_answer_without_a_login_is_none(body: bytes) -> None:
    """Whatever it is, it takes nobody's place."""
    with pytest.raises(ValueError, match="no login"):
        refreshed(body, Bundle("old"), NOW)


SAID = {"iss": "https://i", "aud": ["c"], "nonce": "n", "exp": NOW.wall + 60}


def test_the_token_that_was_asked_for_is_taken() -> None:
    """One audience or several."""
    asked = {"issuer": "https://i", "audience": "c", "nonce": "n", "now": NOW}
    assert verified(token(**SAID), **asked) == SAID  # type: ignore[arg-type]
    assert verified(token(**SAID | {"aud": "c"}), **asked)["aud"] == "c"  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"iss": "x"}, {"aud": "x"}, {"nonce": "x"}, {"exp": 1}, {"exp": None}])
def test_any_other_token_is_refused(wrong: dict[str, object]) -> None:
    """Another issuer's, another program's, another login's, an old one."""
    with pytest.raises(BadClaims):
        verified(token(**SAID | wrong), issuer="https://i", audience="c", nonce="n", now=NOW)


@pytest.mark.parametrize("text", ["", "a.b", "a.!!.c", "a.e30.c.d", "a.W10.c"])
def test_what_is_no_token_claims_nothing(text: str) -> None:
    """No crash, whatever comes."""
    assert claims(text) == {}


async def test_an_api_key_in_the_plans_place_costs_only_where_the_user_says_so(tmp_path: Path) -> None:
    """It would be billed by use and counted as paid for: no consent, no budget."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        path = w.home / "config.toml"
        text = path.read_text().replace('kind = "anthropic"', 'kind = "chatgpt"', 1)
        assert 'billing = "metered"' not in text.partition("[[providers]]")[2].partition("[[providers]]")[0]
        path.write_text(text)
        assert (await w.call("config/reload"))["ok"]
        assert (await w.ask()).outcomes == [("a", "auth_failed"), ("b", None)]
        assert w.hits()["a"] == 0
        (told,) = [view for view in (await w.call("providers/list"))["providers"] if view["id"] == "a"]
        assert ("billed by use" in told["reason"], 'billing = "metered"' in told["hint"]) == (True, True)
        path.write_text(text.replace('kind = "chatgpt"', 'kind = "chatgpt"\nbilling = "metered"', 1))
        assert (await w.call("config/reload"))["ok"]
        await w.call("providers/resume", provider="a")
        await w.ask()
        assert w.hits()["a"] == 1

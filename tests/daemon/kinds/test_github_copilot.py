"""GitHub Copilot: what a call carries, which token it takes, and what its list, page, headers and errors mean."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kind_worlds import kind_world
from literal.copilot_words import HEADERS, SHORT_TOKEN
from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.error_reply import ErrorReply, classify
from switchgeard.core.listing import Listed
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Price, Tier
from switchgeard.core.quota import OVERDRAWN, state_of
from switchgeard.demo.copilot_wire import GITHUB_TOKEN, MODELS, USER
from switchgeard.kinds.auth import BadSecret
from switchgeard.kinds.calls import build_call, build_models_call, drafted
from switchgeard.kinds.copilot_list import models
from switchgeard.kinds.copilot_quota import page, readings, whose, windows
from switchgeard.kinds.github_copilot import KIND, exchanged, exchanging, is_editors
from switchgeard.upstream.call import HTTPCall

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)  # 2026-11-18T11:06:40Z
NONE = Needs()
DAY = 86_400.0


def called(wire: str = "openai.chat", needs: Needs = NONE, *, boundary: bool = True, secret: str = "gho_x") -> HTTPCall:
    draft = drafted(KIND, wire, "gpt-5.5", b"{}", True, needs=needs, turn_boundary=boundary)
    return build_call(KIND, KIND.base_url or "", draft, secret)


def listed() -> dict[str, Listed]:
    return {model.id: model for model in models(json.dumps(MODELS).encode())}


def failed(status: int, body: object, headers: dict[str, str] | None = None) -> FailureKind:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    reply = ErrorReply("openai.chat", KIND.name, status, headers or {}, raw, "p", "gpt-5.5", rules=KIND.rules)
    return classify(reply, NOW).kind


@pytest.mark.parametrize(
    ("wire", "url"),
    [
        ("openai.chat", "https://api.githubcopilot.com/chat/completions"),
        ("openai.responses", "https://api.githubcopilot.com/responses"),
        ("anthropic.messages", "https://api.githubcopilot.com/v1/messages"),
    ],
)
def test_each_dialect_has_its_endpoint(wire: str, url: str) -> None:
    """Three dialects at one address."""
    assert called(wire).url == url


def test_a_call_says_who_began_the_turn_and_who_we_are() -> None:
    """Ours is the only name in it: no integration id is borrowed."""
    own, tools = dict(called().headers), dict(called(needs=Needs(tools=True), boundary=False).headers)
    assert (own["x-initiator"], tools["x-initiator"]) == ("user", "agent")
    assert (own["openai-intent"], tools["openai-intent"]) == ("conversation-panel", "conversation-agent")
    assert own["editor-version"] == own["user-agent"] == "switchgear/0.1.0"
    assert own["authorization"] == "Bearer gho_x"
    assert "copilot-integration-id" not in own


def test_pictures_are_announced_and_only_they() -> None:
    """Without the header a picture is refused."""
    assert dict(called(needs=Needs(images=True)).headers)["copilot-vision-request"] == "true"
    assert "copilot-vision-request" not in dict(called().headers)


def test_a_classic_token_is_refused_before_it_is_sent() -> None:
    """The API takes none; the words name the cure and not the token."""
    with pytest.raises(BadSecret, match="fine-grained") as told:
        called(secret="ghp_CANARY")
    assert "CANARY" not in str(told.value)


@pytest.mark.parametrize(
    ("secret", "bought"), [("ghu_x", True), ("gho_x", False), ("github_pat_x", False), ("tid=1;exp=2", False)]
)
def test_only_an_editors_token_is_exchanged(secret: str, bought: bool) -> None:
    """The others are sent as they are, and so is one that GitHub says it does not exchange."""
    assert is_editors(secret) is bought
    assert KIND.exchange is not None
    assert KIND.exchange.as_it_is == {404}


@pytest.mark.parametrize(
    ("base_url", "api"),
    [
        ("https://api.githubcopilot.com", "https://api.github.com"),
        ("https://api.business.githubcopilot.com", "https://api.github.com"),
        ("http://127.0.0.1:1", "https://api.github.com"),
        ("https://copilot-api.acme.ghe.com", "https://api.acme.ghe.com"),
    ],
)
def test_the_exchange_goes_to_github_alone(base_url: str, api: str) -> None:
    """Wherever the completions go; a company's own GitHub gets its own tokens, and github.com does not."""
    call = exchanging(base_url, GITHUB_TOKEN, {}, NOW)
    assert (call.method, call.url) == ("GET", f"{api}/copilot_internal/v2/token")
    assert dict(call.headers)["authorization"] == f"token {GITHUB_TOKEN}"
    assert "x-github-api-version" not in dict(call.headers)
    assert GITHUB_TOKEN not in repr(call)


def test_a_short_token_lives_by_our_clock() -> None:
    """GitHub's `expires_at` may be an hour off; what counts is for how long it is good."""
    token = exchanged(json.dumps({"token": SHORT_TOKEN, "expires_at": 1, "refresh_in": 1500}).encode(), NOW)
    assert (token.secret, token.refresh_at, token.expires_at) == (SHORT_TOKEN, NOW.wall + 1440, NOW.wall + 1800)
    assert SHORT_TOKEN not in repr(token)


@pytest.mark.parametrize("life", [0, -5, None, True, "soon", 1e12])
def test_a_token_without_a_usable_life_is_kept_a_little_and_never_renewed_in_a_loop(life: object) -> None:
    """Whatever is said, a minute passes until the next."""
    token = exchanged(json.dumps({"token": "t", "refresh_in": life}).encode(), NOW)
    assert NOW.wall + 60 <= token.refresh_at < token.expires_at


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": 1}', b'{"token": ""}', b'{"token": "a b"}'])
def test_what_is_no_token_is_told(body: bytes) -> None:
    """As ValueError, as an exchange should."""
    with pytest.raises(ValueError, match=r"GitHub|credential"):
        exchanged(body, NOW)


def test_a_listed_model_brings_limits_features_wires_and_prices() -> None:
    """AI credits per batch become USD per million; the long context is a tier."""
    assert listed()["claude-opus-4.6"] == Listed(
        "claude-opus-4.6",
        name="Claude Opus 4.6",
        context=200_000,
        max_output=64_000,
        tools=True,
        images=True,
        json_schema=False,
        reasoning=True,
        price=Price(5.0, 25.0, 0.5, 6.25, tiers=(Tier(200_000, 10.0, 37.5, 1.0, 12.5),)),
        wires=("anthropic.messages", "openai.chat"),
    )


def test_models_that_do_not_talk_are_left_out() -> None:
    """Embeddings, and what completes lines in an editor."""
    assert set(listed()) == {"claude-opus-4.6", "gpt-5.5", "gpt-4.1", "gpt-live", "gemini-3.1-pro"}


def test_a_model_without_endpoints_speaks_chat() -> None:
    """As all did, once."""
    assert listed()["gpt-4.1"].wires == ("openai.chat",)
    assert listed()["gpt-5.5"].wires == ("openai.responses", "openai.chat")


def test_what_the_list_does_not_say_is_not_guessed() -> None:
    """No price, no limits, no features."""
    model = listed()["gpt-4.1"]
    assert (model.price, model.max_output, model.tools, model.reasoning) == (None, None, None, None)


def test_a_model_of_no_use_says_why() -> None:
    """Switched off by a policy, or behind a connection of a sort that is not spoken."""
    off, live = listed()["gemini-3.1-pro"], listed()["gpt-live"]
    assert (off.enabled, live.enabled, listed()["gpt-5.5"].enabled) == (False, False, True)
    assert "github.com/settings/copilot" in off.why_not
    assert "connection" in live.why_not


def test_the_list_is_asked_for_with_prices() -> None:
    """The version of the API that tells them goes to Copilot only."""
    call = build_models_call(KIND, KIND.base_url or "", "/models", "gho_x")
    assert call.url == "https://api.githubcopilot.com/models"
    assert dict(call.headers)["x-github-api-version"] == "2026-08-01"


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.githubcopilot.com", "https://api.github.com/copilot_internal/user"),
        ("https://api.business.githubcopilot.com", "https://api.github.com/copilot_internal/user"),
        ("http://127.0.0.1:1", "https://api.github.com/copilot_internal/user"),
        ("https://copilot-api.acme.ghe.com", "https://api.acme.ghe.com/copilot_internal/user"),
    ],
)
def test_the_plans_page_is_githubs(base_url: str, url: str) -> None:
    """A company's own domain has its own."""
    call = page(base_url, GITHUB_TOKEN, {})
    assert (call.method, call.url) == ("GET", url)
    assert dict(call.headers)["authorization"] == f"Bearer {GITHUB_TOKEN}"


def test_the_plans_page_tells_whose_it_is() -> None:
    """The login at GitHub, where it says one."""
    assert whose(json.dumps(USER).encode()) == "somebody"
    assert whose(json.dumps({**USER, "login": 7}).encode()) == ""
    assert whose(json.dumps({**USER, "login": "x" * 5000}).encode()) == ""


def test_the_plans_page_tells_the_pools_that_end() -> None:
    """An unlimited one is none; editor completions are not ours."""
    (pool,) = windows(json.dumps(USER).encode(), "p", NOW)
    assert (pool.window, pool.limit, pool.remaining, pool.unit) == ("premium_interactions", 1500.0, 375.5, "credits")
    assert pool.used == pytest.approx(0.75)
    assert pool.resets_at == 1_796_083_200.0  # 2026-12-01T00:00:00Z


@pytest.mark.parametrize(("beyond", "blocks"), [(False, "spent"), (True, "nearly")])
def test_an_overdrawn_pool_blocks_unless_it_may_be(beyond: bool, blocks: str) -> None:
    """`remaining` may be negative; who allows overage is still served."""
    pool = {"entitlement": 300, "remaining": -12, "percent_remaining": -4.0, "overage_permitted": beyond}
    body = {"quota_reset_date": "2026-12-01", "quota_snapshots": {"premium_interactions": pool}}
    (window,) = windows(json.dumps(body).encode(), "p", NOW)
    assert state_of(window, NOW) == blocks
    assert window.used == pytest.approx(1.04)
    assert window.status == (OVERDRAWN if beyond else None)
    header = f"ent=300&ov=12.0&ovPerm={str(beyond).lower()}&rem=-4.0&rst=2026-12-01T00%3A00%3A00Z"
    (told,) = readings("p", "m", {"x-quota-snapshot-premium_interactions": header}, NOW)
    assert (state_of(told, NOW), told.status) == (blocks, window.status)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"quota_snapshots": 3}', b'{"message": "Not Found"}'])
def test_a_page_without_quotas_is_told(body: bytes) -> None:
    """As ValueError, as a page should."""
    with pytest.raises(ValueError, match="GitHub"):
        windows(body, "p", NOW)


def test_the_headers_tell_what_remains_in_per_cent() -> None:
    """URL-query encoded; windows of a length others have too are named alike."""
    found = {window.window: window for window in readings("p", "m", HEADERS, NOW)}
    assert set(found) == {"premium_interactions", "5h", "7d"}
    pool, session = found["premium_interactions"], found["5h"]
    assert (pool.limit, pool.remaining) == (300.0, 202.5)
    assert pool.used == pytest.approx(0.325)
    assert (session.limit, session.remaining) == (None, None)
    assert session.used == pytest.approx(0.943)
    assert session.resets_at == pytest.approx(NOW.wall + 3600)


def test_a_window_of_which_nothing_remains_is_spent() -> None:
    """Until it is reset."""
    header = {"x-usage-ratelimit-session": "ent=50&rem=0&rst=2026-11-18T12%3A06%3A40Z"}
    (window,) = readings("p", "m", header, NOW)
    assert (state_of(window, NOW), state_of(window, NOW.after(3601))) == ("spent", "ok")


@given(st.dictionaries(st.sampled_from(["x-quota-snapshot-chat", "x-usage-ratelimit-weekly", "date"]), st.text()))
def test_no_header_is_too_odd(headers: dict[str, str]) -> None:
    """Readings never raise and never reach further than a month or so."""
    assert all(
        w.resets_at is None or NOW.wall <= w.resets_at <= NOW.wall + 35 * DAY for w in readings("p", "m", headers, NOW)
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (402, {"error": {"message": "You have no quota", "code": "quota_exceeded"}}, "quota_exceeded"),
        (429, {"error": {"message": "Sorry", "code": "user_global_rate_limited:pro"}}, "quota_exceeded"),
        (429, {"error": {"message": "Sorry, weekly", "code": "user_weekly_rate_limited"}}, "quota_exceeded"),
        (429, "Sorry, you've exceeded your 5 hour session limits. Please retry after 2733 seconds.", "quota_exceeded"),
        (429, {"code": "user_model_rate_limited", "message": "slower"}, "rate_limited"),
        (429, {"error": {"message": "busy", "code": "integration_rate_limited"}}, "overloaded"),
        (400, {"error": {"message": "not for you", "code": "model_not_supported"}}, "permission"),
        (400, "bad request: unknown Copilot-Integration-Id", "permission"),
        (466, "client not supported", "permission"),
        (421, "421 Misdirected Request", "permission"),
        (403, "access to this endpoint is forbidden", "permission"),
        (401, {"error": {"message": "IDE token expired: unauthorized: token expired"}}, "auth_failed"),
        (
            400,
            {
                "error": {
                    "message": "prompt token count of 205000 exceeds the limit of 168000",
                    "code": "model_max_prompt_tokens_exceeded",
                }
            },
            "context_length",
        ),
        (422, {"error": {"message": "filtered"}}, "content_policy"),
        (400, "off_topic", "content_policy"),
        (404, {"error": {"message": "no such model", "code": "not_found"}}, "model_not_found"),
        (424, {"error": {"message": "failed dependency"}}, "overloaded"),
        (499, "cancelled", "overloaded"),
        (413, {"error": {"message": "too large", "code": "request_too_large"}}, "invalid_request"),
        (503, {"error": {"message": "x", "code": "upstream_provider_rate_limit"}}, "overloaded"),
    ],
)
def test_each_refusal_means_what_github_means(status: int, body: object, kind: str) -> None:
    """Literal bodies, bare or wrapped, in JSON or text."""
    assert failed(status, body) is FailureKind(kind)


def test_a_plans_credits_are_included_and_its_login_is_a_code() -> None:
    """With a client id of the user's own."""
    assert KIND.billing is Billing.INCLUDED
    assert KIND.login.code_url == "https://github.com/login/device/code"  # type: ignore[union-attr]
    assert [option.name for option in KIND.options] == ["client_id"]


async def test_what_copilot_says_an_answer_cost_is_told_on_each_wire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """12 tokens given and 8 got at the prices of its list: 0.026 credits, which are cents."""
    more = "".join(
        f'[[models]]\nalias = "w{number}"\ngroup = [{{provider = "a", model = "model-a", wire = "{wire}"}}]\n'
        for number, wire in enumerate(KIND.wires)
    )
    async with kind_world("github-copilot", tmp_path, monkeypatch, {"a": ["ok"]}, more=more) as w:
        for number, _ in enumerate(KIND.wires):
            heard = await w.ask(model=f"w{number}")
            assert heard.result is not None
            assert heard.result["usage"]["cost_usd"] == pytest.approx(0.00026)

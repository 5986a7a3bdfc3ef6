"""The stand-in of GitHub and Copilot gives and refuses as both do."""

import json
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest

from standins.copilot import REFUSALS, copilot
from switchgeard.core.clock import Now
from switchgeard.demo.copilot import kind_at
from switchgeard.demo.copilot_wire import GITHUB_TOKEN, MODELS
from switchgeard.demo.github import GitHub
from switchgeard.demo.standin import StandIn
from switchgeard.kinds.github_copilot import KIND, exchanged
from switchgeard.kinds.kind import DeviceCode
from switchgeard.upstream.tls import blind_context

PATHS = ("/chat/completions", "/responses", "/v1/messages")
DIRECT = "github_pat_CANARY"
CODE = {"client_id": "our-own", "scope": "read:user"}
POLL = {
    "client_id": "our-own",
    "device_code": "3584d83530557fdd",
    "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
}


async def put(standin: StandIn, path: str, secret: str = DIRECT, **body: Any) -> httpx.Response:
    asked = {"model": "claude-opus-4.6", "stream": False} | body
    async with httpx.AsyncClient(trust_env=False, verify=blind_context()) as client:
        return await client.post(standin.url + path, json=asked, headers={"authorization": f"Bearer {secret}"})


async def got(standin: StandIn, path: str, authorization: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, verify=blind_context()) as client:
        return await client.get(standin.url + path, headers={"authorization": authorization})


async def form(standin: StandIn, path: str, fields: dict[str, str]) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False, verify=blind_context()) as client:
        told: dict[str, Any] = (await client.post(standin.url + path, data=fields)).json()
        return told


async def test_a_code_is_waited_for_until_somebody_typed_it() -> None:
    """Each poll has its word, all with status 200; the page to type at is its own."""
    standin, account = copilot(github=GitHub(polls=["authorization_pending", "slow_down", "ok"]))
    async with standin.serving():
        begun = await form(standin, "/login/device/code", CODE)
        said = [await form(standin, "/login/oauth/access_token", POLL) for _ in range(3)]
    assert begun["verification_uri"] == f"{standin.url}/login/device"
    assert [one.get("error") for one in said] == ["authorization_pending", "slow_down", None]
    assert said[1]["interval"] == 10
    assert said[2]["access_token"] == GITHUB_TOKEN
    assert account.polled == 3


@pytest.mark.parametrize("word", ["expired_token", "access_denied"])
async def test_a_code_that_ends_or_is_refused_says_so(word: str) -> None:
    """The two ends of a login without a token."""
    standin, _ = copilot(github=GitHub(polls=[word]))
    async with standin.serving():
        assert (await form(standin, "/login/oauth/access_token", POLL))["error"] == word


async def test_an_editors_token_buys_a_short_one_that_copilot_takes_until_its_end() -> None:
    """The editor's own is refused there; so is the short one after half an hour."""
    at = [1_795_000_000.0]
    standin, account = copilot(clock=lambda: Now(at[0], 0.0))
    async with standin.serving():
        short = exchanged(
            (await got(standin, "/copilot_internal/v2/token", f"token {GITHUB_TOKEN}")).content, Now(at[0], 0.0)
        )
        own = await put(standin, "/chat/completions", GITHUB_TOKEN)
        first = await put(standin, "/chat/completions", short.secret)
        at[0] += 1801
        late = await put(standin, "/chat/completions", short.secret)
        stranger = await got(standin, "/copilot_internal/v2/token", "token ghu_other")
    assert [own.status_code, first.status_code, late.status_code] == [401, 200, 401]
    assert "token expired" in late.text
    assert (stranger.status_code, account.exchanged) == (401, 1)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_every_endpoint_answers_and_says_what_it_cost(path: str, streamed: bool) -> None:
    """12 tokens in and 8 out at the list's prices: 2.6 hundredths of a credit."""
    standin, _ = copilot(github=GitHub(token=DIRECT))
    async with standin.serving():
        reply = await put(standin, path, stream=streamed)
    assert reply.status_code == 200
    assert reply.text.count('"copilot_usage"') == 1
    assert '"total_nano_aiu":26000000' in reply.text


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_is_said_as_copilot_says_it(name: str) -> None:
    """Status, headers and body of the row."""
    standin, _ = copilot(name, GitHub(token=DIRECT))
    async with standin.serving():
        reply = await put(standin, "/v1/messages")
    status, headers, body = REFUSALS[name]
    assert reply.status_code == status
    assert set(headers) <= set(reply.headers.items())
    assert reply.text == (
        body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    )


async def test_a_spent_session_comes_back_at_its_time() -> None:
    """Whatever the script says meanwhile; the seconds it names are those that are left."""
    at = [1_795_000_000.0]
    standin, account = copilot(github=GitHub(token=DIRECT), clock=lambda: Now(at[0], 0.0))
    async with standin.serving():
        account.limited_until = at[0] + 600
        first = await put(standin, "/responses")
        at[0] += 590
        second = await put(standin, "/responses")
        at[0] += 10
        third = await put(standin, "/responses")
    assert [one.status_code for one in (first, second, third)] == [429, 429, 200]
    assert [one.headers["retry-after"] for one in (first, second)] == ["600", "10"]
    assert "Please retry after 10 seconds" in second.text


async def test_windows_are_told_with_every_answer_and_the_plan_on_its_page() -> None:
    """In per cent that remain."""
    account = GitHub(token=DIRECT, session=5.7, credits=40.0)
    standin, _ = copilot(github=account, clock=lambda: Now(1_795_000_000.0, 0.0))
    async with standin.serving():
        reply = await put(standin, "/responses")
        plan = (await got(standin, "/copilot_internal/user", f"Bearer {DIRECT}")).json()
        models = (await got(standin, "/models", f"Bearer {DIRECT}")).json()
    assert reply.headers["x-usage-ratelimit-session"] == "ent=50&rem=5.7&rst=2026-11-18T11%3A52%3A13Z"
    assert "x-usage-ratelimit-weekly" not in reply.headers
    assert plan["quota_snapshots"]["premium_interactions"]["percent_remaining"] == 40.0
    assert plan["quota_reset_date"] == "2026-12-01"
    assert models == MODELS


def test_the_kind_at_a_stand_in_is_the_real_one_but_for_githubs_addresses() -> None:
    """Whatever it carries and reads stays."""
    kind, now = kind_at("http://127.0.0.1:9"), Now(1_795_000_000.0, 0.0)
    assert isinstance(kind.login, DeviceCode)
    assert kind.exchange is not None
    assert kind.quota is not None
    assert KIND.exchange is not None
    base = "https://api.githubcopilot.com"
    moved, own = kind.exchange.call(base, "ghu_x", {}, now), KIND.exchange.call(base, "ghu_x", {}, now)
    assert (moved.url, moved.headers) == ("http://127.0.0.1:9/copilot_internal/v2/token", own.headers)
    assert kind.quota.call("https://api.githubcopilot.com", "x", {}).url == "http://127.0.0.1:9/copilot_internal/user"
    assert kind.login.code_url == "http://127.0.0.1:9/login/device/code"
    assert kind.base_url == KIND.base_url

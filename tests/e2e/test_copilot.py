"""GitHub Copilot through the daemon: the real kind at a stand-in of both, from the login to the wrong plan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from door_client import PATHS, post
from fake_clock import ManualClock
from standins.copilot import copilot
from switchgeard.demo.copilot import kind_at
from switchgeard.demo.copilot_wire import GITHUB_TOKEN
from switchgeard.demo.github import GitHub
from switchgeard.demo.standin import Line, StandIn
from switchgeard.kinds.known import KINDS
from world import World, world

HALF_AN_HOUR = 1800.0


class Set:
    """The daemon, the stand-in, GitHub's account behind it, and the clock of all three."""

    def __init__(self, w: World, standin: StandIn, account: GitHub, hand: ManualClock) -> None:
        self.w, self.standin, self.account, self.hand = w, standin, account, hand

    def called(self, header: str) -> list[str | None]:
        """A header of each completion that was asked for."""
        return [asked.header(header) for asked in self.standin.asked]


@pytest.fixture
def behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the set: `script` of completions, the account's further fields, and keys of the offer."""

    @asynccontextmanager
    async def made(script: Line | list[Line] = "ok", offer: str = "", **account: Any) -> AsyncIterator[Set]:
        hand = ManualClock()
        github = GitHub(**account)
        standin, _ = copilot(script, github, clock=hand)
        monkeypatch.setenv("GITHUB_CANARY", github.token)
        async with world(tmp_path, {"copilot": standin, "keyed": "ok"}, now=hand, door=True) as w:
            monkeypatch.setitem(KINDS, "github-copilot", kind_at(standin.url))
            (tmp_path / "config.toml").write_text(
                f'[[providers]]\nid = "copilot"\nkind = "github-copilot"\nbase_url = "{standin.url}"\n'
                f'credential = {{env = "GITHUB_CANARY"}}\n'
                f'[[providers]]\nid = "keyed"\nkind = "anthropic"\nbase_url = "{w.standins["keyed"].url}"\n'
                'credential = {env = "CANARY"}\n[http]\nlisten = "127.0.0.1:0"\n'
                '[[models]]\nalias = "m"\ngroup = [{provider = "copilot", model = "claude-opus-4.6"'
                f'{offer}}}, {{provider = "keyed", model = "x"}}]\n'
            )
            assert (await w.call("config/reload"))["ok"]
            yield Set(w, standin, github, hand)

    return made


async def test_an_editors_token_is_exchanged_once_and_again_before_its_end(behind: Any) -> None:
    """Answers in between carry the same short token; GitHub's own never goes to Copilot."""
    async with behind() as it:
        for _ in range(3):
            assert (await it.w.ask()).outcomes == [("copilot", None)]
        assert it.account.exchanged == 1
        it.hand.advance(HALF_AN_HOUR)
        assert (await it.w.ask()).outcomes == [("copilot", None)]
        assert it.account.exchanged == 2
        carried = it.called("authorization")
        assert len(set(carried)) == 2
        assert not any(GITHUB_TOKEN in str(one) for one in carried)


async def test_a_token_that_is_none_of_an_editors_goes_as_it_is(behind: Any) -> None:
    """Nothing is exchanged."""
    async with behind(token="github_pat_CANARY") as it:
        assert (await it.w.ask()).outcomes == [("copilot", None)]
        assert it.account.exchanged == 0
        assert it.called("authorization") == ["Bearer github_pat_CANARY"]


async def test_a_short_token_that_is_refused_is_exchanged_anew_at_once(behind: Any) -> None:
    """GitHub may end it early; the client hears nothing of it."""
    async with behind() as it:
        await it.w.ask()
        it.account.short.clear()
        assert (await it.w.ask()).outcomes[-1] == ("copilot", None)
        assert it.account.exchanged == 2


@pytest.mark.parametrize("wire", ["openai.chat", "openai.responses", "anthropic.messages"])
@pytest.mark.parametrize("stream", [True, False])
async def test_each_endpoint_answers_and_its_price_is_in_the_ledger(behind: Any, wire: str, stream: bool) -> None:
    """By Copilot's own count: 26 000 000 billionths of a credit, saved, because the plan is paid."""
    async with behind(offer=f', wire = "{wire}"') as it:
        heard = await it.w.ask(stream=stream)
        assert heard.outcomes == [("copilot", None)]
        assert heard.answer == "Hello from a stand-in provider."
        row = (await it.w.call("usage/query", by=["provider"]))["rows"][0]
        assert row["saved_usd"] == pytest.approx(0.00026)


@pytest.mark.parametrize("dialect", PATHS)
async def test_clients_of_every_dialect_are_answered(behind: Any, dialect: str) -> None:
    """Through the door."""
    async with behind() as it:
        reply = await post(it.w, dialect, model="m")
        assert (reply.status_code, reply.headers["x-switchgear-provider"]) == (200, "copilot")


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ("session_limit", "quota_exceeded"),
        ("weekly_limit", "quota_exceeded"),
        ("model_limit", "rate_limited"),
        ("model_overloaded", "overloaded"),
        ("no_quota", "quota_exceeded"),
        ("month_spent", "quota_exceeded"),
        ("no_billing", "quota_exceeded"),
        ("wrong_plan", "permission"),
        ("not_supported", "permission"),
        ("client_unknown", "permission"),
        ("dependency", "overloaded"),
    ],
)
async def test_what_it_refuses_is_known_for_what_it_is_and_served_elsewhere(
    behind: Any, refusal: str, kind: str
) -> None:
    """In its literal words."""
    async with behind(refusal) as it:
        outcomes = (await it.w.ask()).outcomes
        assert outcomes[0] == ("copilot", kind)
        assert outcomes[-1] == ("keyed", None)


async def test_a_spent_session_is_left_alone_until_its_time(behind: Any) -> None:
    """The reset is Copilot's word: not asked before, asked after."""
    async with behind() as it:
        it.account.limited_until = it.hand.now.wall + 600
        assert (await it.w.ask()).outcomes == [("copilot", "quota_exceeded"), ("keyed", None)]
        it.hand.advance(500)
        assert (await it.w.ask()).outcomes == [("keyed", None)]
        it.hand.advance(120)
        assert (await it.w.ask()).outcomes == [("copilot", None)]


async def test_quota_shows_the_plan_and_the_session(behind: Any) -> None:
    """Credits from GitHub's page, which takes GitHub's own token; the session from an answer's headers."""
    async with behind(session=40.0, credits=30.0) as it:
        await it.w.ask()
        told = await it.w.call("quota/list", provider="copilot", refresh=True)
        windows = {window["window"]: window for window in told["windows"]}
        assert windows["5h"]["used"] == pytest.approx(0.6)
        assert windows["5h"]["source"] == "x-usage-ratelimit"
        month = windows["premium_interactions"]
        assert (month["limit"], month["remaining"], month["unit"]) == (1500, 450, "credits")
        assert month["source"] == "copilot_internal/user"


async def test_what_goes_beyond_the_plan_is_booked_as_what_copilot_says_it_cost(behind: Any) -> None:
    """In the ledger, of which a restart sums its budgets, nothing of it is saved; the budget ends it."""
    async with behind(credits=-4.0, overage=True) as it:
        config = it.w.home / "config.toml"
        config.write_text(config.read_text() + "[spend]\nusd_per_day = 0.0002\n")
        assert (await it.w.call("config/reload"))["ok"]
        await it.w.call("quota/list", provider="copilot", refresh=True)
        heard = await it.w.ask()
        assert (heard.outcomes, heard.result["cost_usd"]) == ([("copilot", None)], pytest.approx(0.00026))
        row = (await it.w.call("usage/query", by=["provider"]))["rows"][0]
        assert (row["cost_usd"], row["saved_usd"]) == (pytest.approx(0.00026), 0.0)
        assert (await it.w.ask()).error["data"]["kind"] == "budget"


async def test_its_list_says_limits_and_prices(behind: Any) -> None:
    """Asked for with the short token, like a completion."""
    async with behind() as it:
        await it.w.call("models/refresh", provider="copilot")
        offers = (await it.w.call("models/show", model="m"))["offers"]
        assert offers[0]["price"]["input"] == 5.0
        assert offers[0]["context"] == 200_000
        assert "listed" in offers[0]["facts"]

"""The gate and what clients are told: shared quota, exhaustion, waiting, cancellation, stickiness."""

from pathlib import Path
from typing import Any

import pytest
import trio

from promptly import promptly
from standins.faults import limited
from world import PATIENT, Heard, world

HELLO = "Hello from a stand-in provider."


async def test_a_limited_provider_is_asked_once_in_a_row_of_requests(tmp_path: Path) -> None:
    """F1: exactly one request reaches it during its Retry-After."""
    async with world(tmp_path, {"a": "429_hour", "b": "ok"}) as w:
        for _ in range(10):
            assert (await w.ask()).answer == HELLO
        assert w.hits() == {"a": 1, "b": 10}


async def test_fifty_at_once_stop_at_the_first_429(tmp_path: Path) -> None:
    """F52: the gate closes with the first answer; what was in flight then is all that reached it."""
    async with world(tmp_path, {"a": "429_hour", "b": "ok"}) as w:
        heard = await w.crowd(50)
        assert [h.answer for h in heard] == [HELLO] * 50
        before = w.hits()["a"]
        assert before < 25, "most were still to be written when the first answer came"
        assert [h.answer for h in await w.crowd(50)] == [HELLO] * 50
        assert w.hits()["a"] == before


async def test_two_editors_share_one_quota_state(tmp_path: Path) -> None:
    """A 429 earned by one is respected by the other at once, and both hear of it."""
    async with world(tmp_path, {"a": "429_hour", "b": "ok"}) as w:
        vim, emacs = await w.client(), await w.client()
        for editor in (vim, emacs):
            await editor.send({"id": 1, "method": "events/subscribe", "params": {"types": ["health"]}})
            assert "snapshot" in (await editor.hear())["result"]
        await w.put(vim, 2)
        told = [await vim.hear(), await emacs.hear()]
        while told[0].get("method") != "events/event":
            told[0] = await vim.hear()
        events = [message["params"]["event"] for message in told]
        assert events[0] == events[1]
        assert events[0]["health"] == "rate_limited" or events[0]["health"] == "quota_exhausted"
        await w.put(emacs, 2)
        assert (await w.listen(emacs, 2)).outcomes == [("b", None)]
        assert (await w.listen(vim, 2)).answer == HELLO
        assert w.hits() == {"a": 1, "b": 2}
        vim.close()
        emacs.close()


async def test_exhausted_says_which_reset_comes_first(tmp_path: Path) -> None:
    """F53, I20: one error with a reason per provider and the soonest reset, right within a second."""
    async with world(tmp_path, {"a": "429_hour", "b": "429"}) as w:
        heard = await w.ask()
        assert heard.error is not None
        assert (heard.error["code"], heard.kind) == (-32010, "exhausted")
        data = heard.error["data"]
        assert 29_000 <= data["retry_after_ms"] <= 30_000
        assert "a:" in data["detail"]
        assert "b:" in data["detail"]
        assert data["hint"].startswith("switchgear ")
        assert heard.outcomes == [("a", "quota_exceeded"), ("b", "rate_limited")]


async def test_wait_until_reset_waits_and_answers(tmp_path: Path) -> None:
    """The client that is willing to wait gets its answer after the first reset."""
    async with world(
        tmp_path, {"a": ["429_short", "ok"], "b": "429_hour"}, model="failover = {max_inline_wait = 0}"
    ) as w:
        heard = await w.ask(wait_until_reset=True)
        assert heard.answer == HELLO
        assert any(v["type"] == "routing" and v["action"] == "waiting" for v in heard.values)
        assert w.hits() == {"a": 2, "b": 1}


async def test_wait_until_reset_gives_up_at_its_limit(tmp_path: Path) -> None:
    """Not willing to wait that long: the error, at once."""
    async with world(tmp_path, {"a": "429_hour"}) as w:
        assert (await w.ask(wait_until_reset=5)).kind == "exhausted"


async def test_a_client_that_leaves_before_the_answer_starts_nothing_more(tmp_path: Path) -> None:
    """F43, I12: the upstream sees the disconnect, and no other offer is tried."""
    async with world(tmp_path, {"a": "hang", "b": "ok"}, timeouts=PATIENT) as w:
        client = await w.client()
        await w.put(client, 1)
        await w.standins["a"].until(lambda s: s.hits == 1)
        client.close()
        with promptly(0.25):
            await w.standins["a"].until(lambda s: s.disconnects == 1)
        assert w.hits() == {"a": 1, "b": 0}
        assert (await w.call("status"))["in_flight"] == 0


async def test_a_client_that_leaves_in_the_middle_closes_the_upstream(tmp_path: Path) -> None:
    """F43: mid-stream as well."""
    async with world(tmp_path, {"a": "hang_text", "b": "ok"}, timeouts=PATIENT) as w:
        client = await w.client()
        await w.put(client, 1)
        while (await client.hear()).get("params", {}).get("value", {}).get("type") != "text_delta":
            pass
        client.close()
        with promptly(0.25):
            await w.standins["a"].until(lambda s: s.disconnects == 1)
        assert w.hits()["b"] == 0


async def test_cancelling_is_answered_once_and_reaches_the_upstream(tmp_path: Path) -> None:
    """$/cancelRequest: -32800, and the ledger says cancelled."""
    async with world(tmp_path, {"a": "hang", "b": "ok"}, timeouts=PATIENT) as w:
        client = await w.client()
        await w.put(client, 7)
        await w.standins["a"].until(lambda s: s.hits == 1)
        await client.cancel(7)
        heard = await w.listen(client, 7)
        assert heard.error is not None
        assert heard.error["code"] == -32800
        await w.standins["a"].until(lambda s: s.disconnects == 1)
        assert await w.rows() == 1
        client.close()


async def test_a_session_stays_where_it_was_served(tmp_path: Path) -> None:
    """Sticky: after a failover the session keeps its new offer although the first is back."""
    async with world(tmp_path, {"a": ["500", "500", "500", "ok"], "b": "ok"}) as w:
        for _ in range(2):
            assert (await w.ask(session="s")).answer == HELLO
        resumed = await w.call("providers/resume", provider="a")
        assert resumed["health"] == "available"
        assert (await w.ask(session="s")).outcomes == [("b", None)]
        [session] = (await w.call("sessions/list"))["sessions"]
        assert (session["session"], session["provider"]) == ("s", "b")


async def test_a_pin_beats_the_order_and_a_pause_takes_out(tmp_path: Path) -> None:
    """Manual control: pin, unpin, pause, resume."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        await w.call("sessions/pin", model="m", provider="b")
        assert (await w.ask()).outcomes == [("b", None)]
        await w.call("sessions/unpin", model="m")
        assert (await w.ask()).outcomes == [("a", None)]
        await w.call("providers/pause", provider="a")
        assert (await w.ask()).outcomes == [("b", None)]
        await w.call("providers/resume", provider="a")
        assert (await w.ask()).outcomes == [("a", None)]


async def test_a_missing_credential_is_the_providers_trouble_not_the_models(tmp_path: Path) -> None:
    """The provider is unavailable with the fix named; the next one answers."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('{env = "CANARY"}', '{env = "NOT_SET"}', 1))
        await w.call("config/reload")
        heard = await w.ask()
        assert heard.answer == HELLO
        assert heard.outcomes == [("b", None)]  # known when the config was read, so nothing was tried
        assert w.hits()["a"] == 0
        [a, _] = (await w.call("providers/list"))["providers"]
        assert a["health"] == "missing_credential"
        assert a["hint"]


async def test_a_broken_config_keeps_the_last_good_one(tmp_path: Path) -> None:
    """F49: requests go on; status and the event feed say what is wrong."""
    async with world(tmp_path, {"a": "ok"}) as w:
        good = (tmp_path / "config.toml").read_text()
        (tmp_path / "config.toml").write_text(good.replace('alias = "m"', 'aliaz = "m"'))
        state = await w.call("config/reload")
        assert not state["ok"]
        assert "aliaz" in state["error"]
        assert "alias" in state["hint"]
        assert (await w.ask()).answer == HELLO
        assert (await w.call("status"))["config"]["revision"] == 1
        (tmp_path / "config.toml").write_text(good)
        assert (await w.call("config/reload"))["ok"]


async def test_an_unknown_model_names_the_nearest(tmp_path: Path) -> None:
    """-32011 with the cure."""
    async with world(tmp_path, {"a": "ok"}, model='label = "M"') as w:
        heard = await w.ask(model="a/model-aa")
        assert heard.error is not None
        assert heard.error["code"] == -32011
        assert "a/model-a" in heard.error["data"]["hint"]


async def test_one_variant_can_be_asked_by_name(tmp_path: Path) -> None:
    """provider/model-id asks that offer and no other."""
    async with world(tmp_path, {"a": "ok", "b": "429"}) as w:
        assert (await w.ask(model="a/model-a")).outcomes == [("a", None)]
        assert (await w.ask(model="b/model-b")).kind == "exhausted"


async def test_metered_never_is_never_contacted(tmp_path: Path) -> None:
    """[spend] metered = "never": typed refusal, no request."""
    async with world(tmp_path, {"a": "ok"}, more='[spend]\nmetered = "never"') as w:
        heard = await w.ask()
        assert heard.error is not None
        assert (heard.error["code"], heard.kind) == (-32012, "consent")
        assert w.hits()["a"] == 0


async def test_metered_ask_waits_for_consent(tmp_path: Path) -> None:
    """[spend] metered = "ask": refused with the command, then allowed for a while."""
    async with world(tmp_path, {"a": "ok"}, more='[spend]\nmetered = "ask"') as w:
        heard = await w.ask()
        assert heard.error is not None
        assert heard.error["data"]["hint"] == "switchgear allow metered --for 1h"
        await w.call("spend/allow", for_s=60)
        assert (await w.ask()).answer == HELLO


async def test_a_budget_is_said_not_to_count_only_what_nobody_knows_the_price_of(tmp_path: Path) -> None:
    """What the catalogue or the provider's list prices is counted, so neither the check nor the status names it."""
    group = '[[models]]\nalias = "n"\ngroup = [{provider = "a", model = "claude-opus-4-6"}]\n'
    async with world(tmp_path, {"a": "ok"}, more=group + "[spend]\nusd_per_day = 3") as w:
        told = [await w.call("config/check"), (await w.call("status"))["config"]]
        for warnings in ([one["message"] for one in told[0]["warnings"]], str(told[1])):
            assert "model-a" in str(warnings)
            assert "claude-opus-4-6" not in str(warnings)


async def test_continue_goes_on_after_the_cut(tmp_path: Path) -> None:
    """Plain text may be continued by the next offer; the result holds both parts."""
    async with world(tmp_path, {"a": "cut_text_clean", "b": "ok"}) as w:
        heard = await w.ask(on_interrupt="continue")
        assert "continued" in heard.types
        assert heard.text == heard.answer
        assert heard.answer.endswith(HELLO)
        assert len(heard.answer) > len(HELLO)


async def test_a_tool_call_is_never_continued(tmp_path: Path) -> None:
    """A cut tool call is an error even when the client asked to continue."""
    async with world(tmp_path, {"a": "cut_tool", "b": "ok_tool"}) as w:
        heard = await w.ask(on_interrupt="continue")
        assert heard.kind == "interrupted"
        assert w.hits()["b"] == 0


async def test_an_answer_under_way_survives_a_reload_without_its_provider(tmp_path: Path) -> None:
    """F49: it began under the old config and ends under it; the next request knows only the new one."""
    async with world(tmp_path, {"a": "hang_text", "b": "ok"}, timeouts=PATIENT) as w:
        client = await w.client()
        await w.put(client, 1)
        while (await client.hear()).get("params", {}).get("value", {}).get("type") != "text_delta":
            pass
        text = (tmp_path / "config.toml").read_text()
        first, _, rest = text.partition('[[providers]]\nid = "b"')
        gone = '[[providers]]\nid = "b"' + rest.replace('{provider = "a", model = "model-a"}, ', "")
        (tmp_path / "config.toml").write_text(gone)
        assert first
        assert (await w.call("config/reload"))["ok"]
        w.standins["a"].release.set()
        heard = await w.listen(client, 1)
        assert heard.answer == HELLO
        assert heard.outcomes == [("a", None)]
        assert (await w.ask()).outcomes == [("b", None)]
        client.close()


async def test_a_config_that_is_gone_keeps_the_last_good_one(tmp_path: Path) -> None:
    """F49: deleted, emptied to half a line, a symlink to nowhere: requests go on."""
    async with world(tmp_path, {"a": "ok"}) as w:
        path = tmp_path / "config.toml"
        good = path.read_text()
        for spoil in (path.unlink, lambda: path.write_text("[[prov"), lambda: _nowhere(path)):
            spoil()
            assert not (await w.call("config/reload"))["ok"]
            assert (await w.ask()).answer == HELLO
        path.unlink()
        path.write_text(good)
        path.chmod(0o600)
        assert (await w.call("config/reload"))["ok"]


def _nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere.toml"))


async def test_what_failover_on_does_not_name_never_reaches_the_next_offer(tmp_path: Path) -> None:
    """Not at first, not once it is known, not in a crowd: the limit is told, with its time."""
    async with world(tmp_path, {"a": "429_hour", "b": "ok"}, model='failover = {on = ["timeout"]}') as w:
        heard = [*await w.crowd(10), await w.ask(), await w.ask()]
        assert {h.kind for h in heard} == {"exhausted"}
        assert w.hits()["b"] == 0
        data = (heard[-1].error or {})["data"]
        assert "does not let it take over" in data["detail"]
        assert 3590_000 < data["retry_after_ms"] <= 3600_000


async def test_the_configs_deadline_ends_a_silent_attempt(tmp_path: Path) -> None:
    """It counts until the first content, whatever the offer's own limits; no offer is to blame."""
    async with world(tmp_path, {"a": "hang_opening", "b": "ok"}, model='failover = {deadline = "300ms"}') as w:
        heard = await w.ask()
        assert (heard.kind, heard.outcomes) == ("deadline", [("a", "timeout")])
        assert heard.error is not None
        assert heard.error["message"] == "No answer from m within 0.3 s."
        providers = (await w.call("providers/list"))["providers"]
        assert [p["health"] for p in providers] == ["available", "available"]


async def test_a_further_try_of_the_same_offer_is_no_failover(tmp_path: Path) -> None:
    """Nothing was left: neither the client nor the events say so."""
    async with world(tmp_path, {"a": ["529", "ok"], "b": "ok"}, model="failover = {retry = {backoff_ms = 1}}") as w:
        heard = await w.ask()
        assert heard.outcomes == [("a", "overloaded"), ("a", None)]
        assert "left" not in {value.get("action") for value in heard.values}
        told = await w.call("events/subscribe", since=0, types=["failover"])
        assert told["replayed"] == []


async def test_a_warm_session_waits_out_a_short_limit_that_another_client_earned(tmp_path: Path) -> None:
    """Its cache is worth a second; a new session goes on at once."""
    async with world(tmp_path, {"a": ["ok", limited("1"), "ok"], "b": "ok"}) as w:
        assert (await w.ask(session="warm")).outcomes == [("a", None)]
        assert (await w.ask(session="new")).outcomes == [("a", "rate_limited"), ("b", None)]
        stayed = await w.ask(session="warm")
        assert stayed.outcomes == [("a", None)]
        assert "waiting" in {value.get("action") for value in stayed.values}


async def test_a_crowd_waits_out_a_short_limit_when_nobody_else_is_left(tmp_path: Path) -> None:
    """Those whose turn had not come when the first was refused wait as the first one does."""
    async with world(tmp_path, {"a": [limited("1"), "ok"]}) as w:
        assert {h.kind for h in await w.crowd(10)} == {None}


@pytest.mark.parametrize(
    "odd",
    [
        {"messages": []},
        {"messages": [{"role": "user", "content": ""}, {"role": "user", "content": []}]},
        {"body": {"messages": []}},
        {"max_tokens": 0},
        {"deadline_s": -1},
        {"dialect": "openai.speech"},
        {"messages": [], "dialect": "openai.chat", "body": {"model": "m", "messages": []}},
    ],
)
async def test_a_request_that_cannot_mean_anything_reaches_nobody(tmp_path: Path, odd: dict[str, Any]) -> None:
    """The parameter at fault is named, and nothing is ignored in silence."""
    async with world(tmp_path, {"a": "ok"}) as w:
        heard = await w.ask(**odd)
        assert heard.kind == "invalid_params"
        assert next(iter(odd)) in str(heard.error)
        assert w.hits() == {"a": 0}


async def test_a_variant_has_no_order(tmp_path: Path) -> None:
    """Only a merged model does, and the refusal says so."""
    async with world(tmp_path, {"a": "ok"}) as w:
        refused = await w.call("models/order", model="a/model-a", providers=["a"])
        assert refused["error"]["message"] == "a/model-a is one provider's variant: there is nothing to order."


@pytest.mark.parametrize("limit", ["provider", "all"])
async def test_a_burst_does_not_pass_a_budget_together(tmp_path: Path, limit: str) -> None:
    """30 prompts of about 0.02 USD at once, a day of 0.1: the sixth finds the rest held, and is told when to come."""
    text = "word " * 4000
    price = "price = {input = 4.0, output = 0.0}"
    more = "" if limit == "provider" else "[spend]\nusd_per_day = 0.1\n"
    async with world(tmp_path, {"a": "hang"}, more=more, timeouts=PATIENT) as w:
        path = tmp_path / "config.toml"
        cap = "limits = {usd_per_day = 0.1}\n" if limit == "provider" else ""
        config = path.read_text().replace('kind = "anthropic"\n', f'kind = "anthropic"\nbilling = "metered"\n{cap}', 1)
        path.write_text(config.replace('model = "model-a"}', f'model = "model-a", {price}}}'))
        assert (await w.call("config/reload"))["ok"]
        refused: list[Heard] = []
        enough = trio.Event()

        async def one() -> None:
            heard = await w.ask(messages=[{"role": "user", "content": text}])
            refused.append(heard)
            if len(refused) == 24:
                enough.set()

        async with trio.open_nursery() as nursery:
            for _ in range(30):
                nursery.start_soon(one)
            await enough.wait()
            assert w.hits()["a"] <= 6
            assert all("in flight hold" in str(each.error) for each in refused[:24])
            nursery.cancel_scope.cancel()

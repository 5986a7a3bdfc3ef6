"""What each attempt leaves in the ledger: who was asked, what it used, what it may have cost."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio

from standins.standin import StandIn
from switchgeard.demo.wires import Said
from world import PATIENT, World, world

HELLO = "Hello from a stand-in provider."


async def ledger(w: World) -> list[dict[str, Any]]:
    """Every row, oldest first."""
    await w.daemon.at.store.flush()
    with closing(sqlite3.connect(w.home / "state" / "state.db")) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute("SELECT * FROM attempts ORDER BY rowid")]


async def test_usage_nobody_reported_is_estimated_and_marked(tmp_path: Path) -> None:
    """F28: the ledger has a figure, and says that it is a guess; so does the answer."""
    async with world(tmp_path, {"a": "ok_no_usage"}, kinds={"a": "openai"}) as w:
        heard = await w.ask()
        assert heard.result is not None
        usage = heard.result["usage"]
        assert usage["estimated"]
        assert usage["input"] > 0
        assert usage["output"] >= len(HELLO) // 4
        [row] = await ledger(w)
        assert (row["usage_estimated"], row["input_tokens"], row["output_tokens"]) == (
            1,
            usage["input"],
            usage["output"],
        )


async def test_usage_that_was_reported_is_no_estimate(tmp_path: Path) -> None:
    """F28: what the provider counted is what is kept."""
    async with world(tmp_path, {"a": "ok"}) as w:
        assert (await w.ask()).answer == HELLO
        [row] = await ledger(w)
        assert (row["usage_estimated"], row["input_tokens"], row["output_tokens"]) == (0, 12, 8)


DEAR = """
[[models]]
alias = "dear"
group = [{provider = "a", model = "model-a", price = {input = 1000.0, output = 1000.0}}]
[spend]
usd_per_day = 0.001
"""


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_an_answer_that_broke_off_is_paid_for_and_counted(tmp_path: Path, kind: str) -> None:
    """Who writes is paid for what he wrote, whether or not he came to say how much; budgets count it."""
    async with world(tmp_path, {"a": "cut_text_clean"}, kinds={"a": kind}, more=DEAR) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('id = "a"\n', 'id = "a"\nbilling = "metered"\n'))
        assert (await w.call("config/reload"))["ok"]
        heard = await w.ask(model="dear")
        assert heard.kind == "interrupted"
        [row] = await ledger(w)
        assert row["input_tokens"] > 0
        assert row["output_tokens"] >= len(heard.text) // 4 > 0
        assert row["cost_usd"] >= 0.001
        assert (await w.ask(model="dear")).kind == "budget"
        assert w.hits()["a"] == 1


async def test_an_answer_its_client_left_is_counted_too(tmp_path: Path) -> None:
    """Closing the window does not make it free."""
    async with world(tmp_path, {"a": "hang_text"}, kinds={"a": "openai"}, more=DEAR) as w:
        client = await w.client()
        with client.sock:
            await w.put(client, 1, model="dear")
            while (await client.hear()).get("params", {}).get("value", {}).get("type") != "text_delta":
                pass
        while not (rows := await ledger(w)):
            await trio.lowlevel.checkpoint()
        assert (rows[0]["outcome"], rows[0]["usage_estimated"]) == ("cancelled", 1)
        assert rows[0]["cost_usd"] > 0


BILLED = ["eof", "rst", "hang", "hang_event", "empty_200", "html_200", "error_event_late", "cut_text_clean"]
UNBILLED = ["500", "429", "quota", "402", "401", "403", "404", "529", "503", "400", "error_event"]


@pytest.mark.parametrize(("fault", "billed"), [*((f, 1) for f in BILLED), *((f, 0) for f in UNBILLED)])
async def test_an_attempt_that_may_have_been_billed_is_marked(tmp_path: Path, fault: str, billed: int) -> None:
    """F56: sent and not refused means that somebody may have worked for it; a refusal costs nothing."""
    async with world(tmp_path, {"a": fault, "b": "ok"}) as w:
        await w.ask()
        assert (await ledger(w))[0]["maybe_billed"] == billed


async def test_a_request_that_was_never_sent_is_not_billed(tmp_path: Path) -> None:
    """F56: nothing listens there, so nothing was asked."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text().replace(w.standins["a"].url, "http://127.0.0.1:1"))
        await w.call("config/reload")
        assert (await w.ask()).outcomes == [("a", "unavailable"), ("b", None)]
        assert [row["maybe_billed"] for row in await ledger(w)] == [0, 0]


async def test_a_client_that_leaves_is_a_cancelled_row_that_may_have_been_billed(tmp_path: Path) -> None:
    """F43, F56: exactly one row, and its outcome is not a failure of the provider."""
    async with world(tmp_path, {"a": "hang", "b": "ok"}, timeouts=PATIENT) as w:
        client = await w.client()
        await w.put(client, 1)
        await w.standins["a"].until(lambda s: s.hits == 1)
        client.close()
        with trio.fail_after(30):
            await w.standins["a"].until(lambda s: s.disconnects == 1)
            while not await ledger(w):
                await trio.lowlevel.checkpoint()
        [row] = await ledger(w)
        assert (row["outcome"], row["kind"], row["maybe_billed"]) == ("cancelled", "cancelled", 1)


async def test_a_request_is_not_sent_on_for_ever_where_it_may_have_been_billed(tmp_path: Path) -> None:
    """F56: four attempts that may each have cost something are enough for one request."""
    names = "abcdef"
    async with world(tmp_path, dict.fromkeys(names, "eof_before_event")) as w:
        heard = await w.ask()
        assert heard.kind == "exhausted"
        assert sum(row["maybe_billed"] for row in await ledger(w)) <= 4


async def test_a_full_disk_stops_no_request_and_loses_no_row(tmp_path: Path) -> None:
    """F34: the ledger cannot be written for a while; clients are answered, and the rows follow when there is space."""
    async with world(tmp_path, {"a": "ok"}) as w:
        assert (await w.ask()).answer == HELLO
        await _pages(w, 1)  # the least there can be: what the file has now
        for _ in range(60):
            assert (await w.ask()).answer == HELLO
        notices = [notice.trouble for notice in w.daemon.at.store.take_notices()]
        assert notices
        await _pages(w, 1_000_000)
        with trio.fail_after(30):
            while not await w.daemon.at.store.flush():
                await trio.lowlevel.checkpoint()
        assert await w.rows() == 61


async def _pages(w: World, most: int) -> None:
    """How large the file may become."""
    await w.daemon.at.store._writer.call(lambda connection: connection.execute(f"PRAGMA max_page_count = {most}"))


async def test_a_cut_answer_is_billed_for_what_was_made_of_it(tmp_path: Path) -> None:
    """Anthropic tells the input with its first event: the ledger keeps it although the answer was cut."""
    async with world(tmp_path, {"a": "cut_text_clean"}) as w:
        assert (await w.ask()).kind == "interrupted"
        [row] = (await w.call("usage/query", by=["provider"]))["rows"]
        assert row["usage"]["input"] == 12
        assert row["unpriced"] == 1


async def test_what_an_answer_cost_includes_what_was_cut_before_it(tmp_path: Path) -> None:
    """Each attempt is billed for what it wrote; the ledger has a row of each, the client the sum."""
    prices = "price = {input = 1000.0, output = 1000.0}"
    group = ", ".join(f'{{provider = "{name}", model = "model-{name}", {prices}}}' for name in ("a", "b"))
    more = f'[[models]]\nalias = "dear"\ngroup = [{group}]\n'
    async with world(tmp_path, {"a": "cut_text_clean", "b": "ok"}, more=more) as w:
        heard = await w.ask(model="dear", on_interrupt="restart")
        assert heard.result is not None, heard.error
        costs = [row["cost_usd"] for row in await ledger(w)]
        assert len(costs) == 2
        assert min(costs) > 0
        assert heard.result["cost_usd"] == pytest.approx(sum(costs))


async def test_running_answers_hold_a_budget_and_give_it_back(tmp_path: Path) -> None:
    """A dollar each is expected of what allows 32 000 tokens; the third waits its turn, and nothing is refused while
    nothing runs."""
    lines = {"a": 'base_url = "{url}"\ncredential = {env = "CANARY"}\nbilling = "metered"\n'}
    more = (
        '[[models]]\nalias = "dear"\ngroup = [{provider = "a", model = "x", price = {input = 0.0, output = 1000.0}}]\n'
    )
    script = ["hang_text", "hang_text", "ok"]
    async with world(
        tmp_path, {"a": script}, lines=lines, more=f"{more}[spend]\nusd_per_day = 1.5\n", timeouts=PATIENT
    ) as w:
        running, heard = await w.client(), list[float]()
        with running.sock:
            for number in (1, 2):
                await w.put(running, number, model="dear", max_tokens=32_000)
            await w.standins["a"].until(lambda s: s.hits == 2)
            refused = await w.ask(model="dear", max_tokens=32_000)
            assert refused.error is not None
            assert (refused.kind, refused.error["data"]["retry_after_ms"]) == ("budget", 60_000)
            assert "requests in flight hold what is left of your 1.5 USD a day" in refused.error["data"]["detail"]
            w.standins["a"].release.set()
            while len(heard) < 2:
                message = await running.hear()
                heard += [message["result"]["cost_usd"]] if "result" in message else []
        assert heard == pytest.approx([0.008, 0.008])
        assert (await w.ask(model="dear")).answer == HELLO


async def test_an_answer_that_runs_over_fills_the_budget_while_it_runs(tmp_path: Path) -> None:
    """A dollar was expected, eight have come: who asks next is told, though nothing has been settled."""
    lines = {"a": 'base_url = "{url}"\ncredential = {env = "CANARY"}\nbilling = "metered"\n'}
    more = (
        '[[models]]\nalias = "dear"\ngroup = [{provider = "a", model = "x", price = {input = 0.0, output = 1000.0}}]\n'
    )
    long = StandIn("hang_text", said=Said(text=("word " * 5600, "and more")))
    async with world(
        tmp_path, {"a": long}, lines=lines, more=f"{more}[spend]\nusd_per_day = 5.0\n", timeouts=PATIENT
    ) as w:
        running = await w.client()
        with running.sock:
            await w.put(running, 1, model="dear")
            while (await running.hear()).get("params", {}).get("value", {}).get("type") != "text_delta":
                pass
            refused = await w.ask(model="dear")
        assert refused.kind == "budget"
        assert w.hits() == {"a": 1}

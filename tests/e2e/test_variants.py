"""One provider's variant that no group names, asked for over the socket and through every dialect of the door."""

from pathlib import Path

import pytest

from door_client import post, tool
from standins.standin import StandIn
from switchgeard.demo.exchange import Answer, Asked, sized
from world import world

CODER = "qwen/qwen3-coder:free"
NAME = f"b/{CODER}"
KINDS = {"b": "openai-compatible"}
DIALECTS = ("openai.chat", "openai.responses", "anthropic.messages", "google.generate")


def router(looks: list[str] | None = None, broken: bool = False) -> StandIn:
    """A provider of two models; `looks` hears of every look at its list."""

    def beside(asked: Asked) -> Answer | None:
        if asked.method == "GET" and looks is not None:
            looks.append(asked.path)
        return sized(500, b"{}") if asked.method == "GET" and broken else None

    return StandIn("ok", models=(CODER, "vendor/v1.5"), beside=beside)


async def test_it_is_asked_for_as_that_one_offer(tmp_path: Path) -> None:
    """Its list is read once, first; the answer says who served, and the ledger what it was asked as."""
    looks: list[str] = []
    async with world(tmp_path, {"a": "ok", "b": router(looks)}, kinds=KINDS, more='[grouping]\nauto = "off"') as w:
        for _ in range(2):
            heard = await w.ask(model=NAME)
            assert heard.result is not None, heard.error
            assert (heard.result["served_by"]["provider"], heard.result["served_by"]["model"]) == ("b", CODER)
            assert heard.result["served_by"]["label"] == f"{CODER} (via B)"
        assert (w.hits(), looks) == ({"a": 0, "b": 2}, ["/v1/models"])
        usage = await w.call("usage/query", by=["alias", "model"])
        assert [row["key"] for row in usage["rows"]] == [{"alias": NAME, "model": CODER}]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("stream", [False, True])
async def test_every_dialect_of_the_door_takes_it(dialect: str, stream: bool, tmp_path: Path) -> None:
    """Slashes and colons in a body and in a path."""
    async with world(tmp_path, {"a": "ok", "b": router()}, kinds=KINDS, door=True) as w:
        reply = await post(w, dialect, model=NAME, stream=stream)
        assert reply.status_code == 200, reply.text
        served = (reply.headers["x-switchgear-provider"], reply.headers["x-switchgear-model"])
        assert served == ("b", CODER)
        assert w.hits() == {"a": 0, "b": 1}


async def test_the_door_shows_it_by_name(tmp_path: Path) -> None:
    """GET /v1/models/NAME, its slashes as they are or escaped."""
    async with world(tmp_path, {"a": "ok", "b": router()}, kinds=KINDS, door=True) as w, tool(w) as client:
        for name in (NAME, NAME.replace("/", "%2F")):
            reply = await client.get(f"/v1/models/{name}")
            assert (reply.status_code, reply.json()["id"]) == (200, NAME)
        missing = await client.get("/v1/models/b/vendor/v1.6")
        assert missing.status_code == 404
        assert "b/vendor/v1.5" in missing.text


async def test_nobody_takes_over_for_it_and_the_model_that_would_is_named(tmp_path: Path) -> None:
    """Who names one offer wants that one."""
    async with world(tmp_path, {"a": "429", "b": "ok"}) as w:
        heard = await w.ask(model="a/model-a")
        assert heard.kind == "exhausted"
        assert heard.error is not None
        assert "m has others beside it" in heard.error["data"]["detail"]
        assert w.hits()["b"] == 0
        assert (await w.ask(model="m")).outcomes[-1] == ("b", None)


async def test_consent_is_asked_for_as_for_any(tmp_path: Path) -> None:
    """Metered is metered, however it is named."""
    lines = {"b": 'base_url = "{url}/v1"\ncredential = {env = "CANARY"}\nbilling = "metered"\n'}
    more = '[spend]\nmetered = "ask"\n'
    async with world(tmp_path, {"a": "ok", "b": router()}, kinds=KINDS, lines=lines, more=more) as w:
        heard = await w.ask(model=NAME)
        assert (heard.kind, w.hits()["b"]) == ("consent", 0)
        await w.call("spend/allow", for_s=60)
        assert (await w.ask(model=NAME)).error is None


async def test_what_the_list_does_not_have_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    """Nothing is sent but the question for the list, and that not again a moment later."""
    looks: list[str] = []
    async with world(tmp_path, {"a": "ok", "b": router(looks)}, kinds=KINDS) as w:
        for _ in range(2):
            heard = await w.ask(model="b/qwen/qwen3-codr:free")
            assert heard.error is not None
            assert (heard.kind, heard.error["data"]["meant"]) == ("no_such_model", NAME)
        assert (w.hits()["b"], looks) == (0, ["/v1/models"])
        explained = await w.call("route/explain", model=NAME)
        assert [step["provider"] for step in explained["steps"]] == ["b"]


async def test_without_a_list_the_provider_itself_says_whether_it_has_it(tmp_path: Path) -> None:
    """A list that cannot be read keeps nobody from asking."""
    async with world(tmp_path, {"a": "ok", "b": router(broken=True)}, kinds=KINDS) as w:
        heard = await w.ask(model="b/whatever")
        assert heard.error is None
        assert heard.result is not None
        assert heard.result["served_by"]["model"] == "whatever"


async def test_a_paused_provider_is_not_asked_for_its_list_either(tmp_path: Path) -> None:
    """Its variant is told to be paused, whatever it is."""
    looks: list[str] = []
    async with world(tmp_path, {"a": "ok", "b": router(looks)}, kinds=KINDS) as w:
        await w.call("providers/pause", provider="b")
        heard = await w.ask(model=NAME)
        assert heard.error is not None
        assert (heard.kind, "paused" in heard.error["data"]["detail"], looks) == ("exhausted", True, [])

"""Providers' own lists over real sockets: what they fill in, what they propose, and what goes wrong with them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest
import trio
import trio.testing
from msgspec import structs

from fake_clock import ManualClock
from raw_server import raw_server, request_head
from switchgeard.core.listing import Listed
from switchgeard.kinds.kind import ModelsPage
from switchgeard.kinds.known import KINDS
from switchgeard.listings import AGAIN
from switchgeard.upstream.tls import blind_context
from world import World, world


@asynccontextmanager
async def listing(body: bytes, asked: list[bytes], status: str = "200 OK") -> AsyncIterator[str]:
    """A provider that answers every request with this."""

    async def answer(stream: trio.abc.Stream) -> None:
        asked.append(await request_head(stream))
        head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        await stream.send_all(head.encode() + body)

    async with raw_server(answer) as url:
        yield url


def rows(*names: str) -> bytes:
    return json.dumps({"data": [{"id": name} for name in names]}).encode()


def rule(kind: str) -> ModelsPage:
    """How this kind's models are listed."""
    found = KINDS[kind].listing
    assert found is not None
    return found


async def added(w: World, name: str, url: str, **more: Any) -> Any:
    told = {"id": name, "kind": "openai-compatible", "base_url": url, "credential": "none", **more}
    return await w.call("providers/add", **told)


async def test_a_provider_is_added_asked_for_its_models_and_one_is_merged(tmp_path: Path) -> None:
    """From nothing to a merged model of two providers, without an editor."""
    asked: list[bytes] = []
    async with (
        world(tmp_path, {"a": "ok"}) as w,
        listing(rows("glm-9", "lonely"), asked) as one,
        listing(rows("z-ai/glm-9", "z-ai/glm-9:free"), asked) as other,
    ):
        view = await added(w, "one", f"{one}/v1")
        assert (view["id"], view["kind"]) == ("one", "openai-compatible")
        await added(w, "other", f"{other}/v1", billing="included")
        found = await w.call("models/propose", refresh=True)
        told = {p["alias"]: [f"{o['provider']}/{o['model']}" for o in p["offers"]] for p in found["proposals"]}
        assert told == {"glm-9": ["other/z-ai/glm-9", "one/glm-9"]}
        accepted = await w.call("models/accept", aliases=["glm-9"])
        assert (accepted["aliases"], accepted["config"]["ok"]) == (["glm-9"], True)
        shown = await w.call("models/show", model="glm-9")
        assert [offer["provider"] for offer in shown["offers"]] == ["other", "one"]
        assert shown["offers"][0]["canonical"] == "glm-9"
        everything = await w.call("models/list", all=True)
        of_these = [name for name in everything["listed"] if not name.startswith("a/")]  # a may have been looked at
        assert of_these == ["one/lonely", "other/z-ai/glm-9:free"]
        again = await w.call("models/accept", aliases=["glm-9"])
        assert again["error"]["data"]["hint"] == "switchgear models propose"


async def test_a_variant_joins_a_model_the_user_wrote(tmp_path: Path) -> None:
    """At its place by how it is paid for, his order and comments as they are; one write with the new ones."""
    mine = '[[models]]\nalias = "mine"\ngroup = [{provider = "a", model = "glm-9"}] # mine\n'
    async with (
        world(tmp_path, {"a": "ok"}, more=mine) as w,
        listing(rows("glm-9", "glm-8"), []) as one,
        listing(rows("z-ai/glm-9", "z-ai/glm-8"), []) as other,
    ):
        await added(w, "one", one)
        await added(w, "other", other, billing="included")
        found = {each["alias"]: each for each in (await w.call("models/propose", refresh=True))["proposals"]}
        assert (found["mine"]["exists"], found["mine"]["new"]) == (True, ["other/z-ai/glm-9", "one/glm-9"])
        shown = [offer["provider"] for offer in found["mine"]["offers"]]
        accepted = await w.call("models/accept", all=True)
        assert accepted["aliases"] == ["glm-8", "mine"]
        offers = (await w.call("models/show", model="mine"))["offers"]
        assert [offer["provider"] for offer in offers] == shown == ["other", "a", "one"]
        assert "# mine" in (tmp_path / "config.toml").read_text()
        assert (await w.call("models/propose"))["proposals"] == []


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"<html>", "200 OK", "no JSON"),
        (b'{"models": 3}', "200 OK", "no model list"),
        (b"{}", "404 Not Found", "status 404"),
        (b"x" * 1_200_000, "200 OK", "more than"),
    ],
)
async def test_a_list_that_is_none_is_told_and_keeps_the_last_one(
    tmp_path: Path, body: bytes, status: str, words: str
) -> None:
    """Malformed, missing, huge: the reason in words; what was listed before stays."""
    async with world(tmp_path, {"a": "ok"}) as w, listing(body, [], status) as url:
        await added(w, "one", url)
        probe = await w.call("providers/probe", provider="one")
        assert (probe["ok"], probe["models"]) == (False, None)
        assert words in probe["reason"]


async def test_a_reader_that_fails_on_a_list_ends_that_look_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in one kind is words; who looks for others goes on."""

    def broken(body: bytes) -> tuple[Listed, ...]:
        raise TypeError("a bug that quotes sk-secret")

    kind = KINDS["openai-compatible"]
    monkeypatch.setitem(KINDS, kind.name, structs.replace(kind, listing=structs.replace(rule(kind.name), read=broken)))
    asked: list[bytes] = []
    async with listing(rows("m"), asked) as url, attended(tmp_path, f"{url}/v1") as (w, clock):
        await w.call("models/list")
        assert await seen(w, asked) == 1
        assert w.daemon.at.state.listings["one"].reason == "reading its model list failed inside: TypeError"
        w.daemon.announce(w.daemon.at.state.credential_changed("one", "stored", clock()))
        assert await seen(w, asked) == 2


async def test_a_model_listed_twice_is_one_and_a_page_that_leads_to_itself_the_last(tmp_path: Path) -> None:
    """Whatever the provider repeats."""
    body = json.dumps({"data": [{"id": "m"}, {"id": "n"}, {"id": "m"}], "has_more": True, "last_id": "n"}).encode()
    asked: list[bytes] = []
    async with world(tmp_path, {"a": "ok"}) as w, listing(body, asked) as url:
        await added(w, "one", url, kind="anthropic")
        probe = await w.call("providers/probe", provider="one")
        assert (probe["models"], len(asked)) == (2, 2)


async def test_a_list_that_refuses_the_credential_says_how_that_one_is_replaced(
    tmp_path: Path,
) -> None:
    """No login takes the place of a variable."""
    async with world(tmp_path, {"a": "ok"}) as w, listing(b"{}", [], "401 Unauthorized") as url:
        await added(w, "one", url, credential={"env": "CANARY"})
        probe = await w.call("providers/probe", provider="one")
        assert "set another CANARY" in probe["hint"]


async def test_a_list_at_another_plans_address_says_where_this_ones_is(tmp_path: Path) -> None:
    """The kind knows what its provider means by a status."""
    async with world(tmp_path, {"a": "ok"}) as w, listing(b"Misdirected Request", [], "421 Misdirected Request") as url:
        await added(w, "one", url, kind="github-copilot", credential={"env": "CANARY"})
        probe = await w.call("providers/probe", provider="one")
        assert ("status 421" in probe["reason"], "business" in probe["hint"]) == (True, True)


async def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    """A local server with nothing loaded is well."""
    async with world(tmp_path, {"a": "ok"}) as w, listing(b'{"data": []}', []) as url:
        await added(w, "one", url)
        probe = await w.call("providers/probe", provider="one")
        assert (probe["ok"], probe["models"], probe["asked"]) == (True, 0, url.removeprefix("http://"))


async def test_many_who_ask_at_once_are_one_look(tmp_path: Path) -> None:
    """A provider is not asked ten times because ten windows opened."""
    asked: list[bytes] = []
    async with world(tmp_path, {"a": "ok"}) as w, listing(rows("m"), asked) as url:
        await added(w, "one", url)
        provider = w.daemon.provider("one")
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(w.daemon.lists.refresh, provider)
        assert len(asked) == 1


@asynccontextmanager
async def attended(home: Path, url: str, kind: str = "openai-compatible") -> AsyncIterator[tuple[World, ManualClock]]:
    """A daemon that looks by itself when there is cause, at a time of the test's own; provider "one" is at `url`."""
    clock = ManualClock()
    async with world(home, {"a": "ok"}, now=clock, door=True) as w, trio.open_nursery() as nursery:
        await added(w, "one", url, kind=kind)
        nursery.start_soon(w.daemon.lists.attend)
        yield w, clock
        nursery.cancel_scope.cancel()


async def seen(w: World, asked: list[bytes]) -> int:
    """How often the provider was asked, when nobody looks any more."""
    await trio.testing.wait_all_tasks_blocked()
    with trio.fail_after(30):
        while w.daemon.lists.looks:
            await trio.testing.wait_all_tasks_blocked()
    return len(asked)


async def test_a_list_that_is_old_is_read_when_somebody_looks_at_the_models(tmp_path: Path) -> None:
    """Nobody looks: nothing is asked. Then once in the kind's time, whoever looks."""
    asked: list[bytes] = []
    async with listing(rows("m"), asked) as url, attended(tmp_path, f"{url}/v1") as (w, clock):
        assert await seen(w, asked) == 0
        await w.call("models/list")
        await w.call("models/list")
        assert await seen(w, asked) == 1
        assert [row.id for row in w.daemon.at.state.listings["one"].models] == ["m"]
        clock.advance(rule("openai-compatible").every - 1)
        await w.call("models/list")
        assert await seen(w, asked) == 1
        clock.advance(1)
        await w.call("models/propose")
        assert await seen(w, asked) == 2


async def test_a_tool_that_asks_for_models_is_somebody_who_looks(tmp_path: Path) -> None:
    """Over HTTP; it is answered out of what is known and does not wait."""
    asked: list[bytes] = []
    async with listing(rows("m"), asked) as url, attended(tmp_path, f"{url}/v1") as (w, _):
        async with httpx.AsyncClient(trust_env=False, verify=blind_context()) as client:
            reply = await client.get(f"{w.door_url}/v1/models", headers={"authorization": f"Bearer {w.token}"})
        assert reply.json()["data"]
        assert await seen(w, asked) == 1


async def test_a_list_that_could_not_be_read_is_left_alone_for_a_while(tmp_path: Path) -> None:
    """Five minutes; a person who asks for it by name is answered at once."""
    asked: list[bytes] = []
    async with listing(b"", asked, "500 x") as url, attended(tmp_path, f"{url}/v1") as (w, clock):
        for _ in range(3):
            await w.call("models/list")
            assert await seen(w, asked) == 1
        await w.call("models/refresh", provider="one")
        assert await seen(w, asked) == 2
        clock.advance(AGAIN)
        await w.call("models/list")
        assert await seen(w, asked) == 3
        assert "status 500" in w.daemon.at.state.listings["one"].reason


async def test_a_login_is_followed_by_a_look_at_the_list(tmp_path: Path) -> None:
    """At once, however young the list is: another account may see other models."""
    asked: list[bytes] = []
    async with listing(rows("m"), asked) as url, attended(tmp_path, f"{url}/v1") as (w, clock):
        for many in (1, 2):
            w.daemon.announce(w.daemon.at.state.credential_changed("one", "stored", clock()))
            assert await seen(w, asked) == many
        w.daemon.announce(w.daemon.at.state.credential_changed("one", "deleted", clock()))
        w.daemon.announce(w.daemon.at.state.credential_changed("gone", "stored", clock()))
        assert await seen(w, asked) == 2


async def test_a_login_during_a_look_is_followed_by_another(tmp_path: Path) -> None:
    """The one under way may have been asked with the old credential."""
    asked: list[bytes] = []
    async with listing(rows("m"), asked) as url, attended(tmp_path, f"{url}/v1") as (w, clock):
        w.daemon.lists.glance()
        while not w.daemon.lists.looks:
            await trio.lowlevel.checkpoint()
        w.daemon.announce(w.daemon.at.state.credential_changed("one", "stored", clock()))
        assert await seen(w, asked) == 2


async def test_a_provider_that_does_not_know_a_model_is_asked_what_it_has(tmp_path: Path) -> None:
    """Routing wants to know; not for every request."""
    asked: list[bytes] = []
    refused = b'{"error": {"code": "model_not_found", "message": "no such model"}}'
    async with listing(refused, asked, "404 x") as url, attended(tmp_path, f"{url}/v1") as (w, _):
        mine = '[[models]]\nalias = "mine"\ngroup = [{provider = "one", model = "x"}, {provider = "a", model = "b"}]\n'
        with (tmp_path / "config.toml").open("a") as file:
            file.write(mine)
        await w.call("config/reload")
        assert (await w.ask(model="mine")).outcomes == [("one", "model_not_found"), ("a", None)]
        await seen(w, asked)
        assert [line.split()[0] for line in asked] == [b"POST", b"GET"]
        assert (await w.ask(model="one/y")).outcomes == [("one", "model_not_found")]
        assert [line.split()[0] for line in asked] == [b"POST", b"GET", b"POST"]  # its list was asked for a moment ago


async def test_a_program_that_prints_a_secret_is_not_run_because_somebody_looks(tmp_path: Path) -> None:
    """It may ask its user for a passphrase."""
    asked: list[bytes] = []
    async with listing(rows("m"), asked) as url, attended(tmp_path, f"{url}/v1") as (w, _):
        ran = tmp_path / "ran"
        await added(w, "two", f"{url}/v1", credential={"command": ["touch", str(ran)]})
        await w.call("models/list")
        assert await seen(w, asked) == 1
        assert not ran.exists()


async def test_a_list_may_be_as_long_as_its_kind_says(tmp_path: Path) -> None:
    """One byte more is an error by name, and the last list stays."""
    largest = rule("openrouter").largest
    whole = rows("m/n")
    asked: list[bytes] = []
    for more, told in ((0, ""), (1, f"a reply of more than {largest} bytes")):
        home = tmp_path / str(more)
        home.mkdir()
        body = whole + b" " * (largest - len(whole) + more)
        async with world(home, {"a": "ok"}) as w, listing(body, asked) as url:
            await added(w, "one", f"{url}/api/v1", kind="openrouter")
            (found,) = (await w.call("models/refresh", provider="one"))["listings"]
            assert (found["models"], told in found["reason"], bool(found["reason"])) == (1 - more, True, bool(told))


async def test_every_kind_can_be_looked_up(tmp_path: Path) -> None:
    """For those who add a provider: what it is called, how to log in, what it needs."""
    async with world(tmp_path, {"a": "ok"}) as w:
        kinds = {kind["name"]: kind for kind in (await w.call("kinds/list"))["kinds"]}
        assert kinds["openai"]["login"] == "paste"
        assert {kind["login"] for kind in kinds.values()} <= {"paste", "device", "browser", "none"}


async def test_an_entry_the_config_would_refuse_is_not_written(tmp_path: Path) -> None:
    """The words are the config's own; the file stays as it was."""
    async with world(tmp_path, {"a": "ok"}) as w:
        before = (tmp_path / "config.toml").read_text()
        refused = await w.call("providers/add", id="a", kind="openai")
        assert "already the id" in refused["error"]["message"]
        assert (tmp_path / "config.toml").read_text() == before


async def test_models_merge_themselves_where_the_config_says_so(tmp_path: Path) -> None:
    """As soon as two lists have one; nothing is written, and the user's own models stay."""
    async with (
        world(tmp_path, {"a": "ok"}, more='\n[grouping]\nauto = "merge"\n') as w,
        listing(rows("glm-9"), []) as one,
        listing(rows("z-ai/glm-9"), []) as other,
    ):
        await added(w, "one", one)
        await added(w, "other", other)
        before = (tmp_path / "config.toml").read_text()
        await w.call("models/refresh", provider="one")
        assert [model["alias"] for model in (await w.call("models/list"))["models"]] == ["m"]
        await w.call("models/refresh", provider="other")
        models = {model["alias"]: model for model in (await w.call("models/list"))["models"]}
        assert {alias: model["merged_by"] for alias, model in models.items()} == {"m": "config", "glm-9": "catalogue"}
        assert [offer["provider"] for offer in models["glm-9"]["offers"]] == ["one", "other"]
        assert (tmp_path / "config.toml").read_text() == before


async def test_what_cannot_be_listed_is_proposed_by_what_its_maker_has(tmp_path: Path) -> None:
    """Claude Code, and a provider of logins that tools bring, join the models of others; in front, being paid for."""
    more = (
        '[[providers]]\nid = "plan"\nkind = "claude-cli"\n'
        '[[providers]]\nid = "own"\nkind = "anthropic"\nbilling = "included"\ncredential = "passthrough"\n'
    )
    async with (
        world(tmp_path, {"a": "ok"}, more=more) as w,
        listing(rows("anthropic/claude-opus-4.6", "lonely"), []) as url,
    ):
        await added(w, "one", url, kind="openrouter")
        found = await w.call("models/propose", refresh=True)
        told = {p["alias"]: [f"{o['provider']}/{o['model']}" for o in p["offers"]] for p in found["proposals"]}
        assert told["claude-opus-4-6"][:2] == ["plan/claude-opus-4-6", "own/claude-opus-4-6"]
        assert "one/anthropic/claude-opus-4.6" in told["claude-opus-4-6"]


async def test_a_list_and_a_new_config_that_come_at_once_are_both_in_force(tmp_path: Path) -> None:
    """Whichever is first: the list is looked at beside, and never brings an old config back."""
    merge = '\n[grouping]\nauto = "merge"\n'
    async with world(tmp_path, {"a": "ok"}, more=merge) as w, listing(rows("glm-9"), []) as one:
        await added(w, "one", one)
        await added(w, "other", one)
        await w.call("models/refresh", provider="one")
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('alias = "m"', 'alias = "renamed"'))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(w.daemon.lists.refresh, w.daemon.provider("other"))
            nursery.start_soon(w.daemon.configuration.reload)
        assert {each["alias"] for each in (await w.call("models/list"))["models"]} == {"renamed", "glm-9"}

"""The user's word on money, changed while a request is on its way: what counts is the word at the moment of sending.

A plan may be hours old (a client that waits for a reset), and between a permit and the first byte a credential may have
to be fetched, which takes a program of the user's half a minute.
"""

from pathlib import Path
from typing import Any

import pytest
import trio

from switchgeard.complete import Completing
from switchgeard.demo.answers import error
from switchgeard.demo.errors import rate_limited, retry_after
from world import CANARY, Heard, World, world

SPENT = error(rate_limited(retry_after("7200")))
INCLUDED = 'billing = "included"\nbase_url = "{url}"\ncredential = {env = "CANARY"}'


def while_fetching(w: World, monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let something happen while the next credential is fetched."""
    usual = w.daemon.at.vault.get

    async def slow(provider: Any) -> Any:
        found = await usual(provider)
        await happens()
        return found

    monkeypatch.setattr(type(w.daemon.at.vault), "get", lambda _, provider: slow(provider))


async def rewrite(w: World, *changes: tuple[str, str]) -> None:
    """Another config in force."""
    path = w.home / "config.toml"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    await w.daemon.configuration.reload()
    assert w.daemon.configuration.view().ok


async def test_consent_withdrawn_while_the_credential_is_fetched_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The permit was given a moment before: no byte of the request leaves, and the refusal is the usual one."""
    async with world(tmp_path, {"a": "ok"}, more='[spend]\nmetered = "ask"') as w:
        await w.call("spend/allow", for_s=60)

        async def withdraw() -> None:
            await w.call("spend/allow", for_s=0)

        while_fetching(w, monkeypatch, withdraw)
        assert (await w.ask()).kind == "consent"
        assert w.hits()["a"] == 0


async def test_never_written_while_the_credential_is_fetched_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The config in force when the request would be written decides."""
    async with world(tmp_path, {"a": "ok"}, more='[spend]\nmetered = "allow"') as w:
        changes = [('metered = "allow"', 'metered = "never"')]

        async def forbid() -> None:
            while changes:
                await rewrite(w, changes.pop())

        while_fetching(w, monkeypatch, forbid)
        assert 'spend.metered is "never"' in str((await w.ask()).error)
        assert w.hits()["a"] == 0


async def waiting(w: World, nursery: trio.Nursery, heard: list[Heard]) -> None:
    """A client that bears to wait until the first reset, and is waiting now."""

    async def ask() -> None:
        heard.append(await w.ask(wait_until_reset=True))

    watching = await w.client()
    with watching.sock:
        await watching.send({"id": 1, "method": "events/subscribe", "params": {"types": ["attempt"]}})
        await watching.hear()
        nursery.start_soon(ask)
        for _ in w.standins:
            await watching.hear()


async def test_a_provider_that_costs_by_now_is_not_asked_by_who_waited_for_it(tmp_path: Path) -> None:
    """Its plan ended and it is billed by use since: the plan of the waiting request still knew it as paid for."""
    heard: list[Heard] = []
    async with world(tmp_path, {"a": [SPENT, "ok"]}, more='[spend]\nmetered = "ask"', lines={"a": INCLUDED}) as w:
        async with trio.open_nursery() as nursery:
            await waiting(w, nursery, heard)
            await rewrite(w, ('billing = "included"', 'billing = "metered"'))
            await w.call("providers/resume", provider="a")
        assert (heard[0].kind, w.hits()["a"]) == ("consent", 1)


async def test_an_offer_that_was_taken_out_of_its_model_is_not_asked_by_who_waited_for_it(tmp_path: Path) -> None:
    """Being in the group is the consent where none else is wanted; taken out of it, the consent is withdrawn."""
    heard: list[Heard] = []
    lines = {"a": INCLUDED}
    made = world(tmp_path, {"a": [SPENT, SPENT, "ok"], "b": [SPENT, "ok"]}, lines=lines)
    async with made as w, trio.open_nursery() as nursery:
        await waiting(w, nursery, heard)
        await rewrite(w, (', {provider = "b", model = "model-b"}', ""))
        await w.call("providers/resume", provider="b")
        await w.call("providers/pause", provider="a")  # nobody is left, and no time will help
        with trio.fail_after(20):
            while not heard:
                await trio.lowlevel.checkpoint()
        assert (heard[0].kind, w.hits()["b"]) == ("exhausted", 1)


async def test_a_key_goes_nowhere_but_where_the_config_in_force_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was changed while the key was fetched: it is asked at the new one, and the old one hears nothing."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}, more='[spend]\nmetered = "allow"') as w:
        old, new = w.standins["a"].url, w.standins["b"].url
        changes = [(f'base_url = "{old}"', f'base_url = "{new}"')]

        async def move() -> None:
            while changes:
                await rewrite(w, changes.pop())

        while_fetching(w, monkeypatch, move)
        heard = await w.ask()
        assert heard.error is None
        assert w.hits() == {"a": 0, "b": 1}
        assert CANARY not in str(heard)


@pytest.mark.parametrize(("method", "params"), [("models/refresh", {}), ("quota/list", {"refresh": True})])
async def test_lists_and_pages_are_read_nowhere_else_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, params: dict[str, Any]
) -> None:
    """As for completions: who had another address when the key was asked for hears nothing."""
    kinds = dict.fromkeys("ab", "openrouter")
    async with world(tmp_path, {"a": "ok", "b": "ok"}, kinds=kinds) as w:
        old, new = w.standins["a"].url, w.standins["b"].url
        changes = [(f'base_url = "{old}', f'base_url = "{new}')]

        async def move() -> None:
            while changes:
                await rewrite(w, changes.pop())

        while_fetching(w, monkeypatch, move)
        await w.call(method, provider="a", **params)
        assert (changes, w.standins["a"].connections) == ([], 0)


async def test_a_provider_that_becomes_another_kind_is_asked_as_that_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the permit and the call, while the client is told who was chosen: no body goes to a path not its own."""
    async with world(tmp_path, {"a": "ok"}) as w:
        changes = [('kind = "anthropic"', 'kind = "openai-compatible"')]
        usual = Completing._prepare

        async def prepare(completing: Completing, step: Any) -> None:
            await usual(completing, step)
            while changes:
                await rewrite(w, changes.pop())

        monkeypatch.setattr(Completing, "_prepare", prepare)
        assert (await w.ask()).error is None
        assert [asked.wire for asked in w.standins["a"].asked] == ["openai.chat"]

"""A client's own credential on its way to its own provider: through the door, the daemon and a stand-in on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx  # noqa: TID251 - a client that is not ours
import pytest

from door_client import PATHS, request
from standins.standin import Script, StandIn
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.said import Said
from switchgeard.question import Brought
from switchgeard.upstream.tls import blind_context
from world import CANARY, World, world

OWN = "sk-ant-oat01-OWN-CANARY-5b1f"
LOGIN = {"authorization": f"Bearer {OWN}"}


@asynccontextmanager
async def passing(home: Path, script: Script = "ok") -> AsyncIterator[World]:
    """A world whose model `n` is only at a provider that takes what its clients bring."""
    standin = StandIn(script)
    async with world(home, {"keyed": "ok", "own": standin}, door=True) as w:
        path = home / "config.toml"
        keyed, own = path.read_text().split('id = "own"')
        path.write_text(
            keyed
            + 'id = "own"'
            + own.replace('credential = {env = "CANARY"}', 'credential = "passthrough"')
            + '[[models]]\nalias = "n"\ngroup = [{provider = "own", model = "model-own"}]\n'
        )
        await w.daemon.configuration.reload()
        assert w.daemon.configuration.view().ok
        yield w
        for file in home.rglob("*"):
            assert not file.is_file() or OWN.encode() not in file.read_bytes(), f"the client's credential is in {file}"


async def post(w: World, model: str = "n", dialect: str = "anthropic.messages", **headers: str) -> httpx.Response:
    path, body = request(dialect, model=model)
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(base_url=w.door_url, trust_env=False, verify=blind_context(), timeout=30) as client:
        return await client.post(path, json=body, headers=own)


async def test_a_clients_own_credential_goes_to_its_own_provider_unchanged(tmp_path: Path) -> None:
    """Our token opened the door in a header of its own, and goes nowhere."""
    async with passing(tmp_path) as w:
        reply = await post(w, x_switchgear_token=w.token, **LOGIN)
        assert reply.status_code == 200
        sent = dict(w.standins["own"].asked[0].headers)
        assert sent["authorization"] == LOGIN["authorization"]
        assert w.token not in repr(sent)
        assert CANARY not in repr(sent)


async def test_it_is_not_lent_to_a_second_client(tmp_path: Path) -> None:
    """Who brings none is told so, and the provider is not asked."""
    async with passing(tmp_path) as w:
        assert (await post(w, x_switchgear_token=w.token, **LOGIN)).status_code == 200
        second = await post(w, authorization=f"Bearer {w.token}")
        assert second.status_code != 200
        assert "brings no credential of its own" in second.text
        assert len(w.standins["own"].asked) == 1


async def test_it_goes_to_no_provider_that_has_a_credential(tmp_path: Path) -> None:
    """There ours goes, as ever."""
    async with passing(tmp_path) as w:
        assert (await post(w, "m", x_switchgear_token=w.token, **LOGIN)).status_code == 200
        sent = repr(w.standins["keyed"].asked[0].headers)
        assert CANARY in sent
        assert OWN not in sent


@pytest.mark.parametrize("dialect", [name for name in PATHS if name != "anthropic.messages"])
async def test_in_another_dialect_nothing_is_passed_on(tmp_path: Path, dialect: str) -> None:
    """The request would have to be translated: these are not its own words any more."""
    async with passing(tmp_path) as w:
        assert (await post(w, dialect=dialect, x_switchgear_token=w.token, **LOGIN)).status_code != 200
        assert not w.standins["own"].asked


async def test_it_opens_no_door(tmp_path: Path) -> None:
    """And with a wrong token of ours beside it a right one elsewhere does not either."""
    async with passing(tmp_path) as w:
        assert (await post(w, **LOGIN)).status_code == 401
        assert (await post(w, x_switchgear_token="wrong", authorization=f"Bearer {w.token}")).status_code == 401


async def test_a_token_of_ours_is_never_taken_for_a_clients_own(tmp_path: Path) -> None:
    """Should a tool send it in both places."""
    async with passing(tmp_path) as w:
        assert (await post(w, x_switchgear_token=w.token, authorization=f"Bearer {w.token}")).status_code != 200
        assert not w.standins["own"].asked


async def test_a_refused_one_is_not_shown_and_keeps_nobody_else_out(tmp_path: Path) -> None:
    """The provider repeats it; the next client brings another."""

    def refuse(asked: Asked, said: Said) -> Answer:
        return sized(401, b'{"error":{"type":"authentication_error","message":"bad %s"}}' % OWN.encode())

    async with passing(tmp_path, [refuse, "ok"]) as w:
        first = await post(w, x_switchgear_token=w.token, **LOGIN)
        assert first.status_code != 200
        assert OWN not in first.text
        assert (await post(w, x_switchgear_token=w.token, x_api_key="sk-ant-another")).status_code == 200
        assert dict(w.standins["own"].asked[-1].headers)["x-api-key"] == "sk-ant-another"


def test_what_a_client_brings_is_in_no_repr() -> None:
    """Whoever prints a question does not print it."""
    assert OWN not in repr(Brought((("authorization", OWN),)))

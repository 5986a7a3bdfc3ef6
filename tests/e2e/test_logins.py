"""A login over the daemon's own socket: begun, told, given up; 16 at most."""

from pathlib import Path

import pytest
import trio
from msgspec import structs

from issuer import LoginIssuer
from switchgeard.kinds import github_copilot
from switchgeard.kinds.known import KINDS
from world import World, world


async def begun(w: World, monkeypatch: pytest.MonkeyPatch, issuer: LoginIssuer) -> None:
    """Provider `a` is one with a login by code, at this issuer."""
    kind = structs.replace(github_copilot.KIND, login=issuer.device(), exchange=None)
    monkeypatch.setitem(KINDS, "github-copilot", kind)
    path = w.home / "config.toml"
    text = path.read_text().replace('kind = "anthropic"', 'kind = "github-copilot"\nclient_id = "our-own"', 1)
    path.write_text(text.replace('credential = {env = "CANARY"}', 'credential = "keyring"', 1))
    assert (await w.call("config/reload"))["ok"]


async def test_a_login_is_begun_told_and_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given up, nothing of it is left under way; what was never begun is said to be unknown."""
    issuer = LoginIssuer([{"error": "authorization_pending"}])
    async with world(tmp_path, {"a": "ok"}) as w, trio.open_nursery() as nursery:
        await nursery.start(issuer.serve)
        await begun(w, monkeypatch, issuer)
        view = await w.call("login/start", provider="a")
        assert (view["state"], view["method"], view["user_code"]) == ("pending", "device", "ABCD-1234")
        assert (await w.call("login/poll", login=view["login"]))["state"] == "pending"
        assert (await w.call("login/cancel", login=view["login"]))["state"] == "cancelled"
        assert (await w.call("login/poll", login=view["login"], wait_s=30))["state"] == "cancelled"
        assert (await w.call("login/poll", login="other"))["error"]["data"]["kind"] == "invalid_params"
        nursery.cancel_scope.cancel()


async def test_a_provider_with_a_pasted_key_has_no_login_of_this_sort(tmp_path: Path) -> None:
    """The command then asks for the key."""
    async with world(tmp_path, {"a": "ok"}) as w:
        assert "no login of this sort" in (await w.call("login/start", provider="a"))["error"]["message"]

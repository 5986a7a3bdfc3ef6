"""A login over the daemon's own socket: begun, told, given up; 16 at most."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import trio
from msgspec import structs

from issuer import LoginIssuer
from memory_keyring import MemoryKeyring
from on_terminal import Person, environment
from switchgeard.kinds import chatgpt, github_copilot
from switchgeard.kinds.bundle import Bundle, spelled
from switchgeard.kinds.known import KINDS
from switchgeard.logins import desk, device
from world import World, world


async def begun(w: World, monkeypatch: pytest.MonkeyPatch, issuer: LoginIssuer, many: int = 1) -> None:
    """The first provider, or so many, have a login by code, at this issuer."""
    kind = structs.replace(github_copilot.KIND, login=issuer.device(), exchange=None)
    monkeypatch.setitem(KINDS, "github-copilot", kind)
    await turned(w, 'kind = "github-copilot"\nclient_id = "our-own"', many)


async def begun_in_a_browser(w: World, monkeypatch: pytest.MonkeyPatch, issuer: LoginIssuer) -> None:
    """The first provider has a login by browser, at this issuer."""
    monkeypatch.setitem(KINDS, "chatgpt", structs.replace(chatgpt.KIND, login=issuer.browser()))
    await turned(w, 'kind = "chatgpt"')


async def turned(w: World, kind: str, many: int = 1) -> None:
    """So many providers are of this kind from now on, their credentials in the keyring."""
    path = w.home / "config.toml"
    text = path.read_text().replace('kind = "anthropic"', kind, many)
    path.write_text(text.replace('credential = {env = "CANARY"}', 'credential = "keyring"', many))
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


async def test_logins_are_bounded_in_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than may be is `busy` and touches no other; a place that is given up is free at once."""
    assert desk.MOST == 16
    monkeypatch.setattr(desk, "MOST", 2)
    issuer = LoginIssuer([{"error": "authorization_pending"}])
    async with world(tmp_path, {"a": "ok", "b": "ok", "c": "ok"}) as w, trio.open_nursery() as nursery:
        await nursery.start(issuer.serve)
        await begun(w, monkeypatch, issuer, 3)
        first, second = [await w.call("login/start", provider=name) for name in ("a", "b")]
        refused = (await w.call("login/start", provider="c"))["error"]
        assert (refused["data"]["kind"], refused["data"]["hint"]) == ("busy", "end one of them first")
        assert "2 logins are under way" in refused["message"]
        assert (await w.call("login/poll", login=first["login"]))["state"] == "pending"
        await w.call("login/cancel", login=second["login"])
        assert (await w.call("login/start", provider="c"))["state"] == "pending"
        nursery.cancel_scope.cancel()


async def test_ctrl_c_gives_a_login_up_at_the_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`switchgear login` tells the daemon before it goes, and goes with 130."""
    issuer = LoginIssuer([{"error": "authorization_pending"}])
    async with world(tmp_path, {"a": "ok"}) as w, trio.open_nursery() as nursery:
        await nursery.start(issuer.serve)
        await begun(w, monkeypatch, issuer)
        home = {"SWITCHGEAR_SOCKET": w.socket, "SWITCHGEAR_NO_AUTOSTART": "1", "HOME": str(tmp_path)}
        person = Person(("login", "a", "--no-browser"), environment(**home, COLUMNS="200"))  # no remark is folded
        try:
            assert await trio.to_thread.run_sync(person.reads, "Ctrl-C gives up")
            await trio.to_thread.run_sync(person.presses_ctrl_c)
            assert await trio.to_thread.run_sync(person.sees_the_end) == 130
        finally:
            person.process.kill()
            person.process.wait()
        [login] = w.daemon.logins._logins.values()
        assert (login.state, login.over.is_set()) == ("cancelled", True)
        nursery.cancel_scope.cancel()


async def test_a_browser_on_another_machine_comes_back_by_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over ssh it ends at a page that does not load there; pasted here, its address ends the login."""
    issuer, keyring = LoginIssuer(), MemoryKeyring()
    async with world(tmp_path, {"a": "ok"}) as w, trio.open_nursery() as nursery:
        monkeypatch.setattr(w.daemon.at.vault, "_keyring", keyring)
        monkeypatch.setattr(w.daemon.at.vault._renewals, "_keyring", keyring)
        await nursery.start(issuer.serve)
        await begun_in_a_browser(w, monkeypatch, issuer)
        home = {"SWITCHGEAR_SOCKET": w.socket, "SWITCHGEAR_NO_AUTOSTART": "1", "HOME": str(tmp_path)}
        person = Person(("login", "a", "--no-browser"), environment(**home, COLUMNS="200"))  # no remark is folded
        try:
            assert await trio.to_thread.run_sync(person.reads, "paste that")
            sent = parse_qs(urlsplit(person.shown.split("open this page: ")[1].split()[0]).query)
            issuer.challenge, issuer.nonce = sent["code_challenge"][0], sent["nonce"][0]
            person.types("c0de\n")
            assert await trio.to_thread.run_sync(person.reads, "copy it whole")
            query = urlencode({"code": "c0de", "client_id": "issued", "state": sent["state"][0]})
            person.types(f"{sent['redirect_uri'][0]}?{query}\n")
            assert await trio.to_thread.run_sync(person.sees_the_end) == 0
        finally:
            person.process.kill()
            person.process.wait()
        assert "logged in to a as me@x.org" in person.shown
        assert "rt-CANARY" in keyring.texts["a"]
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    "change", [('"github-copilot"', '"openai"'), ("base_url", "#base_url"), ('id = "a"', 'id = "z"')]
)
async def test_a_login_is_kept_only_for_the_provider_it_was_begun_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str]
) -> None:
    """The config changed under it: what the issuer gave would go to another host, or nowhere; it says so."""
    monkeypatch.setattr(device, "MARGIN", 0.0)
    issuer = LoginIssuer([{"error": "authorization_pending"}], begun={"interval": 0.01})
    keyring = MemoryKeyring()
    async with world(tmp_path, {"a": "ok"}) as w, trio.open_nursery() as nursery:
        monkeypatch.setattr(w.daemon.at.vault, "_keyring", keyring)
        monkeypatch.setattr(w.daemon.at.vault._renewals, "_keyring", keyring)
        await nursery.start(issuer.serve)
        await begun(w, monkeypatch, issuer)
        view = await w.call("login/start", provider="a")
        path = w.home / "config.toml"
        path.write_text(
            path.read_text()
            .replace("client_id", "#client_id")
            .replace(*change, 1)
            .replace('provider = "a"', 'provider = "z"' if "z" in change[1] else 'provider = "a"')
        )
        assert (await w.call("config/reload"))["ok"]
        issuer.answers = [{"access_token": "gho_CANARY"}]
        with trio.fail_after(20):
            while (ended := await w.call("login/poll", login=view["login"], wait_s=1))["state"] == "pending":
                pass
        assert ended["state"] == "failed"
        assert "is another one by now" in ended["reason"]
        assert keyring.texts == {}
        nursery.cancel_scope.cancel()


async def test_a_client_is_registered_anew_only_where_the_issued_one_brings_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logged in before: its id is asked with. An issuer that shows a page of its own sends nobody back: he gives up."""
    before = spelled(Bundle("at-CANARY", "rt-CANARY", client_id="issued", account="me@x.org"))
    issuer, keyring = LoginIssuer(), MemoryKeyring(texts={"a": before})
    async with world(tmp_path, {"a": "ok"}) as w, trio.open_nursery() as nursery:
        monkeypatch.setattr(w.daemon.at.vault, "_keyring", keyring)
        await nursery.start(issuer.serve)
        await begun_in_a_browser(w, monkeypatch, issuer)
        asked_with = []
        for _ in range(2):
            view = await w.call("login/start", provider="a")
            asked_with += parse_qs(urlsplit(view["url"]).query)["client_id"]
            await w.call("login/cancel", login=view["login"])
        assert asked_with == ["issued", "dyn"]
        nursery.cancel_scope.cancel()

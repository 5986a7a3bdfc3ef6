"""Door tokens: shown once, stored as hashes, checked on every request."""

from pathlib import Path

import pytest
import trio

from fake_clock import EPOCH, ManualClock
from switchgear_protocol.messages import TokenView
from switchgeard.rpc_error import RpcError
from switchgeard.store import Store


def refused_as(error: RpcError) -> str:
    assert error.answer.data is not None
    return error.answer.data.kind


async def test_a_token_opens_until_it_is_revoked() -> None:
    """The life of a token."""
    async with Store.open(None, ManualClock()) as store:
        created = await store.tokens.create("zed")
        assert created.token.startswith("sgw_")
        assert len(created.token) == 4 + 43  # 256 bits in base64
        assert store.tokens.check(created.token) == "zed"
        await store.tokens.revoke("zed")
        assert store.tokens.check(created.token) is None


async def test_tokens_survive_a_restart(tmp_path: Path) -> None:
    """Created, used, and still good tomorrow; a revoked one is still revoked."""
    path, clock = tmp_path / "state.db", ManualClock()
    async with Store.open(path, clock) as store:
        kept, gone = await store.tokens.create("kept"), await store.tokens.create("gone")
        await store.tokens.revoke("gone")
        clock.advance(5)
        store.tokens.check(kept.token)
    async with Store.open(path, clock) as store:
        assert store.tokens.check(kept.token) == "kept"
        assert store.tokens.check(gone.token) is None
        assert store.tokens.list().tokens == [TokenView("kept", EPOCH, EPOCH + 5)]


async def test_the_file_holds_no_token(tmp_path: Path) -> None:
    """Nor any part of one: whoever reads the file gets in nowhere."""
    async with Store.open(tmp_path / "state.db", ManualClock()) as store:
        token = (await store.tokens.create("zed")).token
        store.tokens.check(token)
        await store.flush()
        written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"zed" in written
    assert token.encode() not in written
    assert token[-12:].encode() not in written
    assert b"sgw_" not in written


@pytest.mark.parametrize("token", ["", "sgw_", "sgw_" + "a" * 43, "é", "\ud800", "x" * 100_000])
async def test_anything_else_opens_nothing(token: str) -> None:
    """And raises nothing."""
    async with Store.open(None, ManualClock()) as store:
        await store.tokens.create("zed")
        assert store.tokens.check(token) is None


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "x" * 65, "a\n", "é"])
async def test_an_unfit_name_is_refused(name: str) -> None:
    """Names go into commands and lists."""
    async with Store.open(None, ManualClock()) as store:
        with pytest.raises(RpcError) as error:
            await store.tokens.create(name)
        assert refused_as(error.value) == "invalid_params"
        assert store.tokens.list().tokens == []


async def test_a_name_is_taken_once_even_at_the_same_moment() -> None:
    """Two creates in flight: one token, one refusal."""
    async with Store.open(None, ManualClock()) as store:
        outcomes: list[str] = []

        async def create() -> None:
            try:
                outcomes.append((await store.tokens.create("zed")).name)
            except RpcError as error:
                outcomes.append(refused_as(error))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(create)
            nursery.start_soon(create)
        assert sorted(outcomes) == ["invalid_params", "zed"]


async def test_the_number_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script in a loop fills nothing."""
    monkeypatch.setattr("switchgeard.store.tokens._MOST", 2)
    async with Store.open(None, ManualClock()) as store:
        await store.tokens.create("a")
        await store.tokens.create("b")
        with pytest.raises(RpcError, match="2 tokens already"):
            await store.tokens.create("c")


async def test_revoking_what_is_not_there_says_how_to_list() -> None:
    """What, and a command."""
    async with Store.open(None, ManualClock()) as store:
        with pytest.raises(RpcError, match="no token named 'zed'") as error:
            await store.tokens.revoke("zed")
        assert refused_as(error.value) == "not_found"
        assert error.value.answer.data is not None
        assert error.value.answer.data.hint == "switchgear token list"


async def test_a_cancelled_create_leaves_no_door_open(tmp_path: Path) -> None:
    """Nobody saw the token, so it must not exist: not now, not after a restart."""
    path = tmp_path / "state.db"
    async with Store.open(path, ManualClock()) as store:
        with trio.move_on_after(0) as scope:
            await store.tokens.create("zed")
        assert scope.cancelled_caught
        assert store.tokens.list().tokens == []
    async with Store.open(path, ManualClock()) as store:
        assert store.tokens.list().tokens == []


async def test_a_token_that_cannot_be_written_is_not_given_out() -> None:
    """It would be gone after the next restart."""
    async with Store.open(None, ManualClock()) as store:
        store._writer.close()
        with pytest.raises(RpcError, match="cannot be written"):
            await store.tokens.create("zed")
        assert store.tokens.list().tokens == []


async def test_use_is_noted_once_a_minute() -> None:
    """A busy editor does not write to the disk on every request."""
    clock = ManualClock()
    async with Store.open(None, clock) as store:
        token = (await store.tokens.create("zed")).token
        for _ in range(3):
            store.tokens.check(token)
            clock.advance(25)
        queued = len(store._writer._jobs)
        await store.flush()
        assert queued <= 2
        assert store.tokens.list().tokens == [TokenView("zed", EPOCH, EPOCH + 50)]

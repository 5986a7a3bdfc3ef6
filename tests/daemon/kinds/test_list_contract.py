"""Each kind's model list through the daemon: the literal list becomes rows; what is none spoils nothing.

A kind that cannot be asked for its models is named with the reason.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kind_worlds import HELLO, kind_world
from literal.kind_lists import LISTS, Literal
from switchgeard.core.listing import Listed
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.kinds.known import KINDS
from world import World

UNLISTED = {
    "azure-openai": "its list holds what could be deployed, not what is",
    "vertex": "its list holds all the models there are, not what a project may ask",
    "claude-cli": "the program has no command for it",
}
BY_KIND = {row.kind: row for row in LISTS}
Says = Callable[[Asked], Answer | None]


def saying(row: Literal, damage: Callable[[bytes], Answer] | None = None) -> Says:
    """The literal pages by their paths; with `damage`, what becomes of the first of them."""
    paths = list(row.pages)

    def beside(asked: Asked) -> Answer | None:
        end = next((path for path in paths if path in asked.path), None)
        if asked.method != "GET" or end is None:
            return None
        body = json.dumps(row.pages[end]).encode()
        return damage(body) if damage is not None and end == paths[0] else sized(200, body)

    return beside


def models(w: World) -> tuple[Listed, ...]:
    """What the daemon knows of the list of `a`."""
    return w.daemon.at.state.listings["a"].models


@pytest.mark.parametrize("row", LISTS, ids=[row.kind for row in LISTS])
async def test_a_kinds_literal_list_is_read(tmp_path: Path, row: Literal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of it, with the credential where this kind wants it."""
    async with kind_world(row.kind, tmp_path, monkeypatch, {"a": ["ok"]}, beside=saying(row)) as w:
        (view,) = (await w.call("models/refresh", provider="a"))["listings"]
        assert (view["reason"], view["models"]) == ("", len(row.listed))
        assert view["read_at"] is not None
        assert models(w) == row.listed


DAMAGES: dict[str, Callable[[bytes], Answer]] = {
    "html": lambda body: sized(200, b"<html>sign in</html>", content_type="text/html"),
    "another shape": lambda body: sized(200, b'{"error":{"message":"no"}}'),
    "null": lambda body: sized(200, b"null"),
    "nothing": lambda body: sized(200, b""),
    "cut": lambda body: sized(200, body[: len(body) // 2]),
    "huge": lambda body: sized(200, b"[" + b" " * (17 << 20) + b"]"),
    "refused": lambda body: sized(403, b'{"error":{"message":"no"}}'),
    "down": lambda body: sized(503, b""),
}


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_a_list_that_is_none_is_told_and_spoils_nothing(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the last one brought stays, the provider answers as before, and the reason is in words."""
    row, now = BY_KIND[kind], [saying(BY_KIND[kind])]
    async with kind_world(kind, tmp_path, monkeypatch, {"a": ["ok"]}, beside=lambda asked: now[0](asked)) as w:
        await w.call("models/refresh", provider="a")
        for name, damage in DAMAGES.items():
            now[0] = saying(row, damage)
            (view,) = (await w.call("models/refresh", provider="a"))["listings"]
            assert view["reason"], name
            assert models(w) == row.listed, name
        assert (await w.ask()).answer == HELLO
        (seen,) = (await w.call("providers/list"))["providers"]
        assert seen["health"] == "available"
        now[0] = saying(row)
        (view,) = (await w.call("models/refresh", provider="a"))["listings"]
        assert view["reason"] == ""


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_an_empty_list_is_one(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new account has no models; that is no error."""
    row = BY_KIND[kind]

    def emptied(page: object) -> object:
        return [] if isinstance(page, list) else {name: [] for name in page} if isinstance(page, dict) else page

    empty = Literal(kind, {path: emptied(page) for path, page in row.pages.items()}, ())
    async with kind_world(kind, tmp_path, monkeypatch, {"a": ["ok"]}, beside=saying(empty)) as w:
        (view,) = (await w.call("models/refresh", provider="a"))["listings"]
        assert (view["reason"], view["models"]) == ("", 0)


@pytest.mark.parametrize("kind", sorted(UNLISTED))
async def test_a_kind_without_a_list_says_so(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, and without asking anybody."""
    async with kind_world(kind, tmp_path, monkeypatch, {"a": ["ok"]}) as w:
        (view,) = (await w.call("models/refresh", provider="a"))["listings"]
        assert view["reason"] == f"kind {kind} cannot be asked for its models"
        assert (await w.ask()).answer == HELLO


def test_every_kind_has_a_list_or_a_reason() -> None:
    """No kind is left out."""
    assert set(BY_KIND) == {name for name, kind in KINDS.items() if kind.listing is not None}
    assert set(BY_KIND) | set(UNLISTED) == set(KINDS)

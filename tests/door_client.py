"""An HTTP client of the door that is not ours: httpx on trio, as one tool would use it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours

from switchgeard.upstream.tls import blind_context
from world import World

PATHS = {
    "openai.chat": "/v1/chat/completions",
    "openai.responses": "/v1/responses",
    "anthropic.messages": "/v1/messages",
}
ASKED: dict[str, dict[str, Any]] = {
    "openai.chat": {"model": "m", "messages": [{"role": "user", "content": "hello"}]},
    "openai.responses": {"model": "m", "input": "hello", "store": False},
    "anthropic.messages": {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]},
}
"""The least that each dialect takes."""


@asynccontextmanager
async def tool(w: World, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the world's token and these headers (underscores for dashes)."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    base = {"authorization": f"Bearer {w.token}"} | more
    async with httpx.AsyncClient(
        base_url=w.door_url, headers=base, trust_env=False, verify=blind_context(), timeout=30
    ) as client:
        yield client


async def post(w: World, dialect: str, headers: dict[str, str] | None = None, /, **members: Any) -> httpx.Response:
    """One completion of `m` in this dialect, whole or streamed to its end."""
    async with tool(w) as client:
        return await client.post(PATHS[dialect], json=ASKED[dialect] | members, headers=headers)


def payloads(text: str) -> list[str]:
    """The data of every event, read naively."""
    return [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]


def events(text: str) -> list[Any]:
    """The same, decoded; without a terminal marker that is no JSON."""
    return [json.loads(payload) for payload in payloads(text) if payload != "[DONE]"]

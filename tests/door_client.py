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
"""Where each dialect is spoken; google.generate has a path for every model (`request`)."""

ASKED: dict[str, dict[str, Any]] = {
    "openai.chat": {"model": "m", "messages": [{"role": "user", "content": "hello"}]},
    "openai.responses": {"model": "m", "input": "hello", "store": False},
    "anthropic.messages": {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]},
    "google.generate": {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
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


def request(dialect: str, **members: Any) -> tuple[str, dict[str, Any]]:
    """Path and body of a request: the least one with these members. Google's path says what other bodies say."""
    body = ASKED[dialect] | members
    if dialect != "google.generate":
        return PATHS[dialect], body
    model, stream = body.pop("model", "m"), body.pop("stream", False)
    return f"/v1beta/models/{model}:{'streamGenerateContent?alt=sse' if stream else 'generateContent'}", body


async def post(w: World, dialect: str, headers: dict[str, str] | None = None, /, **members: Any) -> httpx.Response:
    """One completion of `m` in this dialect, whole or streamed to its end."""
    path, body = request(dialect, **members)
    async with tool(w) as client:
        return await client.post(path, json=body, headers=headers)


def payloads(text: str) -> list[str]:
    """The data of every event, read naively."""
    return [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]


def events(text: str) -> list[Any]:
    """The same, decoded; without a terminal marker that is no JSON."""
    return [json.loads(payload) for payload in payloads(text) if payload != "[DONE]"]

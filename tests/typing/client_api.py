"""The public types as a user's checker sees them. Not run: mypy and pyright read it (make check)."""

from collections.abc import Iterator
from typing import assert_type

import switchgear
from switchgear.trio import AsyncClient
from switchgear_protocol.events import ProgressValue
from switchgear_protocol.messages import ModelView


def blocking(client: switchgear.Client) -> None:
    answer = client.ask("opus-4.6", "Hi", session="s", max_tokens=100, wait_until_reset=60.0)
    assert_type(answer, switchgear.Answer)
    assert_type(switchgear.text_of(answer), str)
    assert_type(client.models(), list[ModelView])
    assert_type(client.events(), Iterator[switchgear.Status | switchgear.Event])
    with client.stream("opus-4.6", [switchgear.Message("user", "Hi")]) as stream:
        assert_type(stream, switchgear.Stream)
        assert_type(next(stream), ProgressValue)
        assert_type(stream.answer, switchgear.Answer)


def failing(client: switchgear.Client) -> float | None:
    try:
        client.status()
    except switchgear.CompletionFailed as error:
        assert_type(error.retry_after, float | None)
        return error.retry_after
    return None


async def trio_flavour(client: AsyncClient) -> None:
    assert_type(await client.ask("opus-4.6", "Hi"), switchgear.Answer)
    async with await client.stream("opus-4.6", "Hi") as stream:
        async for value in stream:
            assert_type(value, ProgressValue)

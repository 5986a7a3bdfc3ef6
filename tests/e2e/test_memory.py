"""What a request held is free when it is answered: a large body must not wait for the collector."""

import gc
from pathlib import Path

import pytest

from door_client import ASKED, PATHS, tool
from switchgeard.asking import Speaking
from switchgeard.complete import Completing
from switchgeard.delivery import Delivery
from switchgeard.door.exchange import Exchange
from switchgeard.question import Theirs
from world import world

CHAT, MESSAGES = "openai.chat", "anthropic.messages"


@pytest.mark.parametrize("spoken", [CHAT, MESSAGES])
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", ["ok", "400"])
async def test_an_answered_request_is_no_garbage(tmp_path: Path, spoken: str, stream: bool, fault: str) -> None:
    """Passed on, translated or refused: nothing of it is part of a cycle."""
    async with world(tmp_path, {"a": fault}, kinds={"a": "openai"}, door=True) as w, tool(w) as client:
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for _ in range(2):
                await client.post(PATHS[spoken], json=ASKED[spoken] | {"stream": stream})
            gc.collect()
            left = [
                type(each)
                for each in gc.garbage
                if isinstance(each, Completing | Delivery | Exchange | Speaking | Theirs)
            ]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    assert left == []

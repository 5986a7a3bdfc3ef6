"""Where recorded provider traffic is, for the tests that use it; they skip where it is absent."""

import json
from pathlib import Path

import pytest

from switchgeard.upstream.sse import Event, Parser

RECORDINGS = Path(__file__).parents[1].parent / "shared" / "recordings"

CHAT = (
    "openai-chat",
    "openai-compatible-chat",
    "groq",
    "deepseek-chat",
    "xai",
    "mistral",
    "azure",
    "alibaba",
    "moonshotai",
    "perplexity",
)
ANTHROPIC = ("anthropic",)


def streams(folders: tuple[str, ...]) -> list[object]:
    """One parameter per recorded stream, or one that skips."""
    found = [path for name in folders for path in sorted((RECORDINGS / name).glob("*.*"))]
    found = [path for path in found if path.name.endswith((".chunks.txt", ".sse"))]
    return _parameters([path for path in found if _wire(path) == ("anthropic" if folders == ANTHROPIC else "chat")])


def bodies(folders: tuple[str, ...]) -> list[object]:
    """One parameter per recorded whole body, or one that skips."""
    found = [path for name in folders for path in sorted((RECORDINGS / name).glob("*.json"))]
    return _parameters([path for path in found if json.loads(path.read_text()).get("object") != "response"])


def payloads(path: Path) -> list[str]:
    """The data payloads of a stream, `[DONE]` and empty lines left out."""
    lines = [line.removeprefix("data:").strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line and line != "[DONE]"]


def parse(wire: bytes) -> list[Event]:
    parser = Parser()
    return parser.feed(wire) + parser.end()


def _wire(path: Path) -> str:
    with path.open() as file:
        head = file.readline()
    return "chat" if '"choices"' in head else "anthropic" if '"message_start"' in head else "other"


def _parameters(paths: list[Path]) -> list[object]:
    absent = pytest.param(None, marks=pytest.mark.skip(reason=f"no recordings at {RECORDINGS}"))
    if not paths:
        return [absent]
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}", marks=pytest.mark.recordings) for path in paths]

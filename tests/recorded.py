"""Where provider traffic is: recorded (tests skip where it is absent), and our own fixtures of the same form."""

import json
from pathlib import Path

import pytest

from switchgeard.upstream.sse import Event, Parser

RECORDINGS = Path(__file__).parents[1].parent / "shared" / "recordings"
FIXTURES = Path(__file__).parent / "fixtures"

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
RESPONSES = ("openai-responses", "xai-responses", "open-responses-responses", "azure")
GOOGLE = ("google",)
BEDROCK = ("bedrock", "amazon-bedrock")
FAMILIES = {
    "openai.chat": CHAT,
    "anthropic.messages": ANTHROPIC,
    "openai.responses": RESPONSES,
    "google.generate": GOOGLE,
    "bedrock.converse": BEDROCK,
}
"""Wire -> the folders of its traffic; what another wire said in one of them is told apart by its form."""

MARKS = {
    '"choices"': "openai.chat",
    "message_start": "anthropic.messages",
    "response.created": "openai.responses",
    '"candidates"': "google.generate",
    '"messageStart"': "bedrock.converse",
    '"contentBlock': "bedrock.converse",
}
"""What the first line of a stream holds -> its wire."""


def streams(folders: tuple[str, ...]) -> list[object]:
    """One parameter per stream recorded, or one that skips; and one per fixture."""
    return _recorded(_streams(RECORDINGS, folders)) + _ours(_streams(FIXTURES, folders))


def bodies(folders: tuple[str, ...]) -> list[object]:
    """One parameter per whole body recorded, or one that skips; and one per fixture."""
    return _recorded(_bodies(RECORDINGS, folders)) + _ours(_bodies(FIXTURES, folders))


def answers_and_errors(parameters: list[object]) -> tuple[list[object], list[object]]:
    """Parameters whose body is an answer (or that skip), and those whose body is an error."""
    paths = [parameter.values[0] for parameter in parameters]  # type: ignore[attr-defined]
    wrong = [path is not None and bool(json.loads(path.read_text()).get("error")) for path in paths]
    pairs = list(zip(parameters, wrong))
    return [one for one, bad in pairs if not bad], [one for one, bad in pairs if bad]


def one_of_each(folders: tuple[str, ...]) -> list[object]:
    """One parameter per folder, its longest stream recorded, or one that skips; and all answers of ours."""
    found = [_streams(RECORDINGS, (folder,)) for folder in folders]
    longest = [max(paths, key=lambda path: path.stat().st_size) for paths in found if paths]
    bodies, _ = answers_and_errors(_ours(_bodies(FIXTURES, folders)))
    return _recorded(longest) + _ours(_streams(FIXTURES, folders)) + bodies


def wire_of(path: Path) -> str:
    return "anthropic.messages" if path.parent.name in ANTHROPIC else "openai.chat"


def payloads(path: Path) -> list[str]:
    """The data payloads of a stream, `[DONE]` and empty lines left out."""
    lines = [line.removeprefix("data:").strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line and line != "[DONE]"]


def parse(wire: bytes) -> list[Event]:
    parser = Parser()
    return parser.feed(wire) + parser.end()


def _streams(root: Path, folders: tuple[str, ...]) -> list[Path]:
    found = [path for name in folders for path in sorted((root / name).glob("*.*"))]
    found = [path for path in found if path.name.endswith((".chunks.txt", ".sse"))]
    return [path for path in found if _stream_wire(path) == _spoken_in(folders[0])]


def _stream_wire(path: Path) -> str | None:
    with path.open() as file:
        head = file.readline()
    return next((wire for mark, wire in MARKS.items() if mark in head), None)


def _bodies(root: Path, folders: tuple[str, ...]) -> list[Path]:
    found = [path for name in folders for path in sorted((root / name).glob("*.json"))]
    return [path for path in found if _body_wire(path) == _spoken_in(folders[0])]


def _body_wire(path: Path) -> str:
    """An error has no form of its own: it is its folder's."""
    body = json.loads(path.read_text())
    if body.get("object") == "response":
        return "openai.responses"
    return "google.generate" if "candidates" in body else _spoken_in(path.parent.name)


def _spoken_in(folder: str) -> str:
    return next(wire for wire, folders in FAMILIES.items() if folder in folders)


def _recorded(paths: list[Path]) -> list[object]:
    absent = pytest.param(None, marks=pytest.mark.skip(reason=f"no recordings at {RECORDINGS}"))
    marks = pytest.mark.recordings
    return [pytest.param(path, id=_name(path), marks=marks) for path in paths] or [absent]


def _ours(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=f"ours/{_name(path)}") for path in paths]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"

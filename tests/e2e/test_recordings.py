"""Provider traffic, replayed by a stand-in, arrives whole through the library and the command.

The oracle (`naive`) reads the same payloads without our decoders. Everything between is real: the
stand-in's socket, the daemon, its socket, the client library, the command's process.
"""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

import switchgear
from naive import Reading, naive_anthropic, naive_chat, naive_message
from on_terminal import command, environment, shown_by
from recorded import ANTHROPIC, CHAT, FIXTURES, answers_and_errors, bodies, one_of_each, payloads, streams, wire_of
from standins.faults import Fault, replay, replay_body
from switchgear.trio import AsyncClient
from switchgear_protocol.content import Text, Thinking, ToolCall, Usage
from switchgear_protocol.events import (
    Finished,
    ProgressValue,
    ReasoningDelta,
    Restarted,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.messages import Answer
from switchgear_protocol.words import Interrupt
from switchgeard.demo.wires import ANTHROPIC as MESSAGES
from world import World, world

STREAMS = [*streams(CHAT), *streams(ANTHROPIC)]
BODIES, ERRORS = answers_and_errors([*bodies(CHAT), *bodies(ANTHROPIC)])
ONE_OF_EACH = [*one_of_each(CHAT), *one_of_each(ANTHROPIC)]


def expected(path: Path) -> Reading:
    """What the file says, read without our decoders; usage as two numbers."""
    if path.suffix == ".json":
        body = json.loads(path.read_text())
        return naive_message(body) if wire_of(path) == MESSAGES else naive_chat([body], "message")
    events = [json.loads(line) for line in payloads(path)]
    return naive_anthropic(events) if wire_of(path) == MESSAGES else naive_chat(events, "delta")


def replayed(path: Path, size: int | None = None) -> Fault:
    if path.suffix == ".json":
        return replay_body(path.read_bytes())
    wire = wire_of(path)
    return replay([*payloads(path), *([] if wire == MESSAGES else ["[DONE]"])], wire, size)


@asynccontextmanager
async def serving(home: Path, path: Path, size: int | None = None) -> AsyncIterator[World]:
    """A world whose only provider answers with this file."""
    kind = "anthropic" if wire_of(path) == MESSAGES else "openai"
    async with world(home, {"a": replayed(path, size)}, kinds={"a": kind}) as w:
        yield w


def of_answer(answer: Answer) -> Reading:
    content = answer.message.content
    blocks = [Text(content)] if isinstance(content, str) else content
    return {
        "text": "".join(block.text for block in blocks if isinstance(block, Text)),
        "reasoning": "".join(block.text for block in blocks if isinstance(block, Thinking)),
        "calls": [(b.id, b.name, json.loads(b.arguments or "{}")) for b in blocks if isinstance(b, ToolCall)],
        "finish": str(answer.finish),
        **of_usage(answer.usage),
    }


def of_usage(usage: Usage) -> Reading:
    """Two numbers, 0 where the recording has none: an estimate is ours."""
    if usage.estimated:
        return {"prompt": 0, "output": 0}
    return {"prompt": usage.input + usage.cache_read + usage.cache_write, "output": usage.output}


def of_values(values: list[ProgressValue]) -> Reading:
    """A streamed answer, built up as an editor would: thrown away when it begins anew."""
    read: dict[str, Any] = {}
    names: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for value in [Restarted(""), *values]:
        match value:
            case Restarted():
                read = {"text": "", "reasoning": "", "prompt": 0, "output": 0}
                names, arguments = {}, {}
            case TextDelta(text=text):
                read["text"] += text
            case ReasoningDelta(text=text):
                read["reasoning"] += text
            case ToolStart(id=id, name=name):
                names[id] = name
            case ToolArgsDelta(id=id, json=piece):
                arguments[id] = arguments.get(id, "") + piece
            case UsageReport(usage=usage):
                read |= of_usage(usage)
            case Finished(reason=reason):
                read["finish"] = str(reason)
    return read | {"calls": [(key, name, json.loads(arguments.get(key) or "{}")) for key, name in names.items()]}


def blocking(socket: str) -> tuple[Reading, Reading, Reading]:
    """Streamed, its final answer, and not streamed."""
    with switchgear.Client(socket, timeout=20) as client:
        with client.stream("m", "hello", on_interrupt=Interrupt.RESTART) as stream:
            values = list(stream)
        assert stream.answer is not None
        return of_values(values), of_answer(stream.answer), of_answer(client.ask("m", "hello"))


async def asynchronous(socket: str) -> tuple[Reading, Reading, Reading]:
    async with AsyncClient(socket, timeout=20) as client:
        async with await client.stream("m", "hello", on_interrupt=Interrupt.RESTART) as stream:
            values = [value async for value in stream]
        assert stream.answer is not None
        return of_values(values), of_answer(stream.answer), of_answer(await client.ask("m", "hello"))


def without_model(reading: Reading) -> Reading:
    return {name: value for name, value in reading.items() if name != "model"}


@pytest.mark.parametrize("path", [*STREAMS, *BODIES])
async def test_it_arrives_whole_through_the_library(tmp_path: Path, path: Path) -> None:
    """Blocking and trio, streamed and not: text, reasoning, calls, finish and tokens of the file."""
    async with serving(tmp_path, path) as w:
        readings = [*await trio.to_thread.run_sync(blocking, w.socket), *await asynchronous(w.socket)]
        assert readings == [without_model(expected(path))] * 6
        assert w.hits() == {"a": 4}


@pytest.mark.parametrize("path", ERRORS)
async def test_a_recorded_error_reaches_the_client_in_meaning(tmp_path: Path, path: Path) -> None:
    """The request is at fault, so no other provider is asked and none is blamed."""
    script = replay_body(path.read_bytes())
    async with world(tmp_path, {"a": script, "b": "ok"}, kinds={"a": "openai"}) as w:
        heard = await w.ask()
        assert heard.kind == "invalid_request"
        assert heard.error is not None
        assert json.loads(path.read_text())["error"]["message"] in heard.error["data"]["detail"]
        assert {p["health"] for p in (await w.call("status"))["providers"]} == {"available"}


@pytest.mark.parametrize("path", ONE_OF_EACH)
async def test_it_does_not_matter_how_the_bytes_are_cut(tmp_path: Path, path: Path) -> None:
    """Chunks of seven bytes, within characters and within lines."""
    async with serving(tmp_path, path, size=7) as w:
        readings = await trio.to_thread.run_sync(blocking, w.socket)
        assert list(readings) == [without_model(expected(path))] * 3


# --- the command, as a process -------------------------------------------------------------------


@pytest.mark.parametrize("path", ONE_OF_EACH)
async def test_it_arrives_whole_through_the_command(tmp_path: Path, path: Path) -> None:
    """On a terminal (streamed), into a pipe (whole), and as JSON."""
    wanted = expected(path)
    async with serving(tmp_path, path) as w:
        words = ("--socket", w.socket, "ask", "--on-interrupt", "restart", "m", "hello")
        code, screen = await trio.to_thread.run_sync(shown_by, words)
        piped = await run(*words)
        told = await run(*words, "--json")
    assert (code, piped.returncode, told.returncode) == (0, 0, 0), (screen, piped.stderr, told.stderr)
    text = str(wanted["text"])
    assert piped.stdout.decode() == (text if not text or text.endswith("\n") else text + "\n")
    assert _drawn(text) in _drawn(screen)
    assert "via A" in screen
    assert b"via A" in piped.stderr
    for _, name, _arguments in wanted["calls"]:
        assert f"tool call {name}" in piped.stderr.decode()
    answer = json.loads(told.stdout)
    assert answer["text"] == text
    calls = [block for block in answer["message"]["content"] if block["type"] == "tool_call"]
    assert [(c["id"], c["name"], json.loads(c.get("arguments") or "{}")) for c in calls] == wanted["calls"]


async def run(*words: str, **env: str) -> "subprocess.CompletedProcess[bytes]":
    argv, around = command(*words), environment(**env)
    return await trio.run_process(argv, env=around, capture_stdout=True, capture_stderr=True, check=False)


def _drawn(text: str) -> str:
    """What of a text a terminal can show: tabs and line ends are the terminal's own business."""
    return " ".join(text.split())


async def test_the_command_finds_the_daemon_by_its_variable(tmp_path: Path) -> None:
    """As every client does; all messages of the answer are printed."""
    path = FIXTURES / "anthropic" / "several-messages.chunks.txt"
    async with serving(tmp_path, path) as w:
        done = await run("ask", "m", "hello", SWITCHGEAR_SOCKET=w.socket)
    assert done.stdout == b"Found a tool.Out at noon.\n"

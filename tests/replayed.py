"""Recorded answers, decoded: what a client of any dialect is to be told, and what has to arrive of it.

What a dialect has no place for (blocks of a provider's own) is not compared: each codec says in its docstring
what it leaves out.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from answering import gist
from naive import Reading
from recorded import FAMILIES, bodies, payloads, streams
from switchgear_protocol.content import Completion, Thinking
from switchgear_protocol.events import StreamEvent
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.fault import UpstreamError
from switchgeard.dialects.known import DIALECTS
from switchgeard.upstream.sse import Event

NOT_JSON = "a line of the recording is no JSON: written by hand"
FILTERED = ("content_filter", "refusal")
WIRES = [wire for wire in FAMILIES if wire in DIALECTS]
ANSWERS = [
    pytest.param(wire, *param.values, id=f"{wire}-{param.id}", marks=param.marks)  # type: ignore[attr-defined]
    for wire in WIRES
    for param in streams(FAMILIES[wire]) + bodies(FAMILIES[wire])
]


def events_of(wire: str, path: Path) -> list[StreamEvent]:
    """What our decoder makes of a recording. Raises UpstreamError for a recorded error."""
    dialect = DIALECTS[wire]
    if path.suffix == ".json":
        return dialect.whole(path.read_bytes())
    decoder = dialect.Decoder()
    lines = [Event(json.loads(line).get("type"), line) for line in payloads(path)]
    return [out for event in lines for out in decoder.feed(event)] + decoder.end()


def said(wire: str, path: Path) -> list[StreamEvent]:
    """The events, or a skip that says why there are none."""
    try:
        return events_of(wire, path)
    except UpstreamError as problem:
        reason = "a recorded error has no answer" if b"error" in problem.body else None
    except json.JSONDecodeError:
        reason = NOT_JSON
    assert reason
    pytest.skip(reason)


def issuer(wire: str) -> Issuer:
    return Issuer("recorded#1", wire, "m")


def expected(answer: Completion) -> dict[str, Any]:
    """The gist of it, with the tokens summed as every wire can say them, and the thoughts that have words."""
    found = gist(answer)
    blocks = [block for block in answer.message.content if not isinstance(block, str)]
    usage = answer.usage
    return {
        **{name: found[name] for name in ("text", "calls", "finish")},
        "reasoning": "".join(block.text for block in blocks if isinstance(block, Thinking)),
        "prompt": usage.input + usage.cache_read + usage.cache_write,
        "output": usage.output,
    }


def comparable(reading: Reading) -> dict[str, Any]:
    names = ("text", "reasoning", "prompt", "output")
    finish = "filter" if reading["finish"] in FILTERED else reading["finish"]
    calls = [(name, arguments) for _, name, arguments in reading["calls"]]
    finish = "tool_calls" if calls and finish == "stop" else finish  # several messages recorded as one
    return {**{name: reading[name] for name in names}, "finish": finish, "calls": calls}

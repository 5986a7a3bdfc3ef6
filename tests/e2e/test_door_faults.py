"""The fault catalogue through the HTTP door: every fault a provider can produce, to clients of every dialect.

Streamed and whole, in passing and translated; each test asks for all of these at once. Before the first content
no client may notice; after it each is told in its own words, and nothing it holds looks whole.
"""

from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest

from crossroads import CROSSINGS, Crossing, crossed, crossroads, hits
from door_reading import GOOGLE, RESPONSES, failed, reading, refused, whole
from e2e.test_faults import FINE, HELLO, INVISIBLE, LATE, REQUEST_SHAPED
from naive import Reading
from standins.faults import FAULTS

STREAMED = [crossing for crossing in CROSSINGS if crossing.stream]
WHOLE = [crossing for crossing in CROSSINGS if not crossing.stream]
HALF = [crossing for crossing in CROSSINGS if crossing.stream == crossing.passing]
"""Streams at home, whole bodies abroad: for faults of which there are many alike."""
MET = {
    **dict.fromkeys((fault for fault in INVISIBLE if fault.startswith("429_")), HALF),
    "drip": [crossing for crossing in HALF if crossing.wire != RESPONSES],  # says ten times as much as the others
}
"""Fault -> the crossings it is met at, where they are not all."""
COUNTS = {"prompt": 12, "output": 8}
SAID: Reading = {
    "text": HELLO,
    "reasoning": "",
    "calls": [],
    "finish": "stop",
    **COUNTS,
}

CALLS = [("weather", {"city": "Lisbon", "unit": "celsius"})]
SAYS: dict[str, dict[str, Any]] = {
    "ok_tool": {"text": "", "calls": CALLS, "finish": "tool_calls"},
    "ok_text_and_tool": {"calls": CALLS, "finish": "tool_calls"},
    "ok_thinking": {"reasoning": "Let me think about it."},
    "ok_length": {"finish": "length"},
    "ok_refusal": {"finish": "content_filter"},
}
"""What the answers that say something else say; a refusal is a content filter's work, however it is called."""

UNCOUNTED = {"ok_no_usage", "sse_to_whole", "drip"}
"""What comes without counts, or with counts too long after its end: estimates stand in, or nothing does."""

TOLD = {"openai.chat": "code", "openai.responses": "code"}
"""Where a client of the dialect looks for what a refusal means; elsewhere in the message."""

UNTOLD = ["huge_body", "400_sealed", *REQUEST_SHAPED]


def test_no_fault_is_forgotten() -> None:
    """Every behaviour a stand-in has is met in this file, in every dialect."""
    assert {*INVISIBLE, *LATE, *FINE, *UNTOLD} == {*FAULTS}


def read(crossing: Crossing, reply: httpx.Response, *, counted: bool) -> Reading:
    told = reading(crossing.dialect, reply)
    assert told.pop("model") == crossing.model
    assert all(call[0] for call in told["calls"])
    told["calls"] = [(name, arguments) for _, name, arguments in told["calls"]]
    if told["finish"] == "refusal":
        told["finish"] = "content_filter"
    return told if counted else told | COUNTS


def differing(
    replies: dict[Crossing, httpx.Response], expected: Reading, *, counted: bool = True
) -> dict[str, Reading]:
    """What some client read that is not what was said."""
    readings = {str(crossing): read(crossing, reply, counted=counted) for crossing, reply in replies.items()}
    return {crossing: reading for crossing, reading in readings.items() if reading != expected}


@pytest.mark.parametrize("fault", [*INVISIBLE, "huge_body"])
async def test_a_fault_before_content_is_invisible(tmp_path: Path, fault: str) -> None:
    """The provider behind it answers: its words, its end, its counts, as the dialect spells them."""
    async with crossroads(tmp_path, fault) as w:
        replies = await crossed(w, MET.get(fault, CROSSINGS))
        assert not differing(replies, SAID)
        for crossing, reply in replies.items():
            assert reply.headers["x-switchgear-provider"].startswith("ok-")
            assert int(reply.headers["x-switchgear-attempts"]) == hits(w, crossing) + 1


@pytest.mark.parametrize("fault", LATE)
async def test_a_fault_after_content_is_the_dialects_own_error(tmp_path: Path, fault: str) -> None:
    """Nobody takes over what a client holds the beginning of; and nobody takes the beginning for the whole.

    Google's wire has no half calls: from there `cut_tool` comes before any content, and towards there nothing of
    it has been said (the next test).
    """
    async with crossroads(tmp_path, fault) as w:
        whole_calls = fault == "cut_tool"
        begun = [crossing for crossing in STREAMED if not (whole_calls and GOOGLE in (crossing.dialect, crossing.wire))]
        for crossing, reply in (await crossed(w, begun)).items():
            assert reply.status_code == 200
            assert not whole(crossing.dialect, reply), crossing
            error = failed(crossing.dialect, reply)
            assert error is not None, crossing
            assert "not complete" in error["message"]
            assert hits(w, crossing) == 1
        assert not any(standin.hits for name, standin in w.standins.items() if name.startswith("ok-"))


async def test_a_client_that_was_told_nothing_yet_is_told_by_status(tmp_path: Path) -> None:
    """A call is Google's to hear only when it is whole: what is cut before is an answer that never began."""
    async with crossroads(tmp_path, "cut_tool") as w:
        held = [crossing for crossing in STREAMED if crossing.dialect == GOOGLE and not crossing.passing]
        for crossing, reply in (await crossed(w, held)).items():
            assert reply.status_code == 502
            assert "not complete" in refused(crossing.dialect, reply)["message"]


@pytest.mark.parametrize("fault", LATE)
async def test_a_fault_after_content_is_invisible_to_who_waits_for_the_whole(tmp_path: Path, fault: str) -> None:
    """It has been given nothing yet."""
    async with crossroads(tmp_path, fault) as w:
        assert not differing(await crossed(w, WHOLE), SAID)


@pytest.mark.parametrize("fault", FINE)
async def test_an_unusual_but_whole_answer_arrives_whole(
    tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Odd framing, odd chunking, JSON for a stream, a stream for JSON: one attempt, everything said."""
    monkeypatch.setattr("switchgeard.attempt.REST_SECONDS", 10.0)  # the counts come last, byte by byte, many at a time
    async with crossroads(tmp_path, fault) as w:
        replies = await crossed(w, MET.get(fault, CROSSINGS))
        expected = SAID | SAYS.get(fault, {})
        assert not differing(replies, expected, counted=fault not in UNCOUNTED)
        for crossing, reply in replies.items():
            assert reply.headers["x-switchgear-provider"] == crossing.model
            assert hits(w, crossing) == 1


@pytest.mark.parametrize("fault", [*REQUEST_SHAPED, "400_sealed"])
async def test_a_request_shaped_error_is_told_in_the_clients_words(tmp_path: Path, fault: str) -> None:
    """A 400 of the dialect with the provider's own reason; nobody else is asked."""
    async with crossroads(tmp_path, fault) as w:
        for crossing, reply in (await crossed(w, CROSSINGS)).items():
            assert reply.status_code == 400
            error = refused(crossing.dialect, reply)
            assert error.get("type", error.get("status")) in ("invalid_request_error", "INVALID_ARGUMENT")
            if fault == "400_context":
                told = error[TOLD.get(crossing.dialect, "message")]
                assert "prompt is too long" in told or "context" in told
        assert not any(standin.hits for name, standin in w.standins.items() if name.startswith("ok-"))

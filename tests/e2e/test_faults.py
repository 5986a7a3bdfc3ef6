"""The fault catalogue, end to end: every fault a provider can produce, over the real socket.

One healthy offer stands behind the faulty one. Before the first content the client must not notice;
after it the client gets a typed error or a marked restart, never a "complete" answer.
"""

from pathlib import Path

import pytest

from standins.faults import FAULTS
from world import CANARY, world

HELLO = "Hello from a stand-in provider."

INVISIBLE = [
    *("429", "429_short", "429_hour", "429_no_hint", "429_zero", "429_negative", "429_word", "429_nan", "429_huge"),
    *("429_float", "429_twice", "429_ms", "429_duration", "429_date", "429_epoch", "429_rfc3339", "429_prose"),
    *("429_opaque", "402_opaque", "quota", "quota_5h", "quota_credit", "quota_spend_limit", "402"),
    *("401", "403", "404", "408", "500", "502", "503", "504", "529"),
    *("html_200", "html_502", "empty_200", "empty_json", "null_json", "deep_json", "204", "redirect", "not_http"),
    *("gzip", "bomb", "eof", "rst", "eof_in_head", "eof_before_event", "rst_before_event"),
    *("error_event", "bad_json", "hang", "hang_event", "hang_opening", "pings", "pings_for_ever"),
    *("huge_line", "header_flood"),
]
"""Faults before the first content (F1-F9, F12, F13, F15, F16, F19, F22-F27)."""

LAST = ["429", "429_no_hint", "quota", "402", "401", "403", "404", "500", "529", "html_200", "empty_200", "redirect"]
LAST += ["gzip", "eof", "rst", "eof_before_event", "error_event", "bad_json", "hang_event", "huge_line"]
"""One of each class, where nobody is left behind it."""

LATE = ["cut_text_clean", "cut_text_dirty", "cut_text_rst", "cut_thinking", "cut_tool", "error_event_late"]
LATE += ["bad_json_late", "hang_text"]
"""Faults after the first content (F14, F17, F18, F20)."""

FINE = [name for name in FAULTS if name.startswith("ok")] + ["json_to_stream", "sse_to_whole", "drip"]

REQUEST_SHAPED = {
    "400": "invalid_request",
    "422": "invalid_request",
    "413": "invalid_request",
    "400_policy": "content_policy",
    "400_context": "context_length",
}

KINDS = ["anthropic", "openai"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", INVISIBLE)
async def test_a_fault_before_content_is_invisible(tmp_path: Path, fault: str, stream: bool, kind: str) -> None:
    """The next offer answers; the client sees routing words and one whole answer."""
    async with world(tmp_path, {"a": fault, "b": "ok"}, kinds={"a": kind}) as w:
        heard = await w.ask(stream=stream)
        assert heard.answer == HELLO
        assert heard.result is not None
        assert heard.result["served_by"]["provider"] == "b"
        assert not stream or heard.text == HELLO
        assert "restarted" not in heard.types
        assert len(heard.outcomes) == await w.rows()


@pytest.mark.parametrize("fault", LAST)
async def test_a_fault_of_the_last_offer_is_a_typed_error(tmp_path: Path, fault: str) -> None:
    """Nobody is left: the client is told so, with what happened and a cure, and was handed nothing before."""
    async with world(tmp_path, {"a": "429_hour", "b": fault}) as w:
        heard = await w.ask()
        assert heard.result is None
        assert heard.types == []
        assert heard.kind == "exhausted"
        assert heard.error is not None
        assert "switchgear " in heard.error["data"]["hint"]
        assert {provider for provider, _ in heard.outcomes} == {"a", "b"}
        assert all(kind for _, kind in heard.outcomes)
        assert len(heard.outcomes) == await w.rows()
        assert (await w.call("status"))["in_flight"] == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", LATE)
async def test_a_fault_after_content_is_a_typed_error(tmp_path: Path, fault: str, kind: str) -> None:
    """By default the client is told that what it holds is not the whole answer."""
    async with world(tmp_path, {"a": fault, "b": "ok"}, kinds={"a": kind}) as w:
        heard = await w.ask()
        assert heard.result is None
        assert heard.kind == "interrupted"
        assert heard.error is not None
        assert heard.error["code"] == -32013
        assert "finish" not in heard.types
        assert w.hits()["b"] == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", LATE)
async def test_a_fault_after_content_restarts_for_clients_that_declare_it(
    tmp_path: Path, fault: str, kind: str
) -> None:
    """A marked restart, then the whole answer of one attempt."""
    async with world(tmp_path, {"a": fault, "b": "ok"}, kinds={"a": kind}) as w:
        heard = await w.ask(on_interrupt="restart")
        assert heard.types.count("restarted") == 1
        assert heard.text == heard.answer == HELLO
        assert heard.result is not None
        assert heard.result["restarts"] == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", LATE)
async def test_a_fault_after_content_is_invisible_without_streaming(tmp_path: Path, fault: str, kind: str) -> None:
    """A non-streaming request commits only when its whole, checked answer is in."""
    async with world(tmp_path, {"a": fault, "b": "ok"}, kinds={"a": kind}) as w:
        heard = await w.ask(stream=False)
        assert heard.answer == HELLO
        assert heard.values == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FINE)
async def test_an_unusual_but_whole_answer_is_answered(tmp_path: Path, fault: str, kind: str) -> None:
    """Odd framing, odd chunking, JSON for a stream: understood, with one attempt."""
    async with world(tmp_path, {"a": fault, "b": "429"}, kinds={"a": kind}) as w:
        heard = await w.ask()
        assert heard.result is not None, heard.error
        assert heard.outcomes == [("a", None)]
        assert w.hits() == {"a": 1, "b": 0}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", REQUEST_SHAPED)
async def test_a_request_shaped_error_reaches_the_client_and_touches_no_health(
    tmp_path: Path, fault: str, kind: str
) -> None:
    """No failover, no cooldown: the request is wrong wherever it goes."""
    async with world(tmp_path, {"a": fault, "b": "ok"}, kinds={"a": kind}) as w:
        before = await w.call("providers/list")
        heard = await w.ask()
        assert heard.kind == REQUEST_SHAPED[fault]
        assert w.hits() == {"a": 1, "b": 0}
        assert await w.call("providers/list") == before


async def test_a_refused_connection_is_invisible(tmp_path: Path) -> None:
    """F22: nothing listens there; the next offer answers."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        text = (tmp_path / "config.toml").read_text().replace(w.standins["a"].url, "http://127.0.0.1:1")
        (tmp_path / "config.toml").write_text(text)
        assert (await w.call("config/reload"))["ok"]
        heard = await w.ask()
        assert heard.answer == HELLO
        assert heard.outcomes == [("a", "unavailable"), ("b", None)]


async def test_a_redirect_takes_no_credential_elsewhere(tmp_path: Path) -> None:
    """F27: the second server is never asked."""
    async with world(tmp_path, {"a": "redirect", "b": "ok"}) as w:
        assert (await w.ask()).answer == HELLO


async def test_no_fault_lets_a_secret_out(tmp_path: Path) -> None:
    """The canary credential is in no reply, event, state file or error, whatever a provider echoes."""
    async with world(tmp_path, {"a": ["401", "400", "500", "html_200"], "b": "ok"}) as w:
        seen = [repr(await w.ask()) for _ in range(4)]
        for method in ("status", "providers/list", "credentials/list", "quota/list", "sessions/list"):
            seen.append(repr(await w.call(method)))
        seen.append(repr(await w.call("events/subscribe", since=0)))
        await w.daemon.at.store.flush()
        files = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        assert CANARY not in "".join(seen)
        assert CANARY.encode() not in files
        assert CANARY[10:30].encode() not in files
        assert w.standins["a"].asked[0].header("x-api-key") == CANARY

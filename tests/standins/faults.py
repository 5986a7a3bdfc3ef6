"""Every named behaviour of a stand-in: complete answers, errors, cuts, hangs, floods, nonsense.

Rules for editing: FAULTS is the table; a behaviour is a function of what was asked and what the
stand-in has to say. A name means the same on both wires, and for a stream as for a whole body. No
behaviour waits for time to pass (but `drip` and `pings_for_ever`, whose point it is): it hangs until
the client leaves or the stand-in is released.
"""

import gzip
from collections.abc import Callable, Sequence
from functools import cache, partial

import msgspec
from msgspec.structs import replace

from switchgeard.demo import wires
from switchgeard.demo.answers import Behaviour, body, error, events, headers, ok, paced, sse
from switchgeard.demo.errors import rate_limited, retry_after
from switchgeard.demo.exchange import EVENT_STREAM, Answer, Asked, End, Hang, Pause, Send, Step, chunked, head, sized
from switchgeard.demo.wires import ANTHROPIC, Said, frame

from .errors import ERRORS

Fault = Behaviour

MIB = 1024 * 1024
GATEWAY_PAGE = b"<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Welcome</body></html>"
HELD = Hang()


Place = Callable[[Said], tuple[bytes, ...]]
"""A place in a stream: behind the first event that holds one of these bytes."""


def beginning(said: Said) -> tuple[bytes, ...]:
    """Before any event."""
    return ()


def opening(said: Said) -> tuple[bytes, ...]:
    """Behind the event that says who speaks, before any content."""
    return (b'"role":"assistant"', b'[{"text":""}]')


def first_text(said: Said) -> tuple[bytes, ...]:
    return (msgspec.json.encode(said.text[0]),)


def first_thinking(said: Said) -> tuple[bytes, ...]:
    return (msgspec.json.encode(wires.halves(said.thinking)[0]),)


def first_arguments(said: Said) -> tuple[bytes, ...]:
    """In the middle of a tool call."""
    return (msgspec.json.encode(wires.halves(said.arguments)[0]),)


def _behind(place: Place, events: Sequence[bytes], said: Said) -> int:
    """Index into `events`; the middle when the place is not there."""
    marks = place(said)
    found = (index + 1 for index, event in enumerate(events) if any(mark in event for mark in marks))
    return next(found, len(events) // 2) if marks else 0


# complete answers


def changed(**fields: object) -> Fault:
    """A complete answer with other content: fields of Said."""
    return lambda asked, said: ok(asked, replace(said, **fields))


# the same answer in other clothes: all of these are complete


def dressed(change: Callable[[bytes], bytes]) -> Fault:
    """The whole stream's bytes, changed."""

    def answer(asked: Asked, said: Said) -> Answer:
        if not asked.stream:
            return body(asked, said)
        return chunked([change(b"".join(events(asked, said)))], headers(asked))

    return answer


def split(asked: Asked, said: Said, size: int = 1) -> Answer:
    """Chunk borders every `size` bytes, within characters and line ends."""
    raw = b"".join(events(asked, said)) if asked.stream else wires.whole(said, asked.wire, asked.model)
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    return chunked(pieces, headers(asked), content_type=EVENT_STREAM if asked.stream else "application/json")


def _with_comments(raw: bytes) -> bytes:
    return b": OPENROUTER PROCESSING\n\n" + raw.replace(b"\n\n", b"\n\n: keep-alive\n\n")


def _with_unknown_events(raw: bytes) -> bytes:
    return b'event: x_news\ndata: {"type":"x_news"}\n\n' + raw if b"event: " in raw else b"retry: 3000\nid: 7\n\n" + raw


def _with_last_twice(raw: bytes) -> bytes:
    return raw + raw.rstrip(b"\n").rpartition(b"\n\n")[2] + b"\n\n"


# recorded traffic


def replay(payloads: Sequence[str], wire: str, size: int | None = None) -> Fault:
    """A recorded stream, one payload a string; `size` cuts it into chunks of so many bytes."""
    events = [frame(payload, wire) for payload in payloads]
    raw = b"".join(events)
    pieces = events if size is None else [raw[start : start + size] for start in range(0, len(raw), size)]
    return lambda asked, said: chunked(pieces, headers(asked))


def replay_body(recorded: bytes) -> Fault:
    """A recorded non-streaming body."""
    return lambda asked, said: sized(200, recorded, headers(asked))


# errors and what is no answer


def limited(value: str) -> Fault:
    """A 429 with this `retry-after`."""
    return error(rate_limited(retry_after(value)))


def plain(status: int, content: bytes = b"", content_type: str = "text/html; charset=utf-8") -> Fault:
    """A status with a body of another sort."""
    return lambda asked, said: sized(status, content, headers(asked), content_type)


def redirect(location: str) -> Fault:
    """307 to somewhere else; a client that follows takes its credential there."""
    return lambda asked, said: sized(307, b"", (*headers(asked), ("location", location)))


def no_content(asked: Asked, said: Said) -> Answer:
    return Answer((Send(head(204, headers(asked))),))


def gzipped(asked: Asked, said: Said, packed: bytes | None = None) -> Answer:
    """Encoded although identity was asked for. `packed`: something else than the answer."""
    raw = b"".join(events(asked, said)) if asked.stream else wires.whole(said, asked.wire, asked.model)
    sort = EVENT_STREAM if asked.stream else "application/json"
    encoded = packed or gzip.compress(raw)
    return sized(200, encoded, (*headers(asked), ("content-encoding", "gzip")), sort)


@cache
def packed_zeros() -> bytes:
    """64 MiB of zeros in some 60 kB: made once, because it takes a while."""
    return gzip.compress(bytes(64 * MIB))


def bomb(asked: Asked, said: Said) -> Answer:
    """More than anybody should unpack."""
    return gzipped(asked, said, packed_zeros())


# cuts


def silent_end(end: End, sent: bytes = b"") -> Fault:
    """The connection ends before the reply's head, or within it."""
    return lambda asked, said: Answer((Send(sent),) if sent else (), end)


def cut(place: Place, *, whole: bool, end: End, **fields: object) -> Fault:
    """A stream that ends at `place`.

    `whole`: the chunked framing is ended properly. A non-streaming body is cut in its middle.
    """

    def answer(asked: Asked, said: Said) -> Answer:
        said = replace(said, **fields)
        if not asked.stream:
            return _cut_body(asked, said, end)
        told = events(asked, said)
        kept = told[: _behind(place, told, said)]
        return chunked(kept, headers(asked), whole=whole, end=end)

    return answer


def _cut_body(asked: Asked, said: Said, end: End) -> Answer:
    sent = body(asked, said).steps[0]
    return Answer((Send(sent.data[:-20]),) if isinstance(sent, Send) else (), "fin" if end == "keep" else end)


def interrupted(extra: Callable[[Asked], bytes | Step], *, late: bool) -> Fault:
    """A stream into which `extra` comes before the first content, or (`late`) behind it; then it ends."""

    def answer(asked: Asked, said: Said) -> Answer:
        told = events(asked, said)
        kept = told[: _behind(first_text if late else opening, told, said)]
        return chunked([*kept, extra(asked)], headers(asked))

    return answer


def _error_event(asked: Asked) -> bytes:
    return frame(ERRORS["529"].inside(asked).decode(), asked.wire)


def _broken_json(asked: Asked) -> bytes:
    return frame('{"id":"chatcmpl-StandIn0001","choices":[{"index":0,"delta":{"content":"Hel', asked.wire)


# hangs and floods


def hang(asked: Asked, said: Said) -> Answer:
    """Nothing at all, not even a status; when it is released, the end."""
    return Answer((HELD,), "fin")


def hang_at(place: Place) -> Fault:
    """A stream that stops at `place`; when it is released, the rest follows."""

    def answer(asked: Asked, said: Said) -> Answer:
        if not asked.stream:
            return Answer((Send(head(200, headers(asked))), HELD), "fin")
        told = events(asked, said)
        cut_at = _behind(place, told, said)
        return chunked([*told[:cut_at], HELD, *told[cut_at:]], headers(asked))

    return answer


def _ping(asked: Asked) -> bytes:
    return frame('{"type": "ping"}', ANTHROPIC) if asked.wire == ANTHROPIC else b": keep-alive\n\n"


def pings(asked: Asked, said: Said) -> Answer:
    """Three signs of life, then none: never any content."""
    return chunked([*[_ping(asked)] * 3, HELD], headers(asked))


def pings_for_ever(asked: Asked, said: Said, seconds: float = 0.02) -> Answer:
    """Signs of life without end and without content."""
    return chunked([_ping(asked), Pause(seconds)] * 10_000, headers(asked))


def drip(asked: Asked, said: Said, seconds: float = 0.001) -> Answer:
    """A complete stream at one byte per `seconds`."""
    raw = b"".join(events(asked, said))
    return chunked(paced([raw[place : place + 1] for place in range(len(raw))], seconds), headers(asked))


def huge_line(asked: Asked, said: Said) -> Answer:
    """One line of 64 MiB."""
    start, piece = b'data: {"choices":[{"index":0,"delta":{"content":"', b"a" * 65_536
    sent = (*headers(asked), ("content-type", EVENT_STREAM), ("connection", "close"))
    return Answer((Send(head(200, sent) + start), Send(piece, times=1024)), "fin")


def huge_body(asked: Asked, said: Said) -> Answer:
    """A body without end and without length."""
    sent = (*headers(asked), ("content-type", "application/json"), ("connection", "close"))
    return Answer((Send(head(200, sent)), Send(b" " * 65_536, times=1024)), "fin")


def header_flood(asked: Asked, said: Said) -> Answer:
    """Headers without end."""
    line = b"x-flood: " + b"a" * 1000 + b"\r\n"
    return Answer((Send(b"HTTP/1.1 200 OK\r\n"), Send(line, times=10_000)), "fin")


FAULTS: dict[str, Fault] = {
    # complete
    "ok": ok,
    "ok_tool": changed(text=(), tool="weather"),
    "ok_text_and_tool": changed(tool="weather"),
    "ok_thinking": changed(thinking="Let me think about it."),
    "ok_no_usage": changed(usage=False),
    "ok_length": changed(finish="length"),
    "ok_refusal": changed(finish="content_filter"),
    "ok_split": split,
    "ok_split_7": partial(split, size=7),
    "ok_crlf": dressed(lambda raw: raw.replace(b"\n", b"\r\n")),
    "ok_cr": dressed(lambda raw: raw.replace(b"\n", b"\r")),
    "ok_bom": dressed(lambda raw: b"\xef\xbb\xbf" + raw),
    "ok_comments": dressed(_with_comments),
    "ok_unknown_events": dressed(_with_unknown_events),
    "ok_last_twice": dressed(_with_last_twice),
    "ok_no_final_blank": dressed(lambda raw: raw.rstrip(b"\n")),
    "json_to_stream": body,
    "sse_to_whole": sse,
    # errors, by row
    **{name: error(row) for name, row in ERRORS.items()},
    "429_opaque": plain(429, b"", "text/plain"),
    "402_opaque": plain(402, b"", "text/plain"),
    # no answer of this wire
    "html_200": plain(200, GATEWAY_PAGE),
    "html_502": plain(502, GATEWAY_PAGE.replace(b"Sign in to the network", b"502 Bad Gateway")),
    "empty_200": plain(200, b"", EVENT_STREAM),
    "empty_json": plain(200, b"{}", "application/json"),
    "null_json": plain(200, b"null", "application/json"),
    "deep_json": plain(200, b"[" * 100_000, "application/json"),
    "204": no_content,
    "redirect": redirect("http://127.0.0.1:9/v1/elsewhere"),
    "not_http": silent_end("fin", b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n"),
    "gzip": gzipped,
    "bomb": bomb,
    # ends too early
    "eof": silent_end("fin"),
    "rst": silent_end("reset"),
    "eof_in_head": silent_end("fin", b"HTTP/1.1 200 OK\r\ncontent-ty"),
    "eof_before_event": cut(beginning, whole=True, end="keep"),
    "rst_before_event": cut(beginning, whole=False, end="reset"),
    "cut_text_clean": cut(first_text, whole=True, end="keep"),
    "cut_text_dirty": cut(first_text, whole=False, end="fin"),
    "cut_text_rst": cut(first_text, whole=False, end="reset"),
    "cut_thinking": cut(first_thinking, whole=True, end="keep", thinking="Let me think about it."),
    "cut_tool": cut(first_arguments, whole=True, end="keep", text=(), tool="weather"),
    # an error or nonsense inside the stream
    "error_event": interrupted(_error_event, late=False),
    "error_event_late": interrupted(_error_event, late=True),
    "bad_json": interrupted(_broken_json, late=False),
    "bad_json_late": interrupted(_broken_json, late=True),
    # too slow, too much
    "hang": hang,
    "hang_event": hang_at(beginning),
    "hang_opening": hang_at(opening),
    "hang_text": hang_at(first_text),
    "pings": pings,
    "pings_for_ever": pings_for_ever,
    "drip": drip,
    "huge_line": huge_line,
    "huge_body": huge_body,
    "header_flood": header_flood,
}
"""Every behaviour, by name."""

"""How a stand-in answers: whole, as it was asked to, or with an error of the provider's.

Rules for editing: an answer is a function of what was asked and what the stand-in has to say; a name means the same on
every wire, and for a stream as for a whole body. ANSWERS has what the demos need; a script may bring its own.
"""

from collections.abc import Callable, Iterable, Mapping

from . import wires
from .errors import SPENT_FIVE_HOURS, ErrorRow, rate_limited, retry_after
from .exchange import Answer, Asked, Header, Pause, Step, chunked, date, sized
from .wires import Said, frame

Behaviour = Callable[[Asked, Said], Answer]


def headers(asked: Asked) -> tuple[Header, ...]:
    """What every answer has, whatever it says."""
    return (date(asked.wall), ("request-id", "req_011StandIn0001"))


def events(asked: Asked, said: Said) -> list[bytes]:
    """The whole stream, an event each."""
    wanted = (asked.json.get("stream_options") or {}).get("include_usage", False)
    payloads = wires.stream(said, asked.wire, asked.model, include_usage=bool(wanted))
    return [frame(payload, asked.wire) for payload in payloads]


def ok(asked: Asked, said: Said) -> Answer:
    """A complete answer, as a stream or as one body, whichever was asked for."""
    return sse(asked, said) if asked.stream else body(asked, said)


def sse(asked: Asked, said: Said) -> Answer:
    """A complete stream, also when none was asked for."""
    said_now = events(asked, said)
    return chunked(paced(said_now, said.pace) if said.pace else said_now, headers(asked))


def body(asked: Asked, said: Said) -> Answer:
    """One JSON body, also when a stream was asked for."""
    return sized(200, wires.whole(said, asked.wire, asked.model), headers(asked))


def paced(pieces: Iterable[bytes], seconds: float) -> Iterable[bytes | Step]:
    for piece in pieces:
        yield piece
        yield Pause(seconds)


def error(row: ErrorRow) -> Behaviour:
    return lambda asked, said: row.answer(asked)


ANSWERS: Mapping[str, Behaviour] = {
    "ok": ok,
    "429": error(rate_limited(retry_after("30"))),
    "quota_5h": error(SPENT_FIVE_HOURS),
}
"""What the demos' scripts name."""

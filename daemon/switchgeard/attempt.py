"""Attempt: one offer, one upstream call, from the request's last byte to the answer's last event.

Rules for editing:
- Trouble comes back as a Failure; only bugs and cancellation are raised.
- How long it may take is `patience`'s matter.
- An answer is complete when the dialect's decoder has seen its terminal marker; an end of bytes is not.
  From then on nothing that happens to the connection can spoil it: the rest (usage, an end) is waited
  for a moment, and done without.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

import trio

from .core.clock import Now
from .core.error_reply import ErrorReply, classify
from .core.failure import Failure, garbled
from .core.offer import Offer
from .core.rule import Rule
from .dialects.dialect import Decoding, ProviderSide
from .dialects.fault import Garbled, UpstreamError
from .passed import Heard, Passed, PassedBody
from .patience import FOREVER, Emit, Patience
from .upstream import eventstream, sse
from .upstream.call import HTTPCall
from .upstream.transport import Reply, Transport, TransportFault

WHOLE_LIMIT = 32 * 1024 * 1024  # bytes of a JSON answer
STREAM_LIMIT = 64 * 1024 * 1024  # bytes of a streamed answer
REST_SECONDS = 0.5  # for what may follow the terminal marker, since the marker or the last content behind it
ERROR_LIMIT = 64 * 1024  # bytes of an error body that are looked at
ERROR_SECONDS = 5.0  # an error body that does not end is judged by what has come


class Rejected(Exception):
    """The reply is a failure already classified."""

    def __init__(self, failure: Failure):
        super().__init__(failure.message)
        self.failure = failure


@dataclass(slots=True)
class Attempt:
    offer: Offer
    dialect: ProviderSide
    transport: Transport
    now: Callable[[], Now]
    emit: Emit
    on_headers: Callable[[dict[str, str]], None]
    patience: Patience
    still_wanted: Callable[[], bool] = lambda: True  # asked right before the request is written
    passing: bool = False  # the client speaks this dialect: it gets what came, beside what is made of it
    headers: dict[str, str] | None = None
    rules: tuple[Rule, ...] = ()  # what errors of this kind of provider mean

    async def run(self, call: HTTPCall) -> Failure | None:
        """None when the answer is complete and every event of it has been emitted. Raises Withdrawn."""
        with self.patience.begin():
            try:
                async with self._open(call) as reply:
                    await self._read(reply)
                return None
            except TransportFault as fault:
                return fault.failure
            except Rejected as rejected:
                return rejected.failure
            except Garbled as fault:
                return garbled(str(fault))
            except UpstreamError as fault:
                return self._classify(fault.status, fault.body, in_stream=True)
        return self.patience.spent()

    def _open(self, call: HTTPCall) -> AbstractAsyncContextManager[Reply]:
        connect = self.offer.timeouts.connect
        return self.transport.open(call, connect=connect, still_wanted=self.still_wanted)

    async def _read(self, reply: Reply) -> None:
        self.headers = reply.headers
        self.on_headers(reply.headers)
        if not 200 <= reply.status < 300:
            raise Rejected(await self._refusal(reply))
        pieces = reply.chunks()
        first = await _first_bytes(pieces)
        match _sniff(first, reply.headers.get("content-type", "")):
            case "html":
                raise Rejected(garbled("an HTML page instead of an answer", html=True, status=reply.status))
            case "json":
                await self._whole(first, pieces)
            case "eventstream":
                await self._stream(first, _Incoming(pieces, eventstream.Parser()))
            case _:
                await self._stream(first, _Incoming(pieces, sse.Parser()))

    async def _refusal(self, reply: Reply) -> Failure:
        if 300 <= reply.status < 400:
            return garbled("a redirect, which is never followed", status=reply.status)
        body = b""
        with trio.move_on_after(ERROR_SECONDS):
            body = await reply.head(ERROR_LIMIT)
        return self._classify(reply.status, body)

    async def _whole(self, first: bytes, pieces: AsyncIterator[bytes]) -> None:
        body = bytearray(first)
        async for piece in pieces:
            body += piece
            if len(body) > WHOLE_LIMIT:
                raise Garbled(f"an answer of more than {WHOLE_LIMIT >> 20} MiB")
        whole = bytes(body)
        events: list[Heard] = [*self.dialect.whole(whole)]
        await self._hand_on([*events, PassedBody(whole)] if self.passing else events)

    async def _stream(self, first: bytes, incoming: "_Incoming") -> None:
        decoder = self.dialect.Decoder()
        events: list[sse.Event] | None = incoming.parse(first)
        rest = FOREVER
        while events is not None and not decoder.done:
            was, news = decoder.complete, await self._feed(decoder, events)
            if decoder.complete:
                rest = trio.current_time() + REST_SECONDS if news or not was else rest
                self.patience.expect(FOREVER)
            elif was:  # another message of the same answer
                self.patience.expect(self.offer.timeouts.idle)
            if not decoder.done:
                events = await (incoming.rest(rest) if decoder.complete else incoming.more())
        await self._hand_on([*decoder.end()])

    async def _feed(self, decoder: Decoding, events: list[sse.Event]) -> bool:
        """Whether there was anything in the events. What came before one that is wrong is delivered too."""
        told: list[Heard] = []
        news = False
        try:
            for event in events:
                made = decoder.feed(event)
                told += made
                news = news or bool(made)
                if self.passing:
                    told.append(Passed(event, decoder.complete))
        except (Garbled, UpstreamError):
            await self._hand_on(told)
            raise
        await self._hand_on(told)
        return news

    async def _hand_on(self, events: list[Heard]) -> None:
        await self.patience.hand_on(events, self.emit)

    def _classify(self, status: int | None, body: bytes, *, in_stream: bool = False) -> Failure:
        reply = ErrorReply(
            wire=self.offer.wire,
            kind=self.offer.kind,
            status=status,
            headers=self.headers or {},
            body=body[:ERROR_LIMIT],
            provider=self.offer.provider,
            model=self.offer.model,
            in_stream=in_stream,
            rules=self.rules,
        )
        return classify(reply, self.now())


@dataclass(slots=True)
class _Incoming:
    """The events of one stream, as they come; None at its end."""

    pieces: AsyncIterator[bytes]
    parser: sse.Parser | eventstream.Parser
    size: int = 0
    ended: bool = False

    async def more(self) -> list[sse.Event] | None:
        if self.ended:
            return None
        chunk = await anext(self.pieces, b"")
        self.ended = not chunk
        return self.parse(chunk) if chunk else self.parser.end()

    async def rest(self, until: float) -> list[sse.Event] | None:
        """More behind the terminal marker; None too when nothing comes by then, or nothing good."""
        with trio.move_on_at(until), suppress(TransportFault, Garbled):
            return await self.more()
        return None

    def parse(self, chunk: bytes) -> list[sse.Event]:
        self.size += len(chunk)
        if self.size > STREAM_LIMIT:
            raise Garbled(f"a stream of more than {STREAM_LIMIT >> 20} MiB")
        return self.parser.feed(chunk)


async def _first_bytes(pieces: AsyncIterator[bytes]) -> bytes:
    """Enough to tell what is coming: up to the first byte that is not white space; b"" when nothing comes."""
    first = b""
    while not first.strip(b"\xef\xbb\xbf \t\r\n"):
        piece = await anext(pieces, b"")
        if not piece or len(first) > ERROR_LIMIT:
            break
        first += piece
    return first


def _sniff(first: bytes, content_type: str) -> str:
    """ "json", "html", "eventstream" or "sse": by the first byte, because the header is often wrong; by the header when
    in doubt."""
    head = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head in (b"{", b"["):
        return "json"
    if head == b"<" or content_type.lower().startswith("text/html"):
        return "html"
    if head == b"\0" or content_type.lower().startswith(eventstream.CONTENT_TYPE):  # no text begins with a NUL
        return "eventstream"
    return "sse"

"""The trio flavour of the client: `AsyncClient`, over the same protocol state and the same words.

Rules for editing: the only module here that imports trio; how to wait, nothing else. Each exchange
has a line of its own, as in `_client`.

    async with AsyncClient() as client:
        answer = await client.ask("opus-4.6", "Say hello.")
        async with await client.stream("opus-4.6", "Say hello.") as stream:
            async for value in stream: ...
"""

import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self, TypeVar, Unpack

import trio
from msgspec import Struct

from switchgear_protocol import paths
from switchgear_protocol.connection import Connection, In, Role
from switchgear_protocol.content import Message
from switchgear_protocol.events import Event, ProgressValue, Routing
from switchgear_protocol.messages import METHODS, Answer, CompletionCreate, EventsSubscribe, Nothing, Status

from ._dial import dial
from ._errors import BadRequest, Busy, DaemonUnavailable, RequestTimeout
from ._restart import BACKOFF, COMPLETION, SETBACKS, Patience, Setback, hung_up, told
from ._talk import Lost, Options, completion, expected, heard, introduction, last_seq, news, patience, unread

R = TypeVar("R", bound=Struct)


class AsyncLine:
    """One connection, for one exchange."""

    def __init__(self, sock: trio.socket.SocketType, timeout: float | None) -> None:
        self._socket = sock
        self._connection = Connection(Role.CLIENT)
        self._arrived: deque[In] = deque()
        self.timeout = timeout

    async def send(self, method: str, params: Struct) -> None:
        """Lost(sent=False) when the daemon cannot have got it."""
        data = self._connection.send_request(method, params)
        with bounded(self.timeout, sent=False):
            while data:
                data = data[await self._socket.send(data) :]

    async def hear(self) -> Struct:
        """The next value, note or result; raises the error it was instead, or Lost."""
        while not self._arrived:
            with bounded(self.timeout, sent=True):
                data = await self._socket.recv(65536)
            if not data:
                raise Lost(sent=True)
            self._arrived.extend(self._connection.receive_data(data))
        return heard(self._arrived.popleft())

    def close(self) -> None:
        """The daemon cancels what was unanswered."""
        self._socket.close()


@contextmanager
def bounded(timeout: float | None, *, sent: bool) -> Iterator[None]:
    """What can go wrong with a socket, in the client's own words."""
    try:
        with trio.fail_after(timeout if timeout is not None else math.inf):
            yield
    except trio.TooSlowError:
        raise RequestTimeout(f"the daemon said nothing for {timeout:g} s", hint="switchgear status") from None
    except OSError as error:
        raise Lost(sent and not unread(error)) from error


class _Reading:
    """Leaving its block closes the line, which cancels what is unfinished."""

    def __init__(self, line: AsyncLine) -> None:
        self._line = line

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._line.close()

    def __aiter__(self) -> Self:
        return self


class AsyncStream(_Reading):
    """Async iterator of a completion's values; afterwards `answer`."""

    answer: Answer | None = None

    def __init__(self, line: AsyncLine, again: Callable[[Setback], Awaitable[AsyncLine]]) -> None:
        """`again`: the exchange begun anew after a setback; raises when that may not be."""
        super().__init__(line)
        self._again = again
        self._begun = False  # something of the answer was handed over

    async def __anext__(self) -> ProgressValue:
        said = await self._hear() if self.answer is None else self.answer
        if isinstance(said, Answer):
            self.answer = said
            raise StopAsyncIteration
        self._begun = self._begun or not isinstance(said, Routing)
        return said  # type: ignore[return-value]  # heard() gives progress values until the reply

    async def _hear(self) -> Struct:
        while True:
            try:
                return await self._line.hear()
            except (Lost, Busy) as error:
                self._line.close()
                if self._begun:
                    raise told(error) from None
                self._line = await self._again(error)


class AsyncFeed(_Reading):
    """Async iterator: a Status first, then each Event; after a restart of the daemon a new Status and on from there.

    DaemonUnavailable when none is back in half a minute.
    """

    def __init__(self, line: AsyncLine, ask: EventsSubscribe, again: "AsyncClient") -> None:
        super().__init__(line)
        self._ask = ask
        self._client = again
        self._seen: deque[Status | Event] = deque()

    async def __anext__(self) -> Status | Event:
        while not self._seen:
            self._seen.extend(news(await self._hear()))
        self._line.timeout = None  # hours may pass between two events
        seen = self._seen.popleft()
        self._ask = EventsSubscribe(last_seq(seen), self._ask.types)
        return seen

    async def _hear(self) -> Struct:
        try:
            return await self._line.hear()
        except (Lost, Busy) as error:
            return await self._subscribe_again(error)

    async def _subscribe_again(self, error: Setback) -> Struct:
        for pause in BACKOFF:
            self._line.close()
            await trio.sleep(pause)
            try:
                self._line = await self._client._once("events/subscribe", self._ask)
                return await self._line.hear()
            except SETBACKS as setback:
                error = setback
                if isinstance(setback, DaemonUnavailable) and setback.kind == "foreign_daemon":
                    break
        raise told(error) from None


class AsyncClient:
    """As switchgear.Client; what has no method of its own here is `call(method, params)`."""

    def __init__(self, socket: str | None = None, *, timeout: float | None = 30.0, name: str = "python-trio") -> None:
        self._path = socket or paths.socket_path()
        self._timeout = timeout
        self._name = name

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Nothing is kept between exchanges."""

    async def ask(self, model: str, prompt: str | Sequence[Message], **options: Unpack[Options]) -> Answer:
        return await self.complete(completion(model, prompt, options, stream=False))

    async def complete(self, request: CompletionCreate) -> Answer:
        return await self._call("completion/create", request, Answer)

    async def stream(self, model: str, prompt: str | Sequence[Message], **options: Unpack[Options]) -> AsyncStream:
        ask, tries = completion(model, prompt, options, stream=True), Patience(COMPLETION)

        async def again(error: Setback) -> AsyncLine:
            await trio.sleep(tries.wait(error))
            return await self._begin(COMPLETION, ask, tries)

        return AsyncStream(await self._begin(COMPLETION, ask, tries), again)

    async def events(self, since: int | None = None, *, types: Sequence[str] | None = None) -> AsyncFeed:
        ask = EventsSubscribe(since, list(types) if types is not None else None)
        return AsyncFeed(await self._begin("events/subscribe", ask, Patience("events/subscribe")), ask, self)

    async def status(self) -> Status:
        return await self._call("status", Nothing(), Status)

    async def call(self, method: str, params: Struct | None = None) -> Any:
        """Any method: takes METHODS[method][0] (None: its defaults), returns METHODS[method][1]."""
        if method not in METHODS:
            raise BadRequest(f"no method {method!r}", hint="see switchgear_protocol.messages.METHODS")
        takes, gives = METHODS[method]
        return await self._call(method, takes() if params is None else params, gives)

    async def _call(self, method: str, params: Struct, type: type[R]) -> R:
        tries = Patience(method)
        while True:
            try:
                result = await self._exchange(method, params)
                break
            except SETBACKS as error:
                await trio.sleep(tries.wait(error))
        expected(result, type)
        return result  # type: ignore[return-value]  # just checked

    async def _exchange(self, method: str, params: Struct) -> Struct:
        line = await self._once(method, params)
        try:
            result = await line.hear()
            while method == COMPLETION and not isinstance(result, Answer):
                result = await line.hear()
        finally:
            line.close()
        return result

    async def _begin(self, method: str, params: Struct, tries: Patience) -> AsyncLine:
        while True:
            try:
                return await self._once(method, params)
            except SETBACKS as error:
                await trio.sleep(tries.wait(error))

    async def _once(self, method: str, params: Struct) -> AsyncLine:
        """A line with the request on its way."""
        line = await self._dial()
        try:
            await self._greet(line)
            await line.send(method, params)
        except BaseException:
            line.close()
            raise
        line.timeout = patience(params, self._timeout)
        return line

    async def _greet(self, line: AsyncLine) -> None:
        try:
            await line.send("initialize", introduction(self._name))
            await line.hear()
        except Lost:
            raise hung_up() from None

    async def _dial(self) -> AsyncLine:
        """In a thread: a full backlog cannot be waited for without blocking."""
        plain = await trio.to_thread.run_sync(dial, self._path, self._timeout)
        return AsyncLine(trio.socket.from_stdlib_socket(plain), self._timeout)

"""The blocking client.

Rules for editing: each exchange has a line of its own, taken from the idle ones or dialled; so
threads may share a Client, and a stream never stands in the way of a call. What both flavours
say is in `_talk`, what a restart of the daemon means to them in `_restart`; here is only how to wait.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar, Unpack

from msgspec import Struct

from switchgear_protocol import paths
from switchgear_protocol.content import Message
from switchgear_protocol.events import Event
from switchgear_protocol.messages import (
    METHODS,
    Answer,
    CompletionCreate,
    Done,
    EventsSubscribe,
    Models,
    ModelsList,
    ModelsOrder,
    ModelView,
    Nothing,
    Pin,
    ProviderName,
    ProvidersPause,
    ProviderView,
    SessionsPin,
    SessionsUnpin,
    Status,
)

from ._errors import BadRequest
from ._line import Line
from ._restart import COMPLETION, SETBACKS, Patience, Setback, hung_up
from ._stream import Stream, feed
from ._talk import READ_ONLY, Lost, Options, completion, expected, introduction, patience

R = TypeVar("R", bound=Struct)

IDLE = 8  # lines kept open for the next exchange


class Client:
    """Talks to this user's Switchgear daemon.

    `socket`: its path (default: SWITCHGEAR_SOCKET or the platform's place). `timeout`: seconds the
    daemon may stay silent before RequestTimeout; completions get as long as the daemon itself gives
    them. `name`: how this program appears in `switchgear status`. Every error is a switchgear.Error
    whose text ends with what to do about it.

    >>> from switchgear import Client, text_of
    >>> with Client() as client:
    ...     answer = client.ask("opus-4.6", "Say hello.")
    >>> text_of(answer), answer.served_by.label
    ('Hello!', 'Opus 4.6 (via Claude Pro)')
    """

    def __init__(self, socket: str | None = None, *, timeout: float | None = 30.0, name: str = "python") -> None:
        self._path = socket or paths.socket_path()
        self._timeout = timeout
        self._name = name
        self._idle: deque[Line] = deque()

    def __repr__(self) -> str:
        return f"<Client {self._name!r} of {self._path}>"

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes idle connections. The client can be used again; it dials when it needs to."""
        while self._idle:
            self._idle.pop().close()

    # --- completions ---------------------------------------------------------------------------

    def ask(self, model: str, prompt: str | Sequence[Message], **options: Unpack[Options]) -> Answer:
        """The whole answer of a merged model, or of one variant ("provider/model-id").

        Nothing of it is handed over before it is complete, so a provider that breaks off in the
        middle is replaced unseen. Raises CompletionFailed (Exhausted, BudgetRefused), BadRequest.
        """
        return self.complete(completion(model, prompt, options, stream=False))

    def complete(self, request: CompletionCreate) -> Answer:
        """Like `ask`, for a request built by hand (any dialect)."""
        return self._call("completion/create", request, Answer)

    def stream(self, model: str, prompt: str | Sequence[Message], **options: Unpack[Options]) -> Stream:
        """The answer as it comes. Raises at once what fails before the first word, later what comes later.

        >>> from switchgear import Client
        >>> with Client() as client, client.stream("opus-4.6", "Say hello.") as stream:
        ...     words = list(stream.text())
        >>> words, stream.answer.finish.value
        (['Hel', 'lo!'], 'stop')
        """
        return self.stream_request(completion(model, prompt, options, stream=True))

    def stream_request(self, request: CompletionCreate) -> Stream:
        """Like `stream`, for a request built by hand; in another dialect values are `Native`."""
        patience = Patience(COMPLETION)
        line, id = self._begin(COMPLETION, request, patience)  # noqa: A001 - the wire's word

        def again(error: Setback) -> tuple[Line, int]:
            self._await_next(patience, error)
            return self._begin(COMPLETION, request, patience)

        return Stream(line, id, self._keep, again)

    # --- what is believed, and changing it -----------------------------------------------------

    def status(self) -> Status:
        """A snapshot of models, providers, quota and config.

        >>> from switchgear import Client
        >>> with Client() as client:
        ...     [model.serving for model in client.status().models]
        ['Opus 4.6 (via Claude Pro)']
        """
        return self._call("status", Nothing(), Status)

    def models(self, *, all: bool = False) -> list[ModelView]:
        """The merged models; with `all` also variants that are in no merged model."""
        return self._call("models/list", ModelsList(all), Models).models

    def order(self, model: str, providers: Sequence[str]) -> ModelView:
        """Puts these providers first, in this order."""
        return self._call("models/order", ModelsOrder(model, list(providers)), ModelView)

    def pin(self, model: str, provider: str, *, for_s: float | None = None, session: str | None = None) -> Pin:
        """Keeps the model at one provider, for so many seconds or until `unpin`."""
        return self._call("sessions/pin", SessionsPin(model, provider, for_s, session), Pin)

    def unpin(self, model: str, *, session: str | None = None) -> None:
        self._call("sessions/unpin", SessionsUnpin(model, session), Done)

    def pause(self, provider: str, *, for_s: float | None = None) -> ProviderView:
        """Gives the provider no requests, for so many seconds or until `resume`."""
        return self._call("providers/pause", ProvidersPause(provider, for_s), ProviderView)

    def resume(self, provider: str) -> ProviderView:
        return self._call("providers/resume", ProviderName(provider), ProviderView)

    def events(self, since: int | None = None, *, types: Sequence[str] | None = None) -> Iterator[Status | Event]:
        """A Status first, then each Event as it happens; survives restarts of the daemon.

        `since`: also the events after this `seq` that are still held. Waits for ever between events;
        closing the iterator ends the subscription. DaemonUnavailable when none is back in half a minute.

        >>> from switchgear import Client
        >>> with Client() as client:
        ...     feed = client.events(types=["failover"])
        ...     snapshot, event = next(feed), next(feed)
        ...     feed.close()
        >>> event.type, event.provider
        ('failover', 'github_copilot')
        """
        return feed(self._dial, EventsSubscribe(since, list(types) if types is not None else None))

    def ping(self) -> None:
        """One round trip. Raises DaemonUnavailable or RequestTimeout when there is nobody."""
        self.call("initialize", introduction(self._name))

    def call(self, method: str, params: Struct | None = None) -> Any:
        """Any method: takes METHODS[method][0] (None: its defaults), returns METHODS[method][1]."""
        if method not in METHODS:
            raise BadRequest(f"no method {method!r}", hint="see switchgear_protocol.messages.METHODS")
        takes, gives = METHODS[method]
        return self._call(method, takes() if params is None else params, gives)

    # --- lines ---------------------------------------------------------------------------------

    def _call(self, method: str, params: Struct, type: type[R]) -> R:
        result = self._exchange(method, params)
        expected(result, type)
        return result  # type: ignore[return-value]  # just checked

    def _exchange(self, method: str, params: Struct) -> Struct:
        patience = Patience(method)
        while True:
            try:
                return self._once(method, params)
            except SETBACKS as error:
                self._await_next(patience, error)

    def _await_next(self, patience: Patience, error: Setback) -> None:
        """Returns when it is time for another try; raises when there is none."""
        pause = patience.wait(error)
        self.close()  # every idle line is as dead as that one
        time.sleep(pause)

    def _once(self, method: str, params: Struct) -> Struct:
        line, id = self._send(method, params)  # noqa: A001 - the wire's word
        try:
            result = line.hear()
            while not isinstance(result, METHODS[method][1]):  # a non-streamed completion may tell its routing
                result = line.hear()
        except Exception:
            self._keep(line)  # an error reply leaves it idle; what does not is closed there
            raise
        except BaseException:
            line.hang_up(id)  # Ctrl-C
            raise
        self._keep(line)
        return result

    def _begin(self, method: str, params: Struct, patience: Patience) -> tuple[Line, int]:
        while True:
            try:
                return self._send(method, params)
            except SETBACKS as error:  # it was never sent: nothing is done twice
                self._await_next(patience, error)

    def _send(self, method: str, params: Struct) -> tuple[Line, int]:
        line = self._take(check=method not in READ_ONLY)
        line.be_patient(patience(params, self._timeout))
        try:
            return line, line.send(method, params)
        except BaseException:
            line.close()
            raise

    def _take(self, *, check: bool) -> Line:
        """An idle line or a new one. What may be repeated needs no check that the daemon is still there."""
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not check or line.alive():
                return line
            line.close()
        return self._dial()

    def _keep(self, line: Line) -> None:
        if len(self._idle) < IDLE and line.finished():
            self._idle.append(line)
        else:
            line.close()

    def _dial(self) -> Line:
        try:
            return Line(self._path, self._timeout, self._name)
        except Lost:
            raise hung_up() from None

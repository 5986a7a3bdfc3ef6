"""One conversation, either end of it, without I/O: bytes in, typed arrivals out, bytes to send back.

    server = Connection(Role.SERVER)
    for arrival in server.receive_data(data):
        match arrival:
            case RequestReceived(id, method, params): ...   # answer once: send_result(id, result)
            case CancelReceived(id): ...                    # stop; still answer it: send_error(id, ...)
            case Refused(error, reply, fatal): ...          # send reply; close if fatal

Rules for editing: what the peer does wrong is an arrival (`Refused`), never an exception; what our
own side does wrong is `OutOfTurn`, a bug. A bad message in a good frame costs its sender an error
reply; bytes that cannot be cut into frames cost the connection. Every request received is answered
exactly once. What may still happen is PHASES; who is waiting for what is `_open` and `_asked`.
"""

from enum import Enum
from typing import NamedTuple

from msgspec import Struct, ValidationError

from . import framing, native, progress, rpc
from .agreement import agreed
from .arrivals import (
    CancelReceived,
    ErrorReceived,
    In,
    NotificationReceived,
    ProgressReceived,
    Refused,
    ReplyReceived,
    RequestReceived,
)
from .errors import ErrorObject, ProtocolError, error
from .framing import Framer, Framing
from .limits import DEFAULT, Limits
from .messages import (
    CANCEL,
    EVENT,
    METHODS,
    PROGRESS,
    CancelRequest,
    ClientInfo,
    EventNote,
    Initialize,
    Initialized,
)

__all__ = [
    "CancelReceived",
    "Connection",
    "ErrorReceived",
    "Framing",
    "In",
    "NotificationReceived",
    "OutOfTurn",
    "Phase",
    "ProgressReceived",
    "Refused",
    "ReplyReceived",
    "RequestReceived",
    "Role",
]

Id = int | str


class Role(Enum):
    CLIENT = "client"
    SERVER = "server"


class Phase(Enum):
    NEW = "new"  # nothing agreed; MessagePack needs `initialize` first
    OPEN = "open"
    ENDED = "ended"  # the peer says no more (half-close): what it asked is still answered
    CLOSED = "closed"  # a last word was said, by us or to us


class May(NamedTuple):
    receive: bool
    send: bool


PHASES = {
    Phase.NEW: May(receive=True, send=True),
    Phase.OPEN: May(receive=True, send=True),
    Phase.ENDED: May(receive=False, send=True),
    Phase.CLOSED: May(receive=False, send=False),
}


class OutOfTurn(Exception):
    """Our own side was about to say what the protocol does not allow now. A bug here, not at the peer."""


class Connection:
    """The state of one conversation. Not thread-safe; owns no socket, clock or task."""

    __slots__ = (
        "_asked",
        "_format",
        "_framer",
        "_framing",
        "_last_id",
        "_limits",
        "_open",
        "peer",
        "phase",
        "role",
        "version",
    )

    def __init__(self, role: Role, *, framing: Framing = Framing.MSGPACK, limits: Limits = DEFAULT) -> None:
        """`framing` is what a client speaks; a server takes that of the first byte it receives."""
        self.role = role
        self.phase = Phase.NEW
        self.version: int | None = None  # agreed by `initialize`; None: not asked, the newest both know
        self.peer = ClientInfo()  # how the peer introduced itself in `initialize`
        self._limits = limits
        self._framer = Framer(limits)
        self._framing = framing if role is Role.CLIENT else Framing.NDJSON
        self._format = rpc.format_of(self._framing)
        self._open: dict[Id, bool] = {}  # requests received and unanswered -> whether cancelled
        self._asked: dict[Id, str] = {}  # requests sent and unanswered -> method
        self._last_id = 0

    def __repr__(self) -> str:
        counts = f"{len(self._open)} to answer, {len(self._asked)} asked"
        return f"<Connection {self.role.value} {self.framing or 'no framing yet'} {self.phase.value}: {counts}>"

    @property
    def framing(self) -> Framing | None:
        """None while a server has not received a byte."""
        return self._framing if self.role is Role.CLIENT else self._framer.framing

    @property
    def to_answer(self) -> tuple[Id, ...]:
        """Ids of requests received and not answered yet."""
        return tuple(self._open)

    @property
    def waiting_for(self) -> tuple[Id, ...]:
        """Ids of requests sent and not answered yet."""
        return tuple(self._asked)

    @property
    def unfinished(self) -> bool:
        """Whether the peer has begun a frame and not ended it."""
        return self._framer.unfinished

    # --- receiving -----------------------------------------------------------------------------

    def receive_data(self, data: bytes) -> list[In]:
        """What `data` completes, in order. Never raises, whatever the bytes are; b"" means EOF."""
        if not PHASES[self.phase].receive:
            return []
        if not data:
            return self.receive_eof()
        return self._arrivals(self._framer.receive_data(data))

    def receive_eof(self) -> list[In]:
        """The peer has shut its writing side. Unanswered requests may still be answered."""
        if not PHASES[self.phase].receive:
            return []
        arrivals = self._arrivals(self._framer.receive_eof())
        if self.phase is not Phase.CLOSED:
            self.phase = Phase.ENDED
        return arrivals

    def _arrivals(self, frames: list[bytes]) -> list[In]:
        arrivals: list[In] = []
        if frames:
            self._adopt_framing()
        for frame in frames:
            arrival = self._read(frame)
            if arrival is not None:
                arrivals.append(arrival)
        if self._framer.failure is not None:
            arrivals.append(self._break_off(self._framer.failure))
        return arrivals

    def _adopt_framing(self) -> None:
        """A server speaks as it is spoken to; a client reads whatever the daemon answers in."""
        if self.role is Role.SERVER and self._framer.framing is not None:
            self._framing = self._framer.framing
            self._format = rpc.format_of(self._framing)
        if self.phase is Phase.NEW and self._framing is not Framing.MSGPACK:
            self.phase = Phase.OPEN

    def _read(self, frame: bytes) -> In | None:
        wire = rpc.format_of(self._framer.framing or self._framing)
        try:
            match rpc.decode_message(wire, frame, self._limits):
                case rpc.Request() as request:
                    return self._request(wire, request)
                case rpc.Notification() as notification:
                    return self._notification(wire, notification)
                case rpc.Reply() as reply:
                    return self._reply(wire, reply)
                case rpc.ErrorReply(id, said):
                    return ErrorReceived(id, self._asked.pop(id, None) if id is not None else None, said)
        except ProtocolError as wrong:
            return self._refuse(wrong)

    def _request(self, format: rpc.Format, request: rpc.Request) -> In:
        self._admit(request)
        params = rpc.decode_params(format, request.method, request.params, request.id)
        if isinstance(params, Initialize):
            self.version, self.peer, self.phase = agreed(params.protocol, request.id), params.client, Phase.OPEN
        self._open[request.id] = False
        return RequestReceived(request.id, request.method, params)

    def _admit(self, request: rpc.Request) -> None:
        """Raises ProtocolError unless a request may come now, from this side, under this id."""
        if self.role is Role.CLIENT:
            raise ProtocolError("method_not_found", "this side takes no requests", request_id=request.id)
        if request.id in self._open:
            # answered without its id: a reply with it would be taken for the first one's
            raise ProtocolError("invalid_message", f"request id {request.id!r} is still in use")
        if len(self._open) >= self._limits.in_flight:
            message = f"{self._limits.in_flight} requests of this connection are unanswered"
            raise ProtocolError("busy", message, hint="wait for replies", request_id=request.id)
        if self.phase is Phase.NEW and request.method != "initialize":
            raise ProtocolError("not_initialized", "send `initialize` first", request_id=request.id)

    def _notification(self, format: rpc.Format, notification: rpc.Notification) -> In | None:
        """Unknown notifications are ignored, as JSON-RPC asks (editors send `initialized`, `exit`)."""
        if notification.method == CANCEL and self.role is Role.SERVER:
            cancel: CancelRequest = rpc.decode_typed(format, CancelRequest, notification.params)
            return self._cancelled(cancel.id)
        if notification.method == PROGRESS and self.role is Role.CLIENT:
            return self._progress(format, notification)
        if notification.method == EVENT and self.role is Role.CLIENT:
            note: EventNote = rpc.decode_typed(format, EventNote, notification.params)
            return NotificationReceived(EVENT, note)
        return None

    def _cancelled(self, id: Id) -> In | None:
        """None when it was cancelled before: one request is stopped once."""
        if self._open.get(id):
            return None
        if id in self._open:
            self._open[id] = True
            return CancelReceived(id, open=True)
        return CancelReceived(id, open=False)

    def _progress(self, format: rpc.Format, notification: rpc.Notification) -> In | None:
        """None for a token nobody waits for (its reply has crossed our cancel) and for unknown types."""
        piece = progress.read(format, notification.params)
        if piece is None or piece.token not in self._asked:
            return None
        return ProgressReceived(piece.token, native.to_text(piece.value, binary=format.binary))

    def _reply(self, format: rpc.Format, reply: rpc.Reply) -> In:
        method = self._asked.pop(reply.id, None)
        if method is None:
            raise ProtocolError("invalid_message", f"a reply to {reply.id!r}, which was not asked")
        try:
            result: Struct = format.decode(METHODS[method][1], reply.result)
        except (ValidationError, ProtocolError) as wrong:
            said = error("invalid_message", f"the reply to {method} cannot be read: {wrong}"[:400])
            return ErrorReceived(reply.id, method, said)
        if isinstance(result, Initialized):
            self.version, self.peer, self.phase = result.protocol, result.server, Phase.OPEN
        return ReplyReceived(reply.id, method, result)

    def _refuse(self, wrong: ProtocolError) -> Refused:
        said = wrong.error_object()
        if self.role is Role.CLIENT:
            return Refused(said, b"")  # one complaint about a complaint would go on for ever
        return Refused(said, self._frame(rpc.ErrorOut(wrong.request_id, said)))

    def _break_off(self, wrong: ProtocolError) -> Refused:
        """The bytes no longer make frames: one readable word, then the end."""
        self.phase = Phase.CLOSED
        said = wrong.error_object()
        if self.role is Role.CLIENT:
            return Refused(said, b"", fatal=True)
        spoken = self._framer.framing
        payload = rpc.format_of(spoken or Framing.NDJSON).encode(rpc.ErrorOut(None, said))
        text = f"{wrong.message}\n{wrong.hint}" if wrong.hint else wrong.message
        return Refused(said, framing.refusal(spoken, self._framer.foreign, payload, text), fatal=True)

    # --- sending -------------------------------------------------------------------------------

    def new_id(self) -> int:
        """The next id for `send_request`."""
        self._last_id += 1
        return self._last_id

    def send_request(self, method: str, params: Struct, id: Id | None = None) -> bytes:
        """A request under `id` (None: the next number). OutOfTurn when the id is in use."""
        if self.role is Role.SERVER:
            raise OutOfTurn("the daemon asks nothing of its clients")
        unasked = self.phase is Phase.NEW and "initialize" not in self._asked.values()
        if unasked and self._framing is Framing.MSGPACK and method != "initialize":
            raise OutOfTurn("a MessagePack conversation begins with `initialize`")
        chosen = self.new_id() if id is None else id
        if chosen in self._asked:
            raise OutOfTurn(f"request id {chosen!r} is in use")
        body = native.to_wire(params, binary=self._format.binary)
        sent = self._frame(rpc.RequestOut(chosen, method, body))
        self._asked[chosen] = method
        return sent

    def cancel(self, id: Id) -> bytes:
        """Asks the peer to stop a request, or a subscription that this request began."""
        return self.send_notification(CANCEL, CancelRequest(id))

    def send_result(self, id: Id, result: Struct) -> bytes:
        """The answer. One that makes too large a frame is sent as the error `too_large` instead."""
        self._check_open(id)
        sent = self._frame(rpc.ResultOut(id, result))
        if len(sent) > self._limits.frame:
            said = error("too_large", f"the answer is larger than a frame of {self._limits.frame} bytes")
            sent = self._frame(rpc.ErrorOut(id, said))
        del self._open[id]
        return sent

    def send_error(self, id: Id, said: ErrorObject) -> bytes:
        """The answer, when it is no."""
        self._check_open(id)
        sent = self._frame(rpc.ErrorOut(id, said))
        del self._open[id]
        return sent

    def send_progress(self, token: Id, value: Struct) -> bytes:
        """A ProgressValue of the unanswered request `token`."""
        self._check_open(token)
        body = native.to_wire(value, binary=self._format.binary)
        return self._frame(rpc.NotificationOut(PROGRESS, rpc.ProgressOut(token, body)))

    def send_notification(self, method: str, params: Struct) -> bytes:
        return self._frame(rpc.NotificationOut(method, params))

    def farewell(self, said: ErrorObject) -> bytes:
        """Our last word: an error that concerns no request, as the peer can read it. Then close."""
        sent = self._frame(rpc.ErrorOut(None, said))
        self.phase = Phase.CLOSED
        return sent

    def _check_open(self, id: Id) -> None:
        if id not in self._open:
            raise OutOfTurn(f"request {id!r} was never received or is already answered")

    def _frame(self, message: rpc.Outgoing) -> bytes:
        """b"" once closed: tasks still running may finish, nobody hears them."""
        if not PHASES[self.phase].send:
            return b""
        return framing.encode(self._framing, self._format.encode(message))

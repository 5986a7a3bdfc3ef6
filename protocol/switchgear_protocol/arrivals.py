"""What `Connection.receive_data` returns: the few things that can arrive, typed and checked.

Rules for editing: frozen values, small enough to match on; no bytes but the reply to send.
"""

from msgspec import Struct

from .errors import ErrorObject
from .events import ProgressValue


class RequestReceived(Struct, frozen=True, gc=False):
    """To be answered exactly once (send_result or send_error). `params` is METHODS[method][0]."""

    id: int | str
    method: str
    params: Struct


class CancelReceived(Struct, frozen=True, gc=False):
    """The peer wants no more of this request. If it is unanswered it must still be answered.

    Also comes for an id that was answered (`open` false): that of a subscription, which ends it.
    """

    id: int | str
    open: bool


class NotificationReceived(Struct, frozen=True, gc=False):
    """An `events/event` (EventNote)."""

    method: str
    params: Struct


class ReplyReceived(Struct, frozen=True, gc=False):
    """`result` is METHODS[method][1]."""

    id: int | str
    method: str
    result: Struct


class ErrorReceived(Struct, frozen=True):
    """`id` None: the peer refuses the connection or could not read one of our messages."""

    id: int | str | None
    method: str | None
    error: ErrorObject


class ProgressReceived(Struct, frozen=True):
    """One value of the request `token`. Values of a type this side does not know never arrive here."""

    token: int | str
    value: ProgressValue


class Refused(Struct, frozen=True):
    """The peer sent what the protocol does not allow. Send `reply` (may be empty); close if `fatal`."""

    error: ErrorObject
    reply: bytes
    fatal: bool = False


In = (
    RequestReceived | CancelReceived | NotificationReceived | ReplyReceived | ErrorReceived | ProgressReceived | Refused
)

"""The JSON-RPC 2.0 envelope: one frame to one typed message and back, in JSON and in MessagePack.

Rules for editing: decoding raises ProtocolError and nothing else, whatever the bytes are (msgspec
by itself lets UnicodeDecodeError, RecursionError and OverflowError through). Decoders are built
once, when first needed, and kept. `Raw` fields of our structs hold JSON text on both sides of a
MessagePack connection too: `native` converts at this edge.
"""

from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from . import native, spelling
from .depth import crowded, exceeds
from .errors import CODES, ErrorData, ErrorObject, ProtocolError
from .framing import Framing
from .limits import DEFAULT, Limits
from .messages import METHODS

Id = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | Annotated[str, Meta(max_length=DEFAULT.id_length)]
"""What identifies a request: a 64-bit integer or a short string."""


class Request(Struct, frozen=True, gc=False):
    id: int | str
    method: str
    params: Raw | None


class Notification(Struct, frozen=True, gc=False):
    method: str
    params: Raw | None


class Reply(Struct, frozen=True, gc=False):
    id: int | str
    result: Raw


class ErrorReply(Struct, frozen=True):
    """`id` is None when the peer could not tell which request it was."""

    id: int | str | None
    error: ErrorObject


RpcMessage = Request | Notification | Reply | ErrorReply


class Envelope(Struct, frozen=True):
    """Every member any message has; which of them are there says what it is. Others are ignored."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: Id | UnsetType | None = UNSET
    method: str | UnsetType = UNSET
    params: Raw | UnsetType = UNSET
    result: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class IdOnly(Struct, frozen=True):
    id: Id | None = None


class CodeOnly(Struct, frozen=True):
    """An error object of a newer peer, whose data we cannot read."""

    code: int
    message: str


class RequestOut(Struct, frozen=True, gc=False, tag_field="jsonrpc", tag="2.0"):
    id: int | str
    method: str
    params: Struct


class NotificationOut(Struct, frozen=True, gc=False, tag_field="jsonrpc", tag="2.0"):
    method: str
    params: Struct


class ResultOut(Struct, frozen=True, gc=False, tag_field="jsonrpc", tag="2.0"):
    id: int | str
    result: Struct


class ErrorOut(Struct, frozen=True, gc=False, tag_field="jsonrpc", tag="2.0"):
    id: int | str | None
    error: ErrorObject


class ProgressOut(Struct, frozen=True, gc=False):
    token: int | str
    value: Struct


Outgoing = RequestOut | NotificationOut | ResultOut | ErrorOut

Decoder = msgspec.json.Decoder[Any] | msgspec.msgpack.Decoder[Any]


class Format(NamedTuple):
    """JSON or MessagePack, with what is prebuilt for it."""

    binary: bool
    encoder: msgspec.json.Encoder | msgspec.msgpack.Encoder
    decoders: dict[Any, Decoder]

    def decoder(self, type: Any) -> Decoder:
        found = self.decoders.get(type)
        if found is None:
            found = msgspec.msgpack.Decoder(type) if self.binary else msgspec.json.Decoder(type)
            self.decoders[type] = found
        return found

    def decode(self, type: Any, data: bytes | Raw) -> Any:
        """A value of `type`. Raises msgspec.ValidationError (wrong shape) or ProtocolError (not even data)."""
        try:
            return self.decoder(type).decode(data)
        except msgspec.ValidationError:
            raise
        except RecursionError:
            raise too_deep(DEFAULT) from None
        except (ValueError, OverflowError) as error:  # DecodeError and UnicodeDecodeError are ValueErrors
            raise ProtocolError("parse_error", f"not {self.name}: {error}") from None

    def encode(self, message: Outgoing) -> bytes:
        return self.encoder.encode(message)

    @property
    def name(self) -> str:
        return "MessagePack" if self.binary else "JSON"


JSON = Format(False, msgspec.json.Encoder(), {})
MSGPACK = Format(True, msgspec.msgpack.Encoder(), {})


def format_of(framing: Framing) -> Format:
    return MSGPACK if framing is Framing.MSGPACK else JSON


def decode_message(format: Format, frame: bytes, limits: Limits = DEFAULT) -> RpcMessage:
    """What the frame says. Raises ProtocolError, with `request_id` where one can still be read."""
    if not format.binary and frame[:1] == b"[":
        raise ProtocolError("invalid_message", "batches are not supported", hint="send each request in its own frame")
    try:
        envelope: Envelope = format.decode(Envelope, frame)
    except msgspec.ValidationError as error:
        raise ProtocolError("invalid_message", str(error)[:400], request_id=_readable_id(format, frame)) from None
    if crowded(frame, limits.values, binary=format.binary):
        message = f"more than {limits.values} values in one frame"
        raise ProtocolError("too_large", message, request_id=_plain(envelope.id))
    if exceeds(frame, limits.depth, binary=format.binary):
        raise too_deep(limits, _plain(envelope.id))
    return _sort(format, envelope)


def decode_params(format: Format, method: str, params: Raw | None, request_id: int | str | None = None) -> Any:
    """The params struct of `method`. Raises ProtocolError: method_not_found or invalid_params."""
    types = METHODS.get(method)
    if types is None:
        hint = spelling.nearest(method, METHODS)
        raise ProtocolError("method_not_found", f"no method {method[:80]!r}", hint=hint, request_id=request_id)
    return decode_typed(format, types[0], params, request_id)


def decode_typed(format: Format, type: Any, data: Raw | None, request_id: int | str | None = None) -> Any:
    """`data` (absent or null: no members) as `type`. Raises ProtocolError that names the key path."""
    if data is None:
        data = Raw(b"\x80") if format.binary else Raw(b"{}")
    try:
        return native.to_text(format.decode(type, data), binary=format.binary)
    except msgspec.ValidationError as error:
        message, hint = spelling.explain(type, str(error))
        raise ProtocolError("invalid_params", message, hint=hint, request_id=request_id) from None
    except ProtocolError as error:
        error.request_id = request_id
        raise


def too_deep(limits: Limits, request_id: int | str | None = None) -> ProtocolError:
    message = f"nested deeper than {limits.depth} arrays and objects"
    return ProtocolError("invalid_message", message, request_id=request_id)


def _sort(format: Format, envelope: Envelope) -> RpcMessage:
    params, known = envelope.params, envelope.id
    body = None if params is UNSET or bytes(params) in NULLS else params
    if envelope.method is not UNSET:
        if known is UNSET:
            return Notification(envelope.method, body)
        if known is None:
            raise ProtocolError("invalid_message", "a request needs an id that is a number or a string")
        return Request(known, envelope.method, body)
    if envelope.error is not UNSET:
        return ErrorReply(_plain(known), _error_object(format, envelope.error))
    if envelope.result is UNSET or known is UNSET or known is None:
        raise ProtocolError("invalid_message", "neither a request (method) nor a reply (result or error with an id)")
    return Reply(known, envelope.result)


NULLS = (b"null", b"\xc0")  # no params is a client's null, in either format


def _plain(id: int | str | UnsetType | None) -> int | str | None:
    return None if id is UNSET else id


def _readable_id(format: Format, frame: bytes) -> int | str | None:
    try:
        only: IdOnly = format.decode(IdOnly, frame)
    except (msgspec.ValidationError, ProtocolError):
        return None
    return only.id


def _error_object(format: Format, data: Raw) -> ErrorObject:
    """Never refused: an error reply that cannot be read still ends the request it belongs to."""
    try:
        return format.decode(ErrorObject, data)  # type: ignore[no-any-return]
    except (msgspec.ValidationError, ProtocolError):
        pass  # words newer than ours in its data: code and message still count
    try:
        known: CodeOnly = format.decode(CodeOnly, data)
    except (msgspec.ValidationError, ProtocolError):
        known = CodeOnly(CODES["internal"], "the peer sent an error that cannot be read")
    return ErrorObject(known.code, known.message, ErrorData(KIND_OF.get(known.code, "internal")))


KIND_OF = {code: kind for kind, code in reversed(CODES.items())}  # the first kind of a code stands for it

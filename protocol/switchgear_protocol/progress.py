"""Progress: one piece of a streamed answer, as it arrives.

Rules for editing: a daemon may be newer, so a type this side does not know is passed over; one it knows and cannot
read is an error, because a part of an answer must not be lost in silence.
"""

from msgspec import Raw, Struct

from . import rpc
from .errors import ProtocolError
from .events import ProgressValue

TYPES = frozenset(
    str(member.__struct_config__.tag)
    for member in ProgressValue.__args__  # the tags of the union
)


class Piece(Struct, frozen=True):
    """A value of the request `token`; a provider's own body in the connection's format."""

    token: int | str
    value: ProgressValue


class _Typed(Struct, frozen=True):
    type: str = ""


class _Any(Struct, frozen=True):
    value: _Typed


def read(format: rpc.Format, params: Raw | None) -> Piece | None:
    """A piece as it was sent; None where its type is unknown. Raises ProtocolError."""
    try:
        piece: Piece = rpc.decode_typed(format, Piece, params)
        return piece
    except ProtocolError:
        shape: _Any = rpc.decode_typed(format, _Any, params)
        if shape.value.type in TYPES:
            raise
        return None

"""Every bound on what a peer may send or hold: one table, so that nothing is unbounded by accident.

Rules for editing: a number has a unit in its comment and a reason; a test that needs a small one
makes its own `Limits(frame=100)`, nobody patches a constant.
"""

from msgspec import Struct


class Limits(Struct, frozen=True):
    # bytes of one frame. 16 MiB - 1 keeps the top byte of the length prefix 0, which is how the
    # MessagePack framing is recognised; a long transcript with images stays well below it.
    frame: int = 16 * 1024 * 1024 - 1
    # bytes of one Content-Length header block. Editors send about 60.
    header: int = 4096
    # nested arrays and objects. JSON Schemas of tools reach 20; deeper only attacks recursion.
    depth: int = 64
    # values in one frame, keys too. A transcript of ten thousand messages has fewer; more would cost
    # memory by the hundred megabytes once decoded.
    values: int = 250_000
    # requests a connection may have unanswered. An editor has a handful.
    in_flight: int = 64
    # characters of a request id: it is echoed in every progress message.
    id_length: int = 128
    # seconds until the first byte: a silent peer holds a slot.
    first_byte: float = 5.0
    # seconds until the first whole frame: one byte every ten seconds is no client.
    first_frame: float = 30.0
    # connections at once, all of one user: far above any desk, far below the descriptor limit.
    connections: int = 256
    # bytes that all clients together have sent and that are not done with: half-sent frames and
    # requests under way. Sixteen of the largest; beyond it large frames are turned away.
    intake: int = 256 * 1024 * 1024
    # bytes waiting in one connection's writer before content is held back.
    outgoing: int = 1024 * 1024
    # seconds a peer may leave its full socket unread before it is dropped.
    unread: float = 60.0


DEFAULT = Limits()

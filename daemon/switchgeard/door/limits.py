"""Every bound on what an HTTP client may send, hold or wait for.

Rules for editing: a number has a unit in its comment and a reason; a test that needs a small one makes
its own `Limits(body=100)`. No client may cost more than these, whatever it does.
"""

from msgspec import Struct


class Limits(Struct, frozen=True):
    # bytes of a request head. Tools send 1 to 4 KiB; a token or a cookie jar may add some.
    head: int = 64 * 1024
    # header lines. Agents with all their x-stainless-* send about 30.
    headers: int = 100
    # bytes of a request body: a long conversation with images; the largest provider takes 50 MB.
    body: int = 64 * 1024 * 1024
    # seconds from the first byte of a request (or from connecting) to the end of its head.
    head_time: float = 10.0
    # seconds a body may take, and the bytes per second that earn it more.
    body_time: float = 10.0
    body_rate: float = 32 * 1024
    # seconds a kept connection may stay silent. Longer than the pools of common clients (90 s in Go), so
    # that they hang up first, and no request meets a closing connection.
    kept: float = 120.0
    # seconds a client may leave its full socket unread before it is dropped.
    unread: float = 60.0
    # seconds a refused client is listened to, unheard, so that it reads the refusal and not a reset.
    linger: float = 2.0
    # connections at once, each one request. Agents open dozens; a browser gets nowhere.
    connections: int = 256


DEFAULT = Limits()

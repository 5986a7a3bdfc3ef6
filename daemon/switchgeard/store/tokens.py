"""Door tokens: who may come in by the HTTP door.

A token is 256 random bits and is shown once; the file holds its SHA-256 only. No slow hash: there
is nothing to guess, and the check runs on every request. All tokens are in memory too (there are
few), so a check never waits for the disk.
"""

import hashlib
import re
import secrets
import sqlite3
from dataclasses import dataclass

from switchgear_protocol.messages import TokenCreated, Tokens, TokenView
from switchgeard.clock import Clock
from switchgeard.rpc_error import RpcError

from .writer import Job, StorageFailed, Writer

PREFIX = "sgw_"  # so that people, and secret scanners, know what they found
_MOST = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TOUCH_EVERY = 60.0  # seconds: `last_used` is for people


@dataclass(slots=True)
class _Door:
    name: str
    created_at: float
    last_used: float | None
    written: float | None  # the last_used on disk


class DoorTokens:
    """All door tokens, and the only way to make, check and withdraw one."""

    def __init__(self, connection: sqlite3.Connection, writer: Writer, clock: Clock) -> None:
        rows = connection.execute("SELECT hash, name, created_at, last_used FROM tokens").fetchall()
        self._doors = {bytes(digest): _Door(name, at, used, used) for digest, name, at, used in rows}
        self._writer = writer
        self._clock = clock

    async def create(self, name: str) -> TokenCreated:
        """A new token under this name, on disk before it is told.

        Raises RpcError when the name is unfit or taken, or the file cannot be written.
        """
        self._check_new(name)
        token = PREFIX + secrets.token_urlsafe(32)
        digest, at = _digest(token), self._clock().wall
        self._doors[digest] = _Door(name, at, None, None)  # takes the name while we wait
        try:
            await self._write("INSERT INTO tokens (name, hash, created_at) VALUES (?, ?, ?)", name, digest, at)
        except BaseException:
            # Told to nobody, so it must not open the door; a cancelled write may still land on disk.
            self._doors.pop(digest)
            self._forget(digest)
            raise
        return TokenCreated(name, token)

    def list(self) -> Tokens:
        """Names and times, oldest first; never a hash."""
        doors = sorted(self._doors.values(), key=lambda door: (door.created_at, door.name))
        return Tokens([TokenView(door.name, door.created_at, door.last_used) for door in doors])

    async def revoke(self, name: str) -> None:
        """From this moment the token opens nothing.

        Raises RpcError when there is no such token, or the file cannot be written now: the daemon
        keeps trying, but a restart before it succeeds brings the token back.
        """
        digest = next((digest for digest, door in self._doors.items() if door.name == name), None)
        if digest is None:
            raise RpcError.of("not_found", f"there is no token named {name[:64]!r}", hint="switchgear token list")
        del self._doors[digest]
        try:
            await self._write(_DELETE, digest)
        except RpcError:
            self._forget(digest)
            raise

    def check(self, token: str) -> str | None:
        """The name of this token, or None when it opens nothing."""
        door = self._doors.get(_digest(token))
        if door is None:
            return None
        door.last_used = self._clock().wall
        if door.written is None or abs(door.last_used - door.written) >= _TOUCH_EVERY:
            door.written = door.last_used
            touched = (door.last_used, door.name)
            self._writer.post(Job(lambda connection: connection.execute(_TOUCH, touched)))
        return door.name

    def _check_new(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise RpcError.of(
                "invalid_params", "a token's name is 1 to 64 letters, digits, dots, dashes or underscores"
            )
        if any(door.name == name for door in self._doors.values()):
            raise RpcError.of(
                "invalid_params", f"there is a token named {name!r} already", hint=f"switchgear token revoke {name}"
            )
        if len(self._doors) >= _MOST:
            raise RpcError.of("invalid_params", f"there are {_MOST} tokens already", hint="switchgear token list")

    def _forget(self, digest: bytes) -> None:
        """Remove it from the file as soon as that can be done."""
        self._writer.post(Job(lambda connection: connection.execute(_DELETE, (digest,))))

    async def _write(self, statement: str, *values: object) -> None:
        try:
            await self._writer.call(lambda connection: connection.execute(statement, values).rowcount)
        except StorageFailed as error:
            raise RpcError.of(
                "internal", f"the state file cannot be written: {error}", hint="switchgear status"
            ) from error


_DELETE = "DELETE FROM tokens WHERE hash = ?"  # by name it could hit a later one
_TOUCH = "UPDATE tokens SET last_used = ? WHERE name = ?"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()

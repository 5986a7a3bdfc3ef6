"""The OS secret store as the daemon sees it: asked through a child process, one at a time, with a deadline.

Why a child: `keyring_child` says. Why a deadline: a locked store may wait for ever for a prompt nobody
sees; the child is killed then, and the prompt goes with it. Rules for editing: secrets cross in the
pipes, never in argv or the environment; what the child complains about is not repeated.
"""

import os
import shlex
from collections.abc import Mapping, Sequence

import msgspec
import trio

from .keyring_program import command_line, environment
from .keyring_wire import LONGEST_MESSAGE, OTHER_SOURCES, UNLOCK, Request, decode_answer, encode
from .program import Ended, run
from .secret import Answer, Broken, Locked, Ready, Secret

DEADLINE = 5.0  # seconds, the wait for its turn included
TRIAL = "switchgear:trial"  # an id no provider can have
PATIENCE = 60.0  # for what a person asked for: time to answer the unlock prompt it brings up


class KeyringStore:
    """One item in the OS secret store, holding every provider's secret by provider id."""

    __slots__ = ("_argv", "_deadline", "_environ", "_one_at_a_time", "_patience")

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        argv: Sequence[str] = (),
        deadline: float = DEADLINE,
        patience: float = PATIENCE,
    ) -> None:
        """`environ`: the daemon's own. `argv`: another child than ours, for tests."""
        self._environ = environment(environ)
        self._argv = argv or command_line()
        self._deadline = deadline
        self._patience = patience
        self._one_at_a_time = trio.CapacityLimiter(1)

    async def read(self, provider: str) -> Answer:
        """The secret stored for a provider."""
        found = await self._ask(Request("read", provider), self._deadline)
        return self._nonsense() if found == Ready() else found

    async def write(self, provider: str, secret: Secret) -> Answer:
        """Store a secret; the answer is what a read would now say."""
        found = await self._ask(Request("write", provider, secret), self._patience)
        return Ready(secret) if isinstance(found, Ready) else found

    async def delete(self, provider: str) -> Answer:
        """Forget a provider's secret; Missing is the good end."""
        found = await self._ask(Request("delete", provider), self._patience)
        return self._nonsense() if isinstance(found, Ready) else found

    async def round_trip(self, token: str) -> Answer:
        """Whether it keeps what it is given: `token` written under a name of its own, read, deleted."""
        stored = await self.write(TRIAL, Secret(token))
        found = await self.read(TRIAL) if isinstance(stored, Ready) else stored
        gone = await self.delete(TRIAL)
        if isinstance(found, Ready) and isinstance(gone, Broken | Locked):
            return gone
        same = isinstance(found, Ready) and found.secret is not None and found.secret.reveal() == token
        if same or not isinstance(found, Ready):
            return found
        return Broken("the keyring gave back something else than it was given", OTHER_SOURCES)

    async def _ask(self, request: Request, deadline: float) -> Answer:
        with trio.move_on_after(deadline):
            try:
                async with self._one_at_a_time:
                    return self._judged(await run(self._argv, self._environ, LONGEST_MESSAGE, encode(request)))
            except OSError as error:
                return Broken(f"the keyring cannot be asked: {error.strerror}", OTHER_SOURCES)
        return Locked(f"the keyring did not answer within {deadline:.0f} s", UNLOCK)

    def _judged(self, ended: Ended) -> Answer:
        if ended.status and not ended.out.overflown:
            return Broken(f"the process that asks the keyring failed ({ended.how})", self._look())
        try:
            return decode_answer(bytes(ended.out.data))
        except msgspec.DecodeError:
            return self._nonsense()

    def _nonsense(self) -> Broken:
        return Broken("the process that asks the keyring gave no answer that makes sense", self._look())

    def _look(self) -> str:
        return f"see what it says: {shlex.join(self._argv)} </dev/null"

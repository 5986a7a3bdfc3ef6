"""Ask and Settled: what routing looks at of one request, and how one attempt at it ended. Values."""

from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Outcome

from .core.failure import Failure
from .core.needs import Needs
from .core.offer import MergedModel
from .spending import SessionKey, Spender


class Ask(Struct, frozen=True):
    """Who asks for what: the part of a request that routing looks at."""

    request: str
    model: MergedModel
    needs: Needs
    client: str = ""
    session: str | None = None
    turn_boundary: bool = True

    @property
    def key(self) -> SessionKey | None:
        return None if self.session is None else (self.client, self.session, self.model.alias)

    @property
    def spender(self) -> Spender | None:
        return None if self.session is None else (self.client, self.session)


class Settled(Struct, frozen=True):
    """How one attempt ended."""

    outcome: Outcome
    milliseconds: float
    failure: Failure | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

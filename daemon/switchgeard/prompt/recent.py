"""Recent: which offer answered last, for everybody and for each of the last sessions."""

from collections import OrderedDict

from msgspec import Struct

from switchgear_protocol.events import Event
from switchgear_protocol.words import Outcome

MOST_SESSIONS = 32  # people have a few open; each has a file


class Served(Struct, frozen=True):
    """`alias`: the merged model, or `provider/model-id`, that was asked for."""

    alias: str
    provider: str
    model: str


class Recent:
    """`last`: the last answer of all; `sessions`: the last one of each, the newest last."""

    def __init__(self) -> None:
        self.last: Served | None = None
        self.sessions: OrderedDict[str, Served] = OrderedDict()

    def note(self, event: Event) -> None:
        """A session's first word from an offer, or an attempt that gave an answer; anything else is no news here."""
        if event.type != "sticky" and (event.type != "attempt" or event.outcome is not Outcome.COMPLETE):
            return
        self.last = Served(event.alias or "", event.provider or "", event.model or "")
        if event.session:
            self.sessions[event.session] = self.last
            self.sessions.move_to_end(event.session)
            if len(self.sessions) > MOST_SESSIONS:
                self.sessions.popitem(last=False)

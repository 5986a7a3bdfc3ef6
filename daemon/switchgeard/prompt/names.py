"""Names: what the Tab key completes, one `kind<TAB>name` a line: model, variant, provider, session. Pure.

Rules for editing: a name that a shell would not take for one plain word is left out, never changed: half a name is a
wrong one. Bounded, because a shell reads the whole file for every Tab.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from switchgeard.core.harmless import is_plain
from switchgeard.state import State
from switchgeard.variants import names as variants

MOST = 500  # of models, and of providers
MOST_VARIANTS = 1000  # of all providers together: those of a router alone are some hundred
MOST_SESSIONS = 50  # the ones used last


def names(state: State) -> str:
    """The file's text."""
    rows = (
        *_rows("model", state.config.catalog.models, MOST),
        *_rows("variant", _variants(state), MOST_VARIANTS),
        *_rows("provider", state.config.providers, MOST),
        *_rows("session", _newest(state), MOST_SESSIONS),
    )
    return "".join(rows)


def _variants(state: State) -> Iterator[str]:
    """Each provider's models, as they are asked for; shells offer them once a `/` is typed."""
    for owner in state.config.providers:
        yield from (f"{owner}/{model}" for model in variants(state.config, state.listings, owner))


def _newest(state: State) -> Iterator[str]:
    """Each session once, the last used first; read as far as it is wanted, for there may be thousands."""
    told: set[str] = set()
    for _, session, _ in reversed(state.sessions.assignments):
        if session not in told:
            told.add(session)
            yield session


def _rows(kind: str, known: Iterable[str], most: int) -> list[str]:
    return [f"{kind}\t{name}\n" for name in islice(filter(is_plain, known), most)]

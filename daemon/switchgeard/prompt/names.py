"""Names: what the Tab key completes, one `kind<TAB>name` a line: model, provider, session. Pure.

Rules for editing: a name that a shell would not take for one plain word is left out, never changed: half a name is a
wrong one. Bounded, because a shell reads the whole file for every Tab.
"""

from collections.abc import Iterable
from itertools import islice

from switchgeard.core.harmless import is_plain
from switchgeard.state import State

MOST = 500  # of models, and of providers
MOST_SESSIONS = 50  # the ones used last


def names(state: State) -> str:
    """The file's text."""
    newest = dict.fromkeys(session for _, session, _ in reversed(state.sessions))
    rows = (
        *_rows("model", state.config.catalog.models, MOST),
        *_rows("provider", state.config.providers, MOST),
        *_rows("session", newest, MOST_SESSIONS),
    )
    return "".join(rows)


def _rows(kind: str, known: Iterable[str], most: int) -> list[str]:
    return [f"{kind}\t{name}\n" for name in islice(filter(is_plain, known), most)]

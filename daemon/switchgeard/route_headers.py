"""Route headers: what clients and routes tell each other beside the bodies.

Rules for editing: of a client's headers only those go on that are named; a credential of its own never goes where ours
is meant, and a token of ours goes nowhere. Every value is made harmless: printable ASCII on one line.
"""

import math
from collections.abc import Mapping

from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.messages import Answer

from .asking import Speaking
from .dialects.dialect import Dialect
from .door.admission import OWN_HEADER
from .door.refusal import Headers
from .question import FORWARDED, Brought
from .store.tokens import PREFIX

CREDENTIALS = ("authorization", "x-api-key")
"""Where a client of anthropic.messages has its own credential."""
PATIENT = 60.0  # seconds: clients that are told to come back later than that should not wait for it


def forwarded(spoken: Dialect, headers: Mapping[str, str]) -> Headers:
    """The client's headers that go where its words go, as bytes that any server takes."""
    return tuple((name, printable(headers[name])) for name in FORWARDED.get(spoken.NAME, ()) if name in headers)


def brought(spoken: Dialect, headers: Mapping[str, str]) -> Brought | None:
    """The client's own credential, where our token came in a header of its own. Never a token of ours."""
    if OWN_HEADER not in headers or spoken.NAME != "anthropic.messages":
        return None
    found = tuple((name, headers[name]) for name in CREDENTIALS if headers.get(name))
    usable = all(value == printable(value) and PREFIX not in value for _, value in found)
    return Brought(found) if found and usable else None


def served(speaking: Speaking) -> Headers:
    """Who serves, known from the first content on."""
    completing = speaking.completing
    head: Headers = (
        ("x-switchgear-request-id", completing.ask.request),
        ("x-switchgear-attempts", str(completing.made)),
    )
    if completing.standing is None:
        return head
    offer, lost = completing.standing.offer, completing.standing.downgrades
    more: Headers = (("x-switchgear-downgrades", ", ".join(lost)),) if lost else ()
    return (("x-switchgear-provider", offer.provider), ("x-switchgear-model", offer.model), *head, *more)


def told(answer: Answer) -> Headers:
    """What is known only of a whole answer."""
    cost = answer.cost_usd
    return () if cost is None else (("x-switchgear-cost-usd", f"{cost:.6f}"),)


def printable(text: str) -> str:
    """A header's value holds printable ASCII only."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def waiting(refused: ErrorObject) -> Headers:
    """When to come back. SDKs sleep as long as they are told, so a long wait is also marked as none to wait for; and a
    402 that ends soon, a budget held by what runs, as one: else they never try again."""
    left = refused.data.retry_after_ms if refused.data else None
    if left is None:
        return ()
    seconds = max(math.ceil(left / 1000), 1)
    again: Headers = (("retry-after", str(seconds)), ("retry-after-ms", str(max(left, 1))))
    if seconds > PATIENT:
        return (*again, ("x-should-retry", "false"))
    held = refused.data is not None and refused.data.kind == "budget"
    return (*again, ("x-should-retry", "true")) if held else again

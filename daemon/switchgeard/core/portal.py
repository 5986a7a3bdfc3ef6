"""Portal: several providers answer with a web page at once, so it is the network that speaks, not they.

Rules for editing: one provider with a page is that provider's trouble; two within WITHIN are a sign-in
page of a hotel, a train, an office. Any real answer ends the suspicion. It is words only: nothing is
routed by it.
"""

from collections.abc import Mapping

from .clock import Now
from .failure import Failure

WITHIN = 10.0  # seconds
WORDS = "Several providers answered with a web page: does this network want you to sign in (captive portal)?"
HINT = "open any page in a browser, sign in to the network, ask again"

Pages = Mapping[str, float]
"""Provider -> when it last answered with a page (boot seconds)."""


def noted(pages: Pages, provider: str, failure: Failure | None, now: Now) -> Pages:
    """What is known after an attempt that ended so."""
    if failure is None:
        return {}
    if failure.code != "html":
        return pages
    recent = {name: at for name, at in pages.items() if now.boot - at <= WITHIN}
    return {**recent, provider: now.boot}


def suspected(pages: Pages, now: Now) -> bool:
    return sum(now.boot - at <= WITHIN for at in pages.values()) >= 2

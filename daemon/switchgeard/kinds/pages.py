"""Pages that a key opens with a plain GET: balances, limits of a key.

Rules for editing: the path is a row's own; the secret goes into a header only.
"""

from collections.abc import Callable

from switchgeard.upstream.call import HTTPCall

from .auth import bearer, header_safe
from .calls import USER_AGENT, joined
from .kind import Options


def page(path: str) -> Callable[[str, str, Options], HTTPCall]:
    """`QuotaPage.call` for a page under the base URL that takes the key as a bearer. It raises BadSecret."""

    def call(base_url: str, secret: str, options: Options) -> HTTPCall:
        common = (("accept", "application/json"), ("accept-encoding", "identity"), ("user-agent", USER_AGENT))
        return HTTPCall("GET", joined(base_url, path), (*common, *bearer(header_safe(secret))))

    return call

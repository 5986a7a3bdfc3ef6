"""Calls that are no completion: pages that a key opens with a plain GET, forms that a token endpoint takes.

Rules for editing: where one goes is its row's own; a secret goes into a header or a body only.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from switchgeard.upstream.call import HTTPCall

from .auth import bearer, header_safe
from .calls import USER_AGENT, joined
from .kind import Options

PLAINLY = (("accept", "application/json"), ("accept-encoding", "identity"), ("user-agent", USER_AGENT))
FORM = (*PLAINLY, ("content-type", "application/x-www-form-urlencoded"))


def page(path: str) -> Callable[[str, str, Options], HTTPCall]:
    """`QuotaPage.call` for a page under the base URL that takes the key as a bearer. It raises BadSecret."""

    def call(base_url: str, secret: str, options: Options) -> HTTPCall:
        return opened(joined(base_url, path), secret)

    return call


def opened(url: str, secret: str) -> HTTPCall:
    """The GET of a page with this key. Raises BadSecret."""
    return HTTPCall("GET", url, (*PLAINLY, *bearer(header_safe(secret))))


def form(url: str, fields: Mapping[str, str]) -> HTTPCall:
    """The POST of these fields."""
    return HTTPCall("POST", url, FORM, urlencode(fields).encode())

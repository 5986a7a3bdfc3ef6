"""Calls: a completion or a model list as one HTTPCall, from a kind's row and what the config says.

Rules for editing: the order here is the whole of it: path, shape, headers, signature. Destinations come from the config
or the row. No function may put a secret in an error.
"""

from collections.abc import Mapping
from urllib.parse import quote

from switchgeard.core.clock import Now
from switchgeard.core.needs import Needs
from switchgeard.upstream.call import HTTPCall

from .auth import Header, header_safe
from .kind import Draft, Kind, Options

USER_AGENT = "switchgear/0.1.0"
AT_NO_TIME = Now(0.0, 0.0)
NOTHING = Needs()
NONE: Options = {}
BESIDE_V1 = ("/v1/", "/api/", "/anthropic/", "/user/")
"""How paths begin that no kind has under a `/v1` of its address."""


def build_call(
    kind: Kind,
    base_url: str,
    draft: Draft,
    secret: str | None,
    *,
    extra: tuple[Header, ...] = (),
    now: Now = AT_NO_TIME,
) -> HTTPCall:
    """The POST that asks `kind` for a completion. `secret` None: no credential is sent. `extra`: a client's own
    headers; they take the place of the kind's. `now`: for kinds that sign.

    Raises BadSecret; ValueError for a secret that cannot sign.
    """
    shaped = kind.shape(draft)
    accept = "text/event-stream" if shaped.stream else "application/json"
    own = (("accept", accept), ("content-type", "application/json"), *_headers(kind, secret), *shaped.headers)
    taken = {name for name, _ in extra}
    headers = (*(header for header in _last(own) if header[0] not in taken), *extra)
    call = HTTPCall("POST", joined(base_url, shaped.path), headers, shaped.body)
    return signed(kind, call, secret, draft.options, now)


def drafted(
    kind: Kind,
    wire: str,
    model: str,
    body: bytes,
    stream: bool,
    *,
    passing: bool = False,
    needs: Needs = NOTHING,
    turn_boundary: bool = True,
    options: Options = NONE,
) -> Draft:
    """The call as the row says, before its kind's last word. Raises KeyError for a wire the kind does not speak."""
    path = kind.paths[wire] if stream else kind.whole_paths.get(wire, kind.paths[wire])
    return Draft(wire, model, _filled(path, model, options), body, stream, passing, needs, turn_boundary, options)


def build_models_call(
    kind: Kind,
    base_url: str,
    path: str,
    secret: str | None,
    options: Options = NONE,
    now: Now = AT_NO_TIME,
) -> HTTPCall:
    """The GET of one page of the provider's model list. Raises BadSecret."""
    headers = (("accept", "application/json"), *_headers(kind, secret))
    base = kind.listing.at(base_url) if kind.listing is not None else base_url
    return signed(kind, HTTPCall("GET", joined(base, _filled(path, "", options)), headers), secret, options, now)


def signed(kind: Kind, call: HTTPCall, secret: str | None, options: Options, now: Now) -> HTTPCall:
    """The call as the kind signs it, where it does. Raises ValueError for a secret that cannot."""
    return call if kind.sign is None or secret is None else kind.sign(call, secret, options, now)


def filled(base_url: str, options: Mapping[str, str]) -> str:
    """A kind's own base URL with its options in it. Raises KeyError for a missing one."""
    return base_url.format_map(options) if "{" in base_url else base_url


def home(kind: Kind, options: Options) -> str | None:
    """Where a kind is unless the user says otherwise; None for one that is nowhere. Raises KeyError."""
    if kind.site is not None:
        return kind.site(options)
    return filled(kind.base_url, options) if kind.base_url else None


def joined(base_url: str, path: str) -> str:
    """The path under the base URL, which people write with or without its `/v1`."""
    base = base_url.rstrip("/")
    # people paste https://api.anthropic.com/v1 as well as https://api.anthropic.com, and http://localhost:11434/v1
    if path.startswith(BESIDE_V1) and base.endswith("/v1"):
        base = base.removesuffix("/v1")
    return base + path


def _filled(path: str, model: str, options: Options) -> str:
    """Some name the model, a project or a region in the path."""
    if "{" not in path:
        return path
    named = quote(model.removeprefix("models/"), safe="")  # as lists of models spell it
    return path.format_map({**{name: quote(value, safe="") for name, value in options.items()}, "model": named})


def _headers(kind: Kind, secret: str | None) -> tuple[Header, ...]:
    # identity: a compressed stream delays tokens, and a compressed bomb costs memory
    common = (("accept-encoding", "identity"), ("user-agent", USER_AGENT), *kind.headers)
    if secret is None or kind.sign is not None:
        return common
    carried = kind.auth(secret)  # first: a kind has better words for what it never takes
    header_safe(secret)
    return (*common, *carried)


def _last(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """Each name once, where it stood first, with what was said last."""
    return tuple(dict(headers).items())

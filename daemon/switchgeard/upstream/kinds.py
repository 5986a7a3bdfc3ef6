"""Provider kinds: how one sort of endpoint is addressed and authenticated, as rows of data.

Rules for editing: a new kind is a new row of KINDS (and a function only where no existing auth
fits). A row says nothing about errors or quota: those tables live in `core`. Destinations come from
the config or from `base_url` here, never from a reply. No function may put a secret in an error.
"""

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from msgspec import Struct

from switchgear_protocol.words import Billing
from switchgeard.core.offer import Features, Timeouts

from .call import HTTPCall

USER_AGENT = "switchgear/0.1.0"
DEFAULT_PORTS = {"http": 80, "https": 443}

_HEADER_SAFE = re.compile(r"[!-~]+")

Header = tuple[str, str]


class BadSecret(ValueError):
    """A credential that cannot be a header value. The message never contains it."""


def bearer(secret: str) -> tuple[Header, ...]:
    return (("authorization", f"Bearer {secret}"),)


def x_api_key(secret: str) -> tuple[Header, ...]:
    return (("x-api-key", secret),)


def x_goog_api_key(secret: str) -> tuple[Header, ...]:
    return (("x-goog-api-key", secret),)


class Kind(Struct, frozen=True):
    """One sort of provider.

    `paths`: wire -> path under the base URL, the first one is the default wire; `{model}` stands for the
    model's id. `whole_paths`: where an answer that is not streamed has a path of its own. `base_url` None:
    the user must give one.
    """

    name: str
    label: str  # for people: "OpenAI"
    base_url: str | None
    paths: dict[str, str]
    models_path: str
    auth: Callable[[str], tuple[Header, ...]]
    billing: Billing
    headers: tuple[Header, ...] = ()
    features: Features = Features()
    timeouts: Timeouts = Timeouts()
    whole_paths: dict[str, str] = {}

    @property
    def wires(self) -> tuple[str, ...]:
        """The dialects this kind speaks, its own choice first."""
        return tuple(self.paths)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="openai",
            label="OpenAI",
            base_url="https://api.openai.com/v1",
            paths={"openai.chat": "/chat/completions", "openai.responses": "/responses"},
            models_path="/models",
            auth=bearer,
            billing=Billing.METERED,
        ),
        Kind(
            name="openai-compatible",
            label="OpenAI-compatible",
            base_url=None,
            paths={"openai.chat": "/chat/completions"},
            models_path="/models",
            auth=bearer,
            billing=Billing.METERED,
        ),
        Kind(
            name="anthropic",
            label="Anthropic",
            base_url="https://api.anthropic.com",
            paths={"anthropic.messages": "/v1/messages"},
            models_path="/v1/models",
            auth=x_api_key,
            billing=Billing.METERED,
            headers=(("anthropic-version", "2023-06-01"),),
        ),
        Kind(
            name="google",
            label="Google",
            base_url="https://generativelanguage.googleapis.com/v1beta",
            paths={"google.generate": "/models/{model}:streamGenerateContent?alt=sse"},
            whole_paths={"google.generate": "/models/{model}:generateContent"},
            models_path="/models?pageSize=1000",
            auth=x_goog_api_key,
            billing=Billing.METERED,
        ),
    )
}
"""Every kind there is, by the name used in the config."""


def build_call(
    kind: Kind,
    base_url: str,
    wire: str,
    body: bytes,
    secret: str | None,
    stream: bool,
    *,
    model: str = "",
    extra: tuple[Header, ...] = (),
) -> HTTPCall:
    """The POST that asks `kind` for a completion. `secret` None: no credential is sent. `model`: for a path that
    names it. `extra`: a client's own headers; they take the place of the kind's.

    Raises BadSecret; KeyError for a wire the kind does not speak (config refuses those).
    """
    accept = "text/event-stream" if stream else "application/json"
    own = (("accept", accept), ("content-type", "application/json"), *_headers(kind, secret))
    taken = {name for name, _ in extra}
    headers = (*(header for header in own if header[0] not in taken), *extra)
    return HTTPCall("POST", _join(base_url, _path(kind, wire, stream, model)), headers, body)


def build_models_call(kind: Kind, base_url: str, secret: str | None) -> HTTPCall:
    """The GET that lists the provider's models. Raises BadSecret."""
    headers = (("accept", "application/json"), *_headers(kind, secret))
    return HTTPCall("GET", _join(base_url, kind.models_path), headers)


def endpoint(base_url: str) -> str:
    """`scheme://host:port`, the scope of transport faults: one string however the URL is spelled.

    Raises ValueError when it is no http(s) URL with a host.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http or https URL with a host: scheme {parts.scheme!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or DEFAULT_PORTS[parts.scheme]}"


def _path(kind: Kind, wire: str, stream: bool, model: str) -> str:
    """Some name the model and the manner of answering in the path."""
    path = kind.paths[wire] if stream else kind.whole_paths.get(wire, kind.paths[wire])
    if "{model}" not in path:
        return path
    return path.replace("{model}", quote(model.removeprefix("models/"), safe=""))  # as lists of models spell it


def _headers(kind: Kind, secret: str | None) -> tuple[Header, ...]:
    # identity: a compressed stream delays tokens, and a compressed bomb costs memory
    common = (("accept-encoding", "identity"), ("user-agent", USER_AGENT), *kind.headers)
    return common if secret is None else (*common, *kind.auth(_header_safe(secret)))


def _header_safe(secret: str) -> str:
    if not secret:
        raise BadSecret("the credential is empty")
    if not _HEADER_SAFE.fullmatch(secret):
        raise BadSecret("the credential has a space, line break, control or non-ASCII character in it: paste it again")
    return secret


def _join(base_url: str, path: str) -> str:
    base = base_url.rstrip("/")
    # people paste https://api.anthropic.com/v1 as well as https://api.anthropic.com
    if path.startswith("/v1/") and base.endswith("/v1"):
        base = base.removesuffix("/v1")
    return base + path

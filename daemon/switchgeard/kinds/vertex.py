"""Google Vertex AI: models of Google and of Anthropic in one's own cloud project. Source: its API reference.

The credential is an access token of Google's, as `{command = ["gcloud", "auth", "print-access-token"]}` or any program
prints one, or the file of application default credentials, whose refresh token buys such tokens at Google's own
address (pinned here: an address in the file is not believed). A service account's key is not taken: it needs RSA
signatures, which gcloud makes.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.rule import Rule
from switchgeard.upstream.call import HTTPCall

from .auth import BadSecret, Header, bearer, header_safe
from .bundle import Token
from .kind import Draft, Exchange, Kind, NoLogin, Option, Options
from .pages import form
from .reply import members_if_any, seconds

COMMAND = 'credential = {command = ["gcloud", "auth", "print-access-token"]}'
DEFAULTS = 'credential = {file = "~/.config/gcloud/application_default_credentials.json"}'
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
OWN = ("client_id", "client_secret", "refresh_token")  # members of that file
AHEAD = 300.0  # seconds before its end a token is renewed
LONGEST = 43_200.0  # seconds a token lives at most
VERSION = b'"vertex-2023-10-16"'
MULTI = frozenset({"us", "eu"})  # locations that are several regions
BYPASS = (
    b"skip_thought_signature_validator"  # what the public API takes for a foreign call's signature; Vertex does not
)
_MODELS = "/v1/projects/{project}/locations/{location}/publishers"


def site(options: Options) -> str:
    """Its address for a location."""
    location = options["location"]
    if location == "global":
        return "https://aiplatform.googleapis.com"
    if location in MULTI:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def authorized(secret: str) -> tuple[Header, ...]:
    """Raises BadSecret for a key file's content, which is no token."""
    if secret.startswith("{"):
        sort = members_if_any(secret).get("type")
        if sort == "service_account":
            raise BadSecret(f"a service account's key needs RSA signatures, which gcloud makes: write {COMMAND}")
        raise BadSecret(f"the credential is a key file of another sort, not an access token: write {COMMAND}")
    return bearer(secret)


def is_default(secret: str) -> bool:
    """Whether it is the file that `gcloud auth application-default login` writes."""
    return secret.startswith("{") and members_if_any(secret).get("type") == "authorized_user"


def exchanging(base_url: str, secret: str, options: Options, now: Now) -> HTTPCall:
    """The POST that buys an access token. Raises ValueError for a file that lacks what it needs."""
    found = members_if_any(secret)
    own = {name: value for name in OWN if isinstance(value := found.get(name), str) and value}
    if len(own) < len(OWN):
        raise ValueError("the application default credentials lack a member: gcloud auth application-default login")
    return form(TOKEN_URL, {"grant_type": "refresh_token", **own})


def exchanged(body: bytes, now: Now) -> Token:
    """The access token, its life counted from now. Raises ValueError."""
    found = members_if_any(body)
    secret, life = found.get("access_token"), seconds(found, "expires_in")
    if not isinstance(secret, str) or not secret:
        raise ValueError("Google's answer holds no token")
    lasts = life if life is not None and life <= LONGEST else AHEAD
    return Token(header_safe(secret), now.wall + lasts, now.wall + max(lasts - AHEAD, 0.0))


def shape(draft: Draft) -> Draft:
    """Anthropic's models: the model is in the path, the version in the body. Google's: no stand-in for a signature."""
    if draft.wire == "anthropic.messages":
        return replace(draft, body=_versioned(draft.body))
    return replace(draft, body=_unsigned(draft.body)) if BYPASS in draft.body else draft


def _versioned(body: bytes) -> bytes:
    """The members as they came, without the model's name."""
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    members.pop("model", None)
    return msgspec.json.encode({"anthropic_version": msgspec.Raw(VERSION), **members})


def _unsigned(body: bytes) -> bytes:
    """The contents without stand-ins: a call nobody signed goes unsigned."""
    asked: Any = msgspec.json.decode(body)
    contents = asked.get("contents") if isinstance(asked, dict) else None
    for turn in contents if isinstance(contents, list) else ():
        for part in turn.get("parts") or () if isinstance(turn, dict) else ():
            if isinstance(part, dict) and part.get("thoughtSignature") == BYPASS.decode():
                del part["thoughtSignature"]
    return msgspec.json.encode(asked)


RULES = (
    Rule(FailureKind.QUOTA_EXCEEDED, code="billing_disabled"),
    Rule(FailureKind.RATE_LIMITED, frozenset({429}), pattern=r"concurrent requests"),
    Rule(FailureKind.RATE_LIMITED, frozenset({429}), pattern=r"quota exceeded for|exceeded your current quota"),
    # without a quota that is named it is the pool all customers share that is full
    Rule(FailureKind.OVERLOADED, frozenset({429}), code="resource_exhausted"),
)

KIND = Kind(
    name="vertex",
    label="Google Vertex AI",
    base_url="https://aiplatform.googleapis.com",
    paths={
        "google.generate": _MODELS + "/google/models/{model}:streamGenerateContent?alt=sse",
        "anthropic.messages": _MODELS + "/anthropic/models/{model}:streamRawPredict",
    },
    whole_paths={
        "google.generate": _MODELS + "/google/models/{model}:generateContent",
        "anthropic.messages": _MODELS + "/anthropic/models/{model}:rawPredict",
    },
    site=site,
    billing=Billing.METERED,
    auth=authorized,
    options=(
        Option("project", "the id of your Google Cloud project", required=True),
        Option("location", 'a location, such as "europe-west1", "eu" or "global"', r"[a-z][a-z0-9-]{0,62}", "global"),
    ),
    login=NoLogin(f"gcloud logs in: run `gcloud auth login`, and write {COMMAND}, or {DEFAULTS}"),
    exchange=Exchange(exchanging, exchanged, is_default),
    rules=RULES,
    shape=shape,
)

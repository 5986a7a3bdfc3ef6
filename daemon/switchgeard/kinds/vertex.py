"""Google Vertex AI: models of Google and of Anthropic in one's own cloud project. Source: its API reference.

The credential is an access token of Google's: `{command = ["gcloud", "auth", "print-access-token"]}` or any program
that prints one. A service account's key is not taken: it needs RSA signatures, which gcloud makes.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.rule import Rule

from .auth import BadSecret, Header, bearer
from .kind import Draft, Kind, NoLogin, Option, Options

COMMAND = 'credential = {command = ["gcloud", "auth", "print-access-token"]}'
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
        raise BadSecret(f"the credential is a key file, not an access token: write {COMMAND}")
    return bearer(secret)


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
    login=NoLogin(f"gcloud logs in: run `gcloud auth login`, and write {COMMAND}"),
    rules=RULES,
    shape=shape,
)

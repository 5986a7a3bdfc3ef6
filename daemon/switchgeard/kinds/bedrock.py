"""Amazon Bedrock: the Converse API, with AWS access keys or a Bedrock API key. Source: its API reference.

Models are listed on another host than they are asked on, in two lists: the models of the region, and the inference
profiles without which most newer models cannot be called.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.listing import Listed
from switchgeard.core.rule import Rule
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.eventstream import CONTENT_TYPE

from . import sigv4
from .auth import bearer, header_safe
from .kind import Draft, Kind, ModelsPage, Option, Options, Paste
from .lists import rows
from .reply import Row, text, texts

SERVICE = "bedrock"
PROFILES = "/inference-profiles?maxResults=1000"
ONLY_BY_PROFILE = "it is only to be had through an inference profile: use that one's id"


def sign(call: HTTPCall, secret: str, options: Options, now: Now) -> HTTPCall:
    """Signed with access keys; with a bearer token where the secret is none. Raises BadSecret."""
    keys = sigv4.keys(secret)
    if keys is None:
        return msgspec.structs.replace(call, headers=(*call.headers, *bearer(header_safe(secret))))
    return sigv4.signed(call, keys, service=SERVICE, region=options["region"], wall=now.wall)


def shaped(draft: Draft) -> Draft:
    """A stream is frames here, not server-sent events."""
    return msgspec.structs.replace(draft, headers=(("accept", CONTENT_TYPE),)) if draft.stream else draft


def control(base_url: str) -> str:
    """Where models are listed, for the address where they are asked; an address of the user's own serves both."""
    return base_url.replace("://bedrock-runtime.", "://bedrock.", 1).replace("://bedrock-runtime-", "://bedrock-", 1)


def listed(body: bytes) -> tuple[Listed, ...]:
    """One page of either list. Raises ValueError."""
    found = rows(body, "modelSummaries", "inferenceProfileSummaries")
    read = (_profile(row) if "inferenceProfileId" in row else _model(row) for row in found)
    return tuple(row for row in read if row is not None)


def more(body: bytes) -> str | None:
    """The next page of the profiles, which follow the models."""
    page: Any = msgspec.json.decode(body)
    if not isinstance(page, dict):
        return None
    token = page.get("nextToken")
    if isinstance(token, str) and token:
        return f"{PROFILES}&nextToken={quote(token, safe='')}"
    return PROFILES if "modelSummaries" in page else None


def _model(row: Row) -> Listed | None:
    """A model of text; what only a profile leads to is listed, and said so."""
    name = text(row, "modelId")
    if name is None or "TEXT" not in texts(row, "outputModalities"):
        return None
    direct = "ON_DEMAND" in texts(row, "inferenceTypesSupported")
    return Listed(
        name,
        name=text(row, "modelName"),
        images="IMAGE" in texts(row, "inputModalities"),
        enabled=direct,
        why_not="" if direct else ONLY_BY_PROFILE,
    )


def _profile(row: Row) -> Listed | None:
    name = text(row, "inferenceProfileId")
    if name is None:
        return None
    active = row.get("status") == "ACTIVE"
    why_not = "" if active else "the inference profile is not active"
    return Listed(name, name=text(row, "inferenceProfileName"), enabled=active, why_not=why_not, target=_target(row))


def _target(row: Row) -> str | None:
    """The model behind a profile: the same one in each of its regions."""
    models = row.get("models")
    arns = [text(model, "modelArn") for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    names = {arn.rpartition("/")[2] for arn in arns if arn}
    return names.pop() if len(names) == 1 else None


KIND = Kind(
    name="bedrock",
    label="Amazon Bedrock",
    base_url="https://bedrock-runtime.{region}.amazonaws.com",
    paths={"bedrock.converse": "/model/{model}/converse-stream"},
    whole_paths={"bedrock.converse": "/model/{model}/converse"},
    listing=ModelsPage("/foundation-models", listed, more, control, whole=False),
    billing=Billing.METERED,
    options=(Option("region", 'an AWS region, such as "us-east-1"', r"[a-z]{2}(-[a-z]{1,12}){1,3}-\d", required=True),),
    env=("AWS_BEARER_TOKEN_BEDROCK",),
    login=Paste(
        "Bedrock API key, or ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]",
        "https://console.aws.amazon.com/bedrock/home#/api-keys",
    ),
    shape=shaped,
    sign=sign,
    rules=(
        Rule(FailureKind.QUOTA_EXCEEDED, code="throttlingexception", pattern=r"per day|daily"),
        Rule(FailureKind.RATE_LIMITED, code="throttlingexception"),
        Rule(FailureKind.QUOTA_EXCEEDED, code="servicequotaexceededexception"),
        Rule(FailureKind.OVERLOADED, code="modelnotreadyexception"),
        Rule(FailureKind.OVERLOADED, code="serviceunavailableexception"),
        Rule(FailureKind.OVERLOADED, code="internalserverexception"),
        Rule(FailureKind.OVERLOADED, code="modelerrorexception"),
        Rule(FailureKind.OVERLOADED, code="modelstreamerrorexception"),
        Rule(FailureKind.TIMEOUT, code="modeltimeoutexception"),
        Rule(FailureKind.AUTH_FAILED, code="unrecognizedclientexception"),
        Rule(FailureKind.AUTH_FAILED, code="expiredtokenexception"),
        Rule(
            FailureKind.UNAVAILABLE,  # the keys are good: once the clock is right they serve again
            code="invalidsignatureexception",
            pattern=r"signature (expired|not yet current)",
            hint="set this machine's clock right: timedatectl set-ntp true",
            wait=60.0,
        ),
        Rule(FailureKind.AUTH_FAILED, code="invalidsignatureexception"),
        Rule(FailureKind.AUTH_FAILED, code="missingauthenticationtokenexception"),
        Rule(FailureKind.AUTH_FAILED, code="incompletesignatureexception"),
        Rule(FailureKind.AUTH_FAILED, code="accessdeniedexception", pattern=r"authentication failed|api key"),
        Rule(FailureKind.PERMISSION, code="accessdeniedexception"),
        Rule(FailureKind.MODEL_NOT_FOUND, code="resourcenotfoundexception"),
        Rule(
            FailureKind.MODEL_NOT_FOUND,
            code="validationexception",
            pattern=r"model identifier is invalid|on-demand throughput isn.t supported",
        ),
        Rule(
            FailureKind.CONTEXT_LENGTH,
            code="validationexception",
            pattern=r"input is too long|prompt is too long|too many input tokens",
        ),
        Rule(FailureKind.INVALID_REQUEST, code="validationexception"),
    ),
)

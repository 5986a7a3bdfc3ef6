"""A ChatGPT plan, by Sign in with ChatGPT. Source: OpenAI's pages on it for open-source programs that run locally.

The plan answers on the Responses wire only, streamed, and refuses fields the API takes: they are left out here, whoever
wrote the body. A plain API key in its place is billed by use, so it serves only where the provider is said to be.
"""

from typing import Any

import msgspec
from msgspec import structs

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.listing import Listed
from switchgeard.core.rule import Rule
from switchgeard.upstream.call import HTTPCall

from . import codex_headers
from .bundle import Bundle
from .claims import claims
from .kind import Browser, Draft, Kind, ModelsPage, Options, Refresh
from .lists import rows
from .pages import form
from .reply import text

TOKEN_URL = "https://auth.openai.com/oauth/token"  # noqa: S105 - an address
RESOURCE = "https://api.openai.com/v1"
PLAN = "chatgpt.tokens.use.direct"
REJECTED = frozenset(
    {
        "background", "conversation", "max_output_tokens", "max_tool_calls", "metadata", "moderation", "prompt",
        "prompt_cache_retention", "prompt_cache_options", "prompt_cache_breakpoint", "previous_response_id",
        "safety_identifier", "temperature", "top_p", "top_logprobs", "truncation", "user",
    }
)  # fmt: skip
CLIENT = "1.0.0"  # the list leaves out what is too new for an older one, and without one the newest; it wants x.y.z
SLACK = 5.0  # seconds behind `earliest_refresh_at`: a refresh before it burns the login


def shaped(draft: Draft) -> Draft:
    """The body without what the plan refuses, streamed, kept nowhere; a system's word becomes the developer's."""
    body: Any = msgspec.json.decode(draft.body)
    if not isinstance(body, dict):
        return draft
    kept = {name: value for name, value in body.items() if name not in REJECTED}
    said = kept.get("input")
    turns = [{"role": "user", "content": said}] if isinstance(said, str) else said
    if isinstance(turns, list):
        kept["input"] = [_by_developer(turn) for turn in turns]
    return structs.replace(draft, body=msgspec.json.encode(kept | {"store": False, "stream": True}))


def _by_developer(turn: Any) -> Any:
    system = isinstance(turn, dict) and turn.get("role") == "system"
    return turn | {"role": "developer"} if system else turn


def listed(body: bytes) -> tuple[Listed, ...]:
    """`{"models": [{"slug": ...}]}`, those it shows; an API key gets OpenAI's own list."""
    found = []
    for row in rows(body, "models", "data"):
        name = text(row, "slug", "id")
        if name and row.get("visibility", "list") == "list":
            found.append(Listed(name, text(row, "display_name")))
    return tuple(found)


def is_key(secret: str) -> bool:
    """A login's tokens are JWTs."""
    return secret.startswith("sk-")


def refreshing(bundle: Bundle, options: Options) -> HTTPCall:
    """The refresh token for the next login."""
    fields = {
        "grant_type": "refresh_token",
        "client_id": bundle.client_id or "",
        "refresh_token": bundle.refresh_token or "",
        "resource": RESOURCE,
    }
    return form(TOKEN_URL, fields)


class Granted(msgspec.Struct, frozen=True):
    """The token endpoint's answer. `earliest_refresh_at`: epoch seconds by its clock."""

    access_token: str
    refresh_token: str | None = None
    id_token: str | None = None
    expires_in: float = 3600.0
    earliest_refresh_at: float | None = None
    scope: str | None = None


def refreshed(body: bytes, bundle: Bundle, now: Now) -> Bundle:
    """The next login of the same person. Raises ValueError."""
    try:
        granted = msgspec.json.decode(body, type=Granted)
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise ValueError("the answer holds no login") from fault
    return structs.replace(
        bundle,
        access_token=granted.access_token,
        refresh_token=granted.refresh_token or bundle.refresh_token,
        id_token=granted.id_token or bundle.id_token,
        expires_at=now.wall + granted.expires_in,
        earliest_refresh_at=_earliest(granted, now),
        scope=granted.scope if granted.scope is not None else bundle.scope,
    )


def _earliest(granted: Granted, now: Now) -> float | None:
    """By our clock: the issuer's is known from when it says it made the id token.

    Where it does not say, and what it names is no moment of this token's life by our clock, one of the two is wrong:
    the token's end is late enough by any clock.
    """
    if granted.earliest_refresh_at is None:
        return None
    made = claims(granted.id_token or "").get("iat")
    ours_ahead = now.wall - made if isinstance(made, int | float) else 0.0
    left = granted.earliest_refresh_at + ours_ahead - now.wall
    return now.wall + (left + SLACK if 0 <= left <= granted.expires_in else granted.expires_in)


KIND = Kind(
    name="chatgpt",
    label="ChatGPT",
    base_url="https://api.openai.com/v1",
    paths={"openai.responses": "/responses"},
    listing=ModelsPage(f"/models?client_version={CLIENT}", listed),
    billing=Billing.INCLUDED,
    login=Browser(
        authorize_url="https://auth.openai.com/oauth/authorize",
        token_url=TOKEN_URL,
        scope=f"openid profile email offline_access resource.invoke {PLAN}",
        issuer="https://auth.openai.com",
        resource=RESOURCE,
        revoke_url="https://auth.openai.com/oauth/revoke",
        end_page="https://chatgpt.com/#settings/Security",
        dynamic="dynamic_agent_client",
        page="https://platform.openai.com/api-keys",
    ),
    refresh=Refresh(refreshing, refreshed),
    readings=codex_headers.windows,
    rules=(
        Rule(FailureKind.QUOTA_EXCEEDED, code="subscription_sharing_usage_limit_exceeded"),
        Rule(FailureKind.OVERLOADED, code="subscription_sharing_usage_unavailable"),
        Rule(FailureKind.PERMISSION, code="subscription_sharing_user_not_eligible"),
        Rule(FailureKind.INVALID_REQUEST, code="subscription_sharing_unsupported_capability"),
        Rule(FailureKind.AUTH_FAILED, statuses=frozenset({401}), code="invalid_token"),
        Rule(FailureKind.PERMISSION, frozenset({400}), pattern=r"not supported when using codex with a chatgpt"),
        Rule(FailureKind.PERMISSION, frozenset({401}), pattern=r"not authorized in this region"),
    ),
    lacks=frozenset({"server_state", "logprobs", "files", "images_out"}),
    streams_only=True,
    by_use=is_key,
    shape=shaped,
    vendor="openai",
)

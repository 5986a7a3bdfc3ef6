"""Anthropic's API, by key. Source: its API reference."""

from urllib.parse import quote

from msgspec.structs import replace

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.listing import Listed
from switchgeard.core.moments import parse_moment
from switchgeard.core.rule import Rule

from .auth import x_api_key
from .kind import Draft, Kind, ModelsPage, Paste
from .lists import listed
from .reply import Row, count, flag, inner, members, text

VERSION = ("anthropic-version", "2023-06-01")  # the later one refuses sampling parameters, which clients send
LIST = "/v1/models?limit=1000"


def versioned(draft: Draft) -> Draft:
    """For kinds that speak several dialects: the version, where this one is spoken."""
    return replace(draft, headers=(*draft.headers, VERSION)) if draft.wire == "anthropic.messages" else draft


def models(body: bytes) -> tuple[Listed, ...]:
    """Its list, with limits and abilities. Raises ValueError."""
    return listed(body, _model)


def _model(row: Row) -> Listed | None:
    name, can, released = text(row, "id"), inner(row, "capabilities"), text(row, "created_at")
    if name is None:
        return None
    retired = row.get("lifecycle") == "retired"
    return Listed(
        name,
        name=text(row, "display_name"),
        context=count(row, "max_input_tokens"),
        max_output=count(row, "max_tokens"),
        images=flag(can, "image_input"),
        pdf=flag(can, "pdf_input"),
        json_schema=flag(can, "structured_outputs"),
        reasoning=flag(can, "thinking"),
        enabled=not retired,
        why_not="retired by its maker" if retired else "",
        created=parse_moment(released, 0.0) if released else None,
    )


def more(body: bytes) -> str | None:
    """The next page, where there is one."""
    page = members(body)
    last = text(page, "last_id")
    return f"{LIST}&after_id={quote(last, safe='')}" if page.get("has_more") is True and last else None


KIND = Kind(
    name="anthropic",
    label="Anthropic",
    base_url="https://api.anthropic.com",
    paths={"anthropic.messages": "/v1/messages"},
    listing=ModelsPage(LIST, models, more),
    auth=x_api_key,
    billing=Billing.METERED,
    headers=(VERSION,),
    env=("ANTHROPIC_API_KEY",),
    login=Paste("API key", "https://console.anthropic.com/settings/keys"),
    # the login of a subscription in the place of a key
    rules=(Rule(FailureKind.AUTH_FAILED, frozenset({400, 403}), pattern=r"only authorized for use with claude code"),),
    vendor="anthropic",
)

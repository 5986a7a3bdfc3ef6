"""Health and failures in a person's words, with their weight and their cure.

Rules for editing: tables as data. A weight (good, busy, bad) is always also said in words, so
that colour is never the only sign.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LEAST_USD = 0.0001  # what costs less is not nothing
HEALTH = {
    "available": "ok",
    "rate_limited": "rate limited",
    "quota_exhausted": "quota spent",
    "unavailable": "down",
    "auth_failed": "login refused",
    "missing_credential": "login needed",
    "locked": "keyring locked",
    "disabled": "disabled",
}
KINDS = {
    "quota_exceeded": "quota spent",
    "rate_limited": "rate limited",
    "overloaded": "overloaded",
    "unavailable": "down",
    "timeout": "timed out",
    "auth_failed": "login refused",
    "missing_credential": "login needed",
    "locked": "keyring locked",
    "permission": "not permitted",
    "model_not_found": "model unknown there",
    "protocol": "answered garbage",
    "context_length": "prompt too long for it",
    "content_policy": "refused the content",
    "invalid_request": "request invalid",
    "cancelled": "cancelled",
    "local": "trouble on this machine",
    # what routing adds: why an offer is not even tried
    "quota_exhausted": "quota spent",
    "recovering": "being tried by another request",
    "paused": "paused by you",
    "disabled": "disabled",
    "not_pinned": "another one is pinned",
    "held": "failover.on keeps it with the one before",
    "user_cap": "at your own limit",
    "consent": "needs your consent to spend",
    "budget": "your budget is spent",
    "no_tools": "has no tools",
    "no_images": "reads no images",
    "no_pdf": "reads no PDF",
    "no_json_schema": "has no JSON schema",
    "no_reasoning": "has no reasoning",
    "context": "prompt too long for it",
}
OWN_WORDS = ("consent", "budget", "user_cap", "paused", "held", "not_pinned")
"""Codes whose reason says it all: which of the user's own limits it is, whom he pinned."""

TIME_CURES = ("available", "rate_limited", "quota_exhausted", "unavailable", "disabled")
WEIGHTS = {
    "available": "good",
    "rate_limited": "busy",
    "quota_exhausted": "busy",
    "unavailable": "bad",
    "auth_failed": "bad",
    "missing_credential": "bad",
    "locked": "bad",
    "disabled": "dim",
}


def health_of(view: dict[str, Any]) -> str:
    """ "ok", "quota spent", "paused": the health of a provider or an offer in a word or two."""
    if view.get("paused"):
        return "paused"
    return HEALTH.get(view["health"], str(view["health"]))


def until_of(view: dict[str, Any]) -> float | None:
    """When it may serve again (epoch seconds), if time alone cures it."""
    if view.get("paused"):
        return view.get("paused_until")
    return view.get("until") if view["health"] in TIME_CURES else None


def weight_of(view: dict[str, Any]) -> str:
    return "dim" if view.get("paused") else WEIGHTS.get(view["health"], "bad")


def cure_of(view: dict[str, Any], provider: str) -> str:
    """The command that helps, or "" when only time does."""
    if view.get("hint"):
        return str(view["hint"])
    if view.get("paused"):
        return f"switchgear resume {provider}"
    if view["health"] in ("auth_failed", "missing_credential"):
        return f"switchgear login {provider}"
    return "unlock your keyring" if view["health"] == "locked" else ""


def reason_of(attempt: dict[str, Any]) -> str:
    """Why an attempt or an offer was left: its kind in words and what the provider said of it."""
    word = KINDS.get(str(attempt.get("kind", "")), "")
    reason = str(attempt.get("reason") or "")
    if word and reason and word not in reason.lower():
        return f"{word} ({reason})"
    return reason or word or str(attempt.get("outcome", "failed"))


def brief_reason_of(attempt: dict[str, Any]) -> str:
    """The kind alone, where there is no room for a provider's prose."""
    return KINDS.get(str(attempt.get("kind", "")), "") or str(attempt.get("reason") or "")


def via(label: str) -> str:
    """ "via Claude Pro" of the label "Opus 4.6 (via Claude Pro)"."""
    at = label.rfind("(via ")
    return label[at + 1 : -1] if at >= 0 and label.endswith(")") else f"via {label}"


def who(label: str) -> str:
    """ "Claude Pro" of the label "Opus 4.6 (via Claude Pro)"."""
    return via(label)[4:]


def money(usd: float) -> str:
    """Cents, or less than one as it is: "$1.20", "$0.0012", "<$0.0001"; only what cost nothing is "$0.00"."""
    if 0 < usd < LEAST_USD:
        return f"<${LEAST_USD}"
    return f"${usd:.4f}" if 0 < usd < 0.01 else f"${usd:.2f}"

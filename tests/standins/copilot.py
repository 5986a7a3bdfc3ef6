"""Copilot as a stand-in that refuses in all of its ways: a script may name a refusal, or any other fault."""

from collections.abc import Sequence
from functools import partial

from switchgeard.clock import Clock, now
from switchgeard.demo.copilot import copilot as plain_copilot
from switchgeard.demo.copilot import refused
from switchgeard.demo.copilot_wire import EXPIRED, Refusal, refusal, session_limit
from switchgeard.demo.github import GitHub
from switchgeard.demo.standin import StandIn
from switchgeard.demo.wires import Said

from .faults import FAULTS
from .standin import Line

_WEEKLY = "Sorry, you've exceeded your weekly rate limit. Please retry after 172800 seconds."
_MODEL = "Sorry, you have been rate-limited. Please wait a moment before trying again."
_FORBIDDEN = "access to this endpoint is forbidden. Please review our terms of service."

REFUSALS: dict[str, Refusal] = {
    "session_limit": session_limit(2733),
    "weekly_limit": (429, (("retry-after", "172800"),), refusal("user_weekly_rate_limited", _WEEKLY)),
    "model_limit": (429, (("retry-after", "20"),), refusal("user_model_rate_limited", _MODEL)),
    "model_overloaded": (429, (), refusal("model_overloaded", "The model is overloaded.")),
    "no_quota": (402, (), refusal("quota_exceeded", "You have no quota")),
    "month_spent": (402, (), refusal("quota_exceeded", "You have exceeded your monthly quota")),
    "free_spent": (402, (), refusal("free_quota_exceeded", "You have exceeded your free quota")),
    "no_billing": (402, (), refusal("billing_not_configured", "Billing is not configured")),
    "wrong_plan": (403, (), _FORBIDDEN),
    "token_expired": EXPIRED,
    "not_supported": (400, (), refusal("model_not_supported", "The requested model is not supported.")),
    "client_unknown": (466, (), "client not supported"),
    "too_long": (
        400,
        (),
        refusal("model_max_prompt_tokens_exceeded", "prompt token count of 205000 exceeds the limit of 168000"),
    ),
    "off_topic": (400, (), "off_topic"),
    "dependency": (424, (), "failed dependency"),
}


def copilot(
    script: Line | Sequence[Line] = "ok", github: GitHub | None = None, said: Said | None = None, clock: Clock = now
) -> tuple[StandIn, GitHub]:
    """The demo's, its script's names looked up here."""
    lines = [script] if isinstance(script, str) or not isinstance(script, Sequence) else script
    return plain_copilot([_line(line) for line in lines], github, said, clock)


def _line(line: Line) -> Line:
    if not isinstance(line, str) or line == "ok":
        return line
    return partial(refused, REFUSALS[line]) if line in REFUSALS else FAULTS[line]

"""Refusal: how a completion that could not be answered is told to the client.

Rules for editing: every refusal says what, why and what helps; `retry_after_ms` is the time until the
first offer may serve again, by the plan as it stands at that moment (I20). Nothing here decides.
"""

from switchgear_protocol.errors import AttemptReport, ErrorObject, error
from switchgear_protocol.words import FailureKind

from .core import portal
from .core.failover import GiveUp
from .core.failure import Failure
from .core.offer import MergedModel
from .core.routing import SKIPS, Plan, Standing
from .rpc_error import RpcError
from .spending import ALLOW

NAME_SHOWN = 100  # characters of a model's name that is none
RETRY_SOON = 1.0  # seconds, when something is usable again already
SOON = 60.0  # seconds clients wait by themselves: for what is back sooner nobody is asked to pay

REQUEST_SHAPED = {
    FailureKind.INVALID_REQUEST: "invalid_request",
    FailureKind.CONTENT_POLICY: "content_policy",
    FailureKind.CONTEXT_LENGTH: "context_length",
}
TOO_LONG = "The conversation is too long for every offer that could serve it."


def why(ended: GiveUp, plan: Plan, reports: list[AttemptReport], *, captive: bool = False) -> RpcError:
    """The error for a completion that gave up. `captive`: the network seems to answer instead of the providers."""
    failure = ended.failure
    if ended.why == "surface" and failure is not None and failure.kind in REQUEST_SHAPED:
        return RpcError(_request_shaped(failure, reports))
    if ended.why == "interrupted":
        return RpcError(_interrupted(plan, failure, reports))
    if ended.why == "deadline":
        return too_late(plan.model, plan.model.failover.deadline, reports)
    if ended.why == "stopped" and failure is not None:
        return RpcError(error("internal", failure.message, hint="switchgear status", attempts=reports))
    return RpcError(_exhausted(plan, reports, captive=captive))


def too_late(model: MergedModel, limit: float, reports: list[AttemptReport], committed: bool = False) -> RpcError:
    """The deadline passed; after content came, that is a cut answer like any other."""
    hint = f"switchgear route {model.alias} --explain"
    if committed:
        message = f"The answer was not complete within {limit:g} s; what arrived is not all of it."
        return RpcError(error("interrupted", message, hint=hint, attempts=reports))
    message = f"No answer from {model.alias} within {limit:g} s."
    return RpcError(error("deadline", message, hint=hint, attempts=reports))


def no_such_model(name: str, aliases: list[str], nearest: str | None) -> RpcError:
    name = name if len(name) <= NAME_SHOWN else f"{name[:NAME_SHOWN]}..."
    if not aliases:
        hint = "switchgear setup"
        return RpcError.of("no_such_model", f'There is no model "{name}".', hint=hint, detail="No model is configured.")
    hint = f"switchgear ask {nearest}" if nearest else "switchgear models"
    detail = f'Did you mean "{nearest}"?' if nearest else "Known models: " + ", ".join(aliases[:10]) + "."
    message = f'There is no model "{name}".'
    return RpcError.of("no_such_model", message, hint=hint, detail=detail, meant=nearest)


def no_such_variant(provider: str, model: str, known: int, nearest: str | None) -> RpcError:
    """`known`: how many of its models are."""
    model = model if len(model) <= NAME_SHOWN else f"{model[:NAME_SHOWN]}..."
    hint = f"switchgear ask -m {nearest}" if nearest else "switchgear models --all"
    detail = f'Did you mean "{nearest}"?' if nearest else f"It lists {known} models and not this one."
    return RpcError.of(
        "no_such_model",
        f'{provider} has no model "{model}".',
        hint=hint,
        detail=f"{detail} One that it does not list has to be in a group of the config.",
        provider=provider,
        meant=nearest,
    )


def _request_shaped(failure: Failure, reports: list[AttemptReport]) -> ErrorObject:
    provider = reports[-1].provider if reports else None
    kind = REQUEST_SHAPED[failure.kind]
    words = {
        "invalid_request": "The request was refused as invalid.",
        "content_policy": "The request was refused by the provider's content policy.",
        "context_length": TOO_LONG,
    }
    return error(kind, words[kind], detail=failure.message, provider=provider, attempts=reports)


def _interrupted(plan: Plan, failure: Failure | None, reports: list[AttemptReport]) -> ErrorObject:
    return error(
        "interrupted",
        "The answer was cut before its end; what arrived is not complete.",
        detail=failure.message if failure else None,
        hint="ask again: the next provider takes over",
        provider=reports[-1].provider if reports else None,
        retry_after_ms=_milliseconds(plan) or 0,
        attempts=reports,
    )


def _exhausted(plan: Plan, reports: list[AttemptReport], *, captive: bool) -> ErrorObject:
    kind = "consent" if _awaits_consent(plan) else _kind(plan, reports)
    if kind == "context_length":
        return error(kind, TOO_LONG, detail=_reasons(plan, reports), attempts=reports)
    lacks = f"No provider of {plan.model.alias} can serve this request."
    return error(
        kind,
        lacks if kind == "unsupported_feature" else f"No provider can serve {plan.model.alias} now.",
        detail=f"{portal.WORDS} {_reasons(plan, reports)}" if captive else _reasons(plan, reports),
        hint=portal.HINT if captive else ALLOW if _awaits_consent(plan) else _hint(plan),
        retry_after_ms=None if kind == "unsupported_feature" else _milliseconds(plan),
        retry_at=None if kind == "unsupported_feature" or plan.candidates else _moment(plan),
        attempts=reports,
    )


def _kind(plan: Plan, reports: list[AttemptReport]) -> str:
    """Whether it is only the user's, or the request's, that nobody was asked."""
    codes = [] if reports else [standing.code for standing in plan.skipped]
    if codes and all(code in ("consent", "user_cap", "budget") for code in codes):
        return "consent" if "consent" in codes else "budget"
    if codes and all(code == "context" for code in codes):
        return "context_length"
    return "unsupported_feature" if codes and all(_incapable(s) for s in plan.skipped) else "exhausted"


def _awaits_consent(plan: Plan) -> bool:
    """Whether the user's word would bring an answer at once, and nothing else soon."""
    soon = bool(plan.candidates) or (plan.retry_after is not None and plan.retry_after <= SOON)
    return not soon and any(standing.hint == ALLOW for standing in plan.skipped)


def _incapable(standing: Standing) -> bool:
    return standing.code.startswith("no_") or standing.code == "context"


def _milliseconds(plan: Plan) -> int | None:
    if plan.candidates:
        return int(RETRY_SOON * 1000)
    return None if plan.retry_after is None else max(0, round(plan.retry_after * 1000))


def _moment(plan: Plan) -> float | None:
    """When the first offer may serve again, by the wall clock; None where it is not known by that."""
    waiting = [s for s in plan.skipped if s.left is not None]
    return min(waiting, key=lambda s: s.left or 0.0).until if waiting else None


def _reasons(plan: Plan, reports: list[AttemptReport]) -> str:
    """One clause per offer: what stands in its way now, or how its attempt ended."""
    blocked = {s.offer.key: s.reason or SKIPS[s.code] for s in plan.skipped}
    tried = {(r.provider, r.model): r.reason for r in reports}
    clauses = [f"{o.provider}: {blocked.get(o.key) or tried.get(o.key) or 'not tried'}" for o in plan.model.offers]
    if plan.model.within is not None:
        clauses.append(f"only it was asked for, {plan.model.within} has others beside it")
    return "; ".join(clauses) or "It has no offers."


def _hint(plan: Plan) -> str:
    """The cure of the first offer that has one; else how to see more."""
    cures = [s.hint for s in plan.skipped if s.hint and s.code not in ("not_pinned",)]
    if not cures and plan.model.within is not None:
        return f"switchgear ask -m {plan.model.within}"
    return cures[0] if cures else f"switchgear route {plan.model.alias} --explain"

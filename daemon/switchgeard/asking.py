"""Asking: `completion/create`, from its params to the completion that runs.

Rules for editing: what the client sent is checked here, before anything is planned; every refusal names
the parameter. How an answer comes about is not known here.
"""

import uuid
from math import isnan

from msgspec import UNSET

from switchgear_protocol.content import Request, ToolResult
from switchgear_protocol.messages import Answer, CompletionCreate

from .complete import Completing, Options, Services
from .core.estimate import needs
from .core.needs import Needs
from .core.offer import MergedModel
from .rpc_error import RpcError
from .serving.caller import Caller
from .state import Ask

DIALECTS = ("switchgear",)


async def complete(at: Services, model: MergedModel, caller: Caller, params: CompletionCreate) -> Answer:
    """The answer of `model` to what `params` asks. Raises RpcError."""
    check(params)
    if params.allow_feature_downgrade is not None:
        model = _downgrading(model, params.allow_feature_downgrade)
    request = _request(params)
    ask = asked(uuid.uuid4().hex[:16], model, needs(request), request, caller.client, params.session)
    options = Options(
        stream=params.stream,
        on_interrupt=params.on_interrupt or model.failover.after_commit,
        wait=_patience(params.wait_until_reset),
        deadline=params.deadline_s,
        dialect=params.dialect,
    )
    return await Completing(at, ask, request, options, caller.progress).run()


def check(params: CompletionCreate) -> None:
    if params.dialect not in DIALECTS:
        allowed = ", ".join(DIALECTS)
        raise RpcError.of(
            "invalid_params",
            f'The dialect "{params.dialect}" is not served here.',
            detail=f"dialect must be one of: {allowed}",
        )
    if params.body is not UNSET:
        raise RpcError.of("invalid_params", "body belongs to other dialects.", detail="this one takes messages")
    if not any(message.content for message in params.messages):
        raise RpcError.of("invalid_params", "There is nothing to answer.", detail="messages must not be empty")
    for name, limit in (("deadline_s", params.deadline_s), ("max_tokens", params.max_tokens)):
        if limit is not None and not limit > 0:  # nor NaN, which MessagePack can say
            raise RpcError.of("invalid_params", f"{name} must be more than 0.", detail=f"it is {limit}")
    if isnan(params.wait_until_reset):
        raise RpcError.of("invalid_params", "wait_until_reset must be true, false or seconds.", detail="it is nan")


def _request(params: CompletionCreate) -> Request:
    return Request(**{name: getattr(params, name) for name in Request.__struct_fields__})


def _downgrading(model: MergedModel, allowed: bool) -> MergedModel:
    routing = model.routing
    changed = type(routing)(routing.sticky_mode, routing.window, allowed)
    return MergedModel(model.alias, model.label, model.offers, changed, model.failover)


def _patience(wait: bool | float) -> float:
    """Seconds the client is willing to wait for a reset."""
    if wait is True:
        return float("inf")
    return max(float(wait), 0.0)


def turn_boundary(request: Request) -> bool:
    """Whether the conversation stands between turns: the last message is the user's own words, not a tool's."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "user":
        return False
    return isinstance(last.content, str) or not any(isinstance(b, ToolResult) for b in last.content)


def asked(request_id: str, model: MergedModel, needs: Needs, request: Request, client: str, session: str | None) -> Ask:
    return Ask(request_id, model, needs, client, session, turn_boundary(request))

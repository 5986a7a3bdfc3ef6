"""Asking: from what a client sent to the completion that runs. The RPC's `completion/create` and the HTTP door's
routes meet here.

Rules for editing: what the client sent is checked here, before anything is planned; every refusal names
the parameter. How an answer comes about is not known here.
"""

import os
from dataclasses import dataclass
from math import isnan

import msgspec
from msgspec import UNSET, structs

from switchgear_protocol.content import Completion, Request
from switchgear_protocol.depth import crowded
from switchgear_protocol.events import Native
from switchgear_protocol.limits import DEFAULT
from switchgear_protocol.messages import Answer, CompletionCreate
from switchgear_protocol.words import Interrupt

from . import voice
from .ask import Ask
from .complete import Completing, Options
from .core.clock import Now
from .core.issuer import Issuer
from .core.offer import MergedModel
from .dialects import sealed
from .dialects.dialect import Dialect, Told
from .dialects.glimpse import Unreadable
from .dialects.known import DIALECTS
from .question import NOBODY, Brought, Question, Theirs, ours
from .rpc_error import RpcError
from .services import Services
from .serving.caller import Caller
from .state import State
from .upstream.sse import Event

SPOKEN = ("switchgear", *DIALECTS)
"""What a client may speak: our own dialect, and those of others."""


async def complete(at: Services, model: MergedModel, caller: Caller, params: CompletionCreate) -> Answer:
    """The answer of `model` to what `params` asks. Raises RpcError."""
    check(params)
    if params.allow_feature_downgrade is not None:
        model = _downgrading(model, params.allow_feature_downgrade)
    options = Options(
        stream=params.stream,
        on_interrupt=params.on_interrupt or model.failover.after_commit,
        wait=_patience(params.wait_until_reset),
        deadline=params.deadline_s,
    )
    if params.dialect in DIALECTS:
        return await _in_their_words(at, model, caller, params, options)
    question = ours(_request(params))
    ask = asked(new_id(at.now()), model, question, caller.client, params.session)
    return await Completing(at, ask, question, options, voice.Ours(caller.progress)).run()


async def _in_their_words(
    at: Services, model: MergedModel, caller: Caller, params: CompletionCreate, options: Options
) -> Answer:
    """A body of another dialect over the RPC: its events are `native` values, its whole answer `body`."""

    async def out(events: list[Event]) -> None:
        if native := [Native(msgspec.Raw(event.data.encode())) for event in events if event.data != spoken.TERMINAL]:
            await caller.progress(*native)

    spoken, body = DIALECTS[params.dialect], params.body
    assert isinstance(body, msgspec.Raw)  # it was checked
    question = theirs(at.state, spoken, bytes(body), model=params.model, stream=params.stream)
    speaking = native(at, model, question, options, out, caller.client, params.session)
    answer = await speaking.run()
    if options.stream:
        await out(speaking.voice.finish(answer.finish, answer.usage))
        return answer
    return structs.replace(answer, body=msgspec.json.decode(speaking.whole(answer)))


def theirs(
    state: State,
    spoken: Dialect,
    body: bytes,
    *,
    model: str | None = None,
    stream: bool | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    brought: Brought | None = None,
) -> Theirs:
    """The question in a client's own body. `model`, `stream`: where the body does not say them. Raises RpcError."""

    def issuer_of(blob: str) -> Issuer | None:
        found = sealed.opened(blob)
        return found[0] if found else state.issued.of(blob)

    if crowded(body, DEFAULT.values, binary=False):  # a million little messages would keep everybody waiting
        raise RpcError.of("too_large", f"The request holds more than {DEFAULT.values} JSON values.")
    try:
        return Theirs(spoken, body, spoken.glimpse(body, model=model, stream=stream), issuer_of, headers, brought)
    except Unreadable as bad:
        raise unreadable(bad) from None


def native(
    at: Services,
    model: MergedModel,
    question: Theirs,
    options: Options,
    out: voice.Out,
    client: str,
    session: str | None,
) -> "Speaking":
    """A completion whose client speaks another dialect, ready to run."""
    if options.on_interrupt is Interrupt.RESTART:  # no dialect but ours has a word for it
        options = structs.replace(options, on_interrupt=Interrupt.ERROR)
    model = kept_by(model.spoken(question.dialect), question, at.state)
    ask = asked(new_id(at.now()), model, question, client, session)
    told = Told(question.glimpse.model, ask.request, int(at.now().wall), question.glimpse)
    speaking = voice.Theirs(question.spoken, told, out)
    return Speaking(Completing(at, ask, question, options, speaking), speaking, told)


@dataclass(slots=True)
class Speaking:
    """A completion and the voice it speaks in."""

    completing: Completing
    voice: voice.Theirs
    told: Told

    async def run(self) -> Answer:
        """The answer; of a stream everything but its end has been said. Raises RpcError."""
        try:
            return await self.completing.run()
        finally:
            self.voice.out = voice.unheard  # who hears often knows who speaks: a cycle that holds the bodies

    def whole(self, answer: Answer) -> bytes:
        """The answer as the dialect's non-streaming body: the provider's own where it could be passed on."""
        spoken, delivery = self.voice.dialect, self.completing.delivery
        if delivery.passed is not None:
            return spoken.renamed_body(delivery.passed, self.told.model)
        completion = Completion(answer.message, answer.finish, answer.usage)
        return spoken.answer(completion, self.told, delivery.issuer or NOBODY)


def kept_by(model: MergedModel, question: Theirs, state: State) -> MergedModel:
    """Of the model's offers those that hold the state the question builds on. Raises RpcError when there is none."""
    if not question.glimpse.server_state:
        return model
    owners = [state.issued.of(kept) for kept in question.glimpse.server_state]
    providers = {owner.account.partition("#")[0] for owner in owners if owner}
    alone = len(model.offers) == 1
    offers = tuple(o for o in model.offers if o.wire == question.dialect and (alone or o.provider in providers))
    if not offers:
        raise RpcError.of(
            "unsupported_feature",
            "The conversation this goes on with is kept by a provider, and not by one of this model.",
            detail="previous_response_id and conversation work only with the provider that answered before",
            hint="send the whole conversation, with store = false",
        )
    return structs.replace(model, offers=offers)


def unreadable(bad: Unreadable) -> RpcError:
    """The refusal of a body that is not its dialect."""
    named = bad.parameter is None or bad.parameter in bad.message
    return RpcError.of("invalid_params", bad.message if named else f"{bad.parameter}: {bad.message}")


def new_id(now: Now) -> str:
    """Unique, and a later one sorts behind: so the ledger grows at its end."""
    return f"{int(now.wall * 1000):011x}{os.urandom(4).hex()}"


def check(params: CompletionCreate) -> None:
    if params.dialect not in SPOKEN:
        allowed = ", ".join(SPOKEN)
        raise RpcError.of(
            "invalid_params",
            f'The dialect "{params.dialect}" is not served here.',
            detail=f"dialect must be one of: {allowed}",
        )
    _check_shape(params)
    for name, limit in (("deadline_s", params.deadline_s), ("max_tokens", params.max_tokens)):
        if limit is not None and not limit > 0:  # nor NaN, which MessagePack can say
            raise RpcError.of("invalid_params", f"{name} must be more than 0.", detail=f"it is {limit}")
    if isnan(params.wait_until_reset):
        raise RpcError.of("invalid_params", "wait_until_reset must be true, false or seconds.", detail="it is nan")


def _check_shape(params: CompletionCreate) -> None:
    """Messages in our own dialect, a body in any other."""
    if params.dialect == "switchgear":
        if params.body is not UNSET:
            raise RpcError.of("invalid_params", "body belongs to other dialects.", detail="this one takes messages")
        if not any(message.content for message in params.messages):
            raise RpcError.of("invalid_params", "There is nothing to answer.", detail="messages must not be empty")
    elif params.body is UNSET:
        detail = f"body is the request as {params.dialect} spells it"
        raise RpcError.of("invalid_params", "There is nothing to answer.", detail=detail)
    elif params.messages:
        raise RpcError.of("invalid_params", "messages belong to our own dialect.", detail="this one takes body")


def _request(params: CompletionCreate) -> Request:
    return Request(**{name: getattr(params, name) for name in Request.__struct_fields__})


def _downgrading(model: MergedModel, allowed: bool) -> MergedModel:
    return structs.replace(model, routing=structs.replace(model.routing, allow_feature_downgrade=allowed))


def _patience(wait: bool | float) -> float:
    """Seconds the client is willing to wait for a reset."""
    if wait is True:
        return float("inf")
    return max(float(wait), 0.0)


def asked(request_id: str, model: MergedModel, question: Question, client: str, session: str | None) -> Ask:
    return Ask(request_id, model, question.needs, client, session, question.turn_boundary)

"""Counting: how many input tokens a client's Messages body is, before it is asked.

The provider that would serve knows exactly, and Anthropic counts for free; so it is asked when it speaks that
dialect and can serve now. Any trouble costs nothing but exactness: the estimate stands in. Counting has limits of its
own there, so a 429 says nothing of answers; but who would not count is not asked to again for a while. A credential
that is refused is the one that answers want too.
"""

import msgspec
import trio
from msgspec import Struct, structs

from switchgear_protocol.words import FailureKind

from .ask import Ask
from .calling import unsaid
from .core.clock import Now
from .core.error_reply import ErrorReply, classify
from .core.failure import Failure
from .core.offer import MergedModel, Offer
from .core.provider import Passthrough, Provider
from .dialects.anthropic_messages import NAME, counting
from .dialling import Dialled, dial
from .kinds.known import KINDS
from .question import Manner, Theirs
from .services import Services
from .upstream.transport import Reply, TransportFault
from .upstream.turn import Withdrawn

AGAIN = 300.0  # seconds until who would not count is asked again, where it does not say
LIMIT = 5.0  # seconds; a count nobody is waiting for long
MOST = 64 * 1024  # bytes of an answer


class _Count(Struct):
    input_tokens: int


async def input_tokens(at: Services, model: MergedModel, question: Theirs) -> int:
    """Input tokens of the question at the offer that would serve it now; an estimate when it cannot be asked."""
    model = model.spoken(NAME)
    plan = at.state.plan(Ask("", model, question.needs), at.now())
    offer = plan.candidates[0].offer if plan.candidates else None
    if offer is not None and offer.wire == NAME:
        with trio.move_on_after(LIMIT):
            counted = await _asked(at, offer, question)
            if counted is not None:
                return counted
    return question.needs.input_tokens


async def _asked(at: Services, offer: Offer, question: Theirs) -> int | None:
    provider = at.state.config.providers.get(offer.provider)
    if provider is None or at.now().boot < at.uncounted.get((provider.id, provider.base_url), 0.0):
        return None
    dialled = await dial(at.vault, provider, offer, question, Manner(), at.now())
    if isinstance(dialled, Failure) or not dialled.wording.passing:
        return None
    call = structs.replace(
        dialled.call,
        url=f"{dialled.call.url}/count_tokens",
        body=counting(dialled.call.body, model=offer.model),
    )

    def still_there() -> bool:
        """Getting the credential took its time: address, login and the word on spending are those of the config."""
        same = at.state.config.providers.get(offer.provider) == provider
        return same and at.state.unpaid(offer, None, at.now()) is None

    try:
        async with at.transport.open(call, connect=offer.timeouts.connect, still_wanted=still_there) as reply:
            if reply.status == 200:
                return msgspec.json.decode(await reply.head(MOST), type=_Count).input_tokens
            await _refused(at, provider, offer, dialled, await _failure(reply, offer, at.now()))
    except (TransportFault, Withdrawn, ValueError, RecursionError):  # msgspec raises either
        pass
    return None


async def _failure(reply: Reply, offer: Offer, now: Now) -> Failure:
    body, kind = await reply.head(MOST), KINDS[offer.kind]
    said = (offer.wire, offer.kind, reply.status, reply.headers, body, offer.provider, offer.model)
    return classify(ErrorReply(*said, rules=kind.rules), now)


async def _refused(at: Services, provider: Provider, offer: Offer, dialled: Dialled, failure: Failure) -> None:
    """A credential that is refused here is refused for answers; any other no is one to counting alone, for a while."""
    if failure.kind is not FailureKind.AUTH_FAILED:
        at.uncounted[(provider.id, provider.base_url)] = at.now().boot + (failure.retry_after or AGAIN)
    elif await _still_ours(at, provider, dialled):
        known = unsaid(structs.replace(failure, hint=failure.hint or at.vault.renewal(provider)), dialled)
        at.announce(at.state.credential_absent(provider.id, known, at.now()))


async def _still_ours(at: Services, provider: Provider, dialled: Dialled) -> bool:
    """Whether the credential was the provider's own, and still is: not a client's, nor one replaced meanwhile."""
    if dialled.secret is None or isinstance(provider.credential, Passthrough):
        return False
    return await at.vault.rotated(provider, dialled.secret) is None

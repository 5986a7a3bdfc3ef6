"""Counting: how many input tokens a client's Messages body is, before it is asked.

The provider that would serve knows exactly, and Anthropic counts for free; so it is asked when it speaks that
dialect and can serve now. Any trouble costs nothing but exactness: the estimate stands in.
"""

import msgspec
import trio
from msgspec import Struct

from .ask import Ask
from .core.failure import Failure
from .core.offer import MergedModel, Offer
from .dialects.anthropic_messages import NAME, counting
from .dialling import dial
from .question import Manner, Theirs
from .services import Services
from .upstream.transport import Reply, TransportFault
from .upstream.turn import Withdrawn

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
    if provider is None:
        return None
    dialled = await dial(at.vault, provider, offer, question, Manner(), at.now())
    if isinstance(dialled, Failure) or not dialled.wording.passing:
        return None
    call = msgspec.structs.replace(
        dialled.call,
        url=f"{dialled.call.url}/count_tokens",
        body=counting(dialled.call.body, model=offer.model),
    )

    def still_there() -> bool:
        """Getting the credential took its time: the address and the login are those of the config still."""
        return at.state.config.providers.get(offer.provider) == provider

    try:
        async with at.transport.open(call, connect=offer.timeouts.connect, still_wanted=still_there) as reply:
            return await _read(reply)
    except (TransportFault, Withdrawn, ValueError, RecursionError):  # msgspec raises either
        return None


async def _read(reply: Reply) -> int | None:
    if reply.status != 200:
        return None
    return msgspec.json.decode(await reply.head(MOST), type=_Count).input_tokens

"""Estimate: how large a request is before any tokenizer has seen it, and what it needs of an offer.

Used for the context gate and for reservations, so it errs on the high side. Where a provider reports no
usage it stands in for it, marked as an estimate. Rules for editing: cheap (one pass, no tokenizer) and
monotonic: more content never estimates as less.
"""

import math
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from switchgear_protocol.content import (
    Block,
    Completion,
    Document,
    Image,
    Message,
    Opaque,
    Request,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
)

from .needs import Needs, stops

BYTES_PER_TOKEN = 3.5  # UTF-8: English runs near 4, code and CJK near 3
IMAGE_TOKENS = 1_500
PAGE_TOKENS = 2_000
PAGE_BYTES = 50_000  # a PDF's pages are not counted, only guessed from its size
MESSAGE_TOKENS = 4  # role and separators


def input_tokens(request: Request) -> int:
    """About how many input tokens the request is, rather too many than too few."""
    size = _text(request.system or "") + _json(request.tools)
    if request.response_format is not None:
        size += _json(request.response_format)
    return math.ceil(size) + sum(_message(message) for message in request.messages)


def decoded(length: int) -> float:
    """Bytes in so many characters of base64: three in four."""
    return length * 3 / 4


def pages(length: int) -> int:
    """About how many pages a PDF of so many characters of base64 has."""
    return math.ceil(max(decoded(length), 1) / PAGE_BYTES)


def counted(needs: Needs, completion: Completion) -> Completion:
    """The completion with its usage guessed from the lengths of question and answer, when the provider gave none."""
    if completion.usage != Usage(estimated=True):
        return completion
    guess = Usage(input=needs.input_tokens, output=_message(completion.message), estimated=True)
    return replace(completion, usage=guess)


def broken_off(needs: Needs, length: int, said: Usage | None) -> Usage | None:
    """What an answer used that ended in its middle, after so many characters: it is billed, though its provider had no
    occasion to say how much. `said`: what it did say; of most nothing, of some the prompt alone."""
    written = math.ceil(length / BYTES_PER_TOKEN)
    if not length:
        return said
    if said is None or said == Usage(estimated=True):
        return Usage(input=needs.input_tokens, output=written, estimated=True)
    return said if said.output * 2 >= written else replace(said, output=written, estimated=True)


def needs(request: Request) -> Needs:
    """What an offer must be able to do to serve the request."""
    blocks = [block for message in request.messages for block in _blocks(message)]
    wanted = request.response_format
    return Needs(
        tools=bool(request.tools) or any(isinstance(block, ToolCall | ToolResult) for block in blocks),
        images=any(_has_image(block) for block in blocks),
        pdf=any(isinstance(block, Document) and not _is_text(block) for block in blocks),
        json_schema=wanted is not None and wanted.type == "json_schema",
        reasoning=_wants_reasoning(request),
        input_tokens=input_tokens(request),
        output_tokens=request.max_tokens,
        uses=frozenset(use for use, asked in _uses(request, blocks) if asked),
    )


def _uses(request: Request, blocks: list[Block]) -> Iterator[tuple[str, bool]]:
    """Each use of `needs.USES` our own dialect has words for, and whether the request makes it."""
    yield stops(len(request.stop)), bool(request.stop)
    yield "seed", request.seed is not None
    yield "top_k", request.top_k is not None
    yield "penalties", request.frequency_penalty is not None or request.presence_penalty is not None
    yield "sequential_tools", request.parallel_tool_calls is False and bool(request.tools)
    yield "image_urls", any(_has_image_url(block) for block in blocks)


def _wants_reasoning(request: Request) -> bool:
    asked = request.reasoning
    return asked is not None and (asked.effort not in (None, "none") or bool(asked.budget_tokens))


def _message(message: Message) -> int:
    return MESSAGE_TOKENS + math.ceil(sum(_block(block) for block in _blocks(message)))


def _blocks(message: Message) -> list[Block]:
    return [Text(message.content)] if isinstance(message.content, str) else message.content


def _block(block: Block) -> float:
    match block:
        case Text() | Thinking():
            return _text(block.text)
        case Image():
            return IMAGE_TOKENS
        case Document():
            return _document(block)
        case ToolCall():
            return _text(block.name) + _text(block.arguments)
        case ToolResult(content=str() as text):
            return _text(text)
        case ToolResult(content=parts):
            return sum(_block(part) for part in parts if not isinstance(part, str))
        case Opaque():
            return _json(block.data)


def _document(document: Document) -> float:
    if _is_text(document):
        return decoded(len(document.data)) / BYTES_PER_TOKEN
    return PAGE_TOKENS * pages(len(document.data))


def _is_text(document: Document) -> bool:
    return document.media_type.startswith("text/")


def _has_image_url(block: Block) -> bool:
    if isinstance(block, ToolResult) and not isinstance(block.content, str):
        return any(_has_image_url(part) for part in block.content)
    return isinstance(block, Image) and block.url is not None and not block.url.startswith("data:")


def _has_image(block: Block) -> bool:
    if isinstance(block, ToolResult) and not isinstance(block.content, str):
        return any(isinstance(part, Image) for part in block.content)
    return isinstance(block, Image)


def _text(text: str) -> float:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return size / BYTES_PER_TOKEN


def _json(value: object) -> float:
    """An empty list of tools is sent as nothing."""
    return len(msgspec.json.encode(value)) / BYTES_PER_TOKEN if value else 0.0

"""What routing has to know of a body of anthropic.messages, without decoding what is said in it.

The session is in `metadata.user_id`: Claude Code puts a JSON object with a session_id there (older ones
a text with `_session_UUID` in it). The opening leaves out what a client changes from request to request:
cache markers move on, and its first system block is a line for Anthropic's accounting.

Tokens are guessed from the length of the whole body without media, signatures and encrypted data: what
JSON adds around a text is about what a provider adds. A document by URL counts as a kept file, because no
other wire takes one. Only what the current turn needs is checked; an unknown block is its provider's business.
"""

import math
import re
from collections.abc import Iterator

import msgspec

from switchgeard.core.estimate import BYTES_PER_TOKEN, IMAGE_TOKENS, PAGE_TOKENS, pages
from switchgeard.core.needs import Needs, stops
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.reading import glimpsed, opens, parsed

from .body import (
    ACCOUNT,
    BILLING,
    BODY,
    CONTENT,
    OPTIONAL_TEXT,
    OWN_TOOL,
    SOURCE,
    TEXT,
    Block,
    Body,
    Format,
    Message,
    hosted,
)
from .encode import NAME

MOST_MESSAGES = 100_000  # the API's own limit
_BILLING = b'"' + BILLING.encode()
_SESSION = re.compile(r"_session_([0-9A-Za-z-]{8,64})$")


def glimpse(body: bytes, *, model: str | None = None, stream: bool | None = None) -> Glimpse:
    """See `dialect.Dialect.glimpse`."""
    seen = glimpsed(BODY, body)
    name = model if model is not None else seen.model
    if not name:
        raise Unreadable("model: this is required: the name of a model", "model")
    if not seen.messages:
        raise Unreadable("messages: at least one message is required", "messages")
    if len(seen.messages) > MOST_MESSAGES:
        raise Unreadable(f"messages: more than {MOST_MESSAGES} messages", "messages")
    transcript = _Transcript()
    transcript.read(seen.messages)
    return Glimpse(
        model=name,
        stream=bool(seen.stream) if stream is None else stream,
        needs=_needs(seen, transcript, len(body)),
        turn_boundary=transcript.boundary,
        identities=tuple(_identities(seen)),
        opening=b"\n".join([*_system(seen), *transcript.opening]),
        sealed=tuple(transcript.sealed),
        server_state=(_container(seen),) if _container(seen) else (),
        stops=tuple(seen.stop_sequences or ()),
    )


class _Transcript:
    """What the messages hold, block by block."""

    __slots__ = ("blobs", "boundary", "images", "opening", "pages", "pdf", "sealed", "tools", "uses")

    def __init__(self) -> None:
        self.opening: list[bytes] = []  # of the first message a user said
        self.sealed: list[str] = []
        self.blobs = 0  # bytes of the body that are no text
        self.images = 0
        self.pages = 0
        self.pdf = False
        self.tools = False
        self.boundary = False
        self.uses: set[str] = set()

    def read(self, messages: list[Message]) -> None:
        opened = False
        for index, message in enumerate(messages):
            at = f"messages.{index}.content"
            content = parsed(CONTENT, message.content, at)
            blocks = content if isinstance(content, list) else []
            for number, block in enumerate(blocks):
                self._block(block, f"{at}.{number}")
            if message.role == "user" and not opened:
                opened = True
                self.opening = [_gist(block) for block in blocks] if blocks else [bytes(message.content)]
            if message.role != "system":
                self._turn(message.role, blocks)

    def _turn(self, role: str, blocks: list[Block]) -> None:
        """The last one counts: whose it is, and whether it answers tool calls."""
        self.boundary = role == "user" and not any(block.type == "tool_result" for block in blocks)
        self.uses.discard("prefill")
        if role == "assistant":
            self.uses.add("prefill")

    def _block(self, block: Block, at: str) -> None:
        match block.type:
            case "text":
                pass
            case "tool_use":
                self._called(block.id, f"{at}.id")
            case "tool_result":
                self._called(block.tool_use_id, f"{at}.tool_use_id")
                self._inner(block.content, f"{at}.content", ("image", "document"))
            case "thinking":
                self._seal(block.signature, f"{at}.signature")
            case "redacted_thinking":
                self._seal(block.data, f"{at}.data")
            case "image" | "document":
                self._media(block, at)
            case kind:
                self._unusual(kind)

    def _called(self, id: msgspec.Raw, at: str) -> None:
        self.tools = True
        parsed(TEXT, id or b"null", at)

    def _inner(self, content: msgspec.Raw, at: str, kinds: tuple[str, ...]) -> None:
        """Blocks inside a block, which never holds its own kind. Text is the usual case and needs no look."""
        if not opens(content, b"["):
            return
        for number, block in enumerate(parsed(CONTENT, content, at)):
            if isinstance(block, Block) and block.type in kinds:
                self._block(block, f"{at}.{number}")

    def _seal(self, blob: msgspec.Raw, at: str) -> None:
        text = parsed(OPTIONAL_TEXT, blob or b"null", at)
        if text:
            self.sealed.append(text)
            self.blobs += len(text)

    def _media(self, block: Block, at: str) -> None:
        source = parsed(SOURCE, block.source or b"{}", f"{at}.source")
        size = len(source.data)
        if source.type == "file" or (source.type == "url" and block.type == "document"):
            self.uses.add("files")
        elif source.type == "url":
            self.uses.add("image_urls")
        elif source.type == "content":
            return self._inner(source.content, f"{at}.source.content", ("image",))
        elif source.type == "text":
            return None
        self.blobs += size
        if block.type == "image":
            self.images += 1
        elif not (source.media_type or "").startswith("text/"):
            self.pdf = True
            self.pages += pages(size)
        return None

    def _unusual(self, kind: str) -> None:
        if kind == "container_upload":
            self.uses.add("files")
        elif hosted(kind):
            self.uses.add("hosted_tools")


def _needs(seen: Body, transcript: _Transcript, size: int) -> Needs:
    text = math.ceil(max(size - transcript.blobs, 0) / BYTES_PER_TOKEN)
    return Needs(
        tools=bool(seen.tools) or transcript.tools,
        images=transcript.images > 0,
        pdf=transcript.pdf,
        json_schema=any(wanted and wanted.type == "json_schema" for wanted in _formats(seen)),
        reasoning=_thinks(seen),
        input_tokens=text + transcript.images * IMAGE_TOKENS + transcript.pages * PAGE_TOKENS,
        output_tokens=seen.max_tokens,
        dialect=NAME,
        uses=frozenset(transcript.uses | set(_uses(seen))),
    )


def _formats(seen: Body) -> tuple[Format | None, ...]:
    return (seen.output_format, seen.output_config.format if seen.output_config else None)


def _thinks(seen: Body) -> bool:
    if seen.thinking is not None:
        return seen.thinking.type != "disabled"
    return bool(seen.output_config and seen.output_config.effort)


def _uses(seen: Body) -> Iterator[str]:
    if seen.mcp_servers or any(tool.type not in OWN_TOOL for tool in seen.tools or ()):
        yield "hosted_tools"
    if _container(seen):
        yield "server_state"
    if seen.top_k is not None:
        yield "top_k"
    if seen.stop_sequences:
        yield stops(len(seen.stop_sequences))
    if seen.tool_choice and seen.tool_choice.disable_parallel_tool_use:
        yield "sequential_tools"


def _container(seen: Body) -> str:
    return (seen.container if isinstance(seen.container, str) else seen.container and seen.container.id) or ""


def _identities(seen: Body) -> Iterator[tuple[str, str]]:
    user = (seen.metadata and seen.metadata.user_id) or ""
    if user.startswith("{"):
        try:
            yield "metadata.user_id.session_id", ACCOUNT.decode(user).session_id
        except ValueError:
            yield "metadata.user_id", user
    elif session := _SESSION.search(user):
        yield "metadata.user_id.session_id", session[1]
    elif user:
        yield "metadata.user_id", user


def _system(seen: Body) -> list[bytes]:
    if not seen.system:
        return []
    found = parsed(CONTENT, seen.system, "system")
    if isinstance(found, str):
        return [bytes(seen.system)]
    return [_gist(block) for block in found if not bytes(block.text).startswith(_BILLING)]


def _gist(block: Block) -> bytes:
    """The block without its cache marker."""
    return bytes(block.text) or bytes(block.source) or bytes(block.content)

"""A glimpse of an openai.chat body: what routing has to know, with what is said in it left raw.

Rules for editing: nothing here builds a value that is as large as what a client may say; parts, texts, images
and schemas stay raw bytes whose length is what counts. A field this wire does not have, and that a host or a
gateway does (top_k, session_id, reasoning), is looked at when clients are known to send it, and never refused.

The blob of a reasoning field is its text, since nothing signs it: whose it is, is remembered by that.
"""

import math
from typing import Any

import msgspec
from msgspec import Raw, Struct

from switchgeard.core.estimate import BYTES_PER_TOKEN, IMAGE_TOKENS, MESSAGE_TOKENS, PAGE_TOKENS, decoded, pages
from switchgeard.core.needs import Needs, stops
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.reading import NOTHING, Tokens, glimpsed, members, opens, parsed, tokens

from .encode import NAME

EMPTY = (*NOTHING, b"{}", b"[]", b"false", b"0", b"0.0", b'""')
IDENTITY_LIMIT = 512  # characters; a longer name names no session


class Given(Struct, gc=False):
    """A function's, or a free text tool's, part of a call."""

    name: Raw = Raw()
    arguments: Raw = Raw()
    input: Raw = Raw()


class Call(Struct, gc=False):
    id: str | None = None
    function: Given | None = None
    custom: Given | None = None
    extra_content: Any = None


class Said(Struct, gc=False):
    """A message."""

    role: str
    content: Raw = Raw()
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None
    reasoning_content: Any = None
    reasoning: Any = None
    reasoning_details: Any = None
    audio: Raw = Raw()


class File(Struct, gc=False):
    file_data: Raw = Raw()
    file_id: str | None = None


class Part(Struct, gc=False):
    type: str
    text: Raw = Raw()
    image_url: Raw = Raw()
    file: File | None = None


class Named(Struct, gc=False):
    name: str = ""


class Offered(Struct, gc=False):
    """A tool."""

    type: str = "function"
    custom: Named | None = None


class Options(Struct, gc=False):
    include_usage: bool | None = None


class Format(Struct, gc=False):
    type: str = "text"


class Body(Struct):
    messages: list[Said]
    model: str | None = None
    stream: bool | None = None
    stream_options: Options | None = None
    tools: list[Offered] | None = None
    functions: Raw = Raw()
    response_format: Format | None = None
    max_completion_tokens: Tokens | None = None
    max_tokens: Tokens | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning_effort: str | None = None
    reasoning: Any = None  # OpenRouter: {effort, max_tokens, enabled}
    n: int | None = None
    logprobs: Raw = Raw()
    top_logprobs: Raw = Raw()
    logit_bias: Raw = Raw()
    prediction: Raw = Raw()
    audio: Raw = Raw()
    web_search_options: Raw = Raw()
    seed: Raw = Raw()
    frequency_penalty: Raw = Raw()
    presence_penalty: Raw = Raw()
    top_k: Raw = Raw()
    stop: Raw = Raw()
    parallel_tool_calls: bool | None = None
    session_id: Any = None
    prompt_cache_key: Any = None
    metadata: Any = None


_BODY = msgspec.json.Decoder(Body)
_PARTS = msgspec.json.Decoder(list[Part])
_URL = msgspec.json.Decoder(dict[str, Raw])


def glimpse(body: bytes, *, model: str | None = None, stream: bool | None = None) -> Glimpse:
    """What routing has to know of this body. Raises Unreadable."""
    spans = members(body)
    asked = glimpsed(_BODY, body)
    if not asked.messages:
        raise Unreadable("messages: is empty", "messages")
    model = model or asked.model
    if not model:
        raise Unreadable("model: is missing", "model")
    look = _Look(asked.messages)
    stream = bool(asked.stream) if stream is None else stream
    schemas = sum(end - begin for name in ("tools", "response_format") for begin, end in [spans.get(name, (0, 0))])
    return Glimpse(
        model=model,
        stream=stream,
        needs=_needs(asked, look, schemas),
        turn_boundary=asked.messages[-1].role == "user",
        identities=_identities(asked),
        opening=bytes(look.opening),
        sealed=tuple(look.sealed),
        custom_tools=frozenset(tool.custom.name for tool in asked.tools or () if tool.custom),
        usage_wanted=not stream or bool(asked.stream_options and asked.stream_options.include_usage),
    )


def _needs(asked: Body, look: "_Look", schemas: int) -> Needs:
    return Needs(
        tools=any(tool.type in ("function", "custom") for tool in asked.tools or ())
        or look.calls
        or bytes(asked.functions) not in EMPTY,
        images=look.images,
        pdf=look.pdf,
        json_schema=asked.response_format is not None and asked.response_format.type == "json_schema",
        reasoning=_wants_reasoning(asked),
        input_tokens=math.ceil(look.tokens + schemas / BYTES_PER_TOKEN),
        output_tokens=asked.max_completion_tokens or asked.max_tokens,
        dialect=NAME,
        uses=frozenset(use for use, made in _uses(asked, look).items() if made),
    )


def _uses(asked: Body, look: "_Look") -> dict[str, bool]:
    """Each use of `core.needs.USES` this wire has words for, and whether the body makes it."""
    last = asked.messages[-1]
    tools = asked.tools or ()
    return {
        "hosted_tools": any(tool.type not in ("function", "custom") for tool in tools)
        or bytes(asked.web_search_options) not in NOTHING,
        "many_answers": (asked.n or 1) > 1,
        "logprobs": any(bytes(value) not in EMPTY for value in (asked.logprobs, asked.top_logprobs)),
        "logit_bias": bytes(asked.logit_bias) not in EMPTY,
        "prediction": bytes(asked.prediction) not in EMPTY,
        "audio": look.audio or bytes(asked.audio) not in EMPTY,
        "files": look.files,
        "seed": bytes(asked.seed) not in NOTHING,
        "penalties": any(bytes(value) not in EMPTY for value in (asked.frequency_penalty, asked.presence_penalty)),
        "top_k": bytes(asked.top_k) not in EMPTY,
        stops(_length(asked.stop)): bytes(asked.stop) not in EMPTY,
        "prefill": last.role == "assistant" and not last.tool_calls,
        "sequential_tools": asked.parallel_tool_calls is False and bool(tools),
        "image_urls": look.image_urls,
    }


def _length(listed: Raw) -> int:
    """Entries of a list; one of anything else."""
    return len(msgspec.json.decode(listed, type=list[Raw])) if bytes(listed)[:1] == b"[" else 1


def _wants_reasoning(asked: Body) -> bool:
    if asked.reasoning_effort is not None:
        return asked.reasoning_effort != "none"
    wanted = asked.reasoning
    if not isinstance(wanted, dict) or wanted.get("enabled") is False:
        return False
    return wanted.get("effort") not in (None, "none") or bool(wanted.get("max_tokens") or wanted.get("enabled"))


def _identities(asked: Body) -> tuple[tuple[str, str], ...]:
    """The names of a session in the body, best first."""
    metadata = asked.metadata if isinstance(asked.metadata, dict) else {}
    named = (
        ("session_id", asked.session_id),
        ("prompt_cache_key", asked.prompt_cache_key),
        ("metadata.session_id", metadata.get("session_id")),
        ("metadata.user_id", metadata.get("user_id")),
    )
    return tuple((where, name) for where, name in named if isinstance(name, str) and 0 < len(name) <= IDENTITY_LIMIT)


class _Look:
    """One look through the messages."""

    def __init__(self, messages: list[Said]) -> None:
        self.tokens = 0.0
        self.images = self.image_urls = self.pdf = self.files = self.audio = self.calls = False
        self.sealed: list[str] = []
        self.opening = bytearray()
        self._opening = True
        for index, message in enumerate(messages):
            self._message(message, f"messages.{index}")

    def _message(self, message: Said, at: str) -> None:
        self.tokens += MESSAGE_TOKENS
        if self._opening:
            self.opening += message.role.encode() + b"\n"
        self._content(message.content, f"{at}.content")
        self._reasoning(message)
        for call in message.tool_calls or ():
            self._call(call)
        if message.role == "tool":
            self.calls = True
        self.audio = self.audio or bytes(message.audio) not in NOTHING
        self._opening = self._opening and message.role != "user"

    def _content(self, content: Raw, at: str) -> None:
        if opens(content, b'"'):
            self._text(content)
        elif opens(content, b"["):
            for part in parsed(_PARTS, content, at):
                self._part(part, at)
        elif bytes(content) not in NOTHING:
            raise Unreadable(f"{at}: expected a text or a list of parts", at)

    def _text(self, raw: Raw) -> None:
        self.tokens += tokens(raw)
        if self._opening:
            self.opening += bytes(raw)

    def _part(self, part: Part, at: str) -> None:
        if part.type == "image_url":
            self._image(part.image_url, at)
        elif part.type == "file":
            self._file(part.file or File())
        elif part.type == "input_audio":
            self.audio = True
        else:
            self._text(part.text)

    def _image(self, image: Raw, at: str) -> None:
        url = image
        if opens(image, b"{"):
            url = parsed(_URL, image, at).get("url", Raw())
        self.images = True
        self.image_urls = self.image_urls or not _inline(url)
        self.tokens += IMAGE_TOKENS

    def _file(self, file: File) -> None:
        length = len(memoryview(file.file_data))
        if file.file_id is not None:
            self.files = True
        elif bytes(memoryview(file.file_data)[:11]).startswith(b'"data:text/'):
            self.tokens += decoded(length) / BYTES_PER_TOKEN
        else:
            self.pdf = True
            self.tokens += PAGE_TOKENS * pages(length)

    def _reasoning(self, message: Said) -> None:
        details = message.reasoning_details if isinstance(message.reasoning_details, list) else ()
        thoughts = [message.reasoning_content, message.reasoning]
        thoughts += [blob for detail in details for blob in blobs(detail)]
        for thought in thoughts:
            if isinstance(thought, str) and thought:
                self.sealed.append(thought)
                self.tokens += len(thought) / BYTES_PER_TOKEN

    def _call(self, call: Call) -> None:
        self.calls = True
        for given in (call.function, call.custom):
            if given is not None:
                self.tokens += sum(map(tokens, (given.name, given.arguments, given.input)))
        if signature := thought_signature(call.extra_content):
            self.sealed.append(signature)


def blobs(detail: object) -> list[str]:
    """What only its issuer can read in one of OpenRouter's `reasoning_details`."""
    values = [detail.get(name) for name in ("data", "signature")] if isinstance(detail, dict) else []
    return [value for value in values if isinstance(value, str) and value]


def thought_signature(extra: object) -> str | None:
    """What Gemini signs a call with on this wire (`extra_content.google.thought_signature`)."""
    google = extra.get("google") if isinstance(extra, dict) else None
    signature = google.get("thought_signature") if isinstance(google, dict) else None
    return signature if isinstance(signature, str) and signature else None


def _inline(url: Raw) -> bool:
    return bytes(memoryview(url)[:6]).lower() == b'"data:'

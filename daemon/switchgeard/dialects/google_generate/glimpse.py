"""What routing has to know of a body of google.generate, without decoding what is said in it.

The URL says the model and whether to stream. Nothing in a body names a session; its opening is the system
instruction and what the user said first. Tokens are guessed from the length of the whole body without media and
signatures, as what JSON adds around a text is about what a provider adds. Sound and moving pictures are `audio`;
what Google keeps (fileData) is `files`, unless it is a picture somewhere on the web.
"""

import math
from collections.abc import Iterator

from msgspec import Raw

from switchgeard.core.estimate import BYTES_PER_TOKEN, IMAGE_TOKENS, PAGE_TOKENS, pages
from switchgeard.core.needs import Needs, stops
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.reading import NOTHING, glimpsed

from .body import BODY, HOSTED, OWN_TOOLS, Blob, Body, Config, Content, Kept, Part, Thinking
from .parts import NAME
from .signature import blob
from .spelling import plain

OWN_FILES = "generativelanguage.googleapis.com"
SOUNDS = ("audio/", "video/")


def glimpse(body: bytes, *, model: str | None = None, stream: bool | None = None) -> Glimpse:
    """See `dialect.Dialect.glimpse`."""
    seen = glimpsed(BODY, plain(body))
    name = model if model is not None else seen.model
    if not isinstance(name, str) or not name:
        raise Unreadable("model: this is required: the name of a model", "model")
    if not seen.contents:
        raise Unreadable("contents: is empty", "contents")
    look = _Look(seen.contents)
    return Glimpse(
        model=name.removeprefix("models/"),
        stream=bool(stream),
        needs=_needs(seen, look, len(body)),
        turn_boundary=look.boundary,
        opening=b"\n".join([bytes(seen.system_instruction), *look.opening]),
        sealed=tuple(look.sealed),
        server_state=(seen.cached_content,) if seen.cached_content else (),
    )


class _Look:
    """One look through the contents."""

    def __init__(self, contents: list[Content]) -> None:
        self.opening: list[bytes] = []  # of the first content a user said
        self.sealed: list[str] = []
        self.skipped = 0  # bytes of the body that are no text
        self.images = self.pages = 0
        self.pdf = self.tools = self.boundary = False
        self.uses: set[str] = set()
        for content in contents:
            self._content(content.role or "user", content.parts or [])

    def _content(self, role: str, parts: list[Part]) -> None:
        for part in parts:
            self._part(part)
        if role != "model" and not self.opening:
            self.opening = [bytes(part.text) for part in parts]
        self.boundary = role != "model" and not any(part.function_response for part in parts)
        self.uses.discard("prefill")
        if role == "model":
            self.uses.add("prefill")

    def _part(self, part: Part) -> None:
        self._signed(part)
        if part.inline_data is not None:
            self._media(part.inline_data)
        if part.file_data is not None:
            self._kept(part.file_data)
        self.tools = self.tools or part.function_call is not None or part.function_response is not None
        if part.function_response is not None:
            for inner in part.function_response.parts or ():
                self._media(inner.inline_data or Blob())
        if any(bytes(getattr(part, name)) not in NOTHING for name in HOSTED):
            self.uses.add("hosted_tools")

    def _signed(self, part: Part) -> None:
        self.skipped += len(part.thought_signature or "")
        if signature := blob(part.thought_signature):
            self.sealed.append(signature)

    def _media(self, media: Blob) -> None:
        size = len(memoryview(media.data))
        kind = media.mime_type
        if kind.startswith("text/"):
            return
        self.skipped += size
        if kind.startswith("image/"):
            self.images += 1
        elif kind.startswith(SOUNDS):
            self.uses.add("audio")
        elif kind:
            self.pdf = True
            self.pages += pages(size)

    def _kept(self, file: Kept) -> None:
        picture = (file.mime_type or "").startswith("image/")
        self.images += picture
        elsewhere = file.file_uri.startswith(("http://", "https://")) and OWN_FILES not in file.file_uri
        self.uses.add("image_urls" if picture and elsewhere else "files")


def _needs(seen: Body, look: _Look, size: int) -> Needs:
    config = seen.generation_config or Config()
    text = math.ceil(max(size - look.skipped, 0) / BYTES_PER_TOKEN)
    return Needs(
        tools=look.tools or any(OWN_TOOLS in tool for tool in seen.tools or ()),
        images=look.images > 0,
        pdf=look.pdf,
        json_schema=any(bytes(schema) not in NOTHING for schema in _schemas(config)),
        reasoning=_thinks(config.thinking_config),
        input_tokens=text + look.images * IMAGE_TOKENS + look.pages * PAGE_TOKENS,
        output_tokens=config.max_output_tokens,
        dialect=NAME,
        uses=frozenset(look.uses | set(_uses(seen, config))),
    )


def _schemas(config: Config) -> tuple[Raw, Raw]:
    return config.response_schema, config.response_json_schema


def _thinks(asked: Thinking | None) -> bool:
    if asked is None or asked.thinking_budget == 0:
        return False
    return bool(asked.thinking_level or asked.thinking_budget or asked.include_thoughts)


def _uses(seen: Body, config: Config) -> Iterator[str]:
    found = {
        "hosted_tools": any(name != OWN_TOOLS for tool in seen.tools or () for name in tool),
        "server_state": bool(seen.cached_content),
        "many_answers": (config.candidate_count or 1) > 1,
        "logprobs": bool(config.response_logprobs or config.logprobs),
        "audio": bytes(config.speech_config) not in NOTHING or _asks(config, "AUDIO"),
        "images_out": _asks(config, "IMAGE"),
        "seed": config.seed is not None,
        "penalties": config.frequency_penalty is not None or config.presence_penalty is not None,
        "top_k": config.top_k is not None,
        stops(len(config.stop_sequences or ())): bool(config.stop_sequences),
    }
    yield from (use for use, used in found.items() if used)


def _asks(config: Config, modality: str) -> bool:
    return any(wanted.upper() == modality for wanted in config.response_modalities or ())

"""What Claude Code prints: JSON lines to canonical events, quota windows and failures. Sans-I/O.

A good answer is: stream events of the Messages API, the message again as a whole, then `result`. Its exit status and
the word "success" mean nothing; `is_error` does. After an error in the middle of a stream it asks again by itself, not
streaming: then a whole message comes that was not streamed, and it takes the place of what was, it never follows it.

Rules for editing: quota and errors are told in the words of the Messages API (headers, error body), so that one set of
tables judges them. What is not known is ignored. Nothing is said to have ended well before `result`.
"""

import re
from typing import Any

import msgspec
from msgspec import Struct, field, structs

from switchgear_protocol.events import Restarted, StreamEvent
from switchgear_protocol.words import FailureKind, Scope
from switchgeard.core.clock import Now
from switchgeard.core.cost import FREE
from switchgeard.core.error_reply import ErrorReply, classify
from switchgeard.core.failure import Failure, garbled
from switchgeard.core.offer import Offer
from switchgeard.core.quota import Window
from switchgeard.core.readings import CLAIMS, UNIFIED, readings
from switchgeard.core.scrub import scrub
from switchgeard.dialects.anthropic_messages import decode
from switchgeard.dialects.fault import Garbled, parsed
from switchgeard.upstream.sse import Event

LOGIN = re.compile(r"/login|not logged in|setup-token", re.IGNORECASE)
MOST_WINDOWS = 16
ERRORS = {
    "authentication_failed": (401, "authentication_error"),
    "billing_error": (400, "billing_error"),
    "rate_limit": (429, "rate_limit_error"),
    "invalid_request": (400, "invalid_request_error"),
    "server_error": (500, "api_error"),
    "unknown": (500, "api_error"),
}
"""Its word for an error -> the API's status, where it does not say it, and type."""


class Message(Struct):
    id: str | None = None
    model: str | None = None
    content: list[dict[str, Any]] = []
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None


class Line(Struct):
    type: str = ""
    subtype: str | None = None
    event: msgspec.Raw = msgspec.Raw()
    message: Message | None = None
    parent_tool_use_id: str | None = None
    error: Any = None
    api_error_status: int | None = None
    api_error_params: dict[str, Any] | None = None
    rate_limit_info: dict[str, Any] | None = None
    is_error: bool = False
    result: Any = None
    stop_reason: str | None = None
    key_source: Any = field(name="apiKeySource", default=None)


class Typed(Struct):
    type: Any = None


TYPES = ("system", "stream_event", "assistant", "rate_limit_event", "result")
_TYPED = msgspec.json.Decoder(Typed)
_LINE = msgspec.json.Decoder(Line)


class Lines:
    """One run. `windows`: what was read of the quota, for the caller to take."""

    __slots__ = ("_decoder", "_headers", "_offer", "_streamed", "_trouble", "_whole", "done", "failure", "windows")

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._decoder = decode.Decoder()
        self._streamed: set[str] = set()  # ids of messages that came as a stream
        self._whole: Message | None = None  # a message that did not
        self._headers: dict[str, str] = {}
        self._trouble: Line | None = None
        self.windows: tuple[Window, ...] = ()
        self.done = False
        self.failure: Failure | None = None

    def feed(self, line: bytes, now: Now) -> list[StreamEvent]:
        """The events of one line. At `result` it is done, with the end of the answer or with `failure`. Raises
        Garbled."""
        if self.done or not line.startswith(b"{"):
            return []
        if parsed(_TYPED, line).type not in TYPES:
            return []
        read = parsed(_LINE, line)
        match read.type:
            case "system" if read.subtype == "init":
                self._begun(read.key_source)
            case "stream_event" if read.parent_tool_use_id is None and bytes(read.event):
                return self._stream(bytes(read.event))
            case "assistant" if read.message is not None:
                self._assistant(read, read.message)
            case "rate_limit_event":
                self._quota(read.rate_limit_info, now)
            case "result":
                return self._result(read, now)
        return []

    def _begun(self, key_source: object) -> None:
        """ "none" is a login. A key is billed by use: not by a provider that the user has for paid."""
        keyed = isinstance(key_source, str) and key_source not in ("", "none")
        if keyed and self._offer.billing in FREE:
            self.done, self.failure = True, billed(self._offer.provider)

    def _stream(self, event: bytes) -> list[StreamEvent]:
        shape = parsed(_STREAMED, event)
        if shape.type == "error":  # it will ask again by itself, or say so in its result
            return []
        if shape.type == "message_start" and shape.message is not None and shape.message.id:
            self._streamed.add(shape.message.id)
        return self._decoder.feed(Event(shape.type, event.decode()))

    def _assistant(self, line: Line, message: Message) -> None:
        if line.error is not None:
            self._trouble = line
        elif message.id and message.id not in self._streamed:
            before = self._whole.content if self._whole and self._whole.id == message.id else []
            self._whole = structs.replace(message, content=[*before, *message.content])

    def _quota(self, info: dict[str, Any] | None, now: Now) -> None:
        self._headers = headers(info or {})
        self.windows = readings(self._offer.provider, self._offer.model, self._headers, now)

    def _result(self, line: Line, now: Now) -> list[StreamEvent]:
        self.done = True
        if line.is_error:
            self.failure = self._failed(line, now)
            return []
        if self._whole is None:
            return self._decoder.end()
        stop = self._whole.stop_reason or line.stop_reason or "end_turn"
        body = msgspec.json.encode({**structs.asdict(self._whole), "type": "message", "stop_reason": stop})
        again: list[StreamEvent] = [Restarted("Claude Code asked again")] if self._streamed else []
        return [*again, *decode.whole(body)]

    def _failed(self, line: Line, now: Now) -> Failure:
        trouble = self._trouble or line
        text = _text(trouble.message) or (line.result if isinstance(line.result, str) else "")
        if trouble.api_error_params:
            self._quota(trouble.api_error_params.get("rate_limit_info") or None, now)
        if trouble.error is None and LOGIN.search(text):
            return self._login(text)
        word = trouble.error if isinstance(trouble.error, str) else "unknown"
        status, kind = ERRORS.get(word, ERRORS["unknown"])
        failure = self._classified(trouble.api_error_status or line.api_error_status or status, kind, text, now)
        return self._login(text) if failure.kind is FailureKind.AUTH_FAILED else failure

    def _classified(self, status: int, kind: str, text: str, now: Now) -> Failure:
        offer = self._offer
        body = msgspec.json.encode({"type": "error", "error": {"type": kind, "message": text}})
        reply = ErrorReply(offer.wire, offer.kind, status, self._headers, body, offer.provider, offer.model)
        return structs.replace(classify(reply, now), sent=True)

    def _login(self, text: str) -> Failure:
        hint = f"claude /login, then: switchgear resume {self._offer.provider}"
        return Failure(FailureKind.AUTH_FAILED, scrub(text) or "it is not logged in", Scope.CREDENTIAL, hint=hint)

    def cut(self, complaint: str, how: str) -> Failure:
        """It ended without a result."""
        if LOGIN.search(complaint):
            return self._login(complaint)
        said = scrub(complaint.strip())
        return garbled(f"Claude Code ended ({how}) without a result" + (f": {said}" if said else ""))


def billed(provider: str) -> Failure:
    """It has a key in place of a plan's login."""
    hint = f'claude /login with your plan, or billing = "metered" in the config, then: switchgear resume {provider}'
    said = "Claude Code is logged in with an API key, which is billed by use"
    return Failure(FailureKind.AUTH_FAILED, said, Scope.CREDENTIAL, hint=hint)


class _Streamed(Struct):
    type: str = ""
    message: Message | None = None


_STREAMED = msgspec.json.Decoder(_Streamed)


def headers(info: dict[str, Any]) -> dict[str, str]:
    """What a rate_limit_event tells, as the headers it was made of."""
    told = {"status": info.get("status"), "reset": info.get("resetsAt")}
    told["representative-claim"] = info.get("rateLimitType")
    windows = info.get("unifiedWindows")
    for name, one in list(windows.items())[:MOST_WINDOWS] if isinstance(windows, dict) else []:
        if isinstance(one, dict) and (short := CLAIMS.get(name)):
            told |= {f"{short}-status": one.get("status"), f"{short}-reset": one.get("resetsAt")}
            told[f"{short}-utilization"] = one.get("utilization")
    return {f"{UNIFIED}-{name}": str(value) for name, value in told.items() if isinstance(value, str | int | float)}


def _text(message: Message | None) -> str:
    parts = message.content if message else []
    return " ".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def too_long(limit: int) -> Garbled:
    return Garbled(f"Claude Code printed more than {limit >> 20} MiB")

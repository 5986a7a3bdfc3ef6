"""The output items of one answer towards a client: canonical events in, payloads of the stream out.

One message or one reasoning item is open at a time, and ends when something else begins; calls may be open
side by side. Ids are made from the answer's id and the item's place.

Rules for editing: `items` is what the end of the stream repeats, so it holds exactly what the payloads said.
"""

from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.sealed import seal
from switchgeard.dialects.wire import Wire

from .calls import Call
from .items import NAME, NOTES
from .said import Message, Thought, added, done


class Output:
    """One answer's items. Payloads come without their sequence_number."""

    __slots__ = ("_answer", "_calls", "_issuer", "_message", "_spelled", "_thought", "items")

    def __init__(self, told: Told) -> None:
        self.items: list[Wire] = []
        self._answer = told.id
        self._spelled = told.asked.spelled
        self._issuer: Issuer | None = None
        self._message: Message | None = None
        self._thought: Thought | None = None
        self._calls: dict[str, Call] = {}

    def begin(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def feed(self, event: StreamEvent) -> list[Wire]:
        match event:
            case TextDelta(text=text):
                return self._text(text)
            case ReasoningDelta(text=text):
                return self._reasoning(text)
            case ToolArgsDelta(id=key, json=json):
                return self._calls[key].wrote(json) if key in self._calls else []
            case ToolStart(id=key, name=name):
                return self._called(key, name)
            case BlockEnd(id=str() as key):
                return self._calls.pop(key).ended() if key in self._calls else []
            case BlockEnd():
                return self._message.part_ended() if self._message else self._thought_ended()
            case ReasoningSignature(signature=signature, redacted=redacted):
                return self._redacted(signature) if redacted else self._signed(signature)
            case OpaqueBlock(dialect=dialect, data=data) if dialect == NAME:
                return self._verbatim(data)
            case _:
                return []

    def close(self) -> list[Wire]:
        """What ends every item that is still open."""
        calls = list(self._calls.values())
        self._calls.clear()
        return self._settled() + [payload for call in calls for payload in call.ended()]

    def abandon(self) -> None:
        """The answer was cut: items that are open stay as incomplete as they are."""
        for part in (self._message, self._thought, *self._calls.values()):
            if part is not None:
                part.cut()

    def _text(self, text: str) -> list[Wire]:
        if not text:
            return []
        out = self._thought_ended()
        if self._message is None:
            self._message = Message(self._key(), len(self.items))
            self.items.append(self._message.item)
            out += self._message.began()
        return out + self._message.wrote(text)

    def _reasoning(self, text: str) -> list[Wire]:
        if not text:
            return []
        thought, out = self._thinking()
        return out + thought.wrote(text)

    def _signed(self, signature: str) -> list[Wire]:
        thought, out = self._thinking()
        thought.signature = signature
        return out

    def _thinking(self) -> tuple[Thought, list[Wire]]:
        """The open reasoning item, and what was said to open it."""
        if self._thought is not None:
            return self._thought, []
        out = self._message_ended()
        self._thought = Thought(self._key(), len(self.items))
        self.items.append(self._thought.item)
        return self._thought, out + self._thought.began()

    def _redacted(self, blob: str) -> list[Wire]:
        out = self._settled()
        sealed = self._sealed(blob, redacted=True)
        return out + self._whole({"id": f"rs_{self._key()}", "type": "reasoning", "summary": []}, sealed)

    def _called(self, key: str, name: str) -> list[Wire]:
        out = self._settled()
        call = self._calls[key] = Call(key, name, self._spelled.get(name), self._key(), len(self.items))
        self.items.append(call.item)
        return out + call.began()

    def _verbatim(self, data: Wire) -> list[Wire]:
        """An item this dialect's own provider made."""
        if data.get("type") != NOTES:
            return self._settled() + self._whole(dict(data))
        if self._message is not None:
            self._message.noted(data)
        return []

    def _whole(self, item: Wire, sealed: str = "") -> list[Wire]:
        place = len(self.items)
        begun = added(item, place)
        if sealed:
            item["encrypted_content"] = sealed
        self.items.append(item)
        return [begun, done(item, place)]

    def _settled(self) -> list[Wire]:
        return self._thought_ended() + self._message_ended()

    def _message_ended(self) -> list[Wire]:
        message, self._message = self._message, None
        return message.ended() if message is not None else []

    def _thought_ended(self) -> list[Wire]:
        thought, self._thought = self._thought, None
        return thought.ended(self._sealed(thought.signature)) if thought is not None else []

    def _sealed(self, blob: str, *, redacted: bool = False) -> str:
        """As this dialect carries it; a foreign thought always gets a seal, so that it is known again."""
        if self._issuer is None or self._issuer.wire == NAME:
            return blob
        return seal(self._issuer, blob, redacted=redacted)

    def _key(self) -> str:
        return f"{self._answer}_{len(self.items)}"

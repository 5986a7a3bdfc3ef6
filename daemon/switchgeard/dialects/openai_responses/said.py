"""A message and a reasoning item towards a client of openai.responses, from their start to their end.

Blocks of text in a row are parts of one message. Reasoning has one summary, which is all of it: clients
show summaries, and no wire says where one thought ends.
"""

from typing import Any

from switchgeard.dialects.wire import Wire


def added(item: Wire, place: int) -> Wire:
    """The payload that says an item begins; the item itself goes on growing."""
    told = {name: list(value) if isinstance(value, list) else value for name, value in item.items()}
    return {"type": "response.output_item.added", "output_index": place, "item": told}


def done(item: Wire, place: int) -> Wire:
    """The payload that says an item is whole."""
    return {"type": "response.output_item.done", "output_index": place, "item": item}


class Message:
    """What the assistant says."""

    __slots__ = ("_pieces", "_place", "item")

    def __init__(self, key: str, place: int) -> None:
        self.item: Wire = {"id": f"msg_{key}", "type": "message", "status": "in_progress", "role": "assistant"}
        self.item["content"] = []
        self._place = place
        self._pieces: list[str] | None = None  # of the part being written

    def began(self) -> list[Wire]:
        return [added(self.item, self._place)]

    def wrote(self, text: str) -> list[Wire]:
        out: list[Wire] = []
        if self._pieces is None:
            self._pieces = []
            self.item["content"].append({"type": "output_text", "annotations": [], "logprobs": [], "text": ""})
            out.append(self._told("response.content_part.added", part=dict(self._part())))
        self._pieces.append(text)
        return [*out, self._told("response.output_text.delta", delta=text, logprobs=[])]

    def part_ended(self) -> list[Wire]:
        """The block of text is whole; another may follow."""
        if self._pieces is None:
            return []
        self.cut()
        self._pieces, part = None, self._part()
        whole = self._told("response.output_text.done", text=part["text"], logprobs=[])
        return [whole, self._told("response.content_part.done", part=dict(part))]

    def ended(self) -> list[Wire]:
        out = self.part_ended()
        self.item["status"] = "completed"
        return [*out, done(self.item, self._place)]

    def cut(self) -> None:
        """No more will come: the item holds what there is."""
        if self._pieces is not None:
            self._part()["text"] = "".join(self._pieces)
            self.item["status"] = "incomplete"

    def noted(self, notes: Wire) -> None:
        """Its phase and its annotations, which come when the text is whole."""
        if notes.get("phase"):
            self.item["phase"] = notes["phase"]
        for part, annotations in zip(self.item["content"], notes.get("annotations") or ()):
            part["annotations"] = annotations

    def _part(self) -> Wire:
        part: Wire = self.item["content"][-1]
        return part

    def _told(self, kind: str, **fields: Any) -> Wire:
        at = {"output_index": self._place, "content_index": len(self.item["content"]) - 1}
        return {"type": kind, "item_id": self.item["id"], **at, **fields}


class Thought:
    """What the assistant thinks. `signature` is its issuer's, not sealed yet."""

    __slots__ = ("_pieces", "_place", "item", "signature")

    def __init__(self, key: str, place: int) -> None:
        self.item: Wire = {"id": f"rs_{key}", "type": "reasoning", "summary": []}
        self.signature = ""
        self._place = place
        self._pieces: list[str] = []

    def began(self) -> list[Wire]:
        return [added(self.item, self._place)]

    def wrote(self, text: str) -> list[Wire]:
        out: list[Wire] = []
        if not self.item["summary"]:
            self.item["summary"].append({"type": "summary_text", "text": ""})
            out.append(self._told("response.reasoning_summary_part.added", part=dict(self.item["summary"][0])))
        self._pieces.append(text)
        return [*out, self._told("response.reasoning_summary_text.delta", delta=text)]

    def ended(self, sealed: str) -> list[Wire]:
        """`sealed`: its signature as this dialect carries it, "" for none."""
        out: list[Wire] = []
        if self.item["summary"]:
            self.cut()
            part = self.item["summary"][0]
            out.append(self._told("response.reasoning_summary_text.done", text=part["text"]))
            out.append(self._told("response.reasoning_summary_part.done", part=dict(part)))
        if sealed:
            self.item["encrypted_content"] = sealed
        return [*out, done(self.item, self._place)]

    def cut(self) -> None:
        if self.item["summary"]:
            self.item["summary"][0]["text"] = "".join(self._pieces)

    def _told(self, kind: str, **fields: Any) -> Wire:
        at = {"output_index": self._place, "summary_index": 0}
        return {"type": kind, "item_id": self.item["id"], **at, **fields}

"""One tool call towards a client of openai.responses, spelled as the client declared its tool.

A plain function call streams its arguments as they come. What has another shape there (free text, a
command, a search) is known only when the arguments are whole, so it comes in one piece then; arguments
that do not hold that shape are handed over as they are, for the client to refuse.
"""

from typing import Any

from switchgeard.dialects import arguments, tool_ids
from switchgeard.dialects.wire import Wire

from .said import added, done
from .shapes import BY_TOOL
from .tools import Spelling


class Call:
    """A call from its start to its end. `item` is what the answer's output holds."""

    __slots__ = ("_kind", "_pieces", "_place", "item")

    def __init__(self, call_id: str, name: str, spelling: Spelling | None, key: str, place: int) -> None:
        self._kind, own, namespace = spelling or ("function", name, "")
        self._place = place
        self._pieces: list[str] = []
        self.item = _begin(self._kind, own, key) | {"call_id": tool_ids.renamed(call_id), "status": "in_progress"}
        if namespace:
            self.item["namespace"] = namespace

    def began(self) -> list[Wire]:
        return [added(self.item, self._place)]

    def wrote(self, json: str) -> list[Wire]:
        """More of its arguments."""
        if not json:
            return []
        self._pieces.append(json)
        if self._kind != "function":
            return []
        return [self._told("response.function_call_arguments.delta", delta=json)]

    def ended(self) -> list[Wire]:
        text = "".join(self._pieces)
        self.item["status"] = "completed"
        return [*self._filled(text), done(self.item, self._place)]

    def cut(self) -> None:
        """No more of it will come."""
        self.item["status"] = "incomplete"

    def _filled(self, text: str) -> list[Wire]:
        """What is told of the whole arguments, which the item now holds."""
        if self._kind == "function":
            return self._arguments(text)
        if self._kind == "custom":
            return self._free_text(text)
        shape = BY_TOOL[self._kind]
        self.item[shape.field] = shape.begins | (arguments.read(text) or {})
        return []

    def _arguments(self, text: str) -> list[Wire]:
        self.item["arguments"] = text or "{}"
        out = [] if text else [self._told("response.function_call_arguments.delta", delta="{}")]
        whole = {"arguments": self.item["arguments"], "name": self.item["name"]}
        return [*out, self._told("response.function_call_arguments.done", **whole)]

    def _free_text(self, text: str) -> list[Wire]:
        said = self.item["input"] = arguments.free_text(text)
        out = [self._told("response.custom_tool_call_input.delta", delta=said)] if said else []
        return [*out, self._told("response.custom_tool_call_input.done", input=said)]

    def _told(self, kind: str, **fields: Any) -> Wire:
        return {"type": kind, "item_id": self.item["id"], "output_index": self._place, **fields}


def _begin(kind: str, name: str, key: str) -> Wire:
    """The call before anything of its arguments is known."""
    if kind == "function":
        return {"id": f"fc_{key}", "type": "function_call", "name": name, "arguments": ""}
    if kind == "custom":
        return {"id": f"ctc_{key}", "type": "custom_tool_call", "name": name, "input": ""}
    shape = BY_TOOL[kind]
    return {"id": f"{shape.prefix}_{key}", "type": shape.item, shape.field: shape.begins, **shape.beside}

"""Shows an answer as it comes, and what became of it.

Rules for editing: stdout carries the answer's text and nothing else; everything about it goes to
stderr. Text for a terminal is cleaned of escape sequences, text for a pipe is exact.
"""

from __future__ import annotations

import sys

from .screen import clean, clean_answer
from .times import ahead, wall
from .words import brief_reason_of, reason_of, via, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation
    from .wire import Json

THINKING = "thinking"
ERASE = "\r\x1b[K"
STEPS = {"chosen": "chosen", "skipped": "skipped", "waiting": "waiting for", "left": "left"}


class Shown:
    """What of the running answer is on the screen."""

    def __init__(self, invocation: Invocation, model: str) -> None:
        self._invocation = invocation
        self.model = model
        self._last = ""  # the last character of text shown
        self._thinking = False
        self.left: dict[str, str] = {}  # who, as a person knows it: why it did not serve
        self.routed = False  # the routing was told while it happened

    @property
    def begun(self) -> bool:
        """Whether something of the answer was shown."""
        return bool(self._last)

    def progress(self, value: Json) -> None:
        """One `$/progress` value."""
        kind = value.get("type")
        if kind == "text_delta":
            self.text(value["text"])
        elif kind == "reasoning_delta":
            self._show_thinking()
        elif kind == "routing":
            self._routing(value)
        elif kind == "restarted":
            self._restarted(value)

    def text(self, text: str) -> None:
        if not text:
            return
        self._hide_thinking()
        if self._invocation.out.terminal:
            self._invocation.out.write(clean_answer(text))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode("utf-8", "replace"))
            sys.stdout.buffer.flush()
        self._last = text[-1]

    def close(self) -> None:
        """Ends the line the answer stands on, whatever happened."""
        self._hide_thinking()
        if self._last not in ("", "\n"):
            self.text("\n")

    def _routing(self, value: Json) -> None:
        action = value.get("action", "")
        self.routed = True
        if action in ("left", "skipped"):
            self.left[name_of(value)] = brief_reason_of(value)
        if action == "waiting" or self._invocation.args.verbose:
            self._hide_thinking()
            self._invocation.note(routing_line(value, wall()))

    def _restarted(self, value: Json) -> None:
        self.close()
        self._last = ""
        self._invocation.note(f"--- answer cut ({clean(value.get('reason', ''))}); it begins anew ---")

    def _show_thinking(self) -> None:
        if self._invocation.err.redraws and not self._thinking and not self._last:
            self._thinking = True
            self._invocation.err.write(
                self._invocation.err.paint("dim", THINKING + self._invocation.err.glyph("ellipsis"))
            )

    def _hide_thinking(self) -> None:
        if self._thinking:
            self._thinking = False
            self._invocation.err.write(ERASE)


def routing_line(value: Json, now: float) -> str:
    """ "skipped claude_pro: quota spent until 14:05 (in 12 m)"."""
    step = STEPS.get(value.get("action", ""), "considered")
    line = f"{step} {name_of(value)}"
    why = reason_of(value) if value.get("kind") or value.get("reason") else ""
    until = f"until {ahead(value['until'], now)}" if value.get("until") else ""
    return clean(": ".join(part for part in (line, " ".join(p for p in (why, until) if p)) if part))


def finish(invocation: Invocation, shown: Shown, answer: Json) -> int:
    """Prints what was not streamed, then who served it."""
    text = text_of(answer["message"])
    if invocation.args.json:
        return invocation.emit({**answer, "text": text})
    if not shown._last:
        shown.text(text)
    shown.close()
    if invocation.args.verbose and not shown.routed:
        _retell(invocation, shown, answer)
    for name, arguments in _tool_calls(answer["message"]):
        invocation.note(clean(f"tool call {name} {arguments or '{}'}"))
    invocation.note(served_line(answer, shown.left))
    return 0


def _retell(invocation: Invocation, shown: Shown, answer: Json) -> None:
    """The routing of an answer that came whole: the tries made, and who was not even tried."""
    failed = [{**attempt, "action": "left"} for attempt in answer["attempts"] if attempt["outcome"] != "complete"]
    tried = {(attempt["provider"], attempt["model"]) for attempt in answer["attempts"]}
    steps = invocation.call("route/explain", model=shown.model, session=invocation.args.session)["steps"]
    skipped = [
        {**step, "action": "skipped", "kind": step["code"]}
        for step in steps
        if not step["usable"] and (step["provider"], step["model"]) not in tried
    ]
    for value in [*skipped, *failed]:
        shown.left.setdefault(name_of(value), brief_reason_of(value))
        invocation.note(routing_line(value, wall()))


def name_of(value: Json) -> str:
    """ "Claude Pro": a step or an attempt by its label, else by the provider's id."""
    return who(value["label"]) if value.get("label") else str(value["provider"])


def text_of(message: Json) -> str:
    content = message.get("content", "")
    if isinstance(content, str):
        return content
    return "".join(block["text"] for block in content if block.get("type") == "text")


def served_line(answer: Json, left: dict[str, str]) -> str:
    """ "via Claude API (Claude Pro: quota spent; GitHub Copilot: rate limited)"."""
    failed = [attempt for attempt in answer.get("attempts", []) if attempt["outcome"] != "complete"]
    told = {**left, **{name_of(attempt): brief_reason_of(attempt) for attempt in failed}}
    others = "; ".join(f"{name}: {reason}" if reason else name for name, reason in told.items())
    line = via(answer["served_by"]["label"]) + (f" ({others})" if others else "")
    unusual = {
        "length": "cut at the token limit",
        "content_filter": "stopped by a content filter",
        "refusal": "refused",
    }
    note = unusual.get(str(answer.get("finish")), "")
    return clean(f"{line} {'- ' + note if note else ''}".strip())


def _tool_calls(message: Json) -> list[tuple[str, str]]:
    content = message.get("content", "")
    blocks = [] if isinstance(content, str) else [block for block in content if block.get("type") == "tool_call"]
    return [(block["name"], block.get("arguments", "")) for block in blocks]

"""Shows an answer as it comes, and what became of it.

Rules for editing: stdout carries the answer's text and nothing else; everything about it goes to
stderr. Text for a terminal is cleaned of escape sequences, text for a pipe is exact.
"""

from __future__ import annotations

import sys

from .screen import clean, clean_answer
from .times import ahead, wall
from .words import brief_reason_of, reason_of, via

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
        self._model = model
        self._last = ""  # the last character of text shown
        self._thinking = False
        self.left: dict[str, str] = {}  # provider: why it did not serve

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
        if action in ("left", "skipped"):
            self.left[value["provider"]] = brief_reason_of(value)
        if action == "waiting" or self._invocation.args.verbose:
            self._hide_thinking()
            self._invocation.note(routing_line(value, wall()))

    def _restarted(self, value: Json) -> None:
        self.close()
        self._last = ""
        self._invocation.note(f"--- answer cut ({clean(value.get('reason', ''))}); it begins anew ---")

    def _show_thinking(self) -> None:
        if self._invocation.err.terminal and not self._thinking and not self._last:
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
    line = f"{step} {via(value['label'])[4:] if value.get('label') else value['provider']}"
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
    for name, arguments in _tool_calls(answer["message"]):
        invocation.note(clean(f"tool call {name} {arguments or '{}'}"))
    invocation.note(served_line(answer, shown.left))
    return 0


def text_of(message: Json) -> str:
    content = message.get("content", "")
    if isinstance(content, str):
        return content
    return "".join(block["text"] for block in content if block.get("type") == "text")


def served_line(answer: Json, left: dict[str, str]) -> str:
    """ "via Claude API, after claude_pro (quota spent), github_copilot (rate limited)"."""
    failed = [attempt for attempt in answer.get("attempts", []) if attempt["outcome"] != "complete"]
    told = {**left, **{attempt["provider"]: brief_reason_of(attempt) for attempt in failed}}
    after = ", ".join(f"{provider} ({reason})" if reason else provider for provider, reason in told.items())
    line = via(answer["served_by"]["label"]) + (f", after {after}" if after else "")
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

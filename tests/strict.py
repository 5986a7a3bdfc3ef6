"""Stand-ins as strict as the real providers: they refuse a transcript with a 400 for what others sealed, for ids
out of their alphabet, for a call without its one result, and for fields they do not know.

Each signs its own thinking, so that a signature of anybody else, or one on other words, is found out. They answer
in a loop of two steps: a question gets thinking and a tool call, a tool's result gets thinking and text.

Rules for editing: a check is one the real provider makes, in its words, because those are what we heal by.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from standins.faults import FAULTS
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.wires import Said

Body = dict[str, Any]

MESSAGES_FIELDS = frozenset(
    """
    model messages max_tokens system stream tools tool_choice thinking temperature top_p top_k
    stop_sequences metadata output_config service_tier context_management
    """.split()  # noqa: SIM905 - a list of words
)
CHAT_FIELDS = frozenset(
    """
    model messages max_tokens max_completion_tokens stream stream_options tools tool_choice
    parallel_tool_calls temperature top_p stop seed frequency_penalty presence_penalty response_format
    reasoning_effort user metadata n prompt_cache_key
    """.split()  # noqa: SIM905 - a list of words
)
CHAT_MESSAGE_FIELDS = {
    "system": {"role", "content"},
    "developer": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", "refusal", "reasoning_content"},
    "tool": {"role", "content", "tool_call_id"},
}


class Refusal(Exception):
    """The provider's own sentence."""


def demand(holds: object, words: str) -> None:
    if not holds:
        raise Refusal(words)


@dataclass
class Strict:
    """A provider that checks first and answers in its own way after. `check` says whether a tool's result is the
    last word, `says` what to answer then. `refusals`: what it had to refuse."""

    check: Callable[[Body], bool]
    says: Callable[[int, bool], Said]
    refusals: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked, said: Said) -> Answer:
        try:
            answered = self.check(asked.json)
        except Refusal as words:
            self.refusals.append(str(words))
            error = {"type": "invalid_request_error", "message": str(words)}
            return sized(400, json.dumps({"type": "error", "error": error}).encode())
        return FAULTS["ok"](asked, self.says(asked.number, answered))


def anthropic(who: str) -> Strict:
    """A provider of the Messages API that signs as `who`."""

    def says(number: int, answered: bool) -> Said:
        thinking = f"{who} thinks, {number}."
        more = {"text": (f"{who} answers ", f"{number}.")} if answered else {"text": (), "tool": "weather"}
        return Said(thinking=thinking, signature=signature(who, thinking), tool_id=f"toolu_01{who}{number:020}", **more)

    return Strict(messages_check(who), says)


def chat(who: str) -> Strict:
    """A provider of Chat Completions that tells its reasoning, and mints ids no other wire takes."""

    def says(number: int, answered: bool) -> Said:
        more = {"text": (f"{who} answers ", f"{number}.")} if answered else {"text": (), "tool": "weather"}
        return Said(thinking=f"{who} thinks, {number}.", tool_id=f"functions.weather:{number}", **more)

    return Strict(partial(chat_check, who), says)


# --- Anthropic --------------------------------------------------------------------------------------


def signature(who: str, thinking: str) -> str:
    """What `who` signs these words with."""
    return hashlib.sha256(f"{who}:{thinking}".encode()).hexdigest()


def messages_check(who: str) -> Callable[[Body], bool]:
    """The checks of the Messages API, for a provider that signs as `who`."""

    def check(body: Body) -> bool:
        unknown = set(body) - MESSAGES_FIELDS
        demand(not unknown, f"{sorted(unknown)}: Extra inputs are not permitted")
        demand(isinstance(body.get("max_tokens"), int), "max_tokens: Field required")
        turns = [(message["role"], _blocks(message["content"])) for message in body["messages"]]
        demand(turns and turns[0][0] == "user", "messages: first message must use the user role")
        for number, (role, blocks) in enumerate(turns):
            demand(blocks, f"messages.{number}: all messages must have non-empty content")
            for block in blocks:
                _messages_block(who, number, role, block)
        _paired(turns)
        if body.get("thinking", {}).get("type") == "enabled":
            _opens_with_thinking(turns)
        return bool(turns[-1][1][0]["type"] == "tool_result")

    return check


def _blocks(content: Any) -> list[Body]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _messages_block(who: str, number: int, role: str, block: Body) -> None:
    match block["type"]:
        case "text":
            demand(block["text"].strip(), f"messages.{number}: text content blocks must be non-empty")
        case "thinking":
            demand(role == "assistant", f"messages.{number}: thinking blocks belong to the assistant")
            own = signature(who, block["thinking"])
            demand(block.get("signature") == own, f"messages.{number}: Invalid `signature` in `thinking` block")
        case "redacted_thinking":
            raise Refusal(f"messages.{number}: Invalid `data` in `redacted_thinking` block")
        case "tool_use":
            legal = re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", block["id"])
            demand(legal, f"messages.{number}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
            demand(isinstance(block["input"], dict), f"messages.{number}.tool_use.input: Input should be an object")
        case "tool_result":
            demand(role == "user", f"messages.{number}: tool_result blocks can only be in user messages")
        case other:
            raise Refusal(f"messages.{number}: unexpected block type {other}")


def _paired(turns: list[tuple[str, list[Body]]]) -> None:
    """Each tool_use answered once, at the head of the next turn; no result without its call."""
    for number, (_, blocks) in enumerate(turns):
        calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        demand(len(set(calls)) == len(calls), f"messages.{number}: `tool_use` ids must be unique")
        after = turns[number + 1][1] if number + 1 < len(turns) else []
        results = [block["tool_use_id"] for block in after if block["type"] == "tool_result"]
        demand(sorted(results) == sorted(calls), f"messages.{number}: `tool_use` ids without `tool_result` blocks")
        head = [block["type"] for block in after[: len(results)]]
        demand(set(head) <= {"tool_result"}, f"messages.{number + 1}: tool_result blocks must come first")


def _opens_with_thinking(turns: list[tuple[str, list[Body]]]) -> None:
    last = max((n for n, (role, blocks) in enumerate(turns) if role == "assistant"), default=None)
    if last is not None and turns[-1][1][0]["type"] == "tool_result":
        first = turns[last][1][0]["type"]
        demand(first == "thinking", f"messages.{last}: Expected `thinking`, but found `{first}`")


# --- OpenAI chat ------------------------------------------------------------------------------------


def chat_check(who: str, body: Body) -> bool:
    """The checks of Chat Completions, by a host that takes its own reasoning back and nobody else's."""
    unknown = set(body) - CHAT_FIELDS
    demand(not unknown, f"Unrecognized request arguments supplied: {sorted(unknown)}")
    waiting: list[str] = []
    for number, message in enumerate(body["messages"]):
        role = message["role"]
        known = CHAT_MESSAGE_FIELDS.get(role)
        demand(known is not None, f"messages[{number}].role: '{role}' is not one of the roles")
        demand(set(message) <= (known or set()), f"messages[{number}]: unknown parameter {sorted(message)}")
        if role == "tool":
            demand(message["tool_call_id"] in waiting, f"messages[{number}]: no tool call has this tool_call_id")
            waiting.remove(message["tool_call_id"])
            continue
        demand(not waiting, "An assistant message with 'tool_calls' must be followed by tool messages")
        thought = message.get("reasoning_content", who)
        demand(thought.startswith(who), f"messages[{number}].reasoning_content: not what this model thought")
        waiting = [_chat_call(number, call) for call in message.get("tool_calls") or ()]
        demand(message.get("content") or waiting, f"messages[{number}]: content must not be empty")
    demand(not waiting, "An assistant message with 'tool_calls' must be followed by tool messages")
    return bool(body["messages"][-1]["role"] == "tool")


def _chat_call(number: int, call: Body) -> str:
    demand(call["type"] == "function", f"messages[{number}]: tool call type must be function")
    demand(0 < len(call["id"]) <= 40, f"messages[{number}].tool_calls.id: string too long, maximum length 40")
    try:
        json.loads(call["function"]["arguments"])
    except ValueError:
        raise Refusal(f"messages[{number}]: function.arguments is no JSON") from None
    return str(call["id"])

"""A conversation with thinking and tools that moves between providers, from clients of every dialect.

The providers refuse with a 400 whatever the real ones refuse. None of them may have to: not after a move in the
middle of a tool loop, not on the way back.
"""

import json
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest

from door_client import PATHS, events, tool
from standins.faults import FAULTS
from strict import Strict, anthropic, chat, demand
from switchgeard.demo.exchange import Answer, Asked
from switchgeard.demo.wires import Said
from world import World, world

Items = list[dict[str, Any]]
MESSAGES, CHAT, RESPONSES = "anthropic.messages", "openai.chat", "openai.responses"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS: dict[str, Items] = {
    MESSAGES: [{"name": "weather", "description": "The weather.", "input_schema": SCHEMA}],
    CHAT: [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}],
    RESPONSES: [{"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}],
}


class Talk:
    """A client that keeps the transcript as any client does: what it was answered goes back as it came."""

    def __init__(self, client: httpx.AsyncClient, **options: Any) -> None:
        self.client = client
        self.options = options
        self.items: Items = []

    async def says(self, text: str) -> list[str]:
        """The user's words; the ids of the tools that are called."""
        self.items.append({"role": "user", "content": text})
        return await self.answered()

    async def answered(self) -> list[str]:
        raise NotImplementedError

    def results(self, ids: list[str]) -> None:
        raise NotImplementedError

    async def post(self, dialect: str, **body: Any) -> httpx.Response:
        asked = {"model": "m", "tools": TOOLS[dialect]} | self.options | body
        reply = await self.client.post(PATHS[dialect], json=asked)
        assert reply.status_code == 200, reply.text
        return reply


class MessagesTalk(Talk):
    async def answered(self) -> list[str]:
        reply = await self.post(MESSAGES, max_tokens=20_000, messages=self.items)
        content = self._content(reply)
        self.items.append({"role": "assistant", "content": content})
        return [block["id"] for block in content if block["type"] == "tool_use"]

    def _content(self, reply: httpx.Response) -> Items:
        if not self.options.get("stream"):
            content: Items = reply.json()["content"]
            return content
        return streamed_blocks(events(reply.text))

    def results(self, ids: list[str]) -> None:
        results = [{"type": "tool_result", "tool_use_id": call, "content": "Sunny"} for call in ids]
        self.items.append({"role": "user", "content": results})


def streamed_blocks(told: Items) -> Items:
    """The content blocks a stream of the Messages API adds up to, as the SDKs keep them."""
    blocks: Items = []
    for event in told:
        match event["type"]:
            case "content_block_start":
                blocks.append(dict(event["content_block"]))
            case "content_block_delta":
                _grow(blocks[-1], event["delta"])
    for block in blocks:
        if block["type"] == "tool_use":
            block["input"] = json.loads(block.pop("json"))
    return blocks


def _grow(block: dict[str, Any], delta: dict[str, Any]) -> None:
    name = {"input_json_delta": "json", "signature_delta": "signature"}.get(delta["type"], block["type"])
    value = delta.get("partial_json", delta.get(name, ""))
    block[name] = block.get(name, "") + value


class ChatTalk(Talk):
    KEPT: tuple[str, ...] = ("role", "content", "tool_calls")

    async def answered(self) -> list[str]:
        message = (await self.post(CHAT, messages=self.items)).json()["choices"][0]["message"]
        self.items.append({name: message[name] for name in self.KEPT if name in message})
        return [call["id"] for call in message.get("tool_calls") or ()]

    def results(self, ids: list[str]) -> None:
        self.items += [{"role": "tool", "tool_call_id": call, "content": "Sunny"} for call in ids]


class FaithfulChatTalk(ChatTalk):
    """One that sends reasoning back too, as OpenCode does."""

    KEPT = ("role", "content", "tool_calls", "reasoning_content")


class ResponsesTalk(Talk):
    async def answered(self) -> list[str]:
        more = {"store": False, "include": ["reasoning.encrypted_content"]}
        output: Items = (await self.post(RESPONSES, input=self.items, **more)).json()["output"]
        self.items += output
        return [item["call_id"] for item in output if item["type"] == "function_call"]

    def results(self, ids: list[str]) -> None:
        self.items += [{"type": "function_call_output", "call_id": call, "output": "Sunny"} for call in ids]


async def served_by(w: World, name: str) -> None:
    """Only this provider may serve from now on."""
    for other in w.standins:
        await w.call("providers/resume" if other == name else "providers/pause", provider=other)


ROUTES = {
    "back and forth": [("a", "a"), ("c", "c"), ("a", "a"), ("c", "c")],
    "in the middle of a loop": [("a", "c"), ("c", "a"), ("a", "c"), ("c", "a")],
    "between two of one kind": [("a", "b"), ("b", "a"), ("a", "b")],
    "through all": [("a", "b"), ("c", "a"), ("b", "c"), ("a", "a")],
}
"""For each turn: who is asked the question, and who gets the tool's result."""

CLIENTS: dict[str, tuple[type[Talk], dict[str, Any]]] = {
    "messages": (MessagesTalk, {}),
    "messages, thinking": (MessagesTalk, {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
    "messages, streamed": (MessagesTalk, {"thinking": {"type": "enabled", "budget_tokens": 2048}, "stream": True}),
    "chat": (ChatTalk, {}),
    "chat, effort": (ChatTalk, {"reasoning_effort": "high"}),
    "chat, reasoning": (FaithfulChatTalk, {"reasoning_effort": "high"}),
    "responses": (ResponsesTalk, {}),
    "responses, effort": (ResponsesTalk, {"reasoning": {"effort": "high"}}),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("route", ROUTES)
async def test_a_conversation_moves_without_a_single_refusal(tmp_path: Path, client: str, route: str) -> None:
    """Every answer arrives, and nobody had anything to object to on the way."""
    providers: dict[str, Strict] = {"a": anthropic("A"), "b": anthropic("B"), "c": chat("C")}
    kinds = {"a": "anthropic", "b": "anthropic", "c": "openai-compatible"}
    kind, options = CLIENTS[client]
    async with world(tmp_path, dict(providers), kinds=kinds, door=True) as w, tool(w, session_id="s") as http:
        talk = kind(http, **options)
        for number, (first, second) in enumerate(ROUTES[route]):
            await served_by(w, first)
            called = await talk.says(f"question {number}")
            assert len(called) == 1
            await served_by(w, second)
            talk.results(called)
            assert await talk.answered() == []
        assert {name: strict.refusals for name, strict in providers.items()} == {"a": [], "b": [], "c": []}
        assert "answers" in json.dumps(talk.items[-1])


async def test_a_tool_with_a_name_too_long_for_the_provider_is_called_by_its_own(tmp_path: Path) -> None:
    """Anthropic takes 128 characters, OpenAI 64: an MCP server's tool is found again all the same."""
    name = "mcp__a_server_with_a_long_name__" + "a_tool" * 12

    def says(asked: Asked, said: Said) -> Answer:
        sent = asked.json["tools"][0]["function"]["name"]
        demand(len(sent) <= 64, "Invalid 'tools[0].function.name': string too long")
        return FAULTS["ok"](asked, Said(text=(), tool=sent))

    async with world(tmp_path, {"c": says}, kinds={"c": "openai-compatible"}, door=True) as w, tool(w) as http:
        talk = MessagesTalk(http, tools=[{"name": name, "input_schema": SCHEMA}])
        await talk.says("call it")
        assert talk.items[-1]["content"][0]["name"] == name


async def test_what_was_thought_goes_back_to_who_thought_it(tmp_path: Path) -> None:
    """Its own signatures come back to A after a turn elsewhere; C's reasoning never reaches it."""
    providers: dict[str, Strict] = {"a": anthropic("A"), "c": chat("C")}
    async with (
        world(tmp_path, dict(providers), kinds={"c": "openai-compatible"}, door=True) as w,
        tool(w, session_id="s") as http,
    ):
        talk = MessagesTalk(http)
        for name in ("a", "c", "a"):
            await served_by(w, name)
            talk.results(await talk.says("go on"))
            await talk.answered()
        sent = w.standins["a"].asked[-1].body.decode()
        assert sent.count("A thinks") == 3
        assert "C thinks" not in sent
        assert "C answers" in sent

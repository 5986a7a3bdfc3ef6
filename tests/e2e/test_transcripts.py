"""Conversations that move from one provider to another: nothing foreign is sent, nothing is lost unsaid."""

from pathlib import Path
from typing import Any

import msgspec

from standins.faults import FAULTS, Fault
from switchgeard.core.issuer import Issuer, account
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.wires import Said
from world import World, world

HELLO = "Hello from a stand-in provider."
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SEEN = {"type": "image", "media_type": "image/png", "data": PIXEL}
LOOK: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, SEEN]}]
BY_A = "a#1|anthropic.messages|model-a"
TOOLS = [{"name": "weather", "description": "The weather", "parameters": {"type": "object", "properties": {}}}]


def strict_about(own: str) -> Fault:
    """A provider that refuses a thinking signature of anyone else, as the real ones do."""

    def answer(asked: Asked, said: Said) -> Answer:
        signed = [block["signature"] for block in blocks(asked) if block.get("type") == "thinking"]
        if all(signature == own for signature in signed):
            return FAULTS["ok"](asked, said)
        message = "messages.1.content.0: Invalid `signature` in `thinking` block"
        error = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
        return sized(400, msgspec.json.encode(error))

    return answer


def blocks(asked: Asked) -> list[dict[str, Any]]:
    """Every content block of an Anthropic request."""
    lists = [message["content"] for message in asked.json["messages"] if isinstance(message["content"], list)]
    return [block for content in lists for block in content]


async def issuer_of(w: World, provider: str) -> str:
    """The issuer of what `provider` signs, as an answer of it would say."""
    heard = await w.call("credentials/list")
    [mark] = [one["fingerprint"] for one in heard["credentials"] if one["provider"] == provider]
    return str(Issuer(account(provider, mark), "anthropic.messages", f"model-{provider}"))


def in_a_tool_loop(issuer: str, signature: str) -> list[dict[str, Any]]:
    """A conversation that stands in the middle of a tool loop somebody began with signed thinking."""
    thinking = {"type": "thinking", "text": "I need the weather.", "signature": signature, "issuer": issuer}
    call = {"type": "tool_call", "id": "toolu_1", "name": "weather", "arguments": '{"city":"Lisbon"}'}
    result = {"type": "tool_result", "id": "toolu_1", "content": "Sunny"}
    return [
        {"role": "user", "content": "How is Lisbon?"},
        {"role": "assistant", "content": [thinking, call]},
        {"role": "user", "content": [result]},
    ]


async def test_a_tool_loop_moves_without_the_signatures_of_another(tmp_path: Path) -> None:
    """F57: B never sees what A signed, so it has nothing to refuse; the call and its result go along."""
    async with world(tmp_path, {"a": "429_hour", "b": strict_about("B-signed")}) as w:
        heard = await w.ask(
            messages=in_a_tool_loop(BY_A, "A-signed"),
            tools=TOOLS,
            reasoning={"effort": "high"},
        )
        assert heard.answer == HELLO
        assert heard.outcomes[-1] == ("b", None)
        [asked] = w.standins["b"].asked
        assert b"A-signed" not in asked.body
        assert [block["type"] for block in blocks(asked) if block["type"] != "text"] == ["tool_use", "tool_result"]


async def test_a_tool_loop_that_stays_keeps_its_signatures(tmp_path: Path) -> None:
    """F57: to its own issuer the thinking goes back exactly as it came."""
    async with world(tmp_path, {"a": strict_about("A-signed")}) as w:
        await w.ask()
        heard = await w.ask(messages=in_a_tool_loop(await issuer_of(w, "a"), "A-signed"), tools=TOOLS)
        assert heard.answer == HELLO
        asked = w.standins["a"].asked[-1]
        assert [block["signature"] for block in blocks(asked) if block["type"] == "thinking"] == ["A-signed"]


async def test_a_tool_loop_crosses_from_one_wire_to_the_other(tmp_path: Path) -> None:
    """F57: the same move from Anthropic's wire to OpenAI's."""
    async with world(tmp_path, {"a": "429_hour", "b": "ok"}, kinds={"b": "openai"}) as w:
        heard = await w.ask(messages=in_a_tool_loop(BY_A, "A-signed"), tools=TOOLS)
        assert heard.answer == HELLO
        [asked] = w.standins["b"].asked
        assert b"A-signed" not in asked.body
        assert [message["role"] for message in asked.json["messages"]] == ["user", "assistant", "tool"]


async def test_an_answer_is_continued_by_a_turn_of_the_user_never_by_a_prefill(tmp_path: Path) -> None:
    """F58: models that refuse a trailing assistant message are never sent one by us."""
    async with world(tmp_path, {"a": "cut_text_clean", "b": "ok"}) as w:
        heard = await w.ask(on_interrupt="continue")
        assert heard.answer.endswith(HELLO)
        [asked] = w.standins["b"].asked
        assert [message["role"] for message in asked.json["messages"]] == ["user", "assistant", "user"]


async def blind(w: World, tmp_path: Path, routing: str = "") -> None:
    """A's variant cannot read images."""
    config = tmp_path / "config.toml"
    text = config.read_text()
    if "features" not in text:
        text = text.replace('model = "model-a"', 'model = "model-a", features = {images = false}')
    config.write_text(text.replace('alias = "m"', f'alias = "m"\n{routing}'))
    assert (await w.call("config/reload"))["ok"]


async def test_an_offer_that_cannot_see_is_skipped_with_why(tmp_path: Path) -> None:
    """Without permission nothing is left out silently: the next offer that can serves."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        await blind(w, tmp_path)
        heard = await w.ask(messages=LOOK)
        assert heard.outcomes == [("b", None)]
        skipped = [v for v in heard.values if v["type"] == "routing" and v["action"] == "skipped"]
        assert [(v["provider"], v["kind"]) for v in skipped] == [("a", "no_images")]
        assert heard.result is not None
        assert not heard.result.get("downgrades")
        assert PIXEL.encode() in w.standins["b"].asked[0].body


async def test_nobody_who_can_see_is_an_unsupported_feature(tmp_path: Path) -> None:
    """The error names the feature and the key that would allow going without."""
    async with world(tmp_path, {"a": "ok"}) as w:
        await blind(w, tmp_path)
        heard = await w.ask(messages=LOOK)
        assert heard.error is not None
        assert heard.kind == "unsupported_feature"
        assert "images" in heard.error["data"]["detail"]
        assert "allow_feature_downgrade" in heard.error["data"]["hint"]
        assert w.hits()["a"] == 0


async def test_a_permitted_downgrade_leaves_the_image_out_and_says_so(tmp_path: Path) -> None:
    """By config or by the request: the offer gets words in the image's place, the result names the loss."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        await blind(w, tmp_path)
        asked_for = await w.ask(messages=LOOK, allow_feature_downgrade=True)
        await blind(w, tmp_path, "routing = {allow_feature_downgrade = true}")
        configured = await w.ask(messages=LOOK)
        for heard in (asked_for, configured):
            assert heard.outcomes == [("a", None)]
            assert heard.result is not None
            assert heard.result["downgrades"] == ["images"]
        for asked in w.standins["a"].asked:
            assert PIXEL.encode() not in asked.body
            assert b"an image was left out" in asked.body
        refused = await w.ask(messages=LOOK, allow_feature_downgrade=False)
        assert refused.outcomes == [("b", None)]

"""Drives the official Anthropic SDK as a program would; run by the clients' own Python, prints one JSON object.

    python anthropic_sdk.py (plain | streamed | tools | models | count)

DOOR and TOKEN say where and who. An error of the SDK is told as {"error": ...}.
"""

import json
import os
import sys
from typing import Any

import anthropic

CLIENT = anthropic.Anthropic(base_url=os.environ["DOOR"], api_key=os.environ["TOKEN"], timeout=60)
QUESTION = "What is a switchgear?"
WEATHER = {
    "name": "weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def weather(city: str) -> str:
    return f"sunny in {city}"


def plain() -> dict[str, Any]:
    return _message(CLIENT.messages.create(model="m", max_tokens=500, messages=[{"role": "user", "content": QUESTION}]))


def streamed() -> dict[str, Any]:
    asked = {"model": "m", "max_tokens": 500, "messages": [{"role": "user", "content": QUESTION}]}
    with CLIENT.messages.stream(**asked) as stream:
        pieces = list(stream.text_stream)
        return _message(stream.get_final_message()) | {"pieces": len(pieces)}


def tools() -> dict[str, Any]:
    """The loop every agent has, streaming."""
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Lisbon?"}]
    while True:
        with CLIENT.messages.stream(model="m", max_tokens=500, messages=messages, tools=[WEATHER]) as stream:
            answer = stream.get_final_message()
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            return _message(answer)
        messages.append({"role": "assistant", "content": answer.content})
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": weather(**call.input)} for call in calls]
        messages.append({"role": "user", "content": results})


def _message(answer: Any) -> dict[str, Any]:
    text = "".join(block.text for block in answer.content if block.type == "text")
    usage = [answer.usage.input_tokens, answer.usage.output_tokens]
    return {"text": text, "finish": answer.stop_reason, "model": answer.model, "usage": usage}


def count() -> dict[str, Any]:
    asked = {"model": "m", "messages": [{"role": "user", "content": QUESTION}]}
    return {"tokens": CLIENT.messages.count_tokens(**asked).input_tokens}


def models() -> dict[str, Any]:
    return {"models": [model.id for model in CLIENT.models.list()]}


def told(error: anthropic.AnthropicError) -> dict[str, Any]:
    status = getattr(error, "status_code", None)
    headers = getattr(getattr(error, "response", None), "headers", {})
    return {"error": type(error).__name__, "status": status, "message": str(error)} | {
        "retry_after": headers.get("retry-after")
    }


SCENARIOS = {"plain": plain, "streamed": streamed, "tools": tools, "models": models, "count": count}


def main(scenario: str) -> None:
    try:
        said = SCENARIOS[scenario]()
    except anthropic.AnthropicError as error:
        said = told(error)
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

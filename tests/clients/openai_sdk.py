"""Drives the official OpenAI SDK as a program would; run by the clients' own Python, prints one JSON object.

    python openai_sdk.py (chat | responses) (plain | streamed | tools | models)

DOOR and TOKEN say where and who. An error of the SDK is told as {"error": ...}.
"""

import json
import os
import sys
from typing import Any

import openai

CLIENT = openai.OpenAI(base_url=f"{os.environ['DOOR']}/v1", api_key=os.environ["TOKEN"], timeout=60)
QUESTION = "What is a switchgear?"
WEATHER = {
    "name": "weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def weather(city: str) -> str:
    return f"sunny in {city}"


def chat_plain() -> dict[str, Any]:
    answer = CLIENT.chat.completions.create(model="m", messages=[{"role": "user", "content": QUESTION}])
    return _chat(answer)


def chat_streamed() -> dict[str, Any]:
    asked = {"model": "m", "messages": [{"role": "user", "content": QUESTION}]}
    pieces = []
    with CLIENT.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
        for event in stream:
            if event.type == "content.delta" and event.delta:
                pieces.append(event.delta)
        return _chat(stream.get_final_completion()) | {"pieces": len(pieces)}


def chat_tools() -> dict[str, Any]:
    """The loop every agent has, streaming."""
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Lisbon?"}]
    while True:
        asked = {"model": "m", "messages": messages, "tools": [{"type": "function", "function": WEATHER}]}
        with CLIENT.chat.completions.stream(**asked) as stream:
            answer = stream.get_final_completion()
        said = answer.choices[0].message
        if not said.tool_calls:
            return _chat(answer)
        messages.append(said.model_dump(exclude_none=True, exclude={"parsed"}))
        messages[-1]["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.function.name, "arguments": c.function.arguments}}
            for c in said.tool_calls
        ]
        for call in said.tool_calls:
            result = weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


def _chat(answer: Any) -> dict[str, Any]:
    choice, usage = answer.choices[0], answer.usage
    told = {"text": choice.message.content, "finish": choice.finish_reason, "model": answer.model}
    return told | ({"usage": [usage.prompt_tokens, usage.completion_tokens]} if usage else {})


def responses_plain() -> dict[str, Any]:
    return _response(CLIENT.responses.create(model="m", input=QUESTION))


def responses_streamed() -> dict[str, Any]:
    pieces = []
    with CLIENT.responses.stream(model="m", input=QUESTION) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                pieces.append(event.delta)
        return _response(stream.get_final_response()) | {"pieces": len(pieces)}


def responses_tools() -> dict[str, Any]:
    given: list[Any] = [{"role": "user", "content": "What is the weather in Lisbon?"}]
    while True:
        with CLIENT.responses.stream(
            model="m", input=given, tools=[{"type": "function", "strict": False, **WEATHER}]
        ) as stream:
            answer = stream.get_final_response()
        calls = [item for item in answer.output if item.type == "function_call"]
        if not calls:
            return _response(answer)
        given += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in answer.output]
        for call in calls:
            result = weather(**json.loads(call.arguments))
            given.append({"type": "function_call_output", "call_id": call.call_id, "output": result})


def _response(answer: Any) -> dict[str, Any]:
    told = {"text": answer.output_text, "finish": answer.status, "model": answer.model}
    return told | ({"usage": [answer.usage.input_tokens, answer.usage.output_tokens]} if answer.usage else {})


def models() -> dict[str, Any]:
    return {"models": [model.id for model in CLIENT.models.list()]}


def told(error: Exception) -> dict[str, Any]:
    status = getattr(error, "status_code", None)
    headers = getattr(getattr(error, "response", None), "headers", {})
    return {"error": type(error).__name__, "status": status, "message": str(error)} | {
        "retry_after": headers.get("retry-after")
    }


def main(dialect: str, scenario: str) -> None:
    ask = models if scenario == "models" else globals()[f"{dialect}_{scenario}"]
    try:
        said = ask()
    except (openai.OpenAIError, RuntimeError) as error:  # RuntimeError: a stream of responses that never completes
        said = told(error)
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

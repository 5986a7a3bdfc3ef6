"""What a client makes of the door's answers, read as naively as can be, in every dialect.

Rules for editing: nothing of `switchgeard` or `switchgear` is imported here. `whole` is what a client that
only looks for its dialect's own end would believe; an error must have the shape its SDK looks into.
"""

import json
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours

from door_client import events, payloads
from naive import Reading, naive_anthropic, naive_chat, naive_google, naive_message, naive_response, naive_responses

CHAT, MESSAGES, RESPONSES, GOOGLE = "openai.chat", "anthropic.messages", "openai.responses", "google.generate"
ENDED = ("response.completed", "response.incomplete")


def streamed(reply: httpx.Response) -> bool:
    return reply.headers["content-type"].startswith("text/event-stream")


def reading(dialect: str, reply: httpx.Response) -> Reading:
    """A whole answer's text, calls, finish and counts."""
    assert reply.status_code == 200, reply.text
    assert whole(dialect, reply), reply.text[-2000:]
    assert not streamed(reply) or failed(dialect, reply) is None
    told = _known(dialect, events(reply.text)) if streamed(reply) else [reply.json()]
    match dialect:
        case "openai.chat":
            return naive_chat(told, "delta" if streamed(reply) else "message")
        case "anthropic.messages":
            return naive_anthropic(told) if streamed(reply) else naive_message(told[0])
        case "openai.responses":
            return naive_responses(told) if streamed(reply) else naive_response(told[0])
        case _:
            return naive_google(told)


def _known(dialect: str, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what clients pass over: events of a type they never heard of, an end that is said twice."""
    if dialect == RESPONSES:
        told = [event for event in told if event["type"].startswith("response.")]
    return told[:-1] if told[-1] in told[:-1] else told


def whole(dialect: str, reply: httpx.Response) -> bool:
    """Whether a client that looks for its dialect's end would find one."""
    if not streamed(reply):
        return reply.status_code == 200
    told = events(reply.text)
    match dialect:
        case "openai.chat":
            finished = any(choice.get("finish_reason") for event in told for choice in event.get("choices") or ())
            return finished or "[DONE]" in payloads(reply.text)
        case "anthropic.messages":
            return any(event["type"] == "message_stop" or _stops(event) for event in told)
        case "openai.responses":
            return any(event["type"] in ENDED for event in told)
        case _:
            return any(c.get("finishReason") for event in told for c in event.get("candidates") or ())


def _stops(event: dict[str, Any]) -> bool:
    return event["type"] == "message_delta" and bool(event["delta"].get("stop_reason"))


def failed(dialect: str, reply: httpx.Response) -> dict[str, Any] | None:
    """The typed error that is the last word of a stream; None when it has none."""
    last: dict[str, Any] = events(reply.text)[-1]
    error: dict[str, Any] | None
    if dialect == MESSAGES:
        error = last["error"] if last["type"] == "error" else None
    elif dialect == RESPONSES:
        error = last["response"]["error"] if last["type"] == "response.failed" else None
    else:
        error = last.get("error")
    return error


def refused(dialect: str, reply: httpx.Response) -> dict[str, Any]:
    """The error object of a refusal, in the shape the dialect's SDK reads."""
    assert reply.headers["content-type"] == "application/json"
    body = json.loads(reply.content)
    error: dict[str, Any] = body["error"]
    assert isinstance(error["message"], str)
    assert error["message"].strip()
    match dialect:
        case "anthropic.messages":
            assert (set(body), set(error)) == ({"type", "error"}, {"type", "message"})
            assert body["type"] == "error"
        case "google.generate":
            assert set(body) == {"error"}
            assert error["code"] == reply.status_code
            assert error["status"].isupper()
        case _:
            assert set(body) == {"error"}
            assert {"message", "type", "param", "code"} <= set(error)
    return error

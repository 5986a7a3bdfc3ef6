"""Reads answers with the official SDKs, as a program would that had asked for them; run by the clients' own Python.

One JSON object a line in ({"dialect", "stream", "wire"}), one out: {"said": what the SDK made of it}, as the JSON its
own types dump, or {"error": ...}. An answer is served once over loopback HTTP, so that the SDK's own parser reads it.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import anthropic
import openai

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]


class Server(BaseHTTPRequestHandler):
    """Answers every question with what it is given."""

    protocol_version = "HTTP/1.1"
    stream: ClassVar[bool] = False
    wire: ClassVar[bytes] = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if self.stream else "application/json")
        self.send_header("content-length", str(len(self.wire)))
        self.end_headers()
        self.wfile.write(self.wire)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: stdout is for answers."""


def chat(stream: bool) -> list[Any]:
    if stream:
        return [chunk.model_dump() for chunk in OPENAI.chat.completions.create(model="m", messages=ASKED, stream=True)]
    return [OPENAI.chat.completions.create(model="m", messages=ASKED).model_dump()]


def responses(stream: bool) -> list[Any]:
    if stream:
        with OPENAI.responses.stream(model="m", input="Hi") as events:
            return [event.model_dump() for event in events]
    return [OPENAI.responses.create(model="m", input="Hi").model_dump()]


def messages(stream: bool) -> list[Any]:
    if stream:
        with ANTHROPIC.messages.stream(model="m", max_tokens=9, messages=ASKED) as events:
            return [events.get_final_message().model_dump()]
    return [ANTHROPIC.messages.create(model="m", max_tokens=9, messages=ASKED).model_dump()]


def generate(stream: bool) -> list[Any]:
    from google import genai  # type: ignore[import-not-found]  # only where it is pinned

    client = genai.Client(api_key="k", http_options={"base_url": URL})
    if stream:
        chunks: Any = client.models.generate_content_stream(model="m", contents="Hi")
    else:
        chunks = [client.models.generate_content(model="m", contents="Hi")]
    return [chunk.model_dump(mode="json", by_alias=True, exclude_none=True) for chunk in chunks]


READ = {
    "openai.chat": chat,
    "openai.responses": responses,
    "anthropic.messages": messages,
    "google.generate": generate,
}

server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
URL = f"http://127.0.0.1:{server.server_port}"
OPENAI = openai.OpenAI(base_url=f"{URL}/v1", api_key="k", max_retries=0)
ANTHROPIC = anthropic.Anthropic(base_url=URL, api_key="k", max_retries=0)


def answered(asked: Any) -> dict[str, Any]:
    Server.stream, Server.wire = asked["stream"], asked["wire"].encode()
    try:
        return {"said": READ[asked["dialect"]](asked["stream"])}
    except Exception as problem:  # noqa: BLE001 - told to who asked
        return {"error": f"{type(problem).__name__}: {problem}"}


if __name__ == "__main__":
    Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answered(json.loads(line))) + "\n")
        sys.stdout.flush()

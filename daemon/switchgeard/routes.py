"""Routes: what the HTTP door serves. One table from method and path to a function of a few lines.

Rules for editing: a path belongs to one dialect, and whatever is said there, refusals included, is said in it.
What a completion is, is `asking`'s business; who may come in, the door's. Every answer that a provider served
says so in its `x-switchgear-` headers; nothing else of the daemon's is told.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from switchgear_protocol.errors import ErrorObject, error
from switchgear_protocol.messages import Answer
from switchgear_protocol.views import ModelView

from . import asking, counting, listed, views
from .complete import Options
from .dialects.dialect import Dialect
from .dialects.known import DIALECTS
from .door.exchange import Exchange
from .door.head import Head
from .door.refusal import Headers, Refusal
from .identity import session_of
from .methods.daemon import Daemon
from .question import Theirs
from .route_headers import brought, forwarded, served, told, waiting
from .rpc_error import RpcError
from .upstream.sse import Event

JSON: Headers = (("content-type", "application/json"),)
STREAM: Headers = (("content-type", "text/event-stream"), ("x-accel-buffering", "no"))
DIALECT_OF = (
    (re.compile(r"/v1/messages(/|$)"), "anthropic.messages"),
    (re.compile(r"/v1/responses(/|$)"), "openai.responses"),
    (re.compile(r"/v1beta/|/v1/models/.+:(g|streamG)enerateContent$"), "google.generate"),
)
"""Path -> the dialect spoken there; anywhere else openai.chat."""
HEADERS_OF = {"anthropic-version": "anthropic.messages", "x-goog-api-key": "google.generate"}
"""Header -> the dialect it tells, at paths that several have."""

GOOGLE = re.compile(r"/v1(?:beta)?/models/(.+):(generateContent|streamGenerateContent)")

Route = Callable[["Routes", Exchange], Awaitable[None]]


@dataclass(slots=True)
class Routes:
    """Answers the door's requests out of the daemon."""

    daemon: Daemon

    async def __call__(self, exchange: Exchange) -> None:
        """Serve one request. Raises nothing but Cancelled and bugs."""
        spoken = dialect_of(exchange.head)
        try:
            await self._route(exchange.head)(self, exchange)
        except RpcError as refused:
            await answer_error(exchange, spoken, refused.answer)

    def refuse(self, head: Head, refusal: Refusal) -> tuple[int, bytes, Headers]:
        """The door's own refusal in the dialect of the path."""
        if not head.path:
            return refusal.status, msgspec.json.encode({"error": {"message": refusal.message}}), JSON
        told = error(refusal.kind, refusal.message, hint=refusal.hint)
        return refusal.status, dialect_of(head).error(told).body, JSON

    def _route(self, head: Head) -> Route:
        table = ROUTES.get(head.path)
        if table is None:
            table = next((found for pattern, found in PATTERNS if pattern.fullmatch(head.path)), None)
        if table is None:
            raise RpcError.of("not_found", f"There is nothing at {head.path[:200]}.", hint="GET /v1/models")
        route = table.get(head.method)
        if route is None:
            return not_allowed(tuple(table))
        return route


# --- completions ----------------------------------------------------------------------------------


async def completion(routes: Routes, exchange: Exchange) -> None:
    """POST /v1/chat/completions, /v1/responses, /v1/messages."""
    await complete(routes, exchange, None, None)


async def generate(routes: Routes, exchange: Exchange) -> None:
    """POST /v1beta/models/MODEL:generateContent, :streamGenerateContent (or /v1): the path says what bodies say."""
    found = GOOGLE.fullmatch(exchange.head.path)
    assert found is not None  # the table said so
    await complete(routes, exchange, found[1], found[2] == "streamGenerateContent")


async def complete(routes: Routes, exchange: Exchange, model: str | None, stream: bool | None) -> None:
    """One completion in the dialect of the path. `model`, `stream`: where the path says them."""
    daemon, question = routes.daemon, asked(routes, exchange, model, stream)
    merged = await daemon.asked(question.glimpse.model)
    options = Options(stream=question.glimpse.stream, on_interrupt=merged.failover.after_commit)

    async def out(events: list[Event]) -> None:
        if not exchange.begun:
            await exchange.begin(200, (*STREAM, *served(speaking)))
        await exchange.send(framed(events))

    session = session_of(exchange.head.headers, question.glimpse)
    speaking = asking.native(daemon.at, merged, question, options, out, exchange.client, session)
    try:
        answer = await speaking.run()
    except RpcError as refused:
        if not exchange.begun:
            raise
        await exchange.end(framed(speaking.voice.fail(refused.answer)))
    else:
        await close(exchange, speaking, answer)


def asked(routes: Routes, exchange: Exchange, model: str | None, stream: bool | None) -> Theirs:
    """The client's question, with what of its headers goes where its words go. Raises RpcError."""
    spoken, headers = dialect_of(exchange.head), exchange.head.headers
    return asking.theirs(
        routes.daemon.at.state,
        spoken,
        exchange.body,
        model=model,
        stream=stream,
        headers=forwarded(spoken, headers),
        brought=brought(spoken, headers),
    )


async def close(exchange: Exchange, speaking: asking.Speaking, answer: Answer) -> None:
    """The answer is on record: its end, or all of it."""
    head = (*served(speaking), *told(answer))
    if not speaking.completing.options.stream:
        await exchange.answer(200, (*JSON, *head), speaking.whole(answer))
        return
    if not exchange.begun:  # a whole answer without content
        await exchange.begin(200, (*STREAM, *head))
    await exchange.end(framed(speaking.voice.finish(answer.finish, answer.usage)))


def framed(events: list[Event]) -> bytes:
    """Server-sent events, in one piece."""
    return "".join(
        f"event: {event.event}\ndata: {_lines(event.data)}\n\n" if event.event else f"data: {_lines(event.data)}\n\n"
        for event in events
    ).encode("utf-8", "surrogatepass")


def _lines(data: str) -> str:
    return data.replace("\n", "\ndata: ") if "\n" in data else data


# --- refusals -------------------------------------------------------------------------------------


async def answer_error(exchange: Exchange, spoken: Dialect, refused: ErrorObject) -> None:
    said = spoken.error(refused)
    await exchange.answer(said.status, (*JSON, *waiting(refused)), said.body)


def dialect_of(head: Head) -> Dialect:
    """The dialect spoken at the head's path; at paths shared by several, the one its headers tell."""
    name = next((name for pattern, name in DIALECT_OF if pattern.match(head.path)), "openai.chat")
    if name == "openai.chat" and "chat" not in head.path:
        name = next((told for header, told in HEADERS_OF.items() if header in head.headers), name)
    return DIALECTS[name]


def not_allowed(methods: tuple[str, ...]) -> Route:
    async def refuse(routes: Routes, exchange: Exchange) -> None:
        allowed = ", ".join(methods)
        said = f"{exchange.head.method[:20]} is not served here."
        refused = error("method_not_found", said, detail=f"allowed: {allowed}")
        await exchange.answer(405, (*JSON, ("allow", allowed)), dialect_of(exchange.head).error(refused).body)

    return refuse


# --- the rest -------------------------------------------------------------------------------------


async def alive(routes: Routes, exchange: Exchange) -> None:
    """HEAD and GET /: clients look whether anybody is there."""
    await exchange.answer(200, JSON, b'{"switchgear":"ok"}')


async def models(routes: Routes, exchange: Exchange) -> None:
    """GET /v1/models; `?variants=1`: every provider's variant too."""
    routes.daemon.lists.glance()
    await exchange.answer(200, JSON, msgspec.json.encode(_lister(exchange.head)[0](_models(routes, exchange.head))))


async def model(routes: Routes, exchange: Exchange) -> None:
    """GET /v1/models/NAME."""
    found = await routes.daemon.asked(exchange.head.path.split("/models/", 1)[1])
    state, now = routes.daemon.at.state, routes.daemon.at.now()
    view = views.model(state, found, now)
    await exchange.answer(200, JSON, msgspec.json.encode(_lister(exchange.head)[1](view)))


def _models(routes: Routes, head: Head) -> list[ModelView]:
    state, now = routes.daemon.at.state, routes.daemon.at.now()
    return views.models(state, now, variants=head.query.get("variants", "0") not in ("", "0", "false"))


def _lister(head: Head) -> tuple[Callable[[list[ModelView]], listed.Entry], Callable[[ModelView], listed.Entry]]:
    match dialect_of(head).NAME:
        case "anthropic.messages":
            return listed.anthropic, listed.anthropic_entry
        case "google.generate":
            return listed.google, listed.google_entry
        case _:
            return listed.openai, listed.openai_entry


async def count_tokens(routes: Routes, exchange: Exchange) -> None:
    """POST /v1/messages/count_tokens: the provider's own count where one can be had, else an estimate."""
    daemon, headers = routes.daemon, exchange.head.headers
    spoken = DIALECTS["anthropic.messages"]
    kept = forwarded(spoken, headers)
    question = asking.theirs(
        daemon.at.state, spoken, exchange.body, stream=False, headers=kept, brought=brought(spoken, headers)
    )
    tokens = await counting.input_tokens(daemon.at, await daemon.asked(question.glimpse.model), question)
    await exchange.answer(200, JSON, msgspec.json.encode({"input_tokens": tokens}))


async def no_socket(routes: Routes, exchange: Exchange) -> None:
    """GET /v1/responses: Codex asks for a WebSocket, and falls back to POST at once on a 426."""
    if "websocket" not in exchange.head.headers.get("upgrade", "").lower():
        await not_allowed(("POST",))(routes, exchange)
        return
    refused = error("method_not_found", "WebSockets are not served here.", hint="POST /v1/responses")
    await exchange.answer(426, (*JSON, ("allow", "POST")), dialect_of(exchange.head).error(refused).body)


ROUTES: dict[str, dict[str, Route]] = {
    "/": {"GET": alive, "HEAD": alive},
    "/v1/chat/completions": {"POST": completion},
    "/v1/responses": {"POST": completion, "GET": no_socket},
    "/v1/messages": {"POST": completion},
    "/v1/messages/count_tokens": {"POST": count_tokens},
    "/v1/models": {"GET": models, "HEAD": models},
    "/v1beta/models": {"GET": models, "HEAD": models},
}
PATTERNS: tuple[tuple[re.Pattern[str], dict[str, Route]], ...] = (
    (GOOGLE, {"POST": generate}),
    (re.compile(r"/v1(?:beta)?/models/.+"), {"GET": model, "HEAD": model}),
)

"""GitHub Copilot as a stand-in: three endpoints, its list, its own refusals, and GitHub beside it on one address.

Rules for editing: a complete answer comes with Copilot's own count of what it cost; a line of a script is that ("ok"),
or a function of what was asked. `kind_at` is the real kind but for its addresses, which are pinned there.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from switchgeard.clock import Clock, now
from switchgeard.kinds.github_copilot import KIND
from switchgeard.kinds.kind import DeviceCode, Kind
from switchgeard.upstream.call import HTTPCall

from . import wires
from .answers import ANSWERS, Behaviour
from .copilot_wire import EXPIRED, MODELS, Refusal, session_limit
from .exchange import Answer, Asked, chunked, date, sized
from .github import GitHub
from .standin import Line, StandIn
from .wires import ANTHROPIC, DONE, RESPONSES, Said, frame

GITHUB = ("https://api.github.com", "https://github.com")
INPUT, OUTPUT = 500, 2500  # credits a million tokens of the list's Opus
NANO = 1_000_000_000  # of a credit


def copilot(
    script: Line | Sequence[Line] = "ok", github: GitHub | None = None, said: Said | None = None, clock: Clock = now
) -> tuple[StandIn, GitHub]:
    """A stand-in that is both; `script` is of completions, as any stand-in's."""
    account = github or GitHub()
    lines = [script] if isinstance(script, str) or not isinstance(script, Sequence) else script
    standin = StandIn([_answering(account, line) for line in lines], said or Said(), account.told, clock=clock)
    standin.beside = partial(_beside, account, standin)
    return standin, account


def kind_at(url: str) -> Kind:
    """The real kind, GitHub's own addresses put to `url`; the base URL is the config's as ever."""
    login, exchange, quota = KIND.login, KIND.exchange, KIND.quota
    assert isinstance(login, DeviceCode)
    assert exchange is not None
    assert quota is not None
    at = partial(_moved, url)
    return replace(
        KIND,
        login=replace(login, code_url=at(login.code_url), token_url=at(login.token_url)),
        exchange=replace(exchange, call=_to(url, exchange.call)),
        quota=replace(quota, call=_to(url, quota.call)),
    )


def _to(url: str, call: Callable[..., HTTPCall]) -> Callable[..., HTTPCall]:
    def moved(*args: Any) -> HTTPCall:
        made = call(*args)
        return replace(made, url=_moved(url, made.url))

    return moved


def _moved(url: str, address: str) -> str:
    """An address of GitHub's at `url`; any other as it is."""
    return next((url + address.removeprefix(home) for home in GITHUB if address.startswith(f"{home}/")), address)


def _beside(account: GitHub, standin: StandIn, asked: Asked) -> Answer | None:
    """What is no completion: GitHub's own pages, and Copilot's list."""
    account.base = standin.url
    if asked.method == "GET" and asked.path.partition("?")[0] == "/models":
        return sized(200, msgspec.json.encode(MODELS), (date(asked.wall),)) if account.opens(asked) else _expired(asked)
    return account.answer(asked)


def _answering(account: GitHub, line: Line) -> Behaviour:
    """A line of a script behind the door that asks for a token."""

    def answer(asked: Asked, said: Said) -> Answer:
        if not account.opens(asked):
            return _expired(asked)
        left = round(account.limited_until - asked.wall)
        return refused(session_limit(left), asked, said) if left > 0 else _line(line)(asked, said)

    return answer


def _line(line: Line) -> Behaviour:
    if not isinstance(line, str):
        return line
    return billed if line == "ok" else ANSWERS[line]


def _expired(asked: Asked) -> Answer:
    return refused(EXPIRED, asked, Said())


def refused(row: Refusal, asked: Asked, said: Said) -> Answer:
    """A refusal of Copilot's: JSON, or plain text where it says it so."""
    status, headers, told = row
    if isinstance(told, str):
        return sized(status, told.encode(), (date(asked.wall), *headers), "text/plain; charset=utf-8")
    return sized(status, msgspec.json.encode(told), (date(asked.wall), *headers))


def billed(asked: Asked, said: Said) -> Answer:
    """A complete answer, with what it cost beside its usage."""
    headers = (date(asked.wall), ("x-request-id", "0a1b2c3d-StandIn0001"))
    if not asked.stream:
        whole = msgspec.json.decode(wires.whole(said, asked.wire, asked.model))
        return sized(200, msgspec.json.encode(whole | _cost(said)), headers)
    payloads = wires.stream(said, asked.wire, asked.model)
    return chunked([frame(_with_cost(text, asked.wire, said), asked.wire) for text in payloads], headers)


def _with_cost(text: str, wire: str, said: Said) -> str:
    """The payload, with the cost if it is the one that has the usage of all."""
    if text == DONE:
        return text
    payload = msgspec.json.decode(text)
    last = {ANTHROPIC: "message_delta", RESPONSES: "response.completed"}.get(wire)
    if (last is not None and payload.get("type") != last) or (last is None and not payload.get("usage")):
        return text
    return msgspec.json.encode(payload | _cost(said)).decode()


def _cost(said: Said) -> dict[str, Any]:
    """In billionths of a credit, which is a cent."""
    nano = (said.input_tokens * INPUT + said.output_tokens * OUTPUT) * NANO // 1_000_000
    return {"copilot_usage": {"total_nano_aiu": nano, "token_details": []}}

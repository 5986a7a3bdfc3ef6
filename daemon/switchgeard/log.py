"""The log: one line per thing that happened, on stderr, with nothing secret in it.

Two nets hold secrets back. By type: only plain values are rendered, anything else (a Secret, a
request, a socket) shows as its class name. By pattern: every text goes through `core.scrub`. An
exception is reduced to its class and the places it passed; its message may quote what it choked on.

Rules for editing: no processor may render a value it does not know; no call here awaits or raises.
Prompts and answers are not logged at any level, so no level has to be avoided.
"""

import sys
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from types import NoneType, TracebackType
from typing import Any, Literal, TextIO

import msgspec
import structlog

from switchgeard.clock import Clock, now
from switchgeard.core.scrub import MASK, scrub

Format = Literal["json", "console"]

_Line = MutableMapping[str, Any]
_DEBUG = 10  # structlog's number of that level
_SECRET_KEYS = ("secret", "password", "passwd", "authorization", "api_key", "apikey", "token", "cookie")
_NUMBERS = (int, float, NoneType)
_DEPTH = 4
_ITEMS = 50
_PLACES = 8


def start(form: Format = "console", level: str = "info", *, stream: TextIO | None = None, clock: Clock = now) -> None:
    """Set the log up; call once, before anything is logged. `level`: debug, info, warning or error."""
    out = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _reduce_exception,
            _mask,
            _stamp(clock),
            _json if form == "json" else _console(out),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Out(out),
        cache_logger_on_first_use=False,  # a logger made at import time must follow a later start
    )
    bound.cache_clear()


def detailed() -> bool:
    """Whether lines of the level debug are written: what is not need not be made."""
    return bool(bound("").is_enabled_for(_DEBUG))


def logger(area: str) -> Any:
    """A logger for one part of the daemon: `log.logger("server").info("listening", path=...)`."""
    return structlog.get_logger(area=area)


@lru_cache(maxsize=8)
def bound(area: str) -> Any:
    """The same put together once, for what is written on every request: ask anew for each line, a start changes it."""
    return logger(area).bind()


class _Out:
    """Writes lines; a closed or full stderr must not end the daemon."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # nowhere left to say it

    debug = info = warning = error = critical = exception = msg = write


def _mask(_: object, __: str, line: _Line) -> _Line:
    masked: _Line = {}
    for key, value in line.items():
        shown, secret = _field(str(key))
        masked[shown] = MASK if secret and not isinstance(value, _NUMBERS) else plain(value)
    return masked


@lru_cache(maxsize=512)  # the names are in our code: a few dozen, on every line
def _field(name: str) -> tuple[str, bool]:
    """The name as it may be shown, and whether it names a secret (unless it is a number: input_tokens=12)."""
    return scrub(name), any(word in name.lower() for word in _SECRET_KEYS)


def plain(value: object, depth: int = _DEPTH) -> object:
    """The value as it may be rendered: numbers, scrubbed text, bounded lists and maps; else a class name."""
    if type(value) is str:
        return scrub(value)
    if type(value) is float:
        return value
    if isinstance(value, Enum):
        return plain(value.value, depth)
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return "<huge>"  # JSON readers could not take it
    if isinstance(value, _NUMBERS):
        return value
    if isinstance(value, str | Path):
        return scrub(str(value))
    if depth and isinstance(value, Mapping):
        return _mask(None, "", {str(key): plain(item, depth - 1) for key, item in list(value.items())[:_ITEMS]})
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth - 1) for item in list(value)[:_ITEMS]]
    return f"<{type(value).__name__}>"


def _reduce_exception(_: object, __: str, line: _Line) -> _Line:
    """`exc_info` becomes the classes raised and where, newest place last."""
    raised = line.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()[1]
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        line["raised"] = sorted({type(leaf).__name__ for leaf in _leaves(raised)})
        line["where"] = _places(_leaves(raised)[0].__traceback__)
    return line


def _leaves(raised: BaseException) -> list[BaseException]:
    if isinstance(raised, BaseExceptionGroup):
        return [leaf for part in raised.exceptions[:_ITEMS] for leaf in _leaves(part)]
    return [raised]


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)[-_PLACES:]]


def _stamp(clock: Clock) -> Callable[[object, str, _Line], _Line]:
    def stamp(_: object, __: str, line: _Line) -> _Line:
        second, part = divmod(clock().wall, 1)
        head = {key: line.pop(key) for key in ("level", "area", "event") if key in line}
        return {"at": f"{_second(second)}.{int(part * 1000):03d}Z", **head, **line}

    return stamp


@lru_cache(maxsize=2)  # a busy second has hundreds of lines
def _second(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).isoformat().removesuffix("+00:00")


def _json(_: object, __: str, line: _Line) -> str:
    return msgspec.json.encode(line).decode()


def _console(out: TextIO) -> Callable[[object, str, _Line], str]:
    """Easy on the eye: the time of day, and colour on a terminal only."""
    coloured = out.isatty()

    def render(_: object, __: str, line: _Line) -> str:
        at, level, area = line.pop("at")[11:23], line.pop("level"), line.pop("area", "switchgeard")
        head = f"{at} {level:<7} {area}: {line.pop('event')}"
        colour = _COLOURS.get(level) if coloured else None
        pairs = [f"{key}={_shown(value)}" for key, value in line.items()]
        return " ".join([f"{colour}{head}\x1b[0m" if colour else head, *pairs])

    return render


_COLOURS = {"debug": "\x1b[2m", "warning": "\x1b[33m", "error": "\x1b[31m"}


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value and " " not in value else msgspec.json.encode(value).decode()

"""The log: readable, bounded, and silent about secrets."""

import io
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from fake_clock import ManualClock
from switchgear_protocol.words import Health
from switchgeard import log

CANARY = "sk-CANARY-4f9a8b7c6d5e4f3a2b1c0d9e"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def lines(write: Callable[[Any], object], level: str = "debug") -> list[dict[str, Any]]:
    """What this writes to a JSON log, decoded."""
    out = io.StringIO()
    log.start("json", level, stream=out, clock=ManualClock())
    write(log.logger("test"))
    return [msgspec.json.decode(line) for line in out.getvalue().splitlines()]


def test_a_line_says_when_how_bad_where_and_what() -> None:
    """In that order, so that a raw file can be read."""
    (line,) = lines(lambda logger: logger.info("listening", path="/run/user/1/switchgear.sock", clients=2))
    assert list(line.items()) == [
        ("at", "2027-01-15T08:00:00.000Z"),
        ("level", "info"),
        ("area", "test"),
        ("event", "listening"),
        ("path", "/run/user/1/switchgear.sock"),
        ("clients", 2),
    ]


def test_below_the_level_nothing_is_written() -> None:
    """Nor rendered."""
    assert lines(lambda logger: logger.info("quiet"), level="warning") == []


def test_a_logger_made_before_the_start_follows_it() -> None:
    """Modules make theirs when they are imported."""
    early = log.logger("early")
    assert [line["area"] for line in lines(lambda _: early.info("hello"))] == ["early"]


def test_a_logger_put_together_once_follows_a_later_start_too() -> None:
    """Whoever asks for it anew writes where, and as much as, the last start said."""
    assert lines(lambda _: log.bound("daemon").debug("early"), level="info") == []
    assert not log.detailed()
    assert [line["area"] for line in lines(lambda _: log.bound("daemon").debug("late"))] == ["daemon"]
    assert log.detailed()


class Secret:
    """Stands for the credentials' own type: its repr would betray it."""

    def __repr__(self) -> str:
        return CANARY


class Colour(Enum):
    KEY = CANARY


class Login(Struct):
    secret: str = CANARY


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(CANARY, id="text"),
        pytest.param(f"Bearer {CANARY}", id="header"),
        pytest.param({"headers": {"authorization": CANARY}}, id="nested map"),
        pytest.param({CANARY: 1}, id="a key of a map"),
        pytest.param([(CANARY,)], id="nested list"),
        pytest.param(Secret(), id="secret type"),
        pytest.param([Secret()], id="secret in a list"),
        pytest.param(Login(), id="struct"),
        pytest.param(Colour.KEY, id="enum"),
        pytest.param(CANARY.encode(), id="bytes"),
        pytest.param(ValueError(CANARY), id="exception"),
        pytest.param(Path("/home") / CANARY, id="path"),
        pytest.param(lambda: CANARY, id="function"),
    ],
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_gets_through(value: object, form: log.Format) -> None:
    """By type and by pattern, at every depth, in both formats, at DEBUG."""
    out = io.StringIO()
    log.start(form, "debug", stream=out, clock=ManualClock())
    log.logger("test").debug("happened", value=value)
    assert "happened" in out.getvalue()
    assert CANARY[3:] not in out.getvalue()


def test_a_secret_in_the_events_own_text_is_masked() -> None:
    """Somebody formatted one into the message."""
    (line,) = lines(lambda logger: logger.info("refused %s", CANARY))
    assert line["event"] == "refused ***"


@pytest.mark.parametrize("name", ["token", "api_key", "client_secret", "Authorization", "set-cookie", "password"])
def test_what_is_called_a_secret_is_masked_whatever_it_looks_like(name: str) -> None:
    """A short password matches no pattern."""
    (line,) = lines(lambda logger: logger.info("login", **{name: "hunter2"}))
    assert line[name] == "***"


def test_counts_of_tokens_are_numbers_not_secrets() -> None:
    """The ledger's words stay readable."""
    (line,) = lines(lambda logger: logger.info("done", input_tokens=12, output_tokens=None))
    assert (line["input_tokens"], line["output_tokens"]) == (12, None)


def test_an_exception_is_its_class_and_its_places() -> None:
    """Its message may quote a key or a prompt."""

    def write(logger: Any) -> None:
        try:
            raise KeyError(CANARY)
        except KeyError:
            logger.exception("bug")

    (line,) = lines(write)
    assert line["raised"] == ["KeyError"]
    assert line["where"][-1].startswith("test_log.py:")
    assert CANARY not in str(line)


def test_a_group_of_exceptions_names_each_class() -> None:
    """What a nursery raises."""
    group = ExceptionGroup("many", [KeyError("a"), ExceptionGroup("more", [OSError("b"), KeyError("c")])])
    (line,) = lines(lambda logger: logger.error("bug", exc_info=group))
    assert line["raised"] == ["KeyError", "OSError"]


def test_words_of_the_wire_are_written_as_their_values() -> None:
    """`rate_limited`, not `Health.RATE_LIMITED`."""
    (line,) = lines(lambda logger: logger.info("health", health=Health.RATE_LIMITED))
    assert line["health"] == "rate_limited"


def test_a_line_is_bounded() -> None:
    """A provider's megabyte, a list without end, a map in a map in a map."""
    deep: Any = "end"
    for _ in range(100):
        deep = {"deeper": deep}
    (line,) = lines(lambda logger: logger.info("big", text="word " * 10**5, many=list(range(10**5)), deep=deep))
    assert len(msgspec.json.encode(line)) < 2_000


def test_a_message_of_many_lines_is_one_line() -> None:
    """Nobody can forge a log line."""
    assert len(lines(lambda logger: logger.info("one\n{}\r\ntwo", more="a\nb"))) == 1


def test_a_closed_stderr_does_not_end_the_daemon() -> None:
    """The terminal went away."""
    out = io.StringIO()
    log.start("console", "debug", stream=out, clock=ManualClock())
    out.close()
    log.logger("test").error("nobody hears")
    assert out.closed


def test_the_console_is_for_people() -> None:
    """The time of day, the level, the area, the event; colours only on a terminal."""
    out = io.StringIO()
    log.start("console", "info", stream=out, clock=ManualClock())
    log.logger("server").warning("slow reader", client="zed", waited=2.5, why="its socket is full")
    assert out.getvalue() == '08:00:00.000 warning server: slow reader client=zed waited=2.5 why="its socket is full"\n'


def test_on_a_terminal_trouble_is_coloured() -> None:
    """Red stands out."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    log.start("console", "info", stream=out, clock=ManualClock())
    log.logger("server").error("bug")
    assert out.getvalue() == "\x1b[31m08:00:00.000 error   server: bug\x1b[0m\n"


def test_stderr_is_where_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output stays clean."""
    log.start("json", "info")
    log.logger("test").info("hello")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert '"event":"hello"' in captured.err


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.builds(object),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=10,
)


@settings(max_examples=100)
@given(value=JUNK, form=st.sampled_from(["json", "console"]))
def test_logging_never_raises(value: object, form: log.Format) -> None:
    """Whatever somebody hands it: one line."""
    out = io.StringIO()
    log.start(form, "debug", stream=out, clock=ManualClock())
    log.logger("test").info("junk", value=value)
    assert out.getvalue().count("\n") == 1

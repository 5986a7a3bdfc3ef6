"""`status --watch` on a terminal: an own page, redrawn in place, given back at the end."""

import fcntl
import os
import signal
import struct
import termios
from pathlib import Path

import pytest

from cli_runs import Serve
from on_terminal import Person, environment, on_terminal
from sample_world import ALL_WELL, NOW, STATUS
from scripted_daemon import HANG, LEAVE
from switchgear.cli.terminal_page import broken
from switchgear_protocol.events import Event
from switchgear_protocol.messages import Subscribed

EVENT = Event(seq=18, at=NOW, type="health", provider="openai")
ENTER, LEFT = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
WATCH = ("status", "--watch")


def sized(terminal: int, lines: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def test_the_watch_redraws_in_place_and_leaves_the_terminal_as_it_was(home: Path, serve: Serve) -> None:
    """Two drawings, each from the top and in one piece; Ctrl-C restores page, wrapping and cursor and is exit 130."""
    daemon = serve({"events/subscribe": [Subscribed("s1", STATUS), EVENT, HANG], "status": ALL_WELL})
    code, shown = on_terminal(*WATCH, typed=(b"no trouble known", b"\x03"))
    assert code == 130
    assert shown.startswith(f"{ENTER}\x1b[?2026h\x1b[H")
    assert (shown.count("Providers in trouble"), shown.count("\x1b[?2026h"), shown.count("\x1b[2J")) == (1, 2, 0)
    assert shown.rstrip().endswith(LEFT)
    assert [method for method, _ in daemon.requests] == ["events/subscribe", "status"]


def test_q_ends_it_well_and_no_key_is_seen(home: Path, serve: Serve) -> None:
    """What is typed meanwhile does not spoil the page."""
    serve({"events/subscribe": [Subscribed("s1", ALL_WELL), HANG]})
    code, shown = on_terminal(*WATCH, typed=(b"no trouble known", b"xyz\nq"))
    assert (code, shown.rstrip().endswith(LEFT)) == (0, True)
    assert "xyz" not in shown


def test_a_dumb_terminal_is_told_one_screen_after_the_other(home: Path, serve: Serve) -> None:
    """As in Emacs' shell, or a log: it would show every escape sequence as rubbish."""
    serve({"events/subscribe": [Subscribed("s1", STATUS), EVENT, HANG], "status": ALL_WELL})
    person = Person(WATCH, environment(TERM="dumb"))
    assert person.reads("no trouble known")
    person.process.send_signal(signal.SIGINT)
    assert person.sees_the_end() == 130
    assert "\x1b" not in person.shown
    assert "\r" not in person.shown


def test_who_is_told_to_end_gives_the_terminal_back(home: Path, serve: Serve) -> None:
    """SIGTERM, as `kill` sends it."""
    serve({"events/subscribe": [Subscribed("s1", ALL_WELL), HANG]})
    person = Person(WATCH, environment())
    assert person.reads("no trouble known")
    person.process.send_signal(signal.SIGTERM)
    assert person.sees_the_end() == 143
    assert person.shown.rstrip().endswith(LEFT)


def test_a_terminal_that_goes_away_takes_the_watch_with_it(home: Path, serve: Serve) -> None:
    """A closed window, without the signal that says so: no command stays behind."""
    serve({"events/subscribe": [Subscribed("s1", ALL_WELL), HANG]})
    person = Person(("status", "--watch"), environment())
    assert person.reads("no trouble known")
    os.close(person.terminal)
    assert person.process.wait(20) == 0


def test_another_size_is_drawn_at_once(home: Path, serve: Serve) -> None:
    """A window made smaller shows what fits, and says that there is more."""
    serve({"events/subscribe": [Subscribed("s1", STATUS), HANG]})
    person = Person(WATCH, environment())
    assert person.reads("credit gemini-3")
    sized(person.terminal, 6, 60)
    person.process.send_signal(signal.SIGWINCH)
    assert person.reads("more lines: make the window taller")
    person.presses_ctrl_c()
    assert person.sees_the_end() == 130


def test_a_narrow_window_breaks_its_advice(home: Path, serve: Serve) -> None:
    """A command that is cut cannot be typed."""
    serve({"events/subscribe": [Subscribed("s1", STATUS), HANG]})
    person = Person(WATCH, environment(NO_COLOR="1"))
    assert person.reads("credit gemini-3")
    sized(person.terminal, 30, 30)
    person.process.send_signal(signal.SIGWINCH)
    assert person.reads("  hint: switchgear login\x1b[K\r\n    claude_api")
    person.presses_ctrl_c()
    assert person.sees_the_end() == 130


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("short", ["short"]),
        ("", [""]),
        ("  one two three", ["  one two", "    three"]),
        ("\x1b[2m  one two three\x1b[0m", ["\x1b[2m  one two\x1b[0m", "    \x1b[2mthree\x1b[0m"]),
        ("\x1b[1mname\x1b[0m  of one", ["\x1b[1mname\x1b[0m  of", "  one"]),
        ("aaaaaaaaaaaaaaaa b", ["aaaaaaaaaaaaaaaa", "  b"]),
        ("\x1b[2maaaaaaaaaaaaa b c\x1b[0m", ["\x1b[2maaaaaaaaaaaaa\x1b[0m", "  \x1b[2mb c\x1b[0m"]),
    ],
)
def test_a_painted_line_is_broken_between_words(line: str, parts: list[str]) -> None:
    """Each part is whole by itself: what is painted in one does not reach the next."""
    assert broken(line, 10) == parts


def test_a_daemon_that_leaves_is_waited_for(home: Path, serve: Serve) -> None:
    """Its last words stay, under a line that says so; the next one is joined behind the last event."""
    replies = iter([[Subscribed("s1", STATUS), EVENT, LEAVE], [Subscribed("s1", ALL_WELL), HANG]])
    daemon = serve({"events/subscribe": lambda params: next(replies), "status": STATUS})
    person = Person(WATCH, environment())
    assert person.reads("no trouble known")
    person.presses_ctrl_c()
    assert person.sees_the_end() == 130
    assert "Providers in trouble" in person.shown.partition("the daemon has left")[2]
    assert daemon.asked("events/subscribe") == {"since": 18}


@pytest.mark.parametrize("words", [("status", "--watch", "--json"), ("events", "--json")])
def test_programs_that_follow_are_kept_too(home: Path, serve: Serve, words: tuple[str, ...]) -> None:
    """Nothing but objects on stdout, a word on stderr; Ctrl-C ends it."""
    replies = iter([[Subscribed("s1", STATUS), LEAVE], [Subscribed("s1", ALL_WELL, [EVENT]), HANG]])
    serve({"events/subscribe": lambda params: next(replies)})
    person = Person(words, environment())
    assert person.reads('"seq": 18' if words[0] == "events" else '"seq": 1,')
    person.presses_ctrl_c()
    assert person.sees_the_end() == 130
    assert "waiting for the next one" in person.shown

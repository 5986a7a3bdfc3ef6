"""The terminal while it is ours: an own page, drawn in place, given back as it was however the command ends.

Rules for editing: one write per drawing, so that nothing flickers; the terminal does not wrap while it is ours, so that
lines can be counted: they are broken here. A signal's handler writes past Python's buffers: it may run in the middle of
a write.
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import sys
import termios
import tty

from .screen import cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any

    from .screen import Screen
    from .wire import Wire

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"  # another page, no cursor, no wrapping
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"  # one picture: terminals that know it show nothing half-drawn
HOME, REST, BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
PAINT = re.compile(r"\x1b\[\d*m")
PLAIN = "\x1b[0m"
QUIT = b"qQ"
TERMINATED = 128 + signal.SIGTERM


class TerminalPage:
    """`with TerminalPage(screen) as page:`; draws lines, waits for news, a key or another size."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._handlers: dict[int, Any] = {}
        self._keys: list[Any] | None = None
        self._shown = ""
        self._woken, self._waker = socket.socketpair()

    def __enter__(self) -> TerminalPage:
        for end in (self._woken, self._waker):
            end.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        self._handle(signal.SIGWINCH, _noted)
        self._handle(signal.SIGTERM, _end)
        self._handle(signal.SIGTSTP, self._pause)
        self._take()
        return self

    def __exit__(self, *exc: object) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        self._woken.close()
        self._waker.close()

    def draw(self, lines: Sequence[str], height: int) -> None:
        """All of them, or what fits and how many do not."""
        shown = [part for line in lines for part in broken(line, self._screen.width)]
        over = len(shown) - height
        if over > 0:
            shown[height - 1 :] = [self._screen.paint("dim", f"{over + 1} more lines: make the window taller")]
        text = f"{REST}\r\n".join(shown)
        if text != self._shown:
            self._screen.write(f"{BEGIN}{HOME}{text}{REST}{BELOW}{END}")
        self._shown = text

    def wait(self, wire: Wire | None, seconds: float) -> bool:
        """Until something is to be read or drawn, or the time passes. False: a person has had enough (q)."""
        sources = [each for each in (wire, self._woken, sys.stdin if self._keys else None) if each is not None]
        ready, _, _ = select.select(sources, [], [], seconds)
        if self._woken in ready:
            self._woken.recv(1024)
            self._shown = ""  # another size, or another program had the terminal
        return not (sys.stdin in ready and _had_enough())

    def _take(self) -> None:
        """Keys neither echo nor wait for the line's end; Ctrl-C and Ctrl-Z keep their meaning."""
        if _can_be_asked():
            self._keys = self._keys or termios.tcgetattr(0)
            tty.setcbreak(0, termios.TCSANOW)
        _say(ENTER)

    def _give_back(self) -> None:
        try:
            _say(LEAVE)
            if self._keys:
                termios.tcsetattr(0, termios.TCSANOW, self._keys)
        except (OSError, termios.error):  # the terminal is gone: there is nobody to give it back to
            pass

    def _pause(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z: the shell gets its page back, and we ours with `fg`."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._take()

    def _handle(self, number: int, handler: Any) -> None:
        self._handlers[number] = signal.signal(number, handler)


def broken(line: str, width: int) -> list[str]:
    """A painted line in parts of at most `width` columns, broken between words; each has the paint of its words."""
    if _columns(line) <= width:
        return [line]
    parts, paint = [""], PLAIN
    indent = " " * (len(bare := PAINT.sub("", line)) - len(bare.lstrip(" ")) + 2)
    for word in re.findall(r"\s*\S+", line):
        if parts[-1].strip() and _columns(parts[-1] + word) > width:
            parts[-1] += PLAIN if paint != PLAIN else ""
            parts.append(indent + (paint if paint != PLAIN else "") + word.lstrip(" "))
        else:
            parts[-1] += word
        paint = [paint, *PAINT.findall(word)][-1]
    return parts


def _columns(line: str) -> int:
    return cells(PAINT.sub("", line))


def _can_be_asked() -> bool:
    try:
        return sys.stdin.isatty()
    except (AttributeError, ValueError):  # none, or closed
        return False


def _had_enough() -> bool:
    """Whether q was typed, or the keyboard is gone."""
    try:
        typed = os.read(0, 64)
    except OSError:
        return True
    return not typed or any(key in typed for key in QUIT)


def _say(text: str) -> None:
    os.write(1, text.encode())


def _noted(number: int, frame: FrameType | None) -> None:
    """Only to be woken."""


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)

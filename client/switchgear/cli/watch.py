"""`status --watch`: redraws when the daemon says that something changed; it never polls.

Between events only the relative times age, from the snapshot already held. A daemon that leaves is waited for: what it
said last stays on the screen, under a line that says so.
"""

from __future__ import annotations

from .failed import OK
from .following import LEFT, LOOK, Following
from .status_screen import lines
from .times import wall
from .wire import Gone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation
    from .screen import Screen
    from .terminal_page import TerminalPage
    from .wire import Json

AGE = 15.0  # seconds after which "in 12 m" is drawn anew
BURST = 0.1  # events this close together are one redraw ...
BURST_EVENTS = 20  # ... but a steady flow is drawn all the same


def watch(invocation: Invocation) -> int:
    """Until Ctrl-C, or q on a terminal."""
    following = Following(invocation)
    status = following.begin()["snapshot"]
    if not invocation.out.redraws or invocation.args.json:
        return _printed(invocation, following, status)
    from .terminal_page import TerminalPage

    with TerminalPage(invocation.out) as page:
        return _on_page(page, invocation, following, status)


def _printed(invocation: Invocation, following: Following, status: Json) -> int:
    """One status after the other: objects for a program, else screens with an empty line behind each."""
    while True:
        if invocation.args.json:
            invocation.emit(status)
        else:
            for line in [*lines(invocation.out, status, status["now"]), ""]:
                invocation.out.line(line)
        invocation.out.write("")
        try:
            following.next_event()
            status = _after_burst(invocation, following)
        except Gone:
            status = following.wait_for_next()["snapshot"]


def _after_burst(invocation: Invocation, following: Following) -> Json:
    for _ in range(BURST_EVENTS):
        if following.next_event(BURST) is None:
            break
    return invocation.call("status")


def _on_page(page: TerminalPage, invocation: Invocation, following: Following, status: Json) -> int:
    left = False
    while True:
        _draw(page, invocation.out, status, left=left)
        try:
            if left:
                if not page.wait(None, LOOK):
                    return OK
                reply = following.rejoined()
                left, status = reply is None, reply["snapshot"] if reply else status
            elif following.next_event(0.0) is not None:
                status = _after_burst(invocation, following)
            elif not page.wait(invocation.wire, AGE):
                return OK
        except Gone:
            left = True


def _draw(page: TerminalPage, screen: Screen, status: Json, *, left: bool) -> None:
    height = screen.measure()
    shown = [*lines(screen, status, max(wall(), status["now"]))]
    if left:
        shown[:0] = [screen.paint("bad", f"{screen.glyph('bad')} {LEFT}"), ""]
    page.draw(shown, height)

"""`status --watch`: redraws when the daemon says that something changed; it never polls.

Between events only the relative times age, from the snapshot already held.
"""

from __future__ import annotations

from .status_screen import lines
from .times import wall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation
    from .wire import Json

AGE = 15.0  # seconds after which "in 12 m" is drawn anew
BURST = 0.1  # events this close together are one redraw ...
BURST_EVENTS = 20  # ... but a steady flow is drawn all the same
ENTER = "\x1b[?1049h\x1b[?25l"
LEAVE = "\x1b[?25h\x1b[?1049l"
HOME = "\x1b[H"
REST = "\x1b[K\n"
BELOW = "\x1b[J"


def watch(invocation: Invocation) -> int:
    """Until Ctrl-C or until the daemon leaves."""
    status = invocation.call("events/subscribe")["snapshot"]
    screen = invocation.out
    alternate = screen.terminal and not invocation.args.json
    if alternate:
        screen.write(ENTER)
    try:
        while True:
            _draw(invocation, status, alternate)
            status = _next(invocation, status, alternate)
    finally:
        if alternate:
            screen.write(LEAVE)


def _next(invocation: Invocation, status: Json, alternate: bool) -> Json:
    """The status after the next change; the one held, when only time passed."""
    wire = invocation.wire
    if wire.next_event(AGE if alternate else None) is None:
        return status
    for _ in range(BURST_EVENTS):
        if wire.next_event(BURST) is None:
            break
    return invocation.call("status")


def _draw(invocation: Invocation, status: Json, alternate: bool) -> None:
    screen = invocation.out
    if invocation.args.json:
        invocation.emit(status)
        screen.write("")
    elif alternate:
        height = screen.measure()
        shown = [*lines(screen, status, max(wall(), status["now"]))][: height - 1]
        screen.write(HOME + "".join(line + REST for line in shown) + BELOW)
    else:
        screen.write("".join(f"{line}\n" for line in [*lines(screen, status, status["now"]), ""]))

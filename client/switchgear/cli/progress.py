"""What goes on while somebody waits: one line on stderr, gone when it is over: on a terminal that can do that."""

from __future__ import annotations

from contextlib import contextmanager

from .screen import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .invocation import Invocation

AGAIN = "\r\x1b[K"


@contextmanager
def progress(invocation: Invocation, text: str = "") -> Iterator[Callable[[str], None]]:
    """`say(text)` puts the line anew; `text` is the first. Say nothing else on the terminal inside."""
    screen = invocation.err
    if not screen.redraws or invocation.args.json:
        yield lambda text: None
        return

    def say(text: str) -> None:
        told = screen.clip(f"{clean(text)} {screen.glyph('ellipsis')}", screen.width - 1)
        screen.write(f"{AGAIN}{screen.paint('dim', told)}")

    try:
        if text:
            say(text)
        yield say
    finally:
        screen.write(AGAIN)

"""The desktop's browser: a page opened for a person who sits at this machine.

Rules for editing: the page is always printed too, by the caller; here nothing is printed, nothing is waited for and
nothing fails. No browser is started where its window would open on another machine's desktop or in the terminal.
"""

from __future__ import annotations

import os
import sys
from threading import Thread

ELSEWHERE = ("SSH_CONNECTION", "SSH_TTY")
"""Set where the person sits at another machine."""
DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY")


def open_page(url: str) -> bool:
    """Whether the page is being opened."""
    if not url.startswith(("https://", "http://127.0.0.1")) or not at_a_desktop():
        return False
    Thread(target=_open, args=(url,), daemon=True).start()  # some browsers hold who starts them
    return True


def at_a_desktop() -> bool:
    """Whether a window would open before the person who reads this."""
    if any(os.environ.get(name) for name in ELSEWHERE):
        return False
    return sys.platform == "darwin" or any(os.environ.get(name) for name in DESKTOP)


def _open(url: str) -> None:
    import webbrowser

    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return  # the page is printed anyway

"""Keeper: the one task that keeps the prompt's files as they should be.

It writes when a line has become another one, at most every SPACING seconds, and when time alone changed something (a
window was reset). A line is good for VALID seconds and is renewed every RENEWED: long, so that a daemon with nothing
to do is woken six times an hour and not sixty, and short enough that the word of one that was killed does not last.

Rules for editing: `hear` is called for every event and must cost next to nothing. The text is what counts: nothing is
written because a number behind it changed.
"""

import math
from collections.abc import Callable

import trio

from switchgear_protocol.events import Event
from switchgear_protocol.prompt import PromptLine
from switchgeard import log
from switchgeard.config.settled import PromptStyle
from switchgeard.core.clock import Now
from switchgeard.core.prompt_format import worded
from switchgeard.state import State

from .files import Files, of_session
from .names import names
from .recent import Recent, Served
from .segment import Segment, segment

SPACING = 0.5  # seconds between two rewrites
VALID = 900.0  # seconds a line is good for
RENEWED = 600.0  # seconds after which it is written anew although nothing changed
SOON = 0.05  # seconds after a moment at which something changes by itself: then it has
FILE, NAMES = "prompt", "names"
BROKEN = "config broken"
SILENT = frozenset({"route", "lagged", "network"})  # events that change nothing of what is shown


class Keeper:
    """`now` is the daemon's clock; `broken` says whether the config on disk is refused."""

    def __init__(self, state: State, files: Files, now: Callable[[], Now], broken: Callable[[], bool]) -> None:
        self._state = state
        self._files = files
        self._now = now
        self._broken = broken
        self._recent = Recent()
        self._news = trio.Event()
        self._lines: dict[str, tuple[str, str, float]] = {}  # by file: level, text, good until

    def hear(self, event: Event) -> None:
        """Something happened."""
        if event.type not in SILENT:
            self._recent.note(event)
            self._news.set()

    def line(self, session: str | None = None) -> PromptLine:
        """What is shown now: of the session if it is known here, else of the last answer of all."""
        used = self._recent.sessions.get(session) if session else None
        seen = self._segment(used or self._recent.last, session)
        until = self._now().wall + VALID
        return PromptLine(seen.level, self._text(seen), until, session if used else None, **seen.said)

    async def run(self) -> None:
        """Keep the files until cancelled; then take away what is no longer true."""
        self._files.sweep()
        try:
            while True:
                self._news = trio.Event()
                pause = self._written()
                await trio.sleep(SPACING)
                with trio.move_on_after(max(pause - SPACING, 0.0)):
                    await self._news.wait()
        finally:
            for name in list(self._lines):
                self._files.drop(name)

    def _written(self) -> float:
        try:
            return self._write()
        except Exception as bug:  # noqa: BLE001 - a barrier: a prompt is not worth a daemon
            log.logger("prompt").error("bug", exc_info=bug)
            return RENEWED

    def _write(self) -> float:
        """Bring every file up to date; the seconds until that is due again without any news."""
        self._files.put(NAMES, names(self._state))
        shown = {FILE: (self._recent.last, None)} | {
            name: (used, session) for session, used in self._recent.sessions.items() if (name := of_session(session))
        }
        if self._style.show == "never":
            shown = {}
        for name in [name for name in self._lines if name not in shown]:
            self._files.drop(name)
            del self._lines[name]
        made = {about: self._segment(*about) for about in {self._about(*about) for about in shown.values()}}
        return min([self._show(name, made[self._about(*about)]) for name, about in shown.items()], default=math.inf)

    def _about(self, used: Served | None, session: str | None) -> tuple[Served | None, str | None]:
        """What a line depends on: most sessions have no pin of their own, and then the same line as their like."""
        return used, session if used and (used.alias, session) in self._state.pins else None

    def _show(self, name: str, seen: Segment) -> float:
        """One file; the seconds until it changes by itself, or is to be renewed."""
        now = self._now()
        line = (seen.level, self._text(seen))
        level, text, good = self._lines.get(name, ("", "", 0.0))
        if (level, text) != line or not now.wall + VALID - RENEWED < good <= now.wall + VALID + 1:
            good = math.ceil(now.wall + VALID)
            self._lines[name] = (*line, good)
        self._files.put(name, f"{good:.0f}\t{line[0]}\t{line[1]}\n", good)
        due = good - VALID + RENEWED
        return max(min(due, seen.until or due) - now.wall, 0.0) + SOON

    def _segment(self, used: Served | None, session: str | None) -> Segment:
        return segment(self._state, used, self._now(), session, BROKEN if self._broken() else "")

    def _text(self, seen: Segment) -> str:
        style = self._style
        return "" if style.show == "failover" and seen.level == "ok" else worded(style.format, seen.said)

    @property
    def _style(self) -> PromptStyle:
        return self._state.config.prompt

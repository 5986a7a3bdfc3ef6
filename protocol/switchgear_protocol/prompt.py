"""`prompt/show`: the line of the shell's prompt. Rules for editing: as for `messages`."""

from typing import Literal

from .shapes import Name, Params, Result


class PromptShow(Params, frozen=True):
    """The line for everybody, or this session's own where one is named and known."""

    session: Name | None = None


class PromptLine(Result, frozen=True):
    """`text` is "" when there is nothing to show; `valid_until` is epoch seconds. The rest: the fields of a format."""

    level: Literal["ok", "warn", "fail"]
    text: str
    valid_until: float
    session: str | None = None  # when the line is this session's own
    alias: str = ""
    model: str = ""
    provider: str = ""
    window: str = ""
    left: str = ""
    state: str = ""

"""Finding: one login, key or server that is there already."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Finding(NamedTuple):
    """`id` and `kind` of the provider it would become;
    `label` is the kind's. `credential`: as the config spells it; "keyring": `read` gives
    the secret to be stored. `wary`: taken only when asked for by name, because its terms are the user's to judge."""

    id: str
    kind: str
    label: str
    source: str  # where it was found, for people: "OpenCode", "environment"
    where: str  # the file, variable or address
    credential: str | dict[str, str | list[str]]
    read: Callable[[], str] | None = None
    base_url: str | None = None
    words: str = ""
    wary: bool = False


class Left(NamedTuple):
    """Something found that is not taken, and what to do instead."""

    source: str
    where: str
    why: str
    hint: str

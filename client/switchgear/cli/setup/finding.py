"""Finding: one login, key or server that is there already."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = "environment"


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

    @property
    def kept(self) -> str:
        """Where its credential will be, for people."""
        if self.read is not None:
            return "key in the keyring"
        if isinstance(self.credential, str):
            return ""
        if "env" in self.credential:
            return f"key read from ${self.credential['env']}"
        return f"key asked of `{' '.join(self.credential['command'])}`"

    def unstored(self) -> Finding | None:
        """The same where there is no keyring: a variable is read where it is. None for a key that has no such place."""
        if self.read is None:
            return self
        if self.source != ENVIRONMENT:
            return None
        return self._replace(credential={"env": self.where}, read=None)


class Left(NamedTuple):
    """Something found that is not taken, and what to do instead."""

    source: str
    where: str
    why: str
    hint: str

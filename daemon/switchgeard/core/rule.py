"""Rule: what an error of one kind of provider means, where the common tables do not know.

Rules for editing: pure; first match wins; a rule with nothing given matches nothing.
"""

import re

from msgspec import Struct

from switchgear_protocol.words import FailureKind


class Rule(Struct, frozen=True):
    """All that is given must hold. `code` is one of the body's codes (lower case), `pattern` a regular expression
    looked for in its message, whatever the case. `hint`: what cures it, where no command of ours does; `wait`: seconds
    until it is worth another try, where the provider names none."""

    kind: FailureKind
    statuses: frozenset[int] = frozenset()
    code: str | None = None
    pattern: str | None = None
    hint: str | None = None
    wait: float | None = None

    def matches(self, status: int, codes: tuple[str, ...], message: str) -> bool:
        if self.statuses and status not in self.statuses:
            return False
        if self.code is not None and self.code not in codes:
            return False
        if self.pattern is not None and not re.search(self.pattern, message, re.IGNORECASE):
            return False
        return bool(self.statuses) or self.code is not None or self.pattern is not None


def ruling(rules: tuple[Rule, ...], status: int, codes: tuple[str, ...], message: str) -> Rule | None:
    """The first matching rule; None when none does."""
    return next((rule for rule in rules if rule.matches(status, codes, message)), None)

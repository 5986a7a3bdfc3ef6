"""Accounts: who is behind the credentials, where that changes what is believed of their providers.

Two providers may be one account: the same key at the same host, or two logins of one person. Then a quota that one of
them finds spent is spent for the other, and going from one to the other is no failover.
Rules for editing: pure. Nothing here holds a credential: who pays is told by a keyed digest or a name. Only buckets and
windows are shared; each provider keeps its own login and its own offers.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.words import Scope

from . import health
from .clock import Now
from .health import CLOSED, Circuit, ScopeKey
from .quota import Window

Circuits = Mapping[ScopeKey, Circuit]
Remark = tuple[str, str]
"""What a person should know of a provider that serves all the same, and what cures it."""

APART = "remove one of them, or give it a credential of its own: switchgear config edit"


class Accounts(Struct, frozen=True):
    """`alike`: each provider that is not alone with its account, and the others. `unsaved`: why a renewed login is kept
    in memory only, by provider."""

    alike: dict[str, tuple[str, ...]] = {}
    unsaved: dict[str, Remark] = {}

    def remark(self, provider: str) -> Remark | None:
        if provider in self.unsaved:
            return self.unsaved[provider]
        if provider not in self.alike:
            return None
        return f"one account with {', '.join(self.alike[provider])}: what either uses counts for both", APART


def alike(payers: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Provider -> the others that the same account pays for; nothing for one that is alone."""
    sharing: dict[str, list[str]] = {}
    for provider, payer in payers.items():
        sharing.setdefault(payer, []).append(provider)
    groups = [group for group in sharing.values() if len(group) > 1]
    return {one: tuple(other for other in group if other != one) for group in groups for one in group}


def mirrored(circuits: Circuits, changed: Circuits, accounts: Accounts, now: Now) -> dict[ScopeKey, Circuit]:
    """What changed circuits of one provider's quota make of those of the same account's others.

    Closed for one is closed for all until then; open again for one, the others may test it, each for itself.
    """
    found: dict[ScopeKey, Circuit] = {}
    for key, circuit in changed.items():
        before = circuits.get(key, CLOSED)
        if key.scope is not Scope.BUCKET or circuit.probing or (before.health, before.until) == _told(circuit):
            continue
        for other in accounts.alike.get(key.owner, ()):
            same = replace(key, owner=other)
            if same not in changed and (mirror := _mirror(circuits.get(same, CLOSED), circuit, now)) is not None:
                found[same] = mirror
    return found


def echoed(windows: Iterable[Window], accounts: Accounts) -> list[Window]:
    """The same readings for the account's other providers."""
    return [replace(window, provider=other) for window in windows for other in accounts.alike.get(window.provider, ())]


def _told(circuit: Circuit) -> tuple[object, object]:
    return circuit.health, circuit.until


def _mirror(theirs: Circuit, circuit: Circuit, now: Now) -> Circuit | None:
    if not circuit.open:
        return health.hasten(theirs, now)
    if circuit.until is None:
        return None
    return health.block(theirs, circuit.health, circuit.reason, circuit.until, circuit.source, now)

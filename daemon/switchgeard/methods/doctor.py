"""`doctor/check`: what only the daemon can see of its own health.

Rules for editing: a function per id, each bounded in time and none able to spoil another. A finding says what was seen;
what it means for a person (order, colour, exit code) is the command's matter.
"""

from collections.abc import Iterable

import trio

from switchgear_protocol.messages import CredentialView, DoctorCheck, Finding, Findings, Nothing
from switchgear_protocol.words import Health
from switchgeard import views
from switchgeard.core.provider import Keyring
from switchgeard.credentials.secret import Ready
from switchgeard.knocking import Knock, knock
from switchgeard.serving.caller import Caller

from .daemon import Daemon
from .providers import credentials_list

SKEW = 30.0  # seconds a clock may be off before signatures and tokens suffer
FULL = 50 * 1024 * 1024  # bytes a disk should have left


async def doctor_check(daemon: Daemon, caller: Caller, params: DoctorCheck) -> Findings:
    """Everything at once: who waits is a person."""
    knocks: dict[str, Knock] = {}
    slow: list[Finding] = []

    async def at_the_door(name: str) -> None:
        knocks[name] = await knock(daemon.at.transport, daemon.provider(name), daemon.at.now)

    async def keyring() -> None:
        slow.append(await _keyring(daemon))

    async def storage() -> None:
        slow.append(await _storage(daemon))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(storage)
        if params.keyring:
            nursery.start_soon(keyring)
        for name in daemon.at.state.config.providers if params.network else ():
            nursery.start_soon(at_the_door, name)
    slow.sort(key=lambda finding: finding.id)
    seen = (await credentials_list(daemon, caller, Nothing())).credentials
    found = [
        _config(daemon),
        *slow,
        *_door(daemon),
        *_reached(knocks),
        *_clock(knocks),
        *_logins(seen),
        *_providers(daemon),
    ]
    return Findings([*found, *_models(daemon)])


def _config(daemon: Daemon) -> Finding:
    seen = daemon.configuration.view()
    if seen.error is None:
        return Finding("config", "ok", f"revision {seen.revision} of {seen.path}")
    return Finding("config", "warn" if seen.ok else "fail", seen.error, hint=seen.hint or "switchgear config check")


async def _storage(daemon: Daemon) -> Finding:
    store = daemon.at.store
    if store.path is None:
        why = "it is kept in memory only: " + daemon.storage if daemon.storage != "ok" else "it is kept in memory only"
        return Finding("storage", "fail", why, hint="switchgear events --past")
    trouble, size, free = await store.inspect()
    if trouble:
        return Finding("storage", "fail", f"{store.path}: {trouble}", hint="switchgear stop && switchgear status")
    told = f"{store.path}, {size / 1e6:.1f} MB, sound"
    if free < FULL:
        return Finding("storage", "warn", f"{told}; only {free / 1e6:.0f} MB are free there", hint="df -h")
    return Finding("storage", "ok", told)


def _uses_keyring(daemon: Daemon) -> bool:
    return any(isinstance(one.credential, Keyring) for one in daemon.at.state.config.providers.values())


async def _keyring(daemon: Daemon) -> Finding:
    if not _uses_keyring(daemon):
        return Finding("keyring", "skipped", "no provider keeps its login there")
    began = daemon.at.now().boot
    answer = await daemon.at.vault.try_keyring()
    if isinstance(answer, Ready):
        return Finding("keyring", "ok", f"written, read and deleted in {(daemon.at.now().boot - began) * 1000:.0f} ms")
    return Finding("keyring", "fail", answer.reason, hint=answer.hint)


def _door(daemon: Daemon) -> Iterable[Finding]:
    for told in (daemon.http or "").split("; "):
        if told:
            shut = told.startswith("not ")
            hint = "switchgear config edit" if shut else None
            yield Finding("door", "fail" if shut else "ok", told, hint=hint)


def _reached(knocks: dict[str, Knock]) -> Iterable[Finding]:
    for name in sorted(knocks):
        one = knocks[name]
        hint = None if one.answered else f"switchgear pause {name}"
        yield Finding("reach", "ok" if one.answered else "fail", one.told, name, hint)


def _clock(knocks: dict[str, Knock]) -> Iterable[Finding]:
    """The median of what providers say: one of them may be wrong itself."""
    skews = sorted(one.skew for one in knocks.values() if one.skew is not None)
    if not skews:
        return
    middle = skews[len(skews) // 2]
    if abs(middle) <= SKEW:
        yield Finding("clock", "ok", f"within {max(abs(middle), 1):.0f} s of {_providers_said(len(skews))}")
        return
    way = "ahead of" if middle > 0 else "behind"
    told = f"{abs(middle):.0f} s {way} {_providers_said(len(skews))}: logins and signatures will be refused"
    yield Finding("clock", "fail", told, hint="timedatectl set-ntp true")


def _providers_said(count: int) -> str:
    return "what a provider says" if count == 1 else f"what {count} providers say"


def _logins(seen: Iterable[CredentialView]) -> Iterable[Finding]:
    for view in seen:
        if view.state == "ok":
            yield Finding("login", "ok", view.source, view.provider)
        elif view.state == "unknown":
            yield Finding("login", "skipped", f"{view.source}: not asked until it is needed", view.provider)
        elif view.state != "none":
            yield Finding("login", "fail", f"{view.source}: {view.reason}", view.provider, view.hint)


def _providers(daemon: Daemon) -> Iterable[Finding]:
    """What else is held against one; a quota that is spent is no fault."""
    for view in views.providers(daemon.at.state, daemon.at.now()):
        if view.paused:
            yield Finding("provider", "warn", "paused by you", view.id, f"switchgear resume {view.id}")
        elif view.health in (Health.UNAVAILABLE, Health.AUTH_FAILED):
            yield Finding("provider", "fail", view.reason, view.id, view.hint)
        elif remark := daemon.at.state.accounts.remark(view.id):
            yield Finding("account", "warn", remark[0], view.id, remark[1])


def _models(daemon: Daemon) -> Iterable[Finding]:
    found = views.models(daemon.at.state, daemon.at.now())
    for model in found:
        if model.serving is None:
            yield Finding("model", "fail", "nobody can serve it now", model.alias, f"switchgear route {model.alias}")
    if found and all(model.serving for model in found):
        yield Finding("model", "ok", f"each of {len(found)} has somebody to serve it")
    if not found:
        yield Finding("model", "warn", "there are none yet", hint="switchgear setup")

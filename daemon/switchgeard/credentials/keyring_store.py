"""The OS secret store, behind an allow-list of real ones, in a thread, with a deadline.

Why not `keyring.get_keyring()`: it takes whatever is installed or named by a variable, plaintext
files included. We look at the allowed modules only and refuse rather than fall back.
Why one item for all providers: one unlock prompt, not one each. Why a thread and a deadline: a
locked store may wait for ever for a prompt nobody sees. `keyring` is imported on first use (90 ms).
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
import trio

from switchgeard.core.scrub import scrub

from .secret import Answer, Broken, Locked, Missing, Ready, Secret, answer

SERVICE = "switchgear"
ITEM = "credentials"
DEADLINE = 5.0  # seconds
ALLOWED = (
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
)
OTHER_SOURCES = 'use credential = {env = "..."}, {file = "..."}, {command = [...]} or {systemd = "..."} in the config'
UNLOCK = "unlock your keyring (log in to the desktop, or: gnome-keyring-daemon --unlock), then try again"

T = TypeVar("T")
Refusal = Missing | Locked | Broken


class Backend(Protocol):
    """What we use of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...


class NoSafeStore(Exception):
    """No allowed backend works here."""


def safest_backend() -> Backend:
    """The allowed backend this system prefers. Blocks (D-Bus). Raises NoSafeStore."""
    usable = [found for module in ALLOWED for found in _usable(module)]
    if not usable:
        raise NoSafeStore
    return max(usable, key=lambda found: found[0])[1]()


def _usable(module: str) -> list[tuple[float, Callable[[], Backend]]]:
    """(priority, class) of the backends in one module that say they work here."""
    if (module == "keyring.backends.macOS") != (sys.platform == "darwin"):
        return []
    try:
        backends = vars(importlib.import_module(module)).values()
    except Exception:  # noqa: BLE001 - a backend's own imports may fail in any way; then it is not usable
        return []
    own = [value for value in backends if isinstance(value, type) and value.__module__ == module]
    return [(priority, backend) for backend in own if (priority := _priority(backend)) > 0]


def _priority(backend: Any) -> float:
    try:
        return float(backend.priority)
    except Exception:  # noqa: BLE001 - "not usable here" is said by raising; D-Bus errors are of many types
        return 0.0


class KeyringStore:
    """One item in the OS secret store, holding every provider's secret by provider id."""

    __slots__ = ("_backend", "_deadline", "_one_at_a_time", "_open")

    def __init__(self, open_backend: Callable[[], Backend] = safest_backend, deadline: float = DEADLINE):
        self._open = open_backend
        self._backend: Backend | None = None
        self._deadline = deadline
        self._one_at_a_time = trio.CapacityLimiter(1)

    async def read(self, provider: str) -> Answer:
        """The secret stored for a provider."""
        bundle = await self._in_thread(self._bundle)
        if not isinstance(bundle, dict):
            return bundle
        if provider not in bundle:
            return Missing("no credential is stored for it", f"switchgear login {provider}")
        return answer(bundle[provider], "the credential in the keyring")

    async def write(self, provider: str, secret: Secret) -> Answer:
        """Store a secret; the answer is what a read would now say."""
        refusal = await self._in_thread(lambda: self._change(provider, secret.reveal()))
        return refusal or Ready(secret)

    async def delete(self, provider: str) -> Answer:
        """Forget a provider's secret; Missing is the good end."""
        refusal = await self._in_thread(lambda: self._change(provider, None))
        return refusal or Missing("no credential is stored for it", f"switchgear login {provider}")

    async def _in_thread(self, work: Callable[[], T]) -> T | Refusal:
        with trio.move_on_after(self._deadline):
            return await trio.to_thread.run_sync(_judged, work, abandon_on_cancel=True, limiter=self._one_at_a_time)
        return Locked(f"the keyring did not answer within {self._deadline:.0f} s", UNLOCK)

    # --- in the thread ---------------------------------------------------------------------

    def _change(self, provider: str, secret: str | None) -> None:
        bundle = self._bundle()
        if secret is None:
            if bundle.pop(provider, None) is None:
                return
        else:
            bundle[provider] = secret
        text = msgspec.json.encode(bundle, order="sorted").decode()
        self._store().set_password(SERVICE, ITEM, text)

    def _bundle(self) -> dict[str, str]:
        text = self._store().get_password(SERVICE, ITEM)
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}

    def _store(self) -> Backend:
        if self._backend is None:
            self._backend = self._open()
        return self._backend


def _judged(work: Callable[[], T]) -> T | Refusal:
    """The result of a piece of keyring work, every way it can fail turned into an answer."""
    try:
        return work()
    except NoSafeStore:
        reason = "no OS keyring works here (Secret Service, KWallet or Keychain), and plaintext ones are never used"
        return Broken(reason, OTHER_SOURCES)
    except msgspec.DecodeError:
        reason = f'the keyring item "{SERVICE}" / "{ITEM}" was written by something else'
        return Broken(reason, f"delete that item, then: {SERVICE} login PROVIDER")
    except Exception as error:  # noqa: BLE001 - backends raise what their D-Bus or OS library raises
        return _refusal(error)


def _refusal(error: Exception) -> Refusal:
    from keyring.errors import InitError, KeyringLocked

    if isinstance(error, KeyringLocked | InitError):
        return Locked(f"the keyring is locked: {scrub(str(error))}", UNLOCK)
    return Broken(f"the keyring failed: {type(error).__name__}: {scrub(str(error))}", OTHER_SOURCES)

"""The OS secret store, behind an allow-list of real ones. Runs in the keyring child only; blocks as it likes.

Why not `keyring.get_keyring()`: it takes whatever is installed or named by a variable, plaintext
files included. We look at the allowed modules only and refuse rather than fall back.
Why one item for all providers: one unlock prompt, not one each. Rules for editing: the one module that
imports keyring; every way the store can fail is an answer, and none holds any part of a secret.
"""

import fcntl
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Protocol

import msgspec

from switchgear_protocol.paths import PathError, check_private_dir
from switchgeard.core.scrub import scrub

from .keyring_wire import OTHER_SOURCES, UNLOCK, Request
from .secret import Answer, Broken, Locked, Missing, Ready, answer

SERVICE = "switchgear"
ITEM = "credentials"
ALLOWED = (
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
)


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


def perform(request: Request, open_backend: Callable[[], Backend] = safest_backend) -> Answer:
    """Do what is asked, every way it can fail turned into an answer. Never raises.

    A read is Ready with the secret, a write Ready without; of a delete, Missing is the good end.
    """
    try:
        return _done(request, open_backend())
    except NoSafeStore:
        reason = "no OS keyring works here (Secret Service, KWallet or Keychain), and plaintext ones are never used"
        return Broken(reason, OTHER_SOURCES)
    except msgspec.DecodeError:
        reason = f'the keyring item "{SERVICE}" / "{ITEM}" was written by something else'
        return Broken(reason, f"delete that item, then: {SERVICE} login PROVIDER")
    except Exception as error:  # noqa: BLE001 - backends raise what their D-Bus or OS library raises
        return _refusal(error)


def _done(request: Request, store: Backend) -> Answer:
    if request.op != "read":
        with _alone():
            return _changed(request, store)
    bundle = _bundle(store)
    if request.provider in bundle:
        return answer(bundle[request.provider], "the credential in the keyring")
    return _none(request)


def _changed(request: Request, store: Backend) -> Answer:
    bundle = _bundle(store)
    if request.secret is not None:
        _keep(store, bundle | {request.provider: request.secret.reveal()})
        return Ready()
    if bundle.pop(request.provider, None) is not None:
        _keep(store, bundle)
    return _none(request)


def _none(request: Request) -> Missing:
    return Missing("no credential is stored for it", f"switchgear login {request.provider}")


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: two that change the item for different providers would take back each other's change,
    and with it the only refresh token that still works. The place is one that every daemon of the user has, wherever
    its socket is. Where no lock can be had nobody is kept from storing."""
    with ExitStack() as held:
        with suppress(OSError, PathError):
            place = os.environ.get("XDG_RUNTIME_DIR") or f"{os.environ.get('HOME', '')}/Library/Caches"
            check_private_dir(place)
            path = f"{place}/switchgear-keyring.lock"
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
            held.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bundle(store: Backend) -> dict[str, str]:
    """Every provider's secret by provider id."""
    text = store.get_password(SERVICE, ITEM)
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}


def _keep(store: Backend, bundle: dict[str, str]) -> None:
    store.set_password(SERVICE, ITEM, msgspec.json.encode(bundle, order="sorted").decode())


def _refusal(error: Exception) -> Locked | Broken:
    from keyring.errors import InitError, KeyringLocked

    if isinstance(error, KeyringLocked | InitError):
        return Locked(f"the keyring is locked: {scrub(str(error))}", UNLOCK)
    return Broken(f"the keyring failed: {type(error).__name__}: {scrub(str(error))}", OTHER_SOURCES)

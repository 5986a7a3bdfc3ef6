"""Services: the parts every completion and every method uses; made once by `app`."""

from collections.abc import Callable
from dataclasses import dataclass

from .announce import Announce
from .core.clock import Now
from .credentials.vault import Vault
from .state import State
from .store import Store
from .upstream.transport import Transport


def _nowhere(provider: str) -> None:
    """Where nobody looks at quota pages."""


@dataclass(slots=True)
class Services:
    """What every completion uses; made once by `app`."""

    state: State
    vault: Vault
    transport: Transport
    store: Store
    announce: Announce
    now: Callable[[], Now]
    rand: Callable[[], float]
    look: Callable[[str], None] = _nowhere  # at this provider's quota page, beside a request that tests it

"""Services: the parts every completion and every method uses; made once by `app`."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
    uncounted: dict[tuple[str, str], float] = field(default_factory=dict)  # who would not count, until when (boot)
    look: Callable[[str], None] = _nowhere  # at this provider's quota page, beside a request that tests it

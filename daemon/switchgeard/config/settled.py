"""Config: what the file means once checked. Frozen: a request keeps the one it started with."""

from typing import Literal

from msgspec import Struct

from switchgeard.core.offer import Catalog, FailoverPolicy, RoutingPolicy
from switchgeard.core.prompt_format import FORMAT
from switchgeard.core.provider import Provider

from .problem import Problem

Grouping = Literal["propose", "merge", "off"]
Metered = Literal["allow", "ask", "never"]


class HTTPDoor(Struct, frozen=True):
    """`listen` is a loopback (host, port), or None: no TCP listener. `unix`: serve on http.sock."""

    listen: tuple[str, int] | None = None
    unix: bool = True


class PromptStyle(Struct, frozen=True):
    """What the shell's prompt shows, and when: always, only in trouble ("failover"), or never."""

    format: str = FORMAT
    show: Literal["always", "failover", "never"] = "always"


class Config(Struct, frozen=True):
    """`path` is where it was read from; `revision` counts the reloads; money is in USD. `routing`,
    `failover`: of models that nobody wrote, from `[defaults]`; in written ones they are in already."""

    path: str
    revision: int = 0
    providers: dict[str, Provider] = {}
    catalog: Catalog = Catalog()
    routing: RoutingPolicy = RoutingPolicy()
    failover: FailoverPolicy = FailoverPolicy()
    grouping: Grouping = "propose"
    metered: Metered = "allow"
    usd_per_day: float | None = None
    usd_per_session: float | None = None
    http: HTTPDoor = HTTPDoor()
    prompt: PromptStyle = PromptStyle()
    warnings: tuple[Problem, ...] = ()

    def thresholds(self, provider: str) -> tuple[tuple[str, float], ...]:
        """How full each quota window of this provider may be before new sessions go elsewhere, as the user wrote it."""
        known = self.providers.get(provider)
        return () if known is None else known.thresholds

    def moved(self, old: "Config") -> set[str]:
        """Providers that were there before, with another login or address."""
        both = self.providers.keys() & old.providers.keys()
        return {name for name in both if moved(old.providers[name], self.providers[name])}


def moved(before: Provider, after: Provider) -> bool:
    """Whether what is known of the one, or was given for it, is none of the other's."""
    return any(getattr(before, f) != getattr(after, f) for f in ("base_url", "credential", "kind"))

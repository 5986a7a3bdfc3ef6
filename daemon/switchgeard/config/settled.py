"""Config: what the file means once checked. Frozen: a request keeps the one it started with."""

from typing import Literal

from msgspec import Struct

from switchgeard.core.offer import Catalog
from switchgeard.core.provider import Provider

from .problem import Problem

Grouping = Literal["propose", "merge", "off"]
Metered = Literal["allow", "ask", "never"]


class HTTPDoor(Struct, frozen=True):
    """`listen` is a loopback (host, port), or None: no TCP listener. `unix`: serve on http.sock."""

    listen: tuple[str, int] | None = None
    unix: bool = True


class Config(Struct, frozen=True):
    """`path` is where it was read from; `revision` counts the reloads; money is in USD."""

    path: str
    revision: int = 0
    providers: dict[str, Provider] = {}
    catalog: Catalog = Catalog()
    grouping: Grouping = "propose"
    metered: Metered = "allow"
    usd_per_day: float | None = None
    usd_per_session: float | None = None
    http: HTTPDoor = HTTPDoor()
    warnings: tuple[Problem, ...] = ()

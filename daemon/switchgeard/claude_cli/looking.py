"""Whether Claude Code is there and logged in, by its own word: `claude auth status` asks nobody and costs nothing.

Rules for editing: its files are never opened. What it prints of its user goes nowhere; only whether there is a login,
and of which sort, is told.
"""

import os
import shutil
from collections.abc import Mapping

import msgspec
import trio
from msgspec import Struct, field

from switchgeard.credentials.program import Ended, run

from .argv import environment
from .run import missing

STATUS = ("auth", "status")
DEADLINE = 15.0  # seconds; it takes half of one
MOST = 64 * 1024  # bytes
WAYS = {
    "oauth_token": "logged in with a token",
    "claude.ai": "logged in with a subscription",
    "api_key": "logged in with a key that is billed by use",
}
"""How it is logged in, in its words -> in ours; what is not here is only "logged in"."""


class Look(Struct, frozen=True):
    """`reason` in words also where all is well."""

    ok: bool
    reason: str
    hint: str | None = None


class Status(Struct, frozen=True):
    """What we read of its answer."""

    logged_in: bool = field(name="loggedIn")
    way: str = field(name="authMethod", default="")


async def look(program: str, environ: Mapping[str, str] | None = None, billed: bool = False) -> Look:
    """Runs it once for its status. Never raises. `billed`: the user has it for a provider that costs by use."""
    environ = os.environ if environ is None else environ
    found = shutil.which(program, path=environ.get("PATH"))
    if found is None:
        return _missing(program, "is not there")
    try:
        with trio.move_on_after(DEADLINE):
            return judged(program, await run((found, *STATUS), environment(environ), MOST), billed)
    except OSError as fault:
        return _missing(program, f"cannot be started: {fault.strerror}")
    return Look(False, f"{program} says nothing of its login within {DEADLINE:g} s", f"{program} auth status")


def judged(program: str, ended: Ended, billed: bool = False) -> Look:
    """Its status is 1 where nobody is logged in, so what it prints decides."""
    try:
        status = msgspec.json.decode(ended.out.data, type=Status)
    except msgspec.DecodeError:
        return Look(False, f"{program} is there, but says nothing of its login ({ended.how})", f"{program} auth status")
    if not status.logged_in:
        return Look(False, f"{program} is there, but nobody is logged in", f"{program} auth login")
    if status.way == "api_key_helper":  # its settings are left out of every run
        return Look(False, f"{program} is there, but has only an apiKeyHelper, not run here", f"{program} auth login")
    if status.way == "api_key" and not billed:
        hint = f'{program} auth login with your plan, or billing = "metered": switchgear config edit'
        return Look(False, f"{program} is there, but {WAYS[status.way]}", hint)
    return Look(True, f"{program} is there and {WAYS.get(status.way, 'logged in')}")


def _missing(program: str, how: str) -> Look:
    failure = missing(program, how)
    return Look(False, failure.message, failure.hint)

"""Configuration: which config is in force, and what is wrong with the one on disk.

Rules for editing: an invalid file never replaces a valid one (last good kept); what is wrong is kept in
words until a later load succeeds. Reading happens in a thread: a home directory may be slow.
"""

import errno
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import trio
from msgspec import structs

from switchgear_protocol.events import Event
from switchgear_protocol.messages import ConfigChecked, ConfigState

from .announce import Announce
from .catalogue.enrichment import applied, by_name
from .catalogue.proposing import proposed
from .catalogue.shipped import shipped
from .config.advice import advice
from .config.append import Entry, appended
from .config.edit import EditRefused, reorder
from .config.file import Unreadable, load_file, read, save
from .config.load import load
from .config.merging import merged
from .config.newcomers import Newcomer, joined
from .config.problem import SETUP, Problem, sentence
from .config.settled import Config
from .core.clock import Now
from .core.listing import Listing
from .core.provider import Env, File, Systemd
from .credentials.vault import Vault
from .dialling import without
from .rpc_error import RpcError
from .state import State

NOBODY: Mapping[str, list[Newcomer]] = {}


async def _nothing() -> None:
    """Where nobody wants to know."""


@dataclass(slots=True)
class Configuration:
    path: str
    state: State
    vault: Vault
    announce: Announce
    now: Callable[[], Now]
    follow: Callable[[Config], None] = lambda config: None  # told the config in force after every look at the file
    capped: Callable[[], Awaitable[None]] = _nothing  # called when sessions get a budget that had none
    problems: list[Problem] = field(default_factory=list)
    written: Config | None = None  # as in the file; State's has what is known of its offers beside
    _relisting: trio.Lock = field(default_factory=trio.Lock)

    def view(self) -> ConfigState:
        """For status: the revision in force, and the first problem of the file when it is refused."""
        # a problem that knows its cure says most: a misspelt key before the key missing in its place
        shown = sorted(self.problems or self.state.config.warnings, key=lambda problem: problem.hint is None)
        if not shown:
            return ConfigState(self.path, self.state.config.revision, ok=True)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return ConfigState(
            self.path, self.state.config.revision, not self.problems, sentence(shown[0]) + more, shown[0].hint
        )

    def words(self) -> str:
        """What is in force, for people who look at the process and not at `status`."""
        config = self.state.config
        told = f"serving {len(config.catalog.models)} models of {len(config.providers)} providers"
        return f"{told}; the config on disk is refused" if self.problems else told

    async def reload(self) -> ConfigState:
        """Read the file again; put it in force when it is valid and different."""
        revision = self.state.config.revision + 1
        gone_is_wrong = bool(self.state.config.providers)  # a deleted file must not take the last good config along
        found = await trio.to_thread.run_sync(load_file, self.path, revision, gone_is_wrong)
        had_none = self.state.config.usd_per_session is None
        self.announce(self._adopt(found))
        self.follow(self.state.config)
        if had_none and self.state.config.usd_per_session is not None:
            await self.capped()
        await self._look_for_credentials()
        return self.view()

    async def _look_for_credentials(self) -> None:
        """Where looking costs nothing and asks nobody: a missing variable is known before a request needs it."""
        for provider in list(self.state.config.providers.values()):
            if not isinstance(provider.credential, Env | File | Systemd):
                continue
            trouble = without(await self.vault.stored(provider))
            if trouble is not None:
                self.announce(self.state.credential_absent(provider.id, trouble, self.now()))

    def _adopt(self, found: Config | list[Problem]) -> list[Event]:
        now = self.now()
        if isinstance(found, list):
            again, self.problems = found == self.problems, found
            kept = f"refused, revision {self.state.config.revision} stays in force: {sentence(found[0])}"
            return [] if again else self.state.note("config", kept, now)
        mended, self.problems = bool(self.problems), []
        if self.written is not None and _same(found, self.written) and not mended:
            return []
        self.written = found
        self.vault.use(found.providers)
        return self.state.configure(_enriched(found, self.state.listings), now)

    async def relist(self) -> None:
        """A model list has come: what it says of the offers is in force from now on. Thousands of names take a while,
        so they are looked at in a thread; a config that came in meanwhile has seen the list itself."""
        async with self._relisting:
            if (written := self.written) is None:
                return
            current = structs.replace(written, revision=self.state.config.revision)
            known = await trio.to_thread.run_sync(_enriched, current, dict(self.state.listings))
            if written is self.written and known.catalog != self.state.config.catalog:
                self.announce(self.state.configure(known, self.now()))

    async def check(self, text: str | None) -> ConfigChecked:
        """What loading would say of `text`, or of the file as it is now."""
        if text is None:
            found = await trio.to_thread.run_sync(load_file, self.path, 0)
        else:
            found = await trio.to_thread.run_sync(load, text, self.path, 0)  # many mistakes take their time
        if isinstance(found, list):
            return ConfigChecked(ok=False, path=self.path, problems=found)
        known = await trio.to_thread.run_sync(_enriched, found, dict(self.state.listings))
        return ConfigChecked(ok=True, path=self.path, warnings=list(known.warnings))

    async def reorder(self, alias: str, providers: list[str]) -> None:
        """Write a new provider order for `alias` into the file, comments kept, and put it in force."""
        await self._write(lambda: self._rewrite(alias, providers))

    async def _write(self, change: Callable[[], None]) -> None:
        try:
            await trio.to_thread.run_sync(change)
        except EditRefused as refused:
            raise RpcError.of("config_invalid", str(refused), hint=refused.hint) from None
        except FileNotFoundError:
            raise RpcError.of("config_invalid", "There is no config file.", hint=SETUP) from None
        except Unreadable as fault:
            raise RpcError.of("config_invalid", sentence(fault.problem), hint=fault.problem.hint) from None
        except OSError as error:
            message = f"The config file cannot be written: {error.strerror}"
            raise RpcError.of("config_invalid", message, hint=_cure(error, Path(self.path))) from None
        await self.reload()

    async def add(self, table: str, entries: list[Entry]) -> None:
        """Write new entries behind the file, and put it in force. Raises RpcError."""
        await self._write(lambda: self._append(table, entries))

    async def group(self, new: list[Entry], more: Mapping[str, list[Newcomer]]) -> None:
        """Write new models and newcomers of the user's own (by alias), all or nothing. Raises RpcError."""
        await self._write(lambda: self._append("models", new, more))

    def _append(self, table: str, entries: list[Entry], more: Mapping[str, list[Newcomer]] = NOBODY) -> None:
        try:
            text = read(self.path)
        except FileNotFoundError:
            text = ""
        for alias, newcomers in more.items():
            text = joined(text, alias, newcomers)
        save(self.path, appended(text, table, entries) if entries else text)

    def _rewrite(self, alias: str, providers: list[str]) -> None:
        before = read(self.path)
        after = reorder(before, alias, providers)
        if after != before:
            save(self.path, after)


def _enriched(config: Config, listings: Mapping[str, Listing]) -> Config:
    """Its offers with what the lists and the shipped facts say of them, and the advice that is left then."""
    if not config.providers:
        return config  # nothing to look up: the facts stay unread
    lists = {name: by_name(listing.models) for name, listing in listings.items()}
    known = applied(config.catalog, shipped(), lists)
    if config.grouping == "merge":
        rows = {name: listing.models for name, listing in listings.items()}
        groups = proposed(config.providers, known, shipped(), rows)
        known = applied(merged(structs.replace(config, catalog=known), groups), shipped(), lists)
    settled = structs.replace(config, catalog=known)
    return structs.replace(settled, warnings=advice(settled))


def _same(one: Config, other: Config) -> bool:
    """Equal but for the revision number."""
    names = [name for name in Config.__struct_fields__ if name not in ("revision", "catalog")]
    return all(getattr(one, n) == getattr(other, n) for n in names) and one.catalog.models == other.catalog.models


def _cure(error: OSError, path: Path) -> str:
    """What to do about a file that cannot be written: on a read-only disk no permission helps."""
    if error.errno == errno.EROFS:
        return f"cp {path} FILE && export SWITCHGEAR_CONFIG=FILE && switchgear stop   (a FILE you can write)"
    return f"ls -ld {path.parent} {path}"

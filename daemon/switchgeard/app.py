"""The composition root: builds the daemon from its parts, runs it, and ends it in order.

Rules for editing: the only place that knows all parts. Order of start: lock, listen, remember, serve;
so a client that connects early waits instead of failing. Order of end: no new work, running answers
finish within DRAIN seconds, beliefs flushed, socket removed (unless a service manager lent it), exit 0.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from switchgear_protocol.events import Event
from switchgear_protocol.limits import DEFAULT, Limits
from switchgear_protocol.paths import (
    STATE_HINT,
    PathError,
    config_path,
    http_socket_path,
    make_private_dir,
    socket_path,
    state_dir,
)

from . import clock, log, memory, remembered
from .announce import Announce
from .bus import Bus
from .clock import Clock
from .config.settled import Config
from .configuration import Configuration
from .credentials.install_key import install_key
from .credentials.keyring_store import KeyringStore
from .credentials.vault import Vault
from .door.kept import Kept
from .door.listeners import Listeners
from .door.server import Door
from .ending import Ending, ignore_signals
from .journal import write_down
from .methods.daemon import Daemon
from .methods.table import dispatch
from .prompt.files import Files
from .prompt.keeper import Keeper
from .resumed import resume_sessions, resume_spending
from .routes import Routes
from .sealing import seal
from .services import Services
from .serving import descriptors
from .serving.doorkeeper import Doorkeeper
from .serving.instance import EXIT_ALREADY_RUNNING, AlreadyRunning, Instance, claim
from .serving.intake import Intake
from .serving.listening import SocketFile, bind_socket
from .serving.server import Server
from .state import State
from .store import Store
from .succession import Given, given_by, succeed
from .supervised.notify import NOBODY, Notify
from .upstream.fetch import ask_issuer
from .upstream.transport import Transport
from .watch import watch

SETTLE = 1.0  # seconds a slow disk may hold up the start


@dataclass(slots=True, frozen=True)
class Places:
    """Where this daemon listens, reads and writes."""

    socket: str
    config: str
    state: str


def main(args: argparse.Namespace) -> int:
    """Run until told to stop; the exit code. Says in words why it cannot start."""
    seal()
    log.start(args.log_format, args.log_level)
    notify = Notify.take(os.environ)
    try:
        given = given_by(os.environ)
        places = _places(args, given)
        with _private_files():
            home = str(Path(places.socket).parent)
            instance = succeed(home, notify) if given.socket else claim(home)
            try:
                listening = given.socket or bind_socket(places.socket)
            except BaseException:
                instance.release()
                raise
            kept = Kept(notify)
            kept.receive(given.kept)
            trio.run(_run, places, listening, instance, args.idle_exit, kept)
    except AlreadyRunning as other:
        return _say(f"{other}\nhint: {other.hint}", EXIT_ALREADY_RUNNING)
    except PathError as error:
        return _say(f"{error}\nhint: {error.hint}", 1)
    except OSError as error:  # a full disk, no descriptors left: nothing that a traceback would explain better
        return _say(f"cannot run: {error.filename or 'the system'}: {error.strerror or error}", 1)
    return 0


def _places(args: argparse.Namespace, given: Given) -> Places:
    """What the command line says, else what was handed over, else the platform's."""
    theirs = given.socket.path if given.socket else None
    chosen = (args.socket or theirs or socket_path(), args.config or config_path())
    places = Places(*map(os.path.abspath, (*chosen, args.state_dir or state_dir())))
    if theirs and places.socket != theirs:
        why = f"--socket is {places.socket}, the service manager listens on {theirs}"
        raise PathError("two sockets", why, "leave --socket out")
    return places


@contextmanager
def _private_files() -> Iterator[None]:
    """Nothing this process creates is readable by others."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _say(words: str, code: int) -> int:
    print(f"switchgeard: {words}", file=sys.stderr)  # noqa: T201 - why there will be no daemon to ask
    return code


async def _run(places: Places, listening: SocketFile, instance: Instance, idle_exit: float | None, kept: Kept) -> None:
    notify = kept.notify
    home = make_private_dir(places.state, STATE_HINT)
    store = Store.open(Path(home) / "state.db", clock.now)
    descriptors.raise_limit()
    daemon, server = build(places, home, store)
    door, listeners = build_door(places, daemon, server.intake, kept)
    ending = Ending(daemon, server, door, notify)
    keeper = Doorkeeper(server, listening, instance, lambda: helpers.start_soon(ending.begin))
    try:
        async with trio.open_nursery() as helpers:
            await helpers.start(door.serve)
            await helpers.start(ending.obey_signals)
            await _take_up(daemon, listeners, notify, helpers)
            daemons_own = (daemon.quotas.attend, daemon.lists.attend, daemon.prompt.run)
            for task in (keeper.run, listeners.keep, notify.beat, *daemons_own):
                helpers.start_soon(task)
            if idle_exit is not None:
                helpers.start_soon(ending.when_idle, idle_exit)
            await _begin(daemon, notify)
            await server.serve(listening.sock)  # returns when drained
            await door.ended.wait()
            helpers.cancel_scope.cancel()
    finally:
        listeners.close()
        keeper.file.remove()  # the one in place now: both may have been made anew
        await _put_down(daemon)
        keeper.instance.release()  # last: whoever has it next reads what was put down
        ignore_signals()


async def _take_up(daemon: Daemon, listeners: Listeners, notify: Notify, helpers: trio.Nursery) -> None:
    """The config, and all that follows it, from now on."""
    await helpers.start(_watch_config, daemon)  # first, so that no change falls between it and the load
    await daemon.configuration.reload()
    await resume_spending(daemon.at)
    daemon.configuration.capped = lambda: resume_sessions(daemon.at)
    open_door(daemon, listeners, notify)
    helpers.start_soon(_tell_storage, daemon)


async def _begin(daemon: Daemon, notify: Notify) -> None:
    """The first event is told, and its number on disk before anybody hears it."""
    if daemon.draining:  # told to leave while it started
        return
    daemon.announce(daemon.at.state.note("daemon", "started", clock.now()))
    with trio.move_on_after(SETTLE):
        await daemon.at.store.flush()
    memory.settle()
    notify.ready(daemon.configuration.words())


async def _put_down(daemon: Daemon) -> None:
    """Connections closed, and what is believed on disk."""
    await daemon.at.transport.aclose()
    daemon.at.store.put(*remembered.last_number(daemon.at.state))
    await daemon.at.store.aclose()


def build(
    places: Places, home: str, store: Store, limits: Limits = DEFAULT, now: Clock = clock.now
) -> tuple[Daemon, Server]:
    """The daemon's parts, connected. Touches no network and no config. `now`: a demo's day passes in seconds."""
    state = State(Config(places.config), random.random)
    unreadable = remembered.recall(state, store.load(), now())
    transport = Transport(asleep=clock.asleep)
    issuers = partial(ask_issuer, transport)
    vault = Vault(KeyringStore(), os.environ, install_key(f"{home}/install.key"), issuers, now, home)
    bus = Bus(lambda: daemon.status())
    announce = Announce(state, bus, store, lambda event: _tell(daemon, event))
    services = Services(state, vault, transport, store, announce, now, random.random)
    configuration = Configuration(places.config, state, vault, announce, now)
    prompt = Keeper(state, Files(str(Path(places.socket).parent)), now, lambda: bool(configuration.problems))
    daemon = Daemon(services, configuration, os.getpid(), now().wall, prompt)
    if unreadable:
        announce(state.note("storage", f"{unreadable} remembered beliefs were unreadable and dropped", now()))
    return daemon, Server(partial(dispatch, daemon), bus, limits)


def build_door(
    places: Places, daemon: Daemon, intake: Intake | None = None, kept: Kept | None = None
) -> tuple[Door, Listeners]:
    """The HTTP door, still shut: `open_door` opens it while it serves. `intake`: what counts with its bodies."""
    routes = Routes(daemon)
    door = Door(routes, daemon.at.store.tokens.check, routes.refuse, intake=intake)
    return door, Listeners(door, http_socket_path(places.socket), kept or Kept())


def open_door(daemon: Daemon, listeners: Listeners, notify: Notify = NOBODY) -> None:
    """Open it where the config in force wants it, from now on; a service manager is told what that config is."""

    def follow(config: Config) -> None:
        listeners.follow(config.http)
        daemon.http = listeners.view()
        notify.status(daemon.configuration.words())

    daemon.configuration.follow = follow
    follow(daemon.at.state.config)


async def _tell_storage(daemon: Daemon) -> None:
    """Each notice of the store becomes a `storage` event and the word in status."""
    while True:
        notice = await daemon.at.store.next_notice()
        daemon.storage = "ok" if notice.trouble == "recovered" else notice.message
        daemon.announce(daemon.at.state.note("storage", notice.message, clock.now()))


async def _watch_config(daemon: Daemon, *, task_status: trio.TaskStatus[bool] = trio.TASK_STATUS_IGNORED) -> None:
    async def changed() -> None:
        await daemon.configuration.reload()

    await watch(daemon.configuration.path, changed, task_status=task_status)


def _tell(daemon: Daemon, event: Event) -> None:
    daemon.prompt.hear(event)
    daemon.lists.hear(event)
    write_down(event)

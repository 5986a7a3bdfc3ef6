"""What a running command holds: its arguments, its screens, and the wire once it needs it."""

from __future__ import annotations

import os

from .failed import UNREACHABLE, CommandError
from .screen import folded, json_line, standard_error, standard_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket

    from .arguments import Arguments
    from .screen import Screen
    from .wire import Json, Wire

FORBIDS = "SWITCHGEAR_NO_AUTOSTART"


class Invocation:
    """One run of one command. The daemon is reached (and started, if need be) on the first call."""

    def __init__(self, args: Arguments) -> None:
        self.args = args
        self.out: Screen = standard_output(args.color)
        self.err: Screen = standard_error(args.color)
        self._wire: Wire | None = None

    def __enter__(self) -> Invocation:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._wire is not None:
            self._wire.close()

    @property
    def wire(self) -> Wire:
        if self._wire is None:
            from .wire import Wire

            self._wire = Wire(self._connect())
        return self._wire

    def call(self, method: str, **params: object) -> Json:
        """The result of one request; params that are None stay unsaid. After a daemon that leaves the next is asked."""
        said = {name: value for name, value in params.items() if value is not None}
        wire = self.wire
        try:
            return wire.call(method, said)
        except CommandError as error:
            from .restarting import unbegun
            from .versions import explained

            if not unbegun(error):
                raise explained(wire, error) from None
        self.await_next()
        return self.wire.call(method, said)

    def await_next(self) -> None:
        """The daemon shuts down: from now on we talk to the one after it, started by whoever starts daemons here."""
        from .restarting import next_daemon

        self.adopt(next_daemon(self.socket_path()))

    def adopt(self, connection: socket | None) -> None:
        """From now on we talk to whoever is there; None: to whoever will be reached by the next call."""
        from .wire import Wire

        if self._wire is not None:
            self._wire.close()
        self._wire = None if connection is None else Wire(connection)

    def emit(self, value: Json) -> int:
        """Prints a result as one versioned object; 0 for `return`."""
        self.out.line(json_line({"v": 1, **value}))
        return 0

    def note(self, text: str) -> None:
        """A dim remark on stderr."""
        for line in folded(self.err, text):
            self.err.line(self.err.paint("dim", line))

    def socket_path(self) -> str:
        from switchgear_protocol.paths import PathError, checked_length, socket_path

        try:
            return checked_length(os.path.abspath(self.args.socket or socket_path()))
        except PathError as error:
            raise CommandError(error.what, error.why, error.hint, exit=UNREACHABLE, kind="unreachable") from None

    def _connect(self) -> socket:
        from switchgear._dial import START, dial
        from switchgear._errors import DaemonUnavailable

        path = self.socket_path()
        if not self._may_start():
            self._leave_asleep(path)
        try:
            return dial(path)
        except DaemonUnavailable as error:
            if error.kind != "foreign_daemon" and self._may_start():
                from .start import start_daemon

                return start_daemon(path, self.note, pass_socket=self.chose_socket())
            hint = self._starting() if error.hint == START else error.hint or ""
            raise CommandError(error.what, error.why, hint, exit=UNREACHABLE, kind="unreachable") from None

    def _leave_asleep(self, path: str) -> None:
        """CommandError where to connect would start the daemon, by its service manager."""
        from .service.asleep import WHY, asleep

        if asleep(path, chosen=self.chose_socket()):
            what, why = "the Switchgear daemon is not running", WHY.format(path)
            raise CommandError(what, why, self._starting(), exit=UNREACHABLE, kind="unreachable")

    def _starting(self) -> str:
        """A command that starts the daemon this one did not."""
        import shlex

        chosen = f" --socket {shlex.quote(self.args.socket)}" if self.args.socket else ""
        return f"{'' if _allowed() else f'{FORBIDS}=0 '}switchgear{chosen} status"

    def chose_socket(self) -> bool:
        """Whether the socket is named by the user; the daemon would take a relative path from elsewhere."""
        return bool(self.args.socket or os.environ.get("SWITCHGEAR_SOCKET"))

    def _may_start(self) -> bool:
        return not self.args.no_start and _allowed()


def _allowed() -> bool:
    return os.environ.get(FORBIDS, "") in ("", "0")

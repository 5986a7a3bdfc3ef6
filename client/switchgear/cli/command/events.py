"""`switchgear events`: what happens, as it happens."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Follows what the daemon does: choices, failovers, health, quota, pins, config.
Ends with Ctrl-C, or at once with --past; when the daemon restarts it goes on
with the next one, without a gap in what that one did. With --json: one event
per line, each with its `seq`; --since SEQ first repeats those after it that are
still held (0: all held)."""
    parser.add_argument("--since", type=int, metavar="SEQ", help="also the events after this number")
    parser.add_argument("--past", action="store_true", help="only what is still held (from --since), then end")
    parser.add_argument("--type", action="append", dest="types", metavar="TYPE", help="only these; may be repeated")


def run(invocation: Invocation) -> int:
    from switchgear.cli.event_words import line
    from switchgear.cli.times import wall

    for event in _events(invocation):
        if invocation.args.json:
            invocation.emit(event)
        else:
            if invocation.out.terminal:
                invocation.out.measure()  # it may have been resized since the last one
            invocation.out.line(line(invocation.out, event, wall()))
        invocation.out.write("")
    return 0


def _events(invocation: Invocation) -> Iterator[Json]:
    from switchgear.cli.following import Following
    from switchgear.cli.wire import Gone

    args = invocation.args
    following = Following(invocation, args.types)
    yield from following.begin(0 if args.past and args.since is None else args.since).get("replayed", [])
    while not args.past:
        try:
            event = following.next_event()
        except Gone:
            yield from following.wait_for_next().get("replayed", [])
        else:
            if event is not None:
                yield event

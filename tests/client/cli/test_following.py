"""A subscription that outlives the daemon, and wakes nobody."""

import fcntl
import os
from pathlib import Path

from cli_runs import Serve
from sample_world import ALL_WELL
from switchgear.cli.arguments import Arguments
from switchgear.cli.following import Following
from switchgear.cli.invocation import Invocation
from switchgear.cli.options import GLOBALS
from switchgear_protocol.messages import Subscribed


def test_a_socket_behind_which_nobody_runs_is_left_alone(home: Path, serve: Serve) -> None:
    """A lock that nobody holds: the daemon was stopped, and a service manager would start one for any connection."""
    daemon = serve({"events/subscribe": Subscribed("s1", ALL_WELL)})
    lock = os.open(home / "switchgear.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with Invocation(Arguments(**GLOBALS)) as invocation:
        following = Following(invocation)
        assert following.rejoined() is None
        assert daemon.requests == []
        os.write(lock, b"4242")
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert following.rejoined() is not None
    os.close(lock)
    assert daemon.requests == [("events/subscribe", {})]


def test_a_daemon_without_a_lock_here_is_asked(home: Path, serve: Serve) -> None:
    """Its socket may come from another machine; and where nobody listens, nobody is there."""
    with Invocation(Arguments(**GLOBALS)) as invocation:
        following = Following(invocation)
        assert following.rejoined() is None
        serve({"events/subscribe": Subscribed("s1", ALL_WELL)})
        assert following.rejoined() is not None
        assert following.cursor == ALL_WELL.seq

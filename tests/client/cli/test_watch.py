"""`status --watch` on a terminal: an own screen, redrawn in place, given back at the end."""

from pathlib import Path

from cli_runs import Serve
from on_terminal import on_terminal
from sample_world import NOW, STATUS
from scripted_daemon import HANG
from switchgear_protocol.events import Event
from switchgear_protocol.messages import Subscribed


def test_the_watch_redraws_in_place_and_leaves_the_terminal_as_it_was(home: Path, serve: Serve) -> None:
    """Two drawings, each from the top; Ctrl-C restores screen and cursor and is exit 130."""
    event = Event(seq=18, at=NOW, type="health", provider="openai")
    daemon = serve({"events/subscribe": [Subscribed("s1", STATUS), event, HANG], "status": STATUS})
    code, shown = on_terminal("status", "--watch", typed=(b"\x1b[J\x1b[H", b"\x03"))
    assert code == 130
    assert shown.startswith("\x1b[?1049h\x1b[?25l\x1b[H")
    assert shown.count("Providers in trouble") == 2
    assert shown.rstrip().endswith("\x1b[?25h\x1b[?1049l")
    assert [method for method, _ in daemon.requests] == ["events/subscribe", "status"]

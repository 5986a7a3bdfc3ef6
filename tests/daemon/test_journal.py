"""The journal: events as lines of the log."""

import io

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Event
from switchgeard import log
from switchgeard.journal import write_down


def test_what_an_attempt_used_is_in_the_log() -> None:
    """In figures, which a struct is not there."""
    stream = io.StringIO()
    log.start(stream=stream)
    write_down(Event(1, 0.0, "attempt", provider="own", usage=Usage(12, 8)))
    log.start()
    assert "provider=own" in stream.getvalue()
    assert 'usage="12 in, 8 out"' in stream.getvalue()

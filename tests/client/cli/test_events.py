"""`switchgear events`: one line per event."""

from io import BytesIO, TextIOWrapper

import pytest
from msgspec import json

from cli_runs import Run, Serve
from sample_world import NOW, STATUS
from scripted_daemon import LEAVE
from switchgear.cli.event_words import line, words
from switchgear.cli.screen import Screen
from switchgear_protocol.content import Usage
from switchgear_protocol.errors import error
from switchgear_protocol.events import EVENT_TYPES, Event
from switchgear_protocol.messages import Subscribed
from switchgear_protocol.words import FailureKind, Health, Outcome

FAILED = Event(
    seq=18,
    at=NOW,
    type="attempt",
    alias="opus-4.6",
    provider="claude_pro",
    model="claude-opus-4-6",
    outcome=Outcome.FAILED,
    kind=FailureKind.RATE_LIMITED,
    reason="429",
    milliseconds=12.4,
    until=NOW + 60,
)
SERVED = Event(
    seq=19,
    at=NOW + 1,
    type="attempt",
    alias="opus-4.6",
    provider="claude_api",
    outcome=Outcome.COMPLETE,
    milliseconds=1840,
    usage=Usage(1200, 80),
    cost_usd=0.0123,
)
SPENT = Health.QUOTA_EXHAUSTED
OPUS = "p: 7d window of *opus* quota spent"
PAGE = """\
14:00:00  attempt     opus-4.6 claude_pro/claude-opus-4-6: failed, rate limited (429), 12 ms, until 14:01 (in 1 m)
14:00:01  attempt     opus-4.6 claude_api: complete, 1.8 s, 1,200 in, 80 out, $0.0123
"""


BACK = Event(seq=40, at=NOW + 2, type="daemon", reason="started")
ENOUGH = error("internal", "enough")


def test_replayed_and_live_events_are_lines(run: Run, serve: Serve) -> None:
    """Those that are still held first."""
    replies = iter([[Subscribed("s1", STATUS, [FAILED]), SERVED, LEAVE], ENOUGH])
    daemon = serve({"events/subscribe": lambda params: next(replies)})
    ran = run("events", "--since", "17", "--type", "attempt")
    assert ran.out == PAGE
    assert ran.code == 1
    assert daemon.requests[0] == ("events/subscribe", {"since": 17, "types": ["attempt"]})


def test_after_a_restart_it_goes_on_behind_the_last_event(run: Run, serve: Serve) -> None:
    """With what happened meanwhile; the cursor of a feed that had no event yet is the snapshot's."""
    replies = iter([[Subscribed("s1", STATUS), LEAVE], [Subscribed("s1", STATUS, [BACK]), SERVED, LEAVE], ENOUGH])
    daemon = serve({"events/subscribe": lambda params: next(replies)})
    ran = run("events")
    assert ran.out.splitlines()[0] == "14:00:02  daemon      started"
    assert [params.get("since") for _, params in daemon.requests] == [None, 17, 40]


def test_as_json_each_event_is_one_line(run: Run, serve: Serve) -> None:
    """NDJSON with a version each."""
    replies = iter([[Subscribed("s1", STATUS, [FAILED]), SERVED, LEAVE], ENOUGH])
    serve({"events/subscribe": lambda params: next(replies)})
    lines = run("events", "--json").out.splitlines()
    assert [json.decode(line).get("seq") for line in lines[:2]] == [18, 19]
    assert json.decode(lines[0])["v"] == 1


@pytest.mark.usefixtures("home")  # its clock is in UTC
@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            Event(1, NOW, "health", provider="p", scope="bucket:p/5h", health=Health.AVAILABLE, was=SPENT),
            "p: 5h window ok (was quota spent)",
        ),
        (
            Event(1, NOW, "health", provider="p", scope="bucket:p/rate/m", health=Health.RATE_LIMITED, until=NOW - 60),
            "p: m rate limited, until 13:59",
        ),
        (Event(1, NOW, "health", provider="p", scope="bucket:p/7d/*opus*", health=SPENT), OPUS),
        (Event(1, NOW, "health", provider="p", scope="offer:p/m", health=SPENT, was=SPENT), "p: m quota spent"),
        (Event(1, NOW, "health", provider="p", scope="credential:p", health=Health.LOCKED), "p: keyring locked"),
        (
            Event(1, NOW, "health", scope="endpoint:https://api.x.ai", health=Health.UNAVAILABLE),
            "https://api.x.ai down",
        ),
        (Event(1, NOW, "quota", provider="p", window="5h", used=0.38), "p: 5h 62 % left"),
        (
            Event(1, NOW, "sticky", alias="m", reason="moved from a", switch_tokens=41_000, switch_cost_usd=0.205),
            "m: moved from a, 41,000 tokens to read anew, about $0.20",
        ),
        (Event(1, NOW, "sticky", alias="m", switch_tokens=9, switch_cost_usd=0.0), "m: 9 tokens to read anew"),
        (Event(1, NOW, "lagged", dropped=7), "7 events missed"),
        (Event(1, NOW, "route", alias="p/m", provider="p", model="m", reason="first"), "p/m: first"),
        (Event(1, NOW, "attempt", provider="p", outcome=Outcome.COMPLETE, cost_usd=8e-6), "p: complete, <$0.0001"),
        (Event(1, NOW, "config", reason="loaded"), "loaded"),
        (Event(1, NOW, "daemon"), ""),
    ],
)
def test_each_kind_of_event_has_its_words(event: Event, said: str) -> None:
    """From whichever fields it has."""
    assert words(json.decode(json.encode(event)), NOW) == said


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_of_event_can_be_said(kind: str) -> None:
    """Also a bare one."""
    assert words({"seq": 1, "at": NOW, "type": kind, "alias": "opus-4.6"}, NOW) == "opus-4.6"


@pytest.mark.usefixtures("home")
def test_what_a_terminal_has_no_room_for_goes_on_below() -> None:
    """No figure is cut."""
    screen = Screen(TextIOWrapper(BytesIO(), "utf-8"), "never", {"COLUMNS": "60"})
    screen.terminal = True
    assert line(screen, json.decode(json.encode(SERVED)), NOW) == (
        "14:00:01  attempt     opus-4.6 claude_api: complete, 1.8 s,\n                      1,200 in, 80 out, $0.0123"
    )

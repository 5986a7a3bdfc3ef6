"""The status screen, its JSON, its exit code, and the watch."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from cli_runs import Run, Serve
from on_terminal import on_terminal
from sample_world import ALL_WELL, NOW, OPUS, PRO, STATUS
from scripted_daemon import LEAVE
from switchgear_protocol.errors import error
from switchgear_protocol.events import Event
from switchgear_protocol.messages import ConfigState, Models, Status, Subscribed, WindowView
from switchgear_protocol.words import Health

BUSY_SCREEN = """\
switchgear 0.1.0  up 3 h 12 m, pid 4242, 2 in flight

Models
  opus-4.6   ◐ via GitHub Copilot   Claude Pro: quota spent until 16:10 (in 2 h 10 m)
  gpt-5.5    ● via OpenAI           ok
  gemini-3   ○ nobody               its only provider is out, first back 14:00 (in 45 s)

Providers in trouble
  claude_pro        ◐ quota spent    until 16:10 (in 2 h 10 m), 5-hour window used up
  claude_api        ○ login needed   no key in the keyring
  openrouter-work   ◐ rate limited   until 14:00 (in 45 s), 429 too many requests
  hint: switchgear login claude_api

Quota
  claude_pro        5h                ░░░░░░░░░░░░     0 % left, resets in 2 h 10 m
                    7d                ███████░░░░░    62 % left, resets in 2 d 22 h
  openai            requests          ██░░░░░░░░░░    18 % left, resets in 12 s, 90 of 500 requests
  openrouter-work   credit gemini-3   ?              some left
"""
WELL_SCREEN = """\
switchgear 0.1.0  up 40 s, pid 4242

Models
  gpt-5.5   ● via OpenAI   ok

Providers: no trouble known
"""
PROBLEM_SCREEN = """\
switchgear 0.1.0  up 40 s, pid 4242

○ the config is broken; the last good one stays in force
  models[0].group[1].provider: no provider 'githb'
  hint: switchgear config check

○ the state file is in trouble
  disk full: health is kept in memory only

Models
  gpt-5.5   ● via OpenAI   ok

Providers: no trouble known
"""
BROKEN = ConfigState("/c", 3, False, error="models[0].group[1].provider: no provider 'githb'")


def test_the_screen_says_who_serves_what_is_wrong_and_what_is_left(run: Run, serve: Serve) -> None:
    """The whole page, as it looks."""
    serve({"status": STATUS})
    assert run("status") == (0, BUSY_SCREEN, "")


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (None, "needs your consent to spend: switchgear allow metered --for 1h"),
        (NOW + 45, "first back 14:00 (in 45 s), at once: switchgear allow metered --for 1h"),
    ],
)
def test_where_only_the_users_word_is_missing_the_command_is_told(
    run: Run, serve: Serve, until: float | None, told: str
) -> None:
    """No provider is out then; and a plan that comes back is no answer now."""
    spent = replace(OPUS.offers[0], usable=False, health=Health.QUOTA_EXHAUSTED, until=until)
    hint = "switchgear allow metered --for 1h"
    asks = replace(OPUS.offers[0], usable=False, health=Health.AVAILABLE, until=None, reason="needs consent", hint=hint)
    offers = [spent, asks] if until else [asks]
    serve({"status": replace(ALL_WELL, models=[replace(OPUS, serving=None, offers=offers)])})
    assert told in run("status").out


def test_when_all_is_well_the_screen_is_short(run: Run, serve: Serve) -> None:
    """Nothing is listed that needs no attention."""
    serve({"status": ALL_WELL})
    assert run("status").out == WELL_SCREEN


def test_our_own_troubles_come_first(run: Run, serve: Serve) -> None:
    """A broken config and a full disk stand above the models."""
    serve({"status": replace(ALL_WELL, config=BROKEN, storage="disk full: health is kept in memory only")})
    assert run("status").out == PROBLEM_SCREEN


def test_without_a_config_it_says_what_to_run(run: Run, serve: Serve) -> None:
    """First run: no models, no providers."""
    serve({"status": replace(ALL_WELL, models=[], providers=[])})
    out = run("status").out
    assert "No models yet.\n  hint: switchgear setup" in out
    assert "No providers yet." in out


def test_the_first_steps_are_told_one_at_a_time(run: Run, serve: Serve) -> None:
    """Providers without a login: that first. With one: then models."""
    out = replace(ALL_WELL.providers[0], health=Health.MISSING_CREDENTIAL)
    serve({"status": replace(ALL_WELL, models=[], providers=[out])})
    assert [line for line in run("status").out.splitlines() if "hint" in line] == ["  hint: switchgear login openai"]


def test_models_that_lack_a_provider_wait_for_the_next_step(run: Run, serve: Serve) -> None:
    """A provider that works, and no model yet."""
    serve({"status": replace(ALL_WELL, models=[])})
    assert "No models yet.\n  hint: switchgear models propose\n" in run("status").out


def test_why_nobody_serves_is_said_where_no_time_cures_it(run: Run, serve: Serve) -> None:
    """The same at all of its providers, or not."""
    two = [replace(offer, health=Health.MISSING_CREDENTIAL, usable=False, until=None) for offer in OPUS.offers[1:]]
    other = [two[0], replace(two[1], health=Health.LOCKED)]
    paused = [replace(two[0], health=Health.DISABLED, reason="paused by you")]
    kinds = (two, other, two[:1], paused)
    many = [replace(OPUS, alias=name, offers=offers, serving=None) for name, offers in zip("abcd", kinds)]
    serve({"status": replace(ALL_WELL, models=many)})
    assert [line.split("nobody   ")[1] for line in run("status").out.splitlines() if "nobody" in line] == [
        "all 2 providers: login needed",
        "all 2 providers: out",
        "its only provider: login needed",
        "its only provider: paused by you",
    ]


def test_the_door_says_where_it_is_open_and_where_it_is_not(run: Run, serve: Serve) -> None:
    """A tool whose config points to a port that is taken gets no other word of it."""
    where = "http://[::1]:8317 and /run/http.sock; not at 127.0.0.1:8317: Address already in use"
    serve({"status": replace(ALL_WELL, http=where)})
    assert run("status").out.splitlines()[1:3] == [
        "HTTP door: http://[::1]:8317 and /run/http.sock",
        "HTTP door: not at 127.0.0.1:8317: Address already in use",
    ]


def test_one_that_was_out_and_is_only_tried_again_is_not_called_sound(run: Run, serve: Serve) -> None:
    """Its login was missing; whether it still is the next request will tell. In every list of models."""
    first = replace(PRO, health=Health.MISSING_CREDENTIAL, usable=True, reason="no key", until=None, place=1)
    model = replace(OPUS, offers=[first, *OPUS.offers[1:]], serving=PRO.label)
    serve({"status": replace(STATUS, models=[model]), "models/list": Models([model]), "models/show": model})
    assert "◐ via Claude Pro   login needed; the next request tries it again\n" in run("status").out
    assert "◐ via Claude Pro" in run("models").out
    assert run("models", "opus-4.6").out.startswith("opus-4.6  via Claude Pro, which the next request tries again\n")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("100", "  opus-4.6   ◐ via GitHub Copilot   Claude Pro: quota spent until 16:10 (in 2 h 10 m)"),
        ("80", "  opus-4.6   ◐ via GitHub Copilot   Claude Pro: quota spent for 2 h 10 m"),
        ("62", "  opus-4.6  ◐ via GitHub Copilot  Claude Pro: quota spent"),
        ("54", "  opus-4.6  ◐ via GitHub Copilot  quota spent"),
    ],
)
def test_a_narrow_terminal_is_told_the_same_in_fewer_words(
    home: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, columns: str, told: str
) -> None:
    """Until when gives way first, then for how long, then who."""
    serve({"status": STATUS})
    monkeypatch.setenv("COLUMNS", columns)
    assert on_terminal("status", "--color", "never")[1].splitlines()[3] == told


def test_a_pin_to_who_cannot_serve_is_why_nobody_does(run: Run, serve: Serve) -> None:
    """The others are not asked, so they are not told as out."""
    pinned = replace(OPUS, pinned="claude_pro", serving=None)
    serve({"status": replace(ALL_WELL, models=[pinned])})
    why = "pinned to Claude Pro: quota spent until 16:10 (in 2 h 10 m); or: switchgear unpin opus-4.6"
    assert f"opus-4.6   ○ nobody   {why}" in run("status").out


def test_a_pin_and_a_pause_show_until_when(run: Run, serve: Serve) -> None:
    """What the user did himself is not told as a fault."""
    pinned = replace(OPUS, pinned="github_copilot", pinned_until=NOW + 7200)
    paused = replace(ALL_WELL.providers[0], paused=True, paused_until=NOW + 60)
    serve({"status": replace(ALL_WELL, models=[pinned], providers=[paused])})
    out = run("status").out
    assert "pinned until 16:00 (in 2 h)" in out
    assert "paused   until 14:01 (in 1 m)" in out
    assert "hint: switchgear resume openai" in out


def test_only_the_tightest_windows_are_listed(run: Run, serve: Serve) -> None:
    """One screen, however many windows a provider reports."""
    windows = [WindowView("p", f"w{n}", "header", NOW, used=n / 20) for n in range(20)]
    serve({"status": replace(ALL_WELL, quota=windows)})
    out = run("status").out
    assert "and 12 more: switchgear quota" in out
    assert "w19" in out
    assert "w3 " not in out


def test_an_ascii_locale_gets_ascii(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """No box drawing where it would be garbage."""
    monkeypatch.setenv("LC_ALL", "C")
    serve({"status": STATUS})
    out = run("status").out
    assert out.isascii()
    assert "~ via GitHub Copilot" in out


def test_a_provider_cannot_write_to_the_terminal(run: Run, serve: Serve) -> None:
    """Escape sequences in names and reasons are taken out."""
    evil = replace(STATUS.providers[2], reason="\x1b]0;owned\x07\x9b31mred\n\u202eback")
    serve({"status": replace(STATUS, providers=[evil])})
    out = run("status").out
    assert not set("\x1b\x07\x9b\u202e") & set(out)
    assert "]0;owned31mred back" in out


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (ALL_WELL, 0),
        (STATUS, 5),
        (replace(STATUS, models=[OPUS]), 6),
        (replace(ALL_WELL, config=BROKEN), 6),
        (replace(ALL_WELL, storage="disk full"), 6),
        (replace(ALL_WELL, providers=STATUS.providers), 6),
    ],
)
def test_the_exit_code_says_the_state_when_asked(run: Run, serve: Serve, status: Status, code: int) -> None:
    """--exit-code: 0 well, 5 a model is not served, 6 degraded."""
    serve({"status": status})
    assert run("status", "--exit-code").code == code
    assert run("status").code == 0


def test_json_is_the_whole_snapshot_with_a_version(run: Run, serve: Serve) -> None:
    """{"v":1,...} and every field of the wire."""
    serve({"status": STATUS})
    told = run("--json", "status").json
    assert told["v"] == 1
    assert [model["alias"] for model in told["models"]] == ["opus-4.6", "gpt-5.5", "gemini-3"]


def test_watch_draws_again_when_something_happens(run: Run, serve: Serve) -> None:
    """Snapshot, a burst of events, one new screen; a daemon that is not ours any more ends it."""
    event = Event(seq=18, at=NOW, type="health", provider="openai")
    replies = iter([[Subscribed("s1", STATUS), event, event], error("internal", "enough")])
    daemon = serve({"events/subscribe": lambda params: next(replies), "status": [ALL_WELL, LEAVE]})
    ran = run("status", "--watch")
    assert ran.out == BUSY_SCREEN + "\n" + WELL_SCREEN + "\n"
    assert (ran.code, "the daemon has left" in ran.err, "enough" in ran.err) == (1, True, True)
    assert [method for method, _ in daemon.requests] == ["events/subscribe", "status", "events/subscribe"]


def test_watch_as_json_is_one_status_per_line(run: Run, serve: Serve) -> None:
    """NDJSON, for a status bar."""
    replies = iter([[Subscribed("s1", STATUS), LEAVE], error("internal", "enough")])
    serve({"events/subscribe": lambda params: next(replies)})
    first, _, last = run("status", "--watch", "--json").out.partition("\n")
    assert msgspec.json.decode(first)["seq"] == 17
    assert msgspec.json.decode(last)["error"]["exit"] == 1

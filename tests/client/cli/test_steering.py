"""order, pin, unpin, pause, resume, allow: what is sent and what is said."""

import pytest
from msgspec.structs import replace

from cli_runs import Run, Serve
from sample_world import NOW, OPUS, PROVIDERS
from switchgear_protocol.errors import error
from switchgear_protocol.messages import Done, Pin, SpendState


def test_order_sends_the_new_order_and_shows_it(run: Run, serve: Serve) -> None:
    """First to last."""
    daemon = serve({"models/order": OPUS})
    ran = run("order", "opus-4.6", "claude_api", "claude_pro")
    assert daemon.asked("models/order") == {"model": "opus-4.6", "providers": ["claude_api", "claude_pro"]}
    assert ran.out.startswith("opus-4.6   ")


@pytest.mark.parametrize(
    ("provider", "order"),
    [
        ("claude_api", ["claude_pro", "claude_api", "github_copilot"]),
        ("claude_pro", ["claude_pro", "github_copilot", "claude_api"]),
    ],
)
def test_up_moves_one_place_earlier(run: Run, serve: Serve, provider: str, order: list[str]) -> None:
    """The first stays first."""
    daemon = serve({"models/order": OPUS, "models/show": OPUS})
    run("order", "opus-4.6", "--up", provider)
    assert daemon.asked("models/order")["providers"] == order


@pytest.mark.parametrize("argv", [["opus-4.6"], ["opus-4.6", "a", "--up", "b"], ["opus-4.6", "--up", "nobody"]])
def test_an_order_that_makes_no_sense_is_usage(run: Run, serve: Serve, argv: list[str]) -> None:
    """Neither, both, or a provider that does not serve it."""
    serve({"models/show": OPUS})
    assert run("order", *argv).code == 2


def test_a_name_the_daemon_does_not_know_is_usage_with_its_hint(run: Run, serve: Serve) -> None:
    """Did-you-mean is the daemon's: it knows the names."""
    serve({"models/order": error("no_such_model", "no model 'opus'", hint="did you mean opus-4.6?")})
    assert run("order", "opus", "p") == (2, "", "switchgear: no model 'opus'\nhint: did you mean opus-4.6?\n")


def test_pin_says_until_when(run: Run, serve: Serve) -> None:
    """For a span."""
    daemon = serve({"sessions/pin": Pin("opus-4.6", "claude_api", NOW + 7200)})
    assert run("pin", "opus-4.6", "claude_api", "--for", "2h").out == (
        "opus-4.6 goes to claude_api until 16:00 (in 2 h)\n"
    )
    assert daemon.asked("sessions/pin") == {"model": "opus-4.6", "provider": "claude_api", "for_s": 7200.0}


def test_a_pin_without_end_says_how_to_end_it(run: Run, serve: Serve) -> None:
    """And whose session it is."""
    serve({"sessions/pin": Pin("opus-4.6", "claude_api", session="s1"), "sessions/unpin": Done()})
    assert run("pin", "opus-4.6", "claude_api", "-s", "s1").out == (
        "opus-4.6 goes to claude_api in session s1 until you run: switchgear unpin opus-4.6\n"
    )
    assert run("unpin", "opus-4.6").out == "opus-4.6 is not pinned any more\n"
    assert run("unpin", "opus-4.6", "--json").json == {"v": 1, "ok": True}


def test_pause_and_resume_say_how_things_stand(run: Run, serve: Serve) -> None:
    """With and without an end."""
    paused = replace(PROVIDERS[3], paused=True, paused_until=NOW + 60)
    daemon = serve({"providers/pause": paused, "providers/resume": PROVIDERS[3]})
    assert run("pause", "openai", "--for", "60").out == "openai is paused until 14:01 (in 1 m)\n"
    assert daemon.asked("providers/pause") == {"provider": "openai", "for_s": 60.0}
    daemon.answers = {**daemon.answers, "providers/pause": replace(paused, paused_until=None)}
    assert run("pause", "openai").out == "openai is paused until you run: switchgear resume openai\n"
    assert run("resume", "openai").out == "openai is back in rotation (ok)\n"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (SpendState("ask", NOW + 3600), "metered providers may serve until 15:00 (in 1 h)\n"),
        (SpendState("ask"), "metered providers need your consent again\n"),
        (SpendState("never"), 'metered providers never serve ([spend] metered = "never")\n'),
        (SpendState("allow"), 'metered providers may always serve ([spend] metered = "allow")\n'),
    ],
)
def test_allow_says_what_holds_now(run: Run, serve: Serve, state: SpendState, said: str) -> None:
    """The config beats the consent."""
    daemon = serve({"spend/allow": state})
    assert run("allow", "metered").out == said
    assert daemon.asked("spend/allow") == {"for_s": 3600.0}


@pytest.mark.parametrize("span", ["0s", "0", "366d"])
def test_what_nothing_may_last_is_told_in_the_words_that_were_typed(run: Run, serve: Serve, span: str) -> None:
    """The daemon is not asked."""
    daemon = serve({})
    ran = run("pause", "openai", "--for", span)
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        f"switchgear: --for: {span!r} is not between 1s and 365d",
    )
    assert daemon.requests == []


@pytest.mark.parametrize("span", ["0", "0s"])
def test_consent_is_taken_back_with_no_span_at_all(run: Run, serve: Serve, span: str) -> None:
    """Elsewhere nothing lasts no time, and is refused."""
    daemon = serve({"spend/allow": SpendState(metered="ask")})
    assert run("allow", "metered", "--for", span).out == "metered providers need your consent again\n"
    assert daemon.asked("spend/allow") == {"for_s": 0.0}
    assert run("pause", "openai", "--for", span).code == 2

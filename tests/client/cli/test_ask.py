"""`switchgear ask`: prompts, models, streaming, notes, interrupts."""

import signal
import subprocess
import threading
from pathlib import Path

import pytest
from msgspec import json
from msgspec.structs import replace

from cli_runs import Run, Serve
from on_terminal import PATIENCE, Person, command, environment, on_terminal
from sample_world import ANSWER, MODELS, NOW, PROVIDERS
from scripted_daemon import HANG, LEAVE
from switchgear_protocol.content import Message, Text, ToolCall
from switchgear_protocol.errors import AttemptReport, error
from switchgear_protocol.events import ReasoningDelta, Restarted, Routing, TextDelta
from switchgear_protocol.messages import Models, Providers, RouteExplained, RouteStep
from switchgear_protocol.words import FailureKind, Finish

LISTED = {"models/list": Models(MODELS)}
ANSWERS = {**LISTED, "completion/create": ANSWER}
NOTE = "via GitHub Copilot (Claude Pro: quota spent)\n"
LEFT = Routing("left", "claude_pro", "claude-opus-4-6", "Opus 4.6 (via Claude Pro)", "5-hour window", "quota_exceeded")
WAITING = Routing("waiting", "claude_pro", "m", "Opus 4.6 (via Claude Pro)", until=NOW + 60)


def test_text_goes_to_stdout_and_who_served_it_to_stderr(run: Run, serve: Serve) -> None:
    """A script reads the answer alone."""
    serve(ANSWERS)
    assert run("ask", "opus-4.6", "why?") == (0, "The sky is blue.\n", NOTE)


def test_a_prompt_that_is_left_ends_its_line(home: Path, serve: Serve) -> None:
    """The shell's own begins at the left."""
    serve(LISTED)
    person = Person(("ask", "opus-4.6"), environment())
    assert person.reads("the prompt, then Ctrl-D:"), person.shown
    person.presses_ctrl_c()
    assert person.sees_the_end() == 130
    assert person.shown.count("\n") == 2, person.shown  # of the line that asks, and of the one that was left


@pytest.mark.parametrize(
    ("argv", "stdin", "model", "prompt"),
    [
        (["why is", "it?"], b"", "opus-4.6", "why is it?"),
        (["gpt-5.5", "why", "is it?"], b"", "gpt-5.5", "why is it?"),
        (["gpt-5.5"], b"why?\n", "gpt-5.5", "why?\n"),
        ([], b"why?", "opus-4.6", "why?"),
        (["review this"], b"+ diff", "opus-4.6", "review this\n\n+ diff"),
        (["-m", "gpt-5.5", "gemini-3", "is what?"], b"", "gpt-5.5", "gemini-3 is what?"),
        (["claude_api/claude-opus-4-6", "hi"], b"", "claude_api/claude-opus-4-6", "hi"),
        (["router/z-ai/glm:free", "hi"], b"", "router/z-ai/glm:free", "hi"),  # a provider that is in no model
        (["and/or", "what?"], b"", "opus-4.6", "and/or what?"),
        (["a router/x", "hi"], b"", "opus-4.6", "a router/x hi"),
        (["--", "-v?"], b"", "opus-4.6", "-v?"),
        (["-"], b"why?", "opus-4.6", "why?"),
        (["gpt-5.5", "review this", "-"], b"+ diff", "gpt-5.5", "review this\n\n+ diff"),
    ],
)
def test_the_model_is_the_first_word_that_names_one(
    run: Run, serve: Serve, argv: list[str], stdin: bytes, model: str, prompt: str
) -> None:
    """Otherwise the first model there is; the prompt is words, stdin, or both."""
    daemon = serve({**ANSWERS, "providers/list": Providers([*PROVIDERS, replace(PROVIDERS[0], id="router")])})
    assert run("ask", *argv, stdin=stdin).code == 0
    asked = daemon.asked("completion/create")
    assert (asked["model"], asked["messages"]) == (model, [{"role": "user", "content": prompt}])


def test_a_mistyped_model_is_not_sent_as_a_prompt(run: Run, serve: Serve) -> None:
    """Did you mean."""
    daemon = serve(ANSWERS)
    ran = run("ask", "opus-46", "hello")
    assert ran.code == 2
    assert 'hint: switchgear ask opus-4.6 "..."' in ran.err
    assert [method for method, _ in daemon.requests] == ["models/list"]


def test_nothing_to_ask_is_a_usage_error(run: Run, serve: Serve) -> None:
    """Empty stdin, no words."""
    serve(ANSWERS)
    assert run("ask", "gpt-5.5").err.startswith("switchgear: nothing to ask\n")


def test_stdin_that_is_no_text_is_not_sent(run: Run, serve: Serve) -> None:
    """A program, a picture: nobody could read it, and it would be paid for. A stray byte is said, and replaced."""
    daemon = serve(ANSWERS)
    ran = run("ask", "what is this?", stdin=b"\x7fELF\x02\x00\x00")
    assert (ran.code, ran.err.splitlines()[:2]) == (
        2,
        ["switchgear: stdin is not text", "  byte 5 of it is zero, as no text has it"],
    )
    assert not [method for method, _ in daemon.requests if method == "completion/create"]
    ran = run("ask", stdin=b"caf\xe9?")
    assert (ran.code, daemon.asked("completion/create")["messages"][0]["content"]) == (0, "caf\ufffd?")
    assert ran.err.splitlines()[0] == "switchgear: stdin is not all UTF-8: what is not was replaced"


def test_a_model_of_no_name_is_not_the_first_one(run: Run, serve: Serve) -> None:
    """`-m "$MODEL"` of a variable that is not set."""
    serve(ANSWERS)
    ran = run("ask", "-m", "", "hi")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "switchgear: the model has no name")


@pytest.mark.parametrize("text", ["\u0436" * 5_000_000, "x" * 10_000_000])
def test_a_prompt_of_megabytes_is_sent_as_it_is(run: Run, serve: Serve, text: str) -> None:
    """In any alphabet."""
    daemon = serve(ANSWERS)
    assert run("ask", stdin=text.encode()).code == 0
    assert daemon.asked("completion/create")["messages"][0]["content"] == text


def test_a_request_no_frame_holds_is_not_begun(run: Run, serve: Serve) -> None:
    """JSON needs six bytes for some one: the daemon would hang up on it."""
    serve(ANSWERS)
    ran = run("ask", stdin=b"\x01" * 4_000_000)
    assert (ran.code, ran.err.splitlines()) == (
        2,
        ["switchgear: the request is too large", "  it has 23 MiB as JSON, of at most 16", "hint: send less"],
    )


def test_ctrl_c_is_an_object_too_where_one_was_asked_for(home: Path, serve: Serve) -> None:
    """A script reads what became of it, whatever that was."""
    came = threading.Event()

    def answering(params: dict[str, object]) -> list[object]:
        came.set()
        return [HANG]

    daemon = serve({**LISTED, "completion/create": answering})
    argv = command("ask", "--json", "hi")
    with subprocess.Popen(argv, stdin=-3, stdout=-1, stderr=-1, env=environment()) as process:
        assert came.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err, json.decode(out)["error"]["kind"]) == (130, b"", "cancelled")
    assert daemon.cancelled.wait(PATIENCE)


def test_no_model_at_all_names_the_cure(run: Run, serve: Serve) -> None:
    """A fresh install."""
    serve({"models/list": Models([])})
    assert run("ask", "hi").err.endswith("hint: switchgear setup\n")


def test_every_option_reaches_the_daemon(run: Run, serve: Serve) -> None:
    """And a pipe asks for a whole, checked answer."""
    daemon = serve(ANSWERS)
    options = ["-s", "s1", "--system", "be brief", "--max-tokens", "9", "--on-interrupt", "restart", "--wait=10m"]
    run("ask", *options, "--allow-downgrade", "hi")
    asked = daemon.asked("completion/create")
    assert {name: value for name, value in asked.items() if name not in ("model", "messages")} == {
        "system": "be brief",
        "session": "s1",
        "max_tokens": 9,
        "on_interrupt": "restart",
        "wait_until_reset": 600.0,
        "allow_feature_downgrade": True,
        "stream": False,
    }


def test_wait_without_a_span_does_not_eat_the_prompt(run: Run, serve: Serve) -> None:
    """`--wait hi` waits as long as it takes and asks "hi"."""
    daemon = serve(ANSWERS)
    run("ask", "--wait", "hi")
    asked = daemon.asked("completion/create")
    assert (asked["wait_until_reset"], asked["messages"][0]["content"]) == (True, "hi")


def test_json_is_one_versioned_object_with_the_text(run: Run, serve: Serve) -> None:
    """Everything the daemon said of the answer, and the text beside it."""
    serve(ANSWERS)
    told = run("ask", "hi", "--json").json
    assert (told["v"], told["text"], told["served_by"]["provider"]) == (1, "The sky is blue.", "github_copilot")


def test_verbose_retells_the_routing_of_a_whole_answer(run: Run, serve: Serve) -> None:
    """It was not told while it happened: the tries of the answer, and who was not even tried."""
    model, label = "claude-opus-4-6", "Opus 4.6 (via Claude API)"
    steps = [
        RouteStep("claude_pro", model, "Opus 4.6 (via Claude Pro)", False, "quota_exhausted", "used up"),
        RouteStep("claude_api", model, label, False, "paused", "", NOW + 60),
        RouteStep("github_copilot", "claude-opus-4.6", "Opus 4.6 (via GitHub Copilot)", True, "first", ""),
    ]
    serve({**ANSWERS, "route/explain": RouteExplained("opus-4.6", steps)})
    assert run("ask", "-v", "hi").err.splitlines() == [
        "skipped Claude API: paused by you until 14:01 (in 1 m)",
        "left Claude Pro: quota spent (5-hour window)",
        "via GitHub Copilot (Claude API: paused by you; Claude Pro: quota spent)",
    ]


def test_a_pinned_model_that_cannot_be_served_says_how_to_unpin_it(run: Run, serve: Serve) -> None:
    """The others are not at fault, and the pin of a session is the session's."""
    steps = [
        RouteStep("claude_pro", "m", "M (via Claude Pro)", False, "rate_limited", "", NOW + 60),
        RouteStep("claude_api", "m", "M (via Claude API)", False, "not_pinned", ""),
    ]
    refusal = error("exhausted", "No provider can serve opus-4.6 now.", hint="switchgear route opus-4.6 --explain")
    daemon = serve({**LISTED, "completion/create": refusal, "route/explain": RouteExplained("opus-4.6", steps)})
    assert run("ask", "-s", "s1", "hi").err.splitlines() == [
        "switchgear: No provider can serve opus-4.6 now.",
        "  Claude Pro: rate limited until 14:01 (in 1 m)",
        "  the others are not asked: the model is pinned",
        "hint: switchgear unpin opus-4.6 --session s1",
    ]
    assert daemon.asked("route/explain")["session"] == "s1"


def test_a_piped_answer_is_exact(run: Run, serve: Serve) -> None:
    """Escape sequences and all: it may be data."""
    text = "a\x1b[31mb\r\n\tc é \U0001f600"
    serve({**LISTED, "completion/create": replace(ANSWER, message=Message("assistant", [Text(text)]))})
    assert run("ask", "hi").out == text + "\n"


def test_a_cut_or_refused_answer_says_so(run: Run, serve: Serve) -> None:
    """It is complete as the protocol goes, but the reader should know."""
    serve({**LISTED, "completion/create": replace(ANSWER, finish=Finish.LENGTH)})
    assert "cut at the token limit" in run("ask", "hi").err


def test_tool_calls_are_named_on_stderr(run: Run, serve: Serve) -> None:
    """An answer without text is not silence."""
    message = Message("assistant", [ToolCall("t1", "get_weather", '{"city": "Oslo"}')])
    serve({**LISTED, "completion/create": replace(ANSWER, message=message)})
    ran = run("ask", "hi")
    assert (ran.out, ran.err.splitlines()[0]) == ("", 'tool call get_weather {"city": "Oslo"}')


def test_exhausted_names_each_provider_and_the_first_reset(run: Run, serve: Serve) -> None:
    """Exit 5; who was tried, and when it is worth coming back."""
    attempts = [AttemptReport("claude_pro", "m", "failed", "", FailureKind.QUOTA_EXCEEDED)]
    refusal = error("exhausted", "nobody can serve opus-4.6 now", retry_after_ms=720_000, attempts=attempts, hint="x")
    serve({**LISTED, "completion/create": refusal})
    ran = run("ask", "hi")
    assert ran.code == 5
    assert ran.err == (
        "switchgear: nobody can serve opus-4.6 now\n"
        "  claude_pro: quota spent\n"
        "  the first one is back in 12 m\n"
        "hint: x\n"
    )


def test_exhausted_by_the_users_own_limits_says_which(run: Run, serve: Serve) -> None:
    """What is forbidden for good is not a matter of consent, and a day's budget comes back."""
    never, spent = 'spend.metered is "never"', "your limit of 5 USD a day is spent (5.02 USD today, UTC)"
    steps = [
        RouteStep("a", "m", "Opus (via A)", False, "consent", never),
        RouteStep("b", "m", "Opus (via B)", False, "budget", spent, NOW + 7200),
    ]
    refusal = error("exhausted", "nobody", attempts=[])
    serve({**LISTED, "completion/create": refusal, "route/explain": RouteExplained("opus-4.6", steps)})
    told = run("ask", "-m", "opus-4.6", "hi").err
    assert f"A: {never}\n" in told
    assert f"B: {spent} until " in told


def test_exhausted_for_want_of_logins_is_a_login_matter(run: Run, serve: Serve) -> None:
    """Exit 4: another cure than waiting."""
    attempts = [AttemptReport("claude_api", "m", "failed", "", FailureKind.MISSING_CREDENTIAL)]
    answers = {**LISTED, "completion/create": error("exhausted", "nobody", attempts=attempts)}
    daemon = serve(answers)
    assert run("ask", "hi", "--json").json["error"]["exit"] == 4
    step = RouteStep("claude_api", "m", "Opus (via Claude API)", False, "missing_credential", "no key")
    not_tried = error("exhausted", "nobody")
    daemon.answers = {**LISTED, "completion/create": not_tried, "route/explain": RouteExplained("opus-4.6", [step])}
    assert run("ask", "hi").code == 4


def test_nobody_to_serve_is_explained_provider_by_provider(run: Run, serve: Serve) -> None:
    """Those that were not even tried too, in our words, with who is back first."""
    steps = [
        RouteStep("claude_pro", "m", "Opus (via Claude Pro)", False, "quota_exhausted", "Too much.", NOW + 7200),
        RouteStep("copilot", "m", "Opus (via Copilot)", False, "rate_limited", "429", NOW + 30),
        RouteStep("claude_api", "m", "Opus (via Claude API)", True, "first", "usable"),
        RouteStep("work", "m", "Opus (via Work)", False, "missing_credential", "no key", NOW + 30),
    ]
    attempts = [AttemptReport("claude_api", "m", "failed", "no answer", FailureKind.TIMEOUT)]
    refusal = error("exhausted", "nobody", attempts=attempts, detail="prose")
    serve({**LISTED, "completion/create": refusal, "route/explain": RouteExplained("opus-4.6", steps)})
    ran = run("ask", "hi")
    assert ran.code == 5
    assert ran.err.splitlines()[1:] == [
        "  Claude Pro: quota spent until 16:00 (in 2 h)",
        "  Copilot: rate limited until 14:00 (in 30 s)",
        "  Claude API: timed out",
        "  Work: login needed (no key)",
        "  first back: Copilot, 14:00 (in 30 s)",
    ]


def test_options_may_stand_between_the_words(run: Run, serve: Serve) -> None:
    """`ask MODEL --json PROMPT`."""
    daemon = serve(ANSWERS)
    assert run("ask", "gpt-5.5", "--json", "why").code == 0
    assert daemon.asked("completion/create")["model"] == "gpt-5.5"


def test_a_terminal_sees_the_answer_stream_and_what_happened(home: Path, serve: Serve) -> None:
    """Thinking shows as one word that goes away; text is cleaned; the note follows."""
    parts = [LEFT, ReasoningDelta("hm"), TextDelta("The sky "), TextDelta("is \x1b[31mblue."), ANSWER]
    daemon = serve({**LISTED, "completion/create": parts})
    code, shown = on_terminal("ask", "--color=never", "opus-4.6", "why?")
    assert code == 0
    assert shown == "thinking…\r\x1b[KThe sky is [31mblue.\n" + NOTE
    assert daemon.asked("completion/create")["stream"] is True


def test_a_restarted_answer_is_marked_and_begins_anew(run: Run, serve: Serve) -> None:
    """The marker is on stderr, the second answer whole on stdout."""
    parts = [TextDelta("The sk"), Restarted("connection lost"), TextDelta("The sky is blue."), ANSWER]
    serve({**LISTED, "completion/create": parts})
    ran = run("ask", "--stream", "why?")
    assert ran.out == "The sk\nThe sky is blue.\n"
    assert ran.err.splitlines()[0] == "--- answer cut (connection lost); it begins anew ---"


def test_verbose_says_each_step_and_waiting_is_always_said(run: Run, serve: Serve) -> None:
    """Silence for minutes would look like a hang."""
    serve({**LISTED, "completion/create": [LEFT, WAITING, ANSWER]})
    waiting = "waiting for Claude Pro: until 14:01 (in 1 m)"
    assert run("ask", "hi").err.splitlines()[0] == waiting
    assert run("ask", "-v", "hi").err.splitlines()[:2] == ["left Claude Pro: quota spent (5-hour window)", waiting]


def test_an_answer_cut_by_a_dying_daemon_is_an_error(run: Run, serve: Serve) -> None:
    """Never taken for a complete one."""
    serve({**LISTED, "completion/create": [TextDelta("The sk"), LEAVE]})
    ran = run("ask", "--stream", "hi")
    assert (ran.code, ran.out) == (3, "The sk\n")
    assert ran.err.startswith("switchgear: lost the daemon\n")


def test_ctrl_c_cancels_upstream_and_exits_130(home: Path, serve: Serve) -> None:
    """The daemon hears of it; nobody sees a traceback."""
    daemon = serve({**LISTED, "completion/create": [TextDelta("The sk"), HANG]})
    argv = command("ask", "--stream", "hi")
    with subprocess.Popen(argv, stdin=-3, stdout=-1, stderr=-1, env=environment()) as process:
        assert process.stdout is not None
        assert process.stdout.read(6) == b"The sk"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, b"")
    assert daemon.cancelled.wait(PATIENCE)


def test_a_reader_that_leaves_is_no_error_to_shout_about(home: Path, serve: Serve) -> None:
    """`switchgear ask ... | head -c 1`: no traceback, and the daemon sees us go."""
    text = "x" * 1_000_000
    daemon = serve({**LISTED, "completion/create": replace(ANSWER, message=Message("assistant", text))})
    argv = command("ask", "hi")
    with subprocess.Popen(argv, stdin=-3, stdout=-1, stderr=-1, env=environment()) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 1
    assert daemon.left.wait(PATIENCE)

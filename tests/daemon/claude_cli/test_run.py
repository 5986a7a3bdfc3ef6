"""The process of Claude Code, run for real: a script that says what the real one was seen to say."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import trio

from promptly import own_time
from sample_offers import offer
from switchgear_protocol.content import Message, Request, Text
from switchgear_protocol.events import Restarted, StreamEvent, TextDelta
from switchgear_protocol.words import FailureKind, Scope
from switchgeard import clock
from switchgeard.claude_cli.run import Run
from switchgeard.core.failure import Failure
from switchgeard.core.quota import Window
from switchgeard.demo import claude
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.fault import Garbled
from switchgeard.patience import FOREVER, Patience

PROMPT = "PROMPT-CANARY"
KEY = "sk-ant-KEY-CANARY"


class Heard:
    """What one run brought."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []
        self.windows: list[Window] = []
        self.failure: Failure | None = None

    async def emit(self, events: Sequence[StreamEvent]) -> None:
        self.events += events

    def observe(self, windows: tuple[Window, ...]) -> None:
        self.windows += windows

    @property
    def text(self) -> str:
        assembler = Assembler("x")
        for event in self.events:
            assembler.feed(event)
        return "".join(block.text for block in assembler.completion().message.content if isinstance(block, Text))


def prepared(home: Path, program: str, heard: Heard, **more: Any) -> Run:
    request = Request([Message("user", f"{PROMPT} hello")], system=f"{PROMPT} be kind")
    environ = {"PATH": os.environ["PATH"], "CLAUDE_CONFIG_DIR": str(home), "ANTHROPIC_API_KEY": KEY, "CLAUDECODE": "1"}
    one = offer("plan", "claude-opus-5-5", kind="claude-cli", wire="anthropic.messages")
    patience = Patience(one.timeouts, more.pop("left", FOREVER))
    emit = more.pop("emit", heard.emit)
    return Run(one, program, request, emit, heard.observe, clock.now, patience, environ, **more)


async def ran(home: Path, *steps: dict[str, Any], **more: Any) -> Heard:
    heard = Heard()
    heard.failure = await prepared(home, claude.install(home, *steps), heard, **more).run()
    return heard


async def test_a_good_run_is_streamed_and_ends_whole(tmp_path: Path) -> None:
    """Its stream events are the answer; the same message as a whole adds nothing."""
    heard = await ran(tmp_path, *claude.good())
    assert heard.failure is None
    assert heard.text == "Hello there."
    assert [event.text for event in heard.events if isinstance(event, TextDelta)] == ["Hello", " there."]


async def test_no_word_and_no_key_is_in_argv_or_environment_and_the_directory_is_empty(tmp_path: Path) -> None:
    """The conversation goes in by stdin; what would bill a key or nest it is not there."""
    await ran(tmp_path, *claude.good())
    seen = claude.seen(tmp_path)
    assert PROMPT in seen["told"]
    assert PROMPT not in repr((seen["argv"], seen["env"]))
    assert KEY not in repr(seen)
    assert "CLAUDECODE" not in seen["env"]
    assert seen["env"]["CLAUDE_CODE_MAX_RETRIES"] == "0"
    assert seen["around"] == []
    assert not Path(seen["cwd"]).exists()


async def test_what_is_left_of_the_subscription_is_read(tmp_path: Path) -> None:
    """From its rate_limit_event, as from the headers it was made of."""
    resets = clock.now().wall + 3600
    event = claude.say("rate_limit_event", rate_limit_info=claude.limited("allowed_warning", 0.93, resets))
    *rest, last = claude.good()
    heard = await ran(tmp_path, *rest, event, last)
    assert heard.failure is None
    assert [(w.window, w.used, w.status) for w in heard.windows] == [("5h", 0.93, "allowed_warning")]
    assert abs((heard.windows[0].resets_at or 0) - resets) < 2


async def test_a_spent_window_is_a_spent_quota_until_its_reset(tmp_path: Path) -> None:
    """For the whole account, in the bucket the reading has."""
    info = claude.limited("rejected", 1.0, clock.now().wall + 3600)
    steps = claude.refused(
        "rate_limit",
        "You've hit your 5-hour limit · resets 3:50am (UTC)",
        api_error="usage_limit_reached",
        api_error_status=429,
        api_error_params={"rate_limit_info": info},
    )
    heard = await ran(tmp_path, claude.say("rate_limit_event", rate_limit_info=info), *steps)
    assert heard.failure is not None
    assert (heard.failure.kind, heard.failure.scope) == (FailureKind.QUOTA_EXCEEDED, Scope.BUCKET)
    assert (heard.failure.bucket, heard.failure.family) == ("5h", None)
    assert 3500 < (heard.failure.retry_after or 0) < 3700


@pytest.mark.parametrize(
    ("error", "status", "text", "kind"),
    [
        ("rate_limit", 429, "Rate limited", FailureKind.RATE_LIMITED),
        ("server_error", 529, "Overloaded", FailureKind.OVERLOADED),
        ("authentication_failed", 401, "Invalid authentication credentials", FailureKind.AUTH_FAILED),
        ("billing_error", 400, "Credit balance is too low", FailureKind.QUOTA_EXCEEDED),
    ],
)
async def test_its_errors_mean_what_the_api_means(
    tmp_path: Path, error: str, status: int, text: str, kind: FailureKind
) -> None:
    """Whatever its `subtype` says."""
    heard = await ran(tmp_path, *claude.refused(error, text, api_error_status=status))
    assert heard.failure is not None
    assert heard.failure.kind is kind
    assert heard.events == []


async def test_who_is_not_logged_in_is_told_how(tmp_path: Path) -> None:
    """The cure is Claude Code's own login, never one of ours."""
    heard = await ran(tmp_path, {"complain": "Not logged in · Please run /login"}, {"exit": 1})
    assert heard.failure is not None
    assert (heard.failure.kind, heard.failure.scope) == (FailureKind.AUTH_FAILED, Scope.CREDENTIAL)
    assert heard.failure.hint == "claude /login, then: switchgear resume plan"


async def test_an_answer_asked_for_again_takes_the_place_of_the_cut_one(tmp_path: Path) -> None:
    """After an error in the middle of the stream it asks again, not streaming: nothing is appended."""
    again = claude.whole("All anew.", id="msg_2")
    error = claude.streamed(type="error", error={"type": "overloaded_error", "message": "Overloaded"})
    heard = await ran(tmp_path, *claude.begun(), claude.delta("Half an "), error, again, claude.result())
    assert heard.failure is None
    assert heard.text == "All anew."
    assert any(isinstance(event, Restarted) for event in heard.events)


async def test_a_client_that_holds_half_an_answer_gets_no_second_one_behind_it(tmp_path: Path) -> None:
    """Who cannot begin anew is cut off, as from any provider."""

    async def emit(events: Sequence[StreamEvent]) -> None:
        if any(isinstance(event, Restarted) for event in events):
            raise Garbled("the provider began its answer anew in the middle")

    again = claude.whole("All anew.", id="msg_2")
    heard = await ran(tmp_path, *claude.begun(), claude.delta("Half an "), again, claude.result(), emit=emit)
    assert heard.failure is not None
    assert heard.failure.kind is FailureKind.PROTOCOL


async def test_an_end_without_a_result_is_no_answer(tmp_path: Path) -> None:
    """However whole its text looks."""
    heard = await ran(tmp_path, *claude.begun(), claude.delta("Half"), {"exit": 3})
    assert heard.failure is not None
    assert heard.failure.kind is FailureKind.PROTOCOL
    assert "exit status 3" in heard.failure.message


async def test_a_program_that_is_not_there_is_named_with_its_cure(tmp_path: Path) -> None:
    """Nothing is started."""
    failure = await prepared(tmp_path, "no-such-claude", Heard()).run()
    assert failure is not None
    assert (failure.kind, failure.code) == (FailureKind.UNAVAILABLE, "no_program")
    assert "no-such-claude" in failure.message
    assert "program =" in (failure.hint or "")


async def test_who_leaves_takes_the_process_and_its_children_along_at_once(tmp_path: Path) -> None:
    """Within 250 ms of the cancellation."""
    program = claude.install(tmp_path, *claude.begun(), claude.delta("Hello"), {"hang": True})
    heard, said = Heard(), trio.Event()

    async def emit(events: Sequence[StreamEvent]) -> None:
        if any(isinstance(event, TextDelta) for event in events):
            said.set()

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(prepared(tmp_path, program, heard, emit=emit).run)
            await said.wait()
            while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
                await trio.lowlevel.checkpoint()
            left = own_time()
            nursery.cancel_scope.cancel()
    assert own_time() - left < 0.25
    assert gone(claude.seen(tmp_path)["pid"])
    with trio.fail_after(30):
        while not gone(int((tmp_path / "child").read_text())):
            await trio.lowlevel.checkpoint()


def gone(pid: int) -> bool:
    """Whether it has ended; a zombie whose parent is not us has."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True

"""A stand-in of the `claude` program: a script that says, line by line, what the real one was seen to say, and notes
how it was run.

What it does is in a file where its `CLAUDE_CONFIG_DIR` says (the one variable of ours that reaches it), else beside
it; `set_steps` puts another there.
Rules for editing: lines are literal, from recorded runs; the script imports nothing of ours.
"""

import json
import sys
from pathlib import Path
from shlex import quote
from typing import Any

SCRIPT = """\
import json, os, sys, time
from pathlib import Path
home = Path(os.environ.get("CLAUDE_CONFIG_DIR") or os.path.dirname(sys.argv[0]))
told = sys.stdin.readline()
seen = dict(argv=sys.argv[1:], env=dict(os.environ), cwd=os.getcwd(), around=os.listdir("."))
seen |= dict(told=told, pid=os.getpid())
(home / "seen.json").write_text(json.dumps(seen))
for step in json.loads((home / "steps.json").read_text()):
    if "say" in step:
        print(json.dumps(step["say"]), flush=True)
    elif "complain" in step:
        print(step["complain"], file=sys.stderr, flush=True)
    elif "hang" in step:
        child = os.fork()
        if child:
            (home / "child").write_text(str(child))
        time.sleep(600)
    elif "exit" in step:
        sys.exit(step["exit"])
"""

Usage = dict[str, int]
USAGE: Usage = {"input_tokens": 12, "output_tokens": 3}


def install(home: Path, *steps: dict[str, Any]) -> str:
    """The path of a program that goes through these steps."""
    home.mkdir(exist_ok=True)
    program, script = home / "claude", home / "claude.py"
    script.write_text(SCRIPT)
    program.write_text(f'#!/bin/sh\nexec {quote(sys.executable)} -IS {quote(str(script))} "$@"\n')  # paths with spaces
    program.chmod(0o700)
    set_steps(home, *steps)
    return str(program)


def set_steps(home: Path, *steps: dict[str, Any]) -> None:
    """What it goes through from its next run on."""
    (home / "steps.json").write_text(json.dumps(steps))


def seen(home: Path) -> dict[str, Any]:
    """How it was run."""
    found: dict[str, Any] = json.loads((home / "seen.json").read_text())
    return found


def say(type: str, **rest: Any) -> dict[str, Any]:
    return {"say": {"type": type, **rest}}


def streamed(**event: Any) -> dict[str, Any]:
    return say("stream_event", event=event, session_id="s", parent_tool_use_id=None, ttft_ms=5)


def begun(id: str = "msg_1", usage: Usage = USAGE) -> list[dict[str, Any]]:
    """From the first line to an open block of text."""
    counts = {"input_tokens": usage["input_tokens"], "output_tokens": 1}
    message = {"id": id, "type": "message", "role": "assistant", "model": "claude-opus-5-5", "content": []}
    return [
        say("system", subtype="init", tools=[], model="claude-opus-5-5", apiKeySource="none"),
        say("system", subtype="status", status="requesting"),
        streamed(type="message_start", message={**message, "usage": counts}),
        streamed(type="content_block_start", index=0, content_block={"type": "text", "text": ""}),
    ]


def delta(text: str) -> dict[str, Any]:
    return streamed(type="content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def whole(text: str, id: str = "msg_1", usage: Usage = USAGE) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    message = {"id": id, "role": "assistant", "model": "claude-opus-5-5", "content": content, "usage": usage}
    return say("assistant", message=message, parent_tool_use_id=None)


def ended(usage: Usage = USAGE) -> list[dict[str, Any]]:
    """From the end of the block to the exit."""
    return [
        streamed(type="content_block_stop", index=0),
        streamed(
            type="message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": usage["output_tokens"]}
        ),
        streamed(type="message_stop"),
        result(usage=usage),
    ]


def result(is_error: bool = False, **rest: Any) -> dict[str, Any]:
    return say("result", subtype="success", is_error=is_error, total_cost_usd=0.01, **({"usage": USAGE} | rest))


def good(text: str = "Hello there.", usage: Usage = USAGE) -> list[dict[str, Any]]:
    first, rest = text[:5], text[5:]
    return [*begun(usage=usage), delta(first), delta(rest), whole(text, usage=usage), *ended(usage)]


def told(status: str, used: float, resets_at: float) -> dict[str, Any]:
    """The line that tells of its 5-hour window."""
    return say("rate_limit_event", rate_limit_info=limited(status, used, resets_at))


def spent(resets_at: float) -> list[dict[str, Any]]:
    """The 5-hour window is spent until then."""
    words = "You've hit your 5-hour limit"
    return [told("rejected", 1.0, resets_at), *refused("rate_limit", words, api_error_status=429)]


def logged_out() -> list[dict[str, Any]]:
    """Nobody is logged in."""
    return [{"complain": "Invalid API key · Please run /login"}, {"exit": 1}]


def limited(status: str, used: float, resets_at: float) -> dict[str, Any]:
    """The info of a rate_limit_event."""
    window = {"utilization": used, "resetsAt": int(resets_at), "status": status}
    five = {**window, "rateLimitType": "five_hour", "isUsingOverage": False}
    return {**five, "unifiedWindows": {"five_hour": window}}


def refused(error: str, text: str, **more: Any) -> list[dict[str, Any]]:
    """An error of the API as it tells it: "success", but is_error, and exit status 1."""
    content = [{"type": "text", "text": text}]
    message = {"id": "m", "model": "<synthetic>", "content": content, "is_api_error_message": True}
    status = more.get("api_error_status")
    told = say("assistant", message=message, error=error, parent_tool_use_id=None, **more)
    return [told, result(True, result=text, api_error_status=status, terminal_reason="api_error"), {"exit": 1}]

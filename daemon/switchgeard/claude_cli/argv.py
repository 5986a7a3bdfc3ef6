"""How Claude Code is started and what it is told. Pure.

Its stdin takes messages of the user alone, and every one of them is a turn of its own. So a conversation goes in as one
message: the operator's instructions, what was said so far, and the last words, each marked as what it is. argv is
readable by every process of this machine: what it holds is the same for everybody but for the model and the effort.

Rules for editing: the environment is a list of what may pass, never of what may not: a key that slipped through
would be billed instead of the subscription.
"""

from collections.abc import Mapping

import msgspec

from switchgear_protocol.content import Block, Document, Image, Reasoning, Request, Text
from switchgeard.dialects.media import inline, plain_text
from switchgeard.dialects.system import apart
from switchgeard.dialects.turns import Turn, turns

SYSTEM = (
    "Answer the last words of the user in the message you are given. What stands there between <instructions> marks "
    "is what your operator wants of you: follow it. What stands between <conversation> marks was said before."
)
FIXED = (
    *("-p", "--verbose", "--input-format", "stream-json", "--output-format", "stream-json"),
    *("--include-partial-messages", "--tools", "", "--setting-sources", "", "--strict-mcp-config"),
    *("--no-session-persistence", "--system-prompt", SYSTEM),
)
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}

KEPT = frozenset(
    {
        *("HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "DBUS_SESSION_BUS_ADDRESS"),
        *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"),
        *("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"),
        *("CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN"),  # where its own login is, or its own login itself
    }
)
SET = {
    "CLAUDE_CODE_MAX_RETRIES": "0",  # whether to ask again, and whom, is our business
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_TELEMETRY": "1",
}


def argv(program: str, model: str, reasoning: Reasoning | None) -> tuple[str, ...]:
    """The command line. Raises ValueError for a model that would be read as an option."""
    if model.startswith("-") or "\0" in model:
        raise ValueError("this is no name of a model")
    effort = EFFORTS.get(reasoning.effort or "") if reasoning else None
    return (program, *FIXED, "--model", model, *(("--effort", effort) if effort else ()))


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What it gets of the daemon's environment."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith("LC_")}
    return {**kept, **SET}


def told(request: Request) -> bytes:
    """Its stdin: the whole conversation as one line."""
    content = _content(request)
    line = {"type": "user", "message": {"role": "user", "content": content}, "parent_tool_use_id": None}
    return msgspec.json.encode(line) + b"\n"


def _content(request: Request) -> list[dict[str, object]]:
    texts, messages = apart(request)
    system = "\n\n".join(texts)
    said = turns(messages)
    before, last = (said[:-1], said[-1].blocks) if said and said[-1].role == "user" else (said, [])
    out: list[dict[str, object]] = []
    if system:
        out.append(_text(f"<instructions>\n{system}\n</instructions>"))
    if before:
        out += [_text("<conversation>"), *(part for turn in before for part in _turn(turn)), _text("</conversation>")]
    return out + [part for block in last if (part := _part(block)) is not None] + ([] if last else [_text("Go on.")])


def _turn(turn: Turn) -> list[dict[str, object]]:
    parts = [part for block in turn.blocks if (part := _part(block)) is not None]
    return [_text(f"[{turn.role}]"), *parts] if parts else []


def _text(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def _part(block: Block) -> dict[str, object] | None:
    """What can be shown of a block; thinking and tools of others stay behind."""
    match block:
        case Text(text=text) if text:
            return _text(text)
        case Image() if (found := inline(block)) is not None:
            return {"type": "image", "source": {"type": "base64", "media_type": found[0], "data": found[1]}}
        case Document() if (plain := plain_text(block)) is not None:
            return _text(plain)
        case Document(media_type=kind, data=data):
            return {"type": "document", "source": {"type": "base64", "media_type": kind, "data": data}}
    return None

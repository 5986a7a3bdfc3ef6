"""How Claude Code is started and what it is told."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import Image, Message, Reasoning, Request, Text, Thinking
from switchgeard.claude_cli.argv import argv, environment, told

SECRETS = {
    "ANTHROPIC_API_KEY": "1",
    "ANTHROPIC_AUTH_TOKEN": "2",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:8317",  # our own door, it may be: it would ask us
    "CLAUDECODE": "1",
    "CLAUDE_CODE_ENTRYPOINT": "cli",
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "OPENAI_API_KEY": "3",
    "AWS_SECRET_ACCESS_KEY": "4",
}


def content(request: Request) -> list[dict[str, Any]]:
    line = told(request)
    assert line.count(b"\n") == 1
    found: list[dict[str, Any]] = json.loads(line)["message"]["content"]
    return found


def words(request: Request) -> list[str]:
    return [part["text"] for part in content(request) if part["type"] == "text"]


def test_nothing_that_would_be_billed_or_confuse_it_is_in_its_environment() -> None:
    """Only what is listed passes: its home, its login, the machine's own ways."""
    got = environment({**SECRETS, "HOME": "/home/u", "LC_ALL": "C", "CLAUDE_CONFIG_DIR": "/c"})
    assert not SECRETS.keys() & got.keys()
    assert (got["HOME"], got["LC_ALL"], got["CLAUDE_CONFIG_DIR"]) == ("/home/u", "C", "/c")


def test_effort_is_said_where_it_has_a_word() -> None:
    """And the model; nothing else of the request."""
    assert argv("/c", "opus", Reasoning(effort="minimal"))[-4:] == ("--model", "opus", "--effort", "low")
    assert argv("/c", "opus", Reasoning(effort="none"))[-2:] == ("--model", "opus")
    assert argv("/c", "opus", None)[0] == "/c"


@pytest.mark.parametrize("model", ["--mcp-config=/evil", "a\0b"])
def test_a_model_that_is_none_is_refused(model: str) -> None:
    """It would be read as an option."""
    with pytest.raises(ValueError, match="no name of a model"):
        argv("/c", model, None)


def test_one_question_goes_as_it_is() -> None:
    """Without marks it does not need."""
    assert words(Request([Message("user", "hello")])) == ["hello"]


def test_a_conversation_goes_in_one_message_with_its_order_kept() -> None:
    """Instructions, what was said, the last words; thinking of others stays behind."""
    said = [
        Message("user", "one"),
        Message("assistant", [Thinking("hm", signature="s"), Text("two")]),
        Message("user", "three"),
    ]
    asked = words(Request(said, system="be kind"))
    assert asked[0] == "<instructions>\nbe kind\n</instructions>"
    assert asked[1:] == ["<conversation>", "[user]", "one", "[assistant]", "two", "</conversation>", "three"]


def test_pictures_go_along_inline() -> None:
    """In the API's own spelling."""
    request = Request([Message("user", [Text("look"), Image("image/png", data="aGk=")])])
    source = {"type": "base64", "media_type": "image/png", "data": "aGk="}
    assert content(request)[1] == {"type": "image", "source": source}

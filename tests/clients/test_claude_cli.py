"""Claude Code as a provider: the real program, which nobody has logged in, asked by the daemon."""

from pathlib import Path

import pytest

from clients.pinned import program
from world import world

CLIENT = "@anthropic-ai/claude-code"
CONFIG = """
[[providers]]
id = "a"
kind = "claude-cli"
program = "{program}"

[[providers]]
id = "b"
kind = "anthropic"
base_url = "{url}"
credential = {{env = "CANARY"}}

[[models]]
alias = "m"
group = [{{provider = "a", model = "opus"}}, {{provider = "b", model = "model-b"}}]
"""

pytestmark = pytest.mark.clients


async def test_one_that_is_not_logged_in_is_said_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In our words; the next provider answers, and the program is not started for the next request."""
    folder = tmp_path / "user"
    folder.mkdir()
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    for name, value in {"HOME": str(folder), "CLAUDE_CONFIG_DIR": str(folder / "claude"), **nowhere}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CLAUDE_CODE_OAUTH_TOKEN", raising=False)
    async with world(tmp_path, {"b": "ok"}) as w:
        text = CONFIG.format(program=program("claude", CLIENT), url=w.standins["b"].url)
        (tmp_path / "config.toml").write_text(text)
        assert (await w.call("config/reload"))["ok"]
        assert (await w.ask()).outcomes == [("a", "auth_failed"), ("b", None)]
        assert (await w.ask()).outcomes == [("b", None)]
        view = (await w.call("providers/list"))["providers"][0]
        assert view["health"] == "auth_failed"
        assert "not logged in" in view["reason"].lower()
        assert view["hint"] == "claude /login, then: switchgear resume a"

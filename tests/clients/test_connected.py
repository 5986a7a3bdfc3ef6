"""The clients as `switchgear connect` leaves them, in a home that knows nothing else: an answer, and back."""

import subprocess
import sys
from pathlib import Path

import pytest
import trio

from clients.pinned import here, program
from clients.scene import ANSWER, Scene, scene

CLIENT = "opencode-ai"
COMMANDS = {
    "opencode": (CLIENT, "opencode", ["run", "--title", "a test", "-m", "switchgear/m", "What is a switchgear?"]),
    "claude-code": ("@anthropic-ai/claude-code", "claude", ["-p", "What is a switchgear?"]),
    "codex": ("@openai/codex", "codex", ["exec", "--skip-git-repo-check", "What is a switchgear?"]),
    "llm": ("llm", "llm", ["-m", "switchgear/m", "What is a switchgear?"]),
}
QUIET = {
    "OPENCODE_DISABLE_AUTOUPDATE": "1",
    "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1",
    "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
    "OPENCODE_DISABLE_MODELS_FETCH": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
}

pytestmark = pytest.mark.clients


async def switchgear(at: Scene, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command as that user runs it."""
    ours = {name: at.place.env[name] for name in ("SWITCHGEAR_CONFIG", "XDG_RUNTIME_DIR", "PYTHONPATH")}
    argv = [sys.executable, "-m", "switchgear.cli", *words]
    return await trio.to_thread.run_sync(
        lambda: subprocess.run(argv, env=at.environment | ours, capture_output=True, text=True, check=False)
    )


def configs(at: Scene) -> dict[str, bytes]:
    """What is in the home's config files that connect writes."""
    names: tuple[str, ...] = ("config/opencode/opencode.jsonc", ".claude/settings.json", ".codex/config.toml")
    names += ("config/io.datasette.llm/keys.json", "config/io.datasette.llm/extra-openai-models.yaml")
    return {name: path.read_bytes() for name in names if (path := at.work.parent / name).exists()}


@pytest.mark.parametrize("tool", COMMANDS)
async def test_a_connected_client_answers_through_a_failover(tmp_path: Path, tool: str) -> None:
    """The first provider's quota is spent; undone, every config is as it was to the byte."""
    client, command, words = COMMANDS[tool]
    if not here(client):
        pytest.skip(f"{client} is not here at its pinned version; make clients")
    async with scene(tmp_path, {"a": ("anthropic.messages", "quota_5h"), "b": ("openai.chat", "ok")}) as at:
        before = configs(at)
        connected = await switchgear(at, "connect", tool, "--yes")
        assert connected.returncode == 0, connected.stderr
        ran = await at.run(program(command, client), *words, **QUIET)
        assert (ran.code, ANSWER in ran.out) == (0, True), ran.said
        assert (at.hits["a"], at.hits["b"] >= 1) == (1, True)
        undone = await switchgear(at, "connect", tool, "--undo", "--yes")
        assert (undone.returncode, configs(at)) == (0, before), undone.stderr

"""The clients as `switchgear connect` leaves them, in a home that knows nothing else: an answer, and back."""

import subprocess
import sys
from pathlib import Path

import pytest
import trio

from clients import quiet
from clients.pinned import here, program
from clients.scene import ANSWER, Scene, scene
from standins.standin import Script

CLIENT = "opencode-ai"
COMMANDS = {
    "opencode": (CLIENT, "opencode", ["run", "--title", "a test", "-m", "switchgear/m", "What is a switchgear?"]),
    "claude-code": ("@anthropic-ai/claude-code", "claude", ["-p", "What is a switchgear?"]),
    "codex": ("@openai/codex", "codex", ["exec", "--skip-git-repo-check", "What is a switchgear?"]),
    "llm": ("llm", "llm", ["-m", "switchgear/m", "What is a switchgear?"]),
}
QUIET = quiet.OPENCODE | quiet.CLAUDE_CODE

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


OWN = "sk-ant-oat01-OWN-CANARY-77aa"


async def test_claude_code_keeps_its_own_login_and_moves_to_ours_when_that_is_spent(tmp_path: Path) -> None:
    """Its provider gets its login and not our token; the next one gets our key and not its login."""
    claude = "@anthropic-ai/claude-code"
    if not here(claude):
        pytest.skip(f"{claude} is not here at its pinned version; make clients")
    scripts: dict[str, tuple[str, Script]] = {
        "own": ("anthropic.messages", ["ok", "quota_5h"]),
        "keyed": ("anthropic.messages", "ok"),
    }
    async with scene(tmp_path, scripts) as at:
        path = at.place.path / "config.toml"
        first, rest = path.read_text().split('credential = {env = "CANARY"}', 1)
        path.write_text(f'{first}credential = "passthrough"{rest}')
        assert (await switchgear(at, "rpc", "config/reload")).returncode == 0
        connected = await switchgear(at, "connect", "claude-code", "--yes")
        assert connected.returncode == 0, connected.stderr
        assert "it keeps its own login" in connected.stdout
        for _ in range(2):
            ran = await at.run(
                program("claude", claude), "-p", "What is a switchgear?", **QUIET, CLAUDE_CODE_OAUTH_TOKEN=OWN
            )
            assert (ran.code, ANSWER in ran.out) == (0, True), ran.said
        told = [dict(asked.headers) for asked in at.standins["own"].asked]
        assert {headers["authorization"] for headers in told} == {f"Bearer {OWN}"}
        assert not any("x-switchgear-token" in headers for headers in told)
        assert at.hits["keyed"] >= 1
        assert OWN not in repr([asked.headers for asked in at.standins["keyed"].asked])

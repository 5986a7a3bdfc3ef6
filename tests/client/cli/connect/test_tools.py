"""What each tool's module wants written where."""

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from switchgear.cli.connect import MODULES, tool_named, zed
from switchgear.cli.connect.model import Model
from switchgear.cli.connect.tool import Asked

OPUS = Model("opus-4.6", "Opus 4.6", 200_000, 32_000, True, True, True, True, True, {"input": 5.0, "output": 25.0})
BARE = Model("bare", "Bare")
PLACES = [
    ("opencode", {}, ".config/opencode/opencode.jsonc"),
    ("opencode", {"XDG_CONFIG_HOME": "/x"}, "/x/opencode/opencode.jsonc"),
    ("opencode", {"OPENCODE_CONFIG": "/x/mine.json"}, "/x/mine.json"),
    ("claude-code", {}, ".claude/settings.json"),
    ("claude-code", {"CLAUDE_CONFIG_DIR": "/x"}, "/x/settings.json"),
    ("codex", {}, ".codex/config.toml"),
    ("codex", {"CODEX_HOME": "/x"}, "/x/config.toml"),
    ("llm", {}, ".config/io.datasette.llm/extra-openai-models.yaml"),
    ("llm", {"LLM_USER_PATH": "/x"}, "/x/extra-openai-models.yaml"),
    ("aider", {"XDG_CONFIG_HOME": "/x"}, ".aider.conf.yml"),
    ("zed", {}, ".config/zed/settings.json"),
    ("zed", {"XDG_CONFIG_HOME": "/x"}, "/x/zed/settings.json"),
    ("zed", {"XDG_CONFIG_HOME": "/x", "FLATPAK_XDG_CONFIG_HOME": "/f"}, "/f/zed/settings.json"),
    ("continue", {}, ".continue/config.yaml"),
    ("continue", {"CONTINUE_GLOBAL_DIR": "/x"}, "/x/config.yaml"),
]
linux = pytest.mark.skipif(sys.platform == "darwin", reason="macOS has its own places")


def asked(tmp_path: Path, model: str | None = None) -> Asked:
    return Asked("http://127.0.0.1:8317", "sgw_t", [OPUS, BARE], str(tmp_path / "config"), {}, model)


def written(tool: str, request: Asked) -> dict[str, str]:
    """File name -> text, of files that were not there."""
    told = {}
    for edit in tool_named(tool).edits(request):
        text, _ = edit.form.apply(edit.start, edit.wants)
        edit.form.check(text)
        told[Path(edit.path).name] = text
    return told


@linux
@pytest.mark.parametrize(("tool", "variables", "place"), PLACES)
def test_its_own_variables_say_where_its_config_is(
    tmp_path: Path, tool: str, variables: dict[str, str], place: str
) -> None:
    """As the tool itself looks for it."""
    found = tool_named(tool).place({"HOME": str(tmp_path), **variables})
    assert found == str(tmp_path / place)


@pytest.mark.parametrize("name", ["opencode.jsonc", "opencode.json", "config.json"])
def test_opencode_is_edited_where_it_has_a_config(tmp_path: Path, name: str) -> None:
    """A second one beside it would be merged with it in an order nobody remembers."""
    folder = tmp_path / "opencode"
    folder.mkdir()
    (folder / name).write_text("{}")
    assert tool_named("opencode").place({"XDG_CONFIG_HOME": str(tmp_path)}) == str(folder / name)


def test_opencode_is_told_what_is_known_of_each_model(tmp_path: Path) -> None:
    """Facts that are known, and no others."""
    models = json.loads(written("opencode", asked(tmp_path))["config"])["provider"]["switchgear"]["models"]
    assert models["bare"] == {"name": "Bare"}
    assert models["opus-4.6"] == {
        "name": "Opus 4.6",
        "tool_call": True,
        "attachment": True,
        "reasoning": True,
        "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
        "limit": {"context": 200_000, "output": 32_000},
        "cost": {"input": 5.0, "output": 25.0},
    }


def test_claude_code_is_told_where_the_door_is(tmp_path: Path) -> None:
    """The address without /v1."""
    told = json.loads(written("claude-code", asked(tmp_path))["config"])
    assert told == {"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:8317", "ANTHROPIC_AUTH_TOKEN": "sgw_t"}}


def test_codex_is_told_of_a_provider_and_the_window(tmp_path: Path) -> None:
    """The address with /v1, and the window Codex cannot know."""
    told = tomllib.loads(written("codex", asked(tmp_path, model="opus-4.6"))["config"])
    assert told == {
        "model_provider": "switchgear",
        "model": "opus-4.6",
        "model_context_window": 200_000,
        "model_providers": {
            "switchgear": {
                "name": "Switchgear",
                "base_url": "http://127.0.0.1:8317/v1",
                "wire_api": "responses",
                "experimental_bearer_token": "sgw_t",
            }
        },
    }


def test_llm_is_told_in_its_two_files(tmp_path: Path) -> None:
    """The key in the file of keys, the models in theirs."""
    told = written("llm", asked(tmp_path))
    assert json.loads(told["keys.json"]) == {"switchgear": "sgw_t"}
    assert told["config"] == (
        "- model_id: switchgear/opus-4.6\n"
        "  model_name: opus-4.6\n"
        '  api_base: "http://127.0.0.1:8317/v1"\n'
        "  api_key_name: switchgear\n"
        "  supports_tools: true\n"
        "  supports_schema: true\n"
        "  vision: true\n"
        "  reasoning: true\n"
        "- model_id: switchgear/bare\n"
        "  model_name: bare\n"
        '  api_base: "http://127.0.0.1:8317/v1"\n'
        "  api_key_name: switchgear\n"
    )


def test_aider_is_told_in_its_own_words(tmp_path: Path) -> None:
    """The prefix is Aider's word for the wire."""
    assert written("aider", asked(tmp_path, model="bare"))["config"] == (
        'openai-api-base: "http://127.0.0.1:8317/v1"\nopenai-api-key: sgw_t\nmodel: openai/bare\n'
    )


def test_zed_is_told_no_token(tmp_path: Path) -> None:
    """No token, for Zed reads none from there; a window always, for it reads no entry without."""
    text = written("zed", asked(tmp_path))["config"]
    provider = json.loads(text)["language_models"]["openai_compatible"]["Switchgear"]
    windows = {model["name"]: model["max_tokens"] for model in provider["available_models"]}
    assert windows == {"opus-4.6": 200_000, "bare": zed.UNKNOWN}
    assert "sgw_" not in text
    assert any("switchgear token new zed" in line for line in zed.after(asked(tmp_path)))


def test_continue_is_told_of_every_model_in_a_file_it_takes(tmp_path: Path) -> None:
    """A new file has the three keys Continue needs."""
    text = written("continue", asked(tmp_path))["config"]
    assert text == (
        "name: Local Config\nversion: 1.0.0\nschema: v1\nmodels:\n"
        '  - name: "Opus 4.6 (Switchgear)"\n'
        "    provider: openai\n"
        "    model: opus-4.6\n"
        '    apiBase: "http://127.0.0.1:8317/v1"\n'
        "    apiKey: sgw_t\n"
        "    roles: [chat, edit, apply]\n"
        "    capabilities: [tool_use, image_input]\n"
        "    defaultCompletionOptions: {contextLength: 200000, maxTokens: 32000}\n"
        '  - name: "Bare (Switchgear)"\n'
        "    provider: openai\n"
        "    model: bare\n"
        '    apiBase: "http://127.0.0.1:8317/v1"\n'
        "    apiKey: sgw_t\n"
        "    roles: [chat, edit, apply]\n"
    )


@pytest.mark.parametrize("tool", MODULES)
def test_every_tool_says_what_was_looked_at_and_what_to_do_next(tmp_path: Path, tool: str) -> None:
    """The docstring is where a changed format is mended from."""
    module = tool_named(tool)
    assert "Looked at: " in (module.__doc__ or "")
    assert "Keys: " in (module.__doc__ or "")
    after: Callable[[Asked], list[str]] = module.after
    assert after(asked(tmp_path))
    assert module.TITLE
    assert module.PROGRAMS

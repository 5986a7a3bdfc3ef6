"""`switchgear connect TOOL`: shown, asked, written."""

import json
import tomllib
from collections.abc import Callable

import msgspec
import pytest

from cli_runs import Run
from connect_world import CONFIG, MINE, OPENCODE, World
from sample_world import OPUS, STATUS
from switchgear.cli.connect import MODULES, record, tool_named
from switchgear_protocol.messages import ConfigState, Models

Says = Callable[[str], list[str]]


@pytest.mark.parametrize("tool", MODULES)
def test_connecting_and_undoing_leaves_every_file_as_it_was(run: Run, world: World, tool: str) -> None:
    """In a home that knows the tool not yet: bytes, modes and files; no token is left."""
    before = world.files()
    connected = run("connect", tool, "--yes")
    assert connected.code == 0, connected.err
    assert "the door answers at http://127.0.0.1:" in connected.out
    assert run("connect", tool, "--yes").out.splitlines()[0].endswith("is already connected")
    assert run("connect", tool, "--undo", "--yes").code == 0
    assert (world.files(), world.tokens) == (before, {})
    assert record.names() == []


@pytest.mark.parametrize("tool", MODULES)
def test_a_token_is_only_in_private_files_of_the_tool(run: Run, world: World, tool: str) -> None:
    """Never on the screen, never in what we keep; a file that holds it is closed to others."""
    said = [run("connect", tool, *words) for words in (["--print"], ["--yes"], ["--yes"], ["--print", "--json"])]
    holding = {name: mode for name, (data, mode) in world.files().items() if b"sgw_SECRET" in data}
    assert not any("sgw_SECRET" in ran.out + ran.err for ran in said)
    assert set(holding.values()) == ({0o600} if tool_named(tool).KEEPS else set())
    assert not any(".local" in name for name in holding)
    assert world.made == bool(tool_named(tool).KEEPS)


def test_the_change_is_shown_then_asked_for_then_made(run: Run, world: World, says: Says) -> None:
    """Both files in one diff; the user's own key around it is hidden; our config keeps its comments."""
    questions, path = says("y"), world.write(OPENCODE, MINE)
    ran = run("connect", "opencode")
    assert (ran.code, questions) == (0, ["Connect OpenCode? [y/N] "])
    assert f'+listen = "{world.door.listen}"' in ran.out
    assert '"apiKey": "sgw_****"' in ran.out
    assert "sk-mine" not in ran.out
    assert json.loads(path.read_text().replace("// my own", "").replace(",\n}", "\n}"))["theme"] == "dark"
    assert world.config.read_text() == f'{CONFIG}\n[http]\nlisten = "{world.door.listen}"\n'
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", [["--print"], ["--print", "--json"]])
def test_print_touches_nothing(run: Run, world: World, words: list[str]) -> None:
    """No token is made, no file is written, the door is not asked."""
    before = world.files()
    ran = run("connect", "opencode", *words)
    assert (ran.code, world.files(), world.made, world.door.knocks) == (0, before, 0, [])
    assert "sgw_****" in ran.out


def test_no_is_no(run: Run, world: World, says: Says) -> None:
    """Exit 1, and nothing is made."""
    says("")
    before = world.files()
    ran = run("connect", "opencode")
    assert (ran.code, ran.err, world.files(), world.made) == (1, "nothing was changed\n", before, 0)


@pytest.mark.parametrize("words", [["opencode"], ["opencode", "--json"]])
def test_without_a_terminal_nothing_is_changed_unasked(run: Run, world: World, words: list[str]) -> None:
    """Exit 2 with what to add."""
    ran = run("connect", *words)
    assert ran.code == 2
    assert "switchgear connect opencode --yes" in ran.err + ran.out
    assert world.made == 0


def test_opencode_is_told_limits_abilities_and_price(run: Run, world: World) -> None:
    """The smallest window known, what any offer can do; what is not known is not said."""
    run("connect", "opencode", "--yes", "--model", "plain")
    told = json.loads((world.home / OPENCODE).read_text())
    provider = told["provider"]["switchgear"]
    assert told["model"] == "switchgear/plain"
    assert told["$schema"] == "https://opencode.ai/config.json"
    assert provider["options"] == {"baseURL": f"http://{world.door.listen}/v1", "apiKey": world.tokens["opencode"]}
    assert provider["models"]["plain"] == {"name": "Plain"}
    opus = provider["models"]["opus-4.6"]
    assert (opus["limit"], opus["tool_call"]) == ({"context": 200000, "output": 32000}, True)
    assert opus["modalities"] == {"input": ["text", "image"], "output": ["text"]}
    assert set(provider["models"]) == {"opus-4.6", "plain"}


def test_all_variants_are_offered_when_asked_for_and_after(run: Run, world: World) -> None:
    """A refresh keeps what was chosen."""
    run("connect", "opencode", "--yes", "--all-variants")
    run("connect", "opencode", "--yes")
    models = json.loads((world.home / OPENCODE).read_text())["provider"]["switchgear"]["models"]
    assert "claude_pro/claude-opus-4-6" in models


def test_connecting_again_refreshes_the_models_and_keeps_the_token(run: Run, world: World) -> None:
    """And what the user did to the file meanwhile, then and after the undo."""
    path = world.write(OPENCODE, MINE, 0o640)
    run("connect", "opencode", "--yes")
    path.write_text(path.read_text().replace('"dark"', '"light"').replace('"Plain"', '"Old"'))
    assert run("connect", "opencode", "--yes").out.startswith("OpenCode is connected\n")
    assert '"Plain"' in path.read_text()
    assert world.made == 1
    assert run("connect", "opencode", "--undo", "--yes").code == 0


@pytest.mark.parametrize(
    ("tool", "name", "text", "place"),
    [
        ("opencode", OPENCODE, '{"a": }', "line 1, column 7"),
        ("claude-code", ".claude/settings.json", "[]", "line 1, column 1"),
        ("codex", ".codex/config.toml", "a = = 1\n", "line 1, column 5"),
        ("aider", ".aider.conf.yml", "a: [1\nb: 2\n", "line 1, column 1"),
        ("llm", ".config/io.datasette.llm/keys.json", "{", "line 1, column 2"),
        ("continue", ".continue/config.yaml", "\ta: 1\n", "line 1, column 1"),
        ("zed", ".config/zed/settings.json", "{,}", "line 1, column 2"),
        ("opencode", OPENCODE, "\udcff", "not UTF-8"),
    ],
)
def test_a_broken_config_is_refused_with_its_place(
    run: Run, world: World, tool: str, name: str, text: str, place: str
) -> None:
    """Nothing is touched, no token is made."""
    path = world.write(name, "")
    path.write_bytes(text.encode(errors="surrogateescape"))
    before = world.files()
    ran = run("connect", tool, "--yes")
    assert (ran.code, world.files(), world.made) == (1, before, 0)
    assert place in ran.err
    assert ran.err.startswith(f"switchgear: cannot edit {path}")


def test_a_door_the_user_opened_is_used_and_left_open(run: Run, world: World) -> None:
    """At his address."""
    text = f'[http]\nlisten = "{world.door.listen.replace("127.0.0.1", "localhost")}"\n'
    world.config.write_text(text)
    ran = run("connect", "claude-code", "--yes", "--json")
    assert ran.json["door"] == {"url": f"http://localhost:{world.door.port}", "answers": True, "why": ""}
    run("connect", "claude-code", "--undo", "--yes")
    assert world.config.read_text() == text


def test_a_door_without_a_fixed_port_is_refused(run: Run, world: World) -> None:
    """A tool's config could not say where it is."""
    world.config.write_text('[http]\nlisten = "127.0.0.1:0"\n')
    assert run("connect", "opencode", "--yes").err.startswith("switchgear: the door has no fixed address\n")


def test_a_config_the_daemon_refuses_takes_everything_back(run: Run, world: World) -> None:
    """As if it had not been asked."""
    before, world.accepts = world.files(), False
    ran = run("connect", "opencode", "--yes")
    assert ran.err.splitlines()[:2] == ["switchgear: the daemon refuses the new config", "  it is broken"]
    assert (world.files(), world.tokens) == (before, {})


def test_a_file_that_cannot_be_written_takes_everything_back(run: Run, world: World) -> None:
    """Token, record, door, and the file written before it."""
    folder = world.home / ".config" / "io.datasette.llm"
    folder.mkdir(parents=True)
    (folder / "extra-openai-models.yaml").symlink_to("/proc/nowhere/x.yaml")
    before = world.files()
    ran = run("connect", "llm", "--yes")
    assert (ran.code, world.files(), world.tokens) == (1, before, {})
    assert ran.err.startswith("switchgear: cannot write ")


def test_a_door_that_does_not_answer_is_told(run: Run, world: World) -> None:
    """The tool is connected; what is wrong is said."""
    world.config.write_text('[http]\nlisten = "127.0.0.1:9"\n')
    ran = run("connect", "opencode", "--yes")
    assert (ran.code, ran.out) == (1, "OpenCode is connected\n")
    assert ran.err.splitlines() == [
        f"wrote {world.home / OPENCODE}",
        "switchgear: the door does not answer",
        "  http://127.0.0.1:9: Connection refused",
        "hint: switchgear status",
    ]


def test_whoever_else_holds_the_port_is_shown_no_token(run: Run, world: World) -> None:
    """The daemon says that it does not listen there."""
    assert world.daemon is not None
    world.config.write_text(f'[http]\nlisten = "{world.door.listen}"\n')
    told = f"not at {world.door.listen}: Address already in use"
    state = msgspec.structs.replace(STATUS, config=ConfigState(str(world.config), 1, True), http=told)
    world.daemon.answers = {**world.answers(), "status": state}
    ran = run("connect", "opencode", "--yes")
    assert ran.err.splitlines()[-2:] == [
        f"  http://{world.door.listen}: Address already in use",
        "hint: switchgear status",
    ]
    assert world.door.knocks == []


def test_a_door_that_refuses_the_token_names_the_cure(run: Run, world: World) -> None:
    """Nobody waits for it."""
    run("connect", "opencode", "--yes")
    world.door.opens.clear()
    ran = run("connect", "opencode", "--yes")
    assert ran.err.splitlines()[1:] == [
        f"  http://{world.door.listen}: it refuses the token (HTTP 401)",
        "hint: switchgear connect opencode --undo",
    ]


def test_codex_keeps_the_users_model_when_it_is_one_of_ours(run: Run, world: World) -> None:
    """Else it gets the first: a model nobody serves helps nobody."""
    path = world.write(".codex/config.toml", 'model = "plain"\n')
    run("connect", "codex", "--yes")
    assert tomllib.loads(path.read_text())["model"] == "plain"
    run("connect", "codex", "--undo", "--yes")
    path.write_text('model = "gpt-5.6"\n')
    run("connect", "codex", "--yes")
    assert run("connect", "codex", "--yes").out.startswith("Codex is already connected")
    told = tomllib.loads(path.read_text())
    assert (told["model"], told["model_context_window"]) == ("opus-4.6", 200000)
    assert told["model_providers"]["switchgear"]["experimental_bearer_token"] == world.tokens["codex"]


def test_a_tool_gets_the_first_model_its_makers_tuned_it_for(run: Run, world: World) -> None:
    """Wherever the user has put it: Codex knows of no Claude how to speak to it, nor Claude Code of a GPT."""
    assert world.daemon is not None
    gpt, opus = (msgspec.structs.replace(OPUS, alias=alias) for alias in ("gpt-5.5", "opus-4.6"))
    for models in ([gpt, opus], [opus, gpt]):
        world.daemon.answers = {**world.answers(), "models/list": Models(models)}
        run("connect", "codex", "--yes")
        run("connect", "claude-code", "--yes")
        assert tomllib.loads((world.home / ".codex/config.toml").read_text())["model"] == "gpt-5.5"
        told = json.loads((world.home / ".claude/settings.json").read_text())["env"]
        assert told["ANTHROPIC_MODEL"] == "opus-4.6"
        run("connect", "codex", "--undo", "--yes")
        run("connect", "claude-code", "--undo", "--yes")


def test_claude_code_asks_for_models_of_ours(run: Run, world: World) -> None:
    """The first one unless another is said, which a refresh keeps; a family's name gets the model called so."""
    run("connect", "claude-code", "--yes")
    path = world.home / ".claude" / "settings.json"
    assert json.loads(path.read_text())["env"]["ANTHROPIC_MODEL"] == "opus-4.6"
    run("connect", "claude-code", "--yes", "--model", "plain")
    run("connect", "claude-code", "--yes")
    told = json.loads(path.read_text())["env"]
    assert told["ANTHROPIC_MODEL"] == told["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "plain"
    assert told["ANTHROPIC_DEFAULT_OPUS_MODEL"] == "opus-4.6"


def test_continue_keeps_an_older_config_in_force(run: Run, world: World) -> None:
    """A new file would take its place without a word."""
    world.write(".continue/config.json", "{}")
    assert run("connect", "continue", "--yes").err.startswith("switchgear: Continue has an older config\n")


def test_another_file_can_be_named(run: Run, world: World) -> None:
    """One at a time."""
    path = world.write("elsewhere/my.json", "{}")
    run("connect", "opencode", "--yes", "--config", str(path))
    assert "switchgear" in path.read_text()
    ran = run("connect", "opencode", "--yes", "--config", str(world.home / "other.json"))
    assert ran.err.splitlines()[1:] == [f"  through {path}", "hint: switchgear connect opencode --undo"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["opncode"], "switchgear connect opencode"),
        (["vim"], "switchgear connect --list"),
        (["opencode", "--model", "plan", "--yes"], "switchgear models"),
    ],
)
def test_what_there_is_not_is_a_usage_error(run: Run, world: World, words: list[str], hint: str) -> None:
    """With the nearest."""
    ran = run("connect", *words)
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"hint: {hint}")


def test_the_list_says_what_is_found_and_what_is_connected(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, with --list, and for programs."""
    program = world.write("bin/codex", "", 0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    run("connect", "opencode", "--yes")
    rows = {line.split()[0]: line for line in run("connect").out.splitlines()}
    assert list(rows) == list(MODULES)
    assert ("not found" not in rows["codex"], "not connected" in rows["codex"]) == (True, True)
    assert ("not found" in rows["llm"], "not connected" in rows["opencode"]) == (True, False)
    assert rows["codex"].endswith("   ~/.codex/config.toml")
    listed = run("connect", "--list", "--json").json["tools"]
    assert {tool["config"][:1] for tool in listed} == {"/"}
    assert [tool["token"] for tool in listed if tool["connected"]] == ["opencode"]


def test_no_model_to_offer_is_said(run: Run, world: World) -> None:
    """Before anything is written."""
    assert world.daemon is not None
    world.daemon.answers = {**world.answers(), "models/list": Models([])}
    ran = run("connect", "opencode", "--yes")
    assert ran.err.splitlines()[-1] == "hint: switchgear setup"


def test_a_broken_config_of_our_own_is_named_first(run: Run, world: World) -> None:
    """With what is wrong."""
    assert world.daemon is not None
    state = ConfigState(str(world.config), 1, False, "line 3: no such key")
    world.daemon.answers = {**world.answers(), "status": msgspec.structs.replace(STATUS, config=state)}
    ran = run("connect", "opencode", "--yes")
    assert ran.err.splitlines()[1:] == ["  line 3: no such key", "hint: switchgear config check"]

"""`switchgear connect` against a real daemon process and its real door: configs, tokens, and all of it undone."""

import http.client
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon_process import Home, home
from on_terminal import on_terminal
from one_at_a_time import one_at_a_time
from switchgear.cli.connect import MODULES

CONFIG = """\
# what is paid for comes first
[[providers]]
id = "pro"
billing = "included"
kind = "anthropic"
label = "Claude Pro"
base_url = "http://127.0.0.1:9"
credential = {env = "CANARY"}

[[providers]]
id = "api"
kind = "anthropic"
base_url = "http://127.0.0.1:9"
credential = {env = "CANARY"}

[[models]]
alias = "opus-4.6"  # for work
group = [
  {provider = "pro", model = "claude-opus-4-6", context = 200000, max_output = 64000},
  {provider = "api", model = "claude-opus-4-6", price = {input = 5.0, output = 25.0, cache_read = 0.5}},
]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One daemon for all; every test leaves it as it was."""
    path: Path = tmp_path_factory.mktemp("sg")
    with home(path) as made:
        made.configure(CONFIG)
        made.start()
        yield made


@pytest.fixture(autouse=True)
def _door() -> Iterator[None]:
    """The usual ports are this test's alone."""
    with one_at_a_time("door"):
        yield


def files(path: Path) -> dict[str, tuple[bytes, int]]:
    """The user's files, but for the daemon's own."""
    found = [one for one in path.rglob("*") if one.is_file() and one.relative_to(path).parts[0] not in ("run", "state")]
    return {str(one): (one.read_bytes(), one.stat().st_mode) for one in found if one.name != "daemon.log"}


def knock(port: int, token: str) -> int:
    """What the door answers, as HTTP has it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {token}"})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("tool", MODULES)
def test_each_tool_is_connected_through_the_door_and_undone_to_the_byte(place: Home, tool: str) -> None:
    """The door opens with the first and closes behind the last; no token and no file is left."""
    before = files(place.path)
    connected = place.command("connect", tool, "--yes")
    assert connected.returncode == 0, connected.stderr
    assert "the door answers at http://127.0.0.1:" in connected.stdout
    assert place.command("connect", tool, "--undo", "--yes").returncode == 0
    assert files(place.path) == before
    assert place.call("tokens/list")["tokens"] == []


def test_opencode_gets_real_figures_and_a_token_that_opens(place: Home) -> None:
    """Until it is undone."""
    connected = json.loads(place.command("connect", "opencode", "--yes", "--json").stdout)
    path = Path(connected["files"][0])
    provider = json.loads(path.read_text())["provider"]["switchgear"]
    port = int(tomllib.loads((place.path / "config.toml").read_text())["http"]["listen"].rpartition(":")[2])
    token = provider["options"]["apiKey"]
    model = provider["models"]["opus-4.6"]
    assert model["limit"] == {"context": 200000, "output": 64000}
    assert (model["modalities"]["input"], model["tool_call"]) == (["text", "image", "pdf"], True)
    assert (path.stat().st_mode & 0o777, knock(port, token), knock(port, "sgw_none")) == (0o600, 200, 401)
    place.command("connect", "opencode", "--undo", "--yes")
    with pytest.raises(OSError, match="refused"):
        knock(port, token)


def test_the_price_is_the_first_offers(place: Home) -> None:
    """An order changed is told when it is connected again; a variant has its own."""
    words = ("connect", "opencode", "--yes", "--all-variants", "--json")
    path = Path(json.loads(place.command(*words).stdout)["files"][0])
    assert "cost" not in json.loads(path.read_text())["provider"]["switchgear"]["models"]["opus-4.6"]
    place.command("order", "opus-4.6", "api", "pro")
    place.command(*words)
    models = json.loads(path.read_text())["provider"]["switchgear"]["models"]
    known = {"cache_read": 0.5, "cache_write": 6.25}  # to be kept for an hour it has no word for
    assert models["opus-4.6"]["cost"] == {"input": 5.0, "output": 25.0} | known
    assert models["api/claude-opus-4-6"]["cost"] == models["opus-4.6"]["cost"]
    place.command("order", "opus-4.6", "pro", "api")
    place.command("connect", "opencode", "--undo", "--yes")


def test_on_a_terminal_the_change_is_shown_and_asked_for(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """In colour, with a plain `y` for yes."""
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "SWITCHGEAR_CONFIG"):
        monkeypatch.setenv(name, place.env[name])
    for name in ("CODEX_HOME", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    before = files(place.path)
    code, shown = on_terminal("connect", "codex", typed=(b"Connect Codex? [y/N]", b"y\n"))
    assert (code, "\x1b[32m+[model_providers.switchgear]\x1b[0m" in shown) == (0, True)
    assert "sgw_****" in shown
    code, shown = on_terminal("connect", "codex", "--undo", typed=(b"Undo codex? [y/N]", b"n\n"))
    assert (code, shown.splitlines()[-1]) == (1, "\x1b[2mnothing was changed\x1b[0m")
    assert on_terminal("connect", "codex", "--undo", typed=(b"[y/N]", b"y\n"))[0] == 0
    assert files(place.path) == before

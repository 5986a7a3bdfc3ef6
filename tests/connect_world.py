"""All that `connect` touches, for its tests: a home with a config, a daemon that makes tokens, a door."""

from pathlib import Path
from typing import Any

import msgspec

from doors import FakeDoor
from sample_world import COPILOT, OPUS, PRO, STATUS
from scripted_daemon import ScriptedDaemon
from switchgear_protocol.errors import error
from switchgear_protocol.messages import ConfigState, Models, TokenCreated, Tokens, TokenView

VARIANT = msgspec.structs.replace(OPUS, alias="claude_pro/claude-opus-4-6", label=PRO.label, offers=[PRO])
PLAIN = msgspec.structs.replace(OPUS, alias="plain", label="Plain", offers=[COPILOT])
CONFIG = "# my models\n[spend]\nmetered = 'ask' # careful\n"
OURS = ("XDG_DATA_HOME", "OPENCODE_CONFIG", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "LLM_USER_PATH", "CONTINUE_GLOBAL_DIR")

OPENCODE = ".config/opencode/opencode.jsonc"
MINE = '{\n  // my own\n  "theme": "dark",\n  "provider": {"mine": {"options": {"apiKey": "sk-mine-1234567890"}}},\n}\n'


class World:
    """What the tests look at. `tokens` are those that open the door, by name."""

    def __init__(self, home: Path, door: FakeDoor) -> None:
        self.home = home
        self.door = door
        self.config = home / "switchgear.toml"
        self.config.write_text(CONFIG)
        self.tokens: dict[str, str] = {}
        self.made = 0
        self.providers: list[dict[str, str]] = [{"id": "claude_pro", "credential": "keyring"}]
        self.accepts = True  # the config that is reloaded
        self.daemon: ScriptedDaemon | None = None

    def answers(self) -> dict[str, Any]:
        return {
            "status": msgspec.structs.replace(STATUS, config=ConfigState(str(self.config), 1, True)),
            "models/list": lambda params: Models([OPUS, PLAIN, *([VARIANT] if params.get("all") else [])]),
            "providers/list": lambda params: {"providers": self.providers},
            "tokens/list": lambda params: Tokens([TokenView(name, 0.0) for name in self.tokens]),
            "tokens/create": self.create,
            "tokens/revoke": self.revoke,
            "config/reload": lambda params: ConfigState(str(self.config), 2, self.accepts, "it is broken"),
        }

    def create(self, params: dict[str, Any]) -> TokenCreated:
        self.made += 1
        token = f"sgw_SECRET-{self.made}_x"
        self.tokens[params["name"]] = token
        self.door.opens.add(token)
        return TokenCreated(params["name"], token)

    def revoke(self, params: dict[str, Any]) -> Any:
        if params["name"] not in self.tokens:
            return error("not_found", "there is no such token")
        self.door.opens.discard(self.tokens.pop(params["name"]))
        return ConfigState("", 0, True)

    def asked(self, method: str) -> int:
        assert self.daemon is not None
        return sum(name == method for name, _ in self.daemon.requests)

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file the user has."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        path.chmod(mode)
        return path

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Every file of the home: bytes and mode, but for what the tests themselves put there."""
        found = {path.relative_to(self.home).as_posix(): path for path in self.home.rglob("*")}
        return {
            name: (path.read_bytes(), path.stat().st_mode & 0o777)
            for name, path in sorted(found.items())
            if path.is_file() and name not in ("stdin", "s.sock")
        }

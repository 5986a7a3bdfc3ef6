"""The real OpenCode with the plugin, in a terminal of tmux: what a person would see of it."""

import json
import os
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clients import quiet

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "client" / "editors" / "opencode"
CHECK = PACKAGE / "check"
TSC = CHECK / "node_modules" / "typescript" / "bin" / "tsc"
PROGRAM = ROOT / ".clients" / "node_modules" / ".bin" / "opencode"
BUILT = shutil.which("node") is not None and TSC.exists()
UNBUILT = "needs node and the plugin's packages: make editors"
PRESENT = PROGRAM.exists() and shutil.which("tmux") is not None
ABSENT = "needs tmux and OpenCode: make clients CLIENTS=opencode-ai"
PATIENCE = 90.0  # seconds; it is slow to start


NO_DOOR = ("http://127.0.0.1:9", "none")  # for what asks no model


def environment(home: Path, daemon: dict[str, str], door: tuple[str, str] = NO_DOOR) -> dict[str, str]:
    """Of a home with the plugin in both of OpenCode's configs, and a provider as `switchgear connect` writes it.

    `door`: its URL and a token for it.
    """
    folder = home / "opencode"
    config = folder / "config" / "opencode"
    config.mkdir(parents=True, exist_ok=True)
    plugin = {"plugin": [PACKAGE.as_uri()]}
    options = {"baseURL": f"{door[0]}/v1", "apiKey": door[1]}
    ours = {"npm": "@ai-sdk/openai-compatible", "name": "Switchgear", "options": options, "models": {"old": {}}}
    told = {"autoupdate": False, "share": "disabled", "model": "switchgear/old", "small_model": "switchgear/old"}
    told |= {"enabled_providers": ["switchgear"], "provider": {"switchgear": ours}}
    (config / "opencode.json").write_text(json.dumps(told | plugin))
    (config / "tui.json").write_text(json.dumps(plugin))
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    return kept | {"XDG_CONFIG_HOME": str(folder / "config")} | quiet.OPENCODE | daemon


class Terminal:
    """A screen of 160 by 48."""

    def __init__(self, place: Path) -> None:
        self._tmux = ["tmux", "-S", str(place / "tmux")]
        pipe = place / "screen"
        os.mkfifo(pipe)
        self._changes = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self._run("pipe-pane", f"exec cat > {shlex.quote(str(pipe))}")

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def shows(self, part: str, within: float = PATIENCE) -> bool:
        """Whether the screen comes to have a text."""
        return self._look(lambda screen: part in screen, within)

    def lacks(self, part: str, within: float = PATIENCE) -> bool:
        return self._look(lambda screen: part not in screen, within)

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False)
        os.close(self._changes)

    def _look(self, fine: Callable[[str], bool], within: float) -> bool:
        """Looks whenever something was written to the screen."""
        limit = time.monotonic() + within
        while not fine(self.screen()):
            written, _, _ = select.select([self._changes], [], [], max(limit - time.monotonic(), 0))
            if not written:
                return False
            os.read(self._changes, 65_536)
        return True

    def _run(self, *words: str) -> str:
        return subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True).stdout


@contextmanager
def opencode(home: Path, daemon: dict[str, str], *words: str, door: tuple[str, str] = NO_DOOR) -> Iterator[Terminal]:
    """One on its way to its first screen. `words`: of its command line."""
    place = home / "work"
    place.mkdir(parents=True, exist_ok=True)
    tmux = ["tmux", "-S", str(home / "tmux"), "-f", "/dev/null"]
    size = ["-x", "160", "-y", "48"]
    argv = [*tmux, "new-session", "-d", *size, "-c", str(place), str(PROGRAM), *words]
    subprocess.run(argv, env=environment(home, daemon, door), check=True)
    terminal = Terminal(home)
    try:
        yield terminal
    finally:
        terminal.close()

"""The README's screens: what the real command shows on a terminal, before three stand-ins.

    python tests/readme_screens.py        puts them into the README anew

What differs from run to run (times of day, spans, a pid, paths) is compared as what it is, not as what it says. A
screen in which nothing else is new stays as it was.
"""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / name) for name in ("tests", "protocol", "client", "daemon")]

import trio  # noqa: E402

from daemon_process import Home, home  # noqa: E402
from editors.neovim import PRESENT, neovim  # noqa: E402
from on_terminal import Person  # noqa: E402
from served import standing  # noqa: E402
from standins.standin import StandIn  # noqa: E402

README = ROOT / "README.md"
SECTION = "## What it looks like"
COLUMNS = "88"
COMMANDS = (
    "status",
    "models opus-4.6",
    "doctor --only reach --only login --only model --only tool",
    "prompt show",
    "pause co-pilot --for 2h",
)
EDITOR = ":Switchgear model opus-4.6"
PROVIDERS = (
    ("claude_pro", "anthropic", "Claude Pro", "included", "", "CLAUDE_TOKEN"),
    ("copilot", "openai-compatible", "GitHub Copilot", "included", "/v1", "GITHUB_TOKEN"),
    ("anthropic_api", "anthropic", "Anthropic API", "metered", "", "ANTHROPIC_API_KEY"),
)
MODELS = """
[[models]]
alias = "opus-4.6"
group = [
  {provider = "claude_pro", model = "claude-opus-4-6"},
  {provider = "copilot", model = "claude-opus-4.6"},
  {provider = "anthropic_api", model = "claude-opus-4-6"},
]
[[models]]
alias = "sonnet-5"
group = [{provider = "anthropic_api", model = "claude-sonnet-5"}]
"""
VARIES = (  # what differs from run to run, and how it is written
    (re.compile(r"\S+/switchgear/http\.sock"), "/run/user/1000/switchgear/http.sock"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:40123"),
    (re.compile(r"\bpid \d+"), "pid 4242"),
)
MOMENTS = (
    (re.compile(r"\b\d+(\.\d+)? [dhms](?: \d+ [hms])?\b"), "SPAN"),
    (re.compile(r"\b\d+ ms\b"), "SPAN"),
    (re.compile(r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d\d:\d\d\b"), "CLOCK"),
    (re.compile(r"\s+"), " "),
    (re.compile(r"told (just now|SPAN ago)"), "told SPAN ago"),
)


async def screens(path: Path) -> dict[str, str]:
    """command -> what it shows, in a home at `path`, after one question."""
    async with standing({"a": "quota_5h", "b": "ok", "c": "ok"}) as standins:
        with home(path) as place:
            place.configure(_config(standins))
            return await trio.to_thread.run_sync(_all, place)


def _config(standins: Mapping[str, StandIn]) -> str:
    parts = [
        f'[[providers]]\nid = "{name}"\nkind = "{kind}"\nlabel = "{label}"\nbilling = "{billing}"\n'
        f'base_url = "{standin.url}{path}"\ncredential = {{env = "{variable}"}}\n'
        for (name, kind, label, billing, path, variable), standin in zip(PROVIDERS, standins.values(), strict=True)
    ]
    return "".join(parts) + MODELS


async def page(path: Path) -> str:
    """What Neovim shows for EDITOR in the same world."""
    async with standing({"a": "quota_5h", "b": "ok", "c": "ok"}) as standins:
        with home(path) as place:
            place.configure(_config(standins))
            return await trio.to_thread.run_sync(_page, place)


def _page(place: Home) -> str:
    _begin(place)
    with neovim(place.path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"], "TZ": "UTC"}) as editor:
        editor.lua("require('switchgear').setup({ notify = false })")
        assert editor.wait("require('switchgear.wire').connected")
        editor.command(EDITOR[1:])
        assert editor.wait("vim.fn.line('$') > 3")
        return "\n".join(line.rstrip() for line in editor.lines())


def _all(place: Home) -> dict[str, str]:
    _begin(place)
    return {command: _shown(place, command) for command in COMMANDS}


def _begin(place: Home) -> None:
    place.env |= {variable: place.env["CANARY"] for *_, variable in PROVIDERS}
    place.start()
    place.ask(model="opus-4.6")


def _shown(place: Home, command: str) -> str:
    env = {**place.env, "COLUMNS": COLUMNS, "NO_COLOR": "1", "LANG": "C.UTF-8", "TERM": "xterm", "TZ": "UTC"}
    person = Person(tuple(command.split()), env)
    person.sees_the_end()
    text = re.sub(r"\r[^\n]*\r\x1b\[K", "", person.shown.replace("\r\x1b[K", "\r\r\x1b[K"))
    for pattern, written in VARIES:
        text = pattern.sub(written, text)
    return text.rstrip()


def steady(text: str) -> str:
    """The text with every time and span as a word, and columns and lines no further apart than a space."""
    for pattern, word in MOMENTS:
        text = pattern.sub(word, text)
    return text


def written() -> dict[str, str]:
    """command -> what the README shows for it."""
    section = README.read_text().partition(SECTION)[2].partition("\n## ")[0]
    return dict(re.findall(r"```\n\$ switchgear ([^\n]*)\n(.*?)\n```", section, re.DOTALL))


def written_page() -> str:
    """What it shows for EDITOR."""
    return README.read_text().partition(f"```\n{EDITOR}\n")[2].partition("\n```")[0]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sg") as name:
        fresh = trio.run(screens, Path(name))
    with tempfile.TemporaryDirectory(prefix="sg") as name:
        drawn = trio.run(page, Path(name)) if PRESENT else written_page()
    text = README.read_text()
    for command, old in written().items():
        text = _put(text, f"$ switchgear {command}", old, fresh[command])
    text = _put(text, EDITOR, written_page(), drawn)
    README.write_text(text)
    for command in fresh.keys() - written().keys():
        sys.stdout.write(f"not in the README:\n$ switchgear {command}\n{fresh[command]}\n\n")


def _put(text: str, head: str, old: str, new: str) -> str:
    return text if steady(old) == steady(new) else text.replace(f"{head}\n{old}\n", f"{head}\n{new}\n")


if __name__ == "__main__":
    os.environ.pop("SWITCHGEAR_SOCKET", None)
    main()

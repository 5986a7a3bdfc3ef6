"""The demo's scene: three stand-in providers, a home of its own, the config that names them.

Rules for editing: everything lives in one temporary directory and on loopback; nothing of the user's is
read or written, so that the demo leaves nothing behind.
"""

import os
import sys
from pathlib import Path

from msgspec import Struct

from .standin import StandIn
from .wires import says

ANSWER = (
    "A switchgear is the set of switches, fuses and breakers that sends power\n"
    "down another line when one fails, so that nobody in the house notices."
)
QUESTION = "What is a switchgear, in one sentence?"
PACE = 0.02  # seconds between two words

CONFIG = """\
# The order below is yours: what you already pay for comes first.

[[providers]]
id = "claude_pro"
kind = "anthropic"
label = "Claude Pro"
base_url = "{0}"
credential = {{env = "DEMO_KEY"}}
billing = "included"

[[providers]]
id = "copilot"
kind = "openai-compatible"
label = "GitHub Copilot"
base_url = "{1}/v1"
credential = {{env = "DEMO_KEY"}}
billing = "included"

[[providers]]
id = "api"
kind = "anthropic"
label = "Anthropic API"
base_url = "{2}"
credential = {{env = "DEMO_KEY"}}
billing = "metered"

[[models]]
alias = "opus-4.6"
group = [
  {{provider = "claude_pro", model = "claude-opus-4-6"}},
  {{provider = "copilot", model = "claude-opus-4.6"}},
  {{provider = "api", model = "claude-opus-4-6", price = {{input = 5.0, output = 25.0}}}},
]
"""


class Role(Struct, frozen=True):
    """A stand-in and what it plays."""

    provider: str
    label: str
    plays: str
    standin: StandIn


def cast() -> list[Role]:
    """The three providers of the demo."""
    return [
        Role("claude_pro", "Claude Pro", "a subscription whose 5-hour window is spent", StandIn("quota_5h")),
        Role("copilot", "GitHub Copilot", "answers 429, Retry-After: 30", StandIn("429")),
        Role("api", "Anthropic API", "healthy, pay as you go", StandIn("ok", says(ANSWER, PACE))),
    ]


def config_of(roles: list[Role]) -> str:
    """The config that names them, in their order."""
    return CONFIG.format(*(role.standin.url for role in roles))


def write_config(home: Path, text: str) -> None:
    path = home / "config.toml"
    path.write_text(text)
    path.chmod(0o600)


def environment(home: Path) -> dict[str, str]:
    """The environment of the demo's daemon and client: their own home, nobody's keys."""
    kept = {name: os.environ[name] for name in ("PATH", "TERM", "LANG", "LC_ALL", "NO_COLOR") if name in os.environ}
    for name in ("run", "state"):
        (home / name).mkdir(mode=0o700)
    return kept | {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_STATE_HOME": str(home / "state"),
        "SWITCHGEAR_CONFIG": str(home / "config.toml"),
        "SWITCHGEAR_NO_AUTOSTART": "1",
        "DEMO_KEY": "sk-demo",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
    }

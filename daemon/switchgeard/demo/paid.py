"""What the person of the long demo pays for: a Claude subscription, GitHub Copilot, and two accounts billed by use.

Rules for editing: the kinds are the real ones, at stand-ins on loopback; only the addresses of GitHub that the real
kind has pinned are put elsewhere (`copilot.kind_at`). Nothing here reads a clock or the user's own files.
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec.structs import replace

from switchgeard.clock import Clock
from switchgeard.kinds.kind import Kind

from . import claude
from .copilot import copilot, kind_at
from .copilot_wire import GITHUB_TOKEN
from .errors import rfc3339
from .exchange import Answer, Asked, Header, sized
from .github import GitHub
from .standin import StandIn
from .wires import says

HOUR = 3600.0
ANSWER = "Done: the parser is split in two, and its tests pass."
PROMPT_TOKENS, ANSWER_TOKENS = 22_000, 1_200  # what an editor's question with its files comes to

ENVIRONMENT = {"DEMO_GITHUB": GITHUB_TOKEN, "DEMO_KEY": "sk-demo"}

CONFIG = """\
[[providers]]
id = "claude_pro"
kind = "claude-cli"
label = "Claude Pro"
program = "{claude}"

[[providers]]
id = "copilot"
kind = "github-copilot"
label = "GitHub Copilot"
base_url = "{copilot}"
credential = {{env = "DEMO_GITHUB"}}

[[providers]]
id = "anthropic"
kind = "anthropic"
label = "Anthropic API"
base_url = "{anthropic}"
credential = {{env = "DEMO_KEY"}}
limits = {{usd_per_day = 0.25}}

[[providers]]
id = "openrouter"
kind = "openrouter"
base_url = "{openrouter}/api/v1"
credential = {{env = "DEMO_KEY"}}
billing = "metered"                          # its balance is topped up by itself

[[models]]
alias = "opus-4.6"
group = [
  {{provider = "claude_pro", model = "claude-opus-4-6"}},
  {{provider = "copilot", model = "claude-opus-4.6"}},
  {{provider = "anthropic", model = "claude-opus-4-6"}},
  {{provider = "openrouter", model = "anthropic/claude-opus-4.6", price = {{input = 5.0, output = 25.0}}}},
]

[spend]
metered = "{metered}"
"""


def minute(wall: float) -> tuple[Header, ...]:
    """The Anthropic API's window of a minute, hardly touched."""
    names = {"limit": "400000", "remaining": "377000", "reset": rfc3339(wall + 4)}
    return tuple((f"anthropic-ratelimit-input-tokens-{name}", value) for name, value in names.items())


def balance(asked: Asked) -> Answer | None:
    """What OpenRouter says is left of a key's limit."""
    if not asked.path.endswith("/key"):
        return None
    key = {"label": "sk-or-v1-0e6...1c96", "limit": 20.0, "limit_remaining": 12.38, "limit_reset": "monthly"}
    return sized(200, msgspec.json.encode({"data": key | {"usage": 7.62, "is_free_tier": False}}))


@dataclass(slots=True, repr=False)
class Paid:
    """The four accounts. `home`: where the stand-in of `claude` is put."""

    home: Path
    clock: Clock
    github: GitHub = field(default_factory=GitHub)
    program: str = ""
    standins: dict[str, StandIn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = replace(says(ANSWER), input_tokens=PROMPT_TOKENS, output_tokens=ANSWER_TOKENS)
        self.standins["copilot"], _ = copilot("ok", self.github, said, self.clock)
        self.standins["anthropic"] = StandIn("ok", said, minute, clock=self.clock)
        self.standins["openrouter"] = StandIn("ok", said, clock=self.clock, beside=balance)
        self.program = claude.install(self.home)
        self.claude_serves(0.1)

    def __repr__(self) -> str:
        return f"<Paid: {self.standins}>"

    def environment(self) -> dict[str, str]:
        """What the daemon's environment has to hold."""
        return ENVIRONMENT | {"CLAUDE_CONFIG_DIR": str(self.home)}

    def claude_serves(self, used: float) -> None:
        """From now on; `used`: of its 5-hour window, as a fraction."""
        usage = {"input_tokens": PROMPT_TOKENS, "output_tokens": ANSWER_TOKENS}
        window = claude.told("allowed", used, self.clock().wall + 5 * HOUR * (1 - used))
        claude.set_steps(self.home, window, *claude.good(ANSWER, usage))

    def claude_spent(self, seconds: float) -> None:
        """Its window is spent for so long."""
        claude.set_steps(self.home, *claude.spent(self.clock().wall + seconds))

    def copilot_spent(self, seconds: float) -> None:
        """Its session's window is spent for so long."""
        self.github.limited_until = self.clock().wall + seconds

    def kind(self) -> Kind:
        """Copilot's, at its stand-in."""
        return kind_at(self.standins["copilot"].url)

    def config(self, metered: str = "allow") -> str:
        urls = {name: standin.url for name, standin in self.standins.items()}
        return CONFIG.format(claude=self.program, metered=metered, **urls)

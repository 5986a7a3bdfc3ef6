"""The page of `switchgear usage` on terminals of every width: no figure is ever cut."""

import io
from typing import Any

import msgspec
import pytest

from switchgear.cli.screen import Screen, cells
from switchgear.cli.usage_screen import page
from switchgear_protocol.content import Usage
from switchgear_protocol.messages import UsageReply, UsageRow

BY = ("provider", "model")
ROWS = (
    ("claude_pro", "claude-opus-4-6", 1234, Usage(12_345_678, 154_321, 999), 0.0, 12.3),
    ("openrouter-work", "google/gemini-3-pro-preview-2026-10", 3, Usage(5_000, 20, 0), 1.234, 0.0),
)
AT_80 = """\
provider         model                   requests  failed   input  output   cost
claude_pro       claude-opus-4-6            1,234       2  12.3 M   154 k  $0.00
openrouter-work  google/gemini-3-pro-p…         3       2   5,000      20  $1.23
total                                       1,237       2  12.4 M   154 k  $1.23
Your subscriptions saved $12.30 at list price.
A wider window shows cached and saved too, as does --json.
"""


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def row(provider: str, model: str, count: int, usage: Usage, cost: float, saved: float) -> UsageRow:
    key = {"provider": provider, "model": model}
    return UsageRow(key, count, count, count, 2, usage, cost, 0, saved)


def reply() -> Any:
    total = row("", "", 1237, Usage(12_350_678, 154_341, 999), 1.234, 12.3)
    return msgspec.to_builtins(UsageReply([row(*each) for each in ROWS], total))


def shown(width: int, stream: io.StringIO | None = None) -> list[str]:
    screen = Screen(stream or Terminal(), "never", {"COLUMNS": str(width), "LANG": "en_US.UTF-8"})
    return [*page(screen, reply(), BY, always=True)]


@pytest.mark.parametrize("width", range(36, 141, 4))
def test_no_figure_is_cut_and_no_line_too_wide(width: int) -> None:
    """A name may be; and what is left out is named."""
    lines = shown(width)
    assert max(map(cells, lines)) <= width
    table = lines[: len(ROWS) + 2]
    heads = table[0].split()
    assert all("…" not in line.split("  ")[-1] for line in table)
    assert table[-1].split()[:2] == ["total", "1,237"]
    told = " ".join(lines[len(table) :])
    for name in ("failed", "cached", "saved"):
        assert (name in heads) != (name in told.partition("A wider window shows")[2])


def test_a_wide_terminal_and_a_pipe_get_every_digit() -> None:
    """Rounded figures are for eyes."""
    assert "12,345,678" in shown(140)[1]
    assert "12,345,678" in shown(40, io.StringIO())[1]


def test_on_the_usual_terminal_names_are_readable() -> None:
    """80 columns: what is most often wanted."""
    assert shown(80) == AT_80.splitlines()


@pytest.mark.parametrize(
    ("count", "told"),
    [(99_999, "99,999"), (100_000, "100 k"), (999_499, "999 k"), (1_000_000, "1.0 M"), (99_940_000, "99.9 M"),
     (123_456_789, "123 M"), (4_600_000_000, "4.6 G"), (10**13, "10.0 T")],
)  # fmt: skip
def test_tokens_are_rounded_only_where_there_are_many(count: int, told: str) -> None:
    """Three digits are enough to compare."""
    lone = msgspec.to_builtins(UsageReply([row("a" * 20, "b" * 20, 1, Usage(count, 0), 0.0, 0.0)]))
    screen = Screen(Terminal(), "never", {"COLUMNS": "80", "LANG": "en_US.UTF-8"})
    [_, line, *_] = page(screen, lone, BY, always=True)
    assert told in line


def test_more_failures_than_requests_are_explained() -> None:
    """Each provider that was tried in vain is one."""
    lost = UsageRow({"provider": "p"}, 2, 4, 0, 4, Usage())
    screen = Screen(io.StringIO(), "never", {})
    told = msgspec.to_builtins(UsageReply([lost], lost))
    assert [*page(screen, told, ["provider"], always=True)][-1].startswith("failed counts attempts")

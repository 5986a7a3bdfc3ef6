"""The findings for people: grouped, aligned, wrapped; a verdict is a word, never only a colour."""

import io
import re
from pathlib import Path

from switchgear.cli.doctor.finding import Finding, fail, ok, skipped, told, warn
from switchgear.cli.doctor.screen import GROUPS, lines, summary
from switchgear.cli.screen import Screen

SOME = [
    ok("python", "3.11.7"),
    fail("reach", "api.example.com: no answer within 8 s", "switchgear pause a", "a"),
    warn("tool", "changed", "switchgear connect codex", "codex"),
    skipped("daemon", "not seen"),
]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def page(findings: list[Finding], width: int = 64, color: str = "never") -> str:
    screen = Screen(Terminal(), color, {"COLUMNS": str(width), "LANG": "en_US.UTF-8"})
    return "\n".join(lines(screen, findings))


def test_the_page_groups_and_aligns() -> None:
    """Exactly this."""
    assert page(SOME) == (
        "This machine\n"
        "  ● ok       python      3.11.7\n"
        "\n"
        "The daemon\n"
        "  · skipped  daemon      not seen\n"
        "\n"
        "Providers\n"
        "  ○ FAIL     reach a     api.example.com: no answer within 8 s\n"
        "                         hint: switchgear pause a\n"
        "\n"
        "Models and tools\n"
        "  ◐ warn     tool codex  changed\n"
        "                         hint: switchgear connect codex\n"
        "\n"
        "4 checks: 1 ok, 1 warning, 1 failure, 1 skipped"
    )


def test_long_evidence_is_wrapped_under_itself_and_never_cut() -> None:
    """It is what a person needs most."""
    words = [f"word{number}" for number in range(30)]
    shown = page([fail("storage", " ".join(words), None)], 50)
    assert all(word in shown for word in words)
    assert max(map(len, shown.splitlines())) <= 50


def test_foreign_text_cannot_act_on_the_terminal() -> None:
    """Evidence may quote a provider."""
    shown = page([fail("reach", "a\x1b[31m b\nc", "run\x07 this", "x\x1b]0;y\x07")])
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_colour_is_only_ever_beside_its_word() -> None:
    """Without colours the same words stand there."""
    coloured = page(SOME, color="always")
    assert "FAIL" in coloured
    assert "\x1b[31m" in coloured


def test_an_unknown_id_is_shown_at_the_end() -> None:
    """A later daemon knows more."""
    shown = page([told({"id": "novel", "verdict": "great", "evidence": "x"}), ok("python", "y")])
    assert shown.index("python") < shown.index("Also\n  ◐ warn     novel")


def test_the_counts_add_up() -> None:
    """In words that fit their number."""
    assert summary([ok("a", "")]) == "1 check: 1 ok"
    assert summary([warn("a", "", None)] * 2) == "2 checks: 0 ok, 2 warnings"


def test_no_id_is_in_two_groups() -> None:
    """It would be shown twice."""
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names))


def test_each_id_is_documented() -> None:
    """In the table of docs/doctor.md, and nothing else is."""
    page = Path(__file__).parents[4] / "docs" / "doctor.md"
    rows = [line.split("|")[1] for line in page.read_text().splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert documented == {name for group in GROUPS.values() for name in group}

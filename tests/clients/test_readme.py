"""The README's own lines, run as they stand there, but for the door's address."""

import re
from pathlib import Path

import pytest

from clients.pinned import PYTHON, here
from clients.scene import ANSWER, scene
from switchgear.cli.connect import MODULES

CLIENT = "openai"
README = (Path(__file__).parents[2] / "README.md").read_text()
SECTION = README.partition("## Use it from your tools")[2].partition("\n## ")[0]
SNIPPETS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
SDKS = ("openai", "anthropic", "google-genai")
ADDRESS = "http://127.0.0.1:8317"

pytestmark = pytest.mark.clients


@pytest.mark.parametrize(("sdk", "lines"), list(zip(SDKS, SNIPPETS, strict=True)), ids=SDKS)
async def test_the_lines_for_an_sdk_print_an_answer(sdk: str, lines: str, tmp_path: Path) -> None:
    """Through a failover, with a token in the variable that the README exports."""
    if not here(sdk):
        pytest.skip(f"{sdk} is not here at its pinned version; make clients")
    scripts = {"a": ("anthropic.messages", "quota_5h"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path, scripts, alias="opus-4.6") as at:
        ran = await at.run(PYTHON, "-c", lines.replace(ADDRESS, at.url), SWITCHGEAR_TOKEN=at.token)
        assert (ran.code, ran.out) == (0, ANSWER + "\n"), ran.said


def test_every_tool_that_can_be_connected_is_in_the_table() -> None:
    """With the command that connects it; test_connected runs what stands beside it."""
    assert [tool for tool in MODULES if f"`switchgear connect {tool}" not in SECTION] == []

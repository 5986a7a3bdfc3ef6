"""The pages for users name every key and every method there is."""

from pathlib import Path

import pytest
from msgspec import Struct

from switchgear.cli.connect import MODULES
from switchgear_protocol.errors import BUDGET, BUSY, CANCELLED, EXHAUSTED, INTERRUPTED, INVALID_PARAMS, NO_SUCH_MODEL
from switchgear_protocol.messages import METHODS
from switchgeard import methods
from switchgeard.config import schema
from switchgeard.core.offer import FAILOVER_ON
from switchgeard.upstream.kinds import KINDS

DOCS = Path(__file__).parents[1] / "docs"
TABLES = [table for table in vars(schema).values() if isinstance(table, type) and issubclass(table, Struct)]


@pytest.mark.parametrize("table", [t for t in TABLES if t is not Struct], ids=lambda table: table.__name__)
def test_every_config_key_is_documented(table: type[Struct]) -> None:
    """docs/config.md names it in backquotes or braces."""
    page = (DOCS / "config.md").read_text()
    missing = [name for name in table.__struct_fields__ if name not in page]
    assert missing == []


def test_every_kind_and_failover_word_is_documented() -> None:
    """The values a user may write are there as well."""
    page = (DOCS / "config.md").read_text()
    assert [word for word in (*KINDS, *FAILOVER_ON) if f"`{word}`" not in page] == []


def test_every_method_is_documented_and_served() -> None:
    """The protocol's table, the daemon's table and docs/protocol.md agree."""
    page = (DOCS / "protocol.md").read_text()
    assert [name for name in METHODS if f"`{name}`" not in page] == []
    assert set(methods.METHODS) == set(METHODS)


def test_the_error_codes_in_the_page_are_the_ones_sent() -> None:
    """A client author reads them there."""
    page = (DOCS / "protocol.md").read_text()
    codes = (EXHAUSTED, NO_SUCH_MODEL, BUDGET, INTERRUPTED, CANCELLED, INVALID_PARAMS, BUSY)
    assert [code for code in codes if str(code) not in page] == []


@pytest.mark.parametrize("tool", MODULES)
def test_every_tool_that_can_be_connected_is_documented(tool: str) -> None:
    """docs/connect.md says what is written where."""
    assert f"| `{tool}` |" in (DOCS / "connect.md").read_text()

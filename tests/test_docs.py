"""The pages for users name every key, method, path and status there is, as the code has them."""

import json
import re
from pathlib import Path

import pytest
from msgspec import Struct

from switchgear.cli.connect import MODULES
from switchgear_protocol.errors import (
    BUDGET,
    BUSY,
    CANCELLED,
    EXHAUSTED,
    INTERRUPTED,
    INVALID_PARAMS,
    NO_SUCH_MODEL,
    error,
)
from switchgear_protocol.messages import METHODS
from switchgeard.config import schema
from switchgeard.core.needs import CARRIES, USES
from switchgeard.core.offer import FAILOVER_ON
from switchgeard.core.routing import FEATURE_CODES
from switchgeard.dialects import anthropic_messages, google_generate, openai_chat, openai_responses, refusing
from switchgeard.door import refusal
from switchgeard.door.refusal import Refusal
from switchgeard.identity import SOURCES
from switchgeard.kinds.kind import Kind
from switchgeard.kinds.known import KINDS
from switchgeard.methods.table import METHODS as SERVED
from switchgeard.question import FORWARDED
from switchgeard.routes import PATTERNS, ROUTES


def named(cell: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


DOCS = Path(__file__).parents[1] / "docs"
HTTP = (DOCS / "http.md").read_text()
ERRORS = re.findall(r"^\| (`\w+`.*?) \| (\d{3}) \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", HTTP, re.MULTILINE)
PATHS = [
    (path, row[1]) for row in re.findall(r"^\| (`/.*?) \| ([A-Z, ]+) \|", HTTP, re.MULTILINE) for path in named(row[0])
]
TABLES = [table for table in vars(schema).values() if isinstance(table, type) and issubclass(table, Struct)]


@pytest.mark.parametrize("table", [t for t in TABLES if t is not Struct], ids=lambda table: table.__name__)
def test_every_config_key_is_documented(table: type[Struct]) -> None:
    """docs/config.md names it as code, not only in a sentence that happens to have the word."""
    keys = re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", (DOCS / "config.md").read_text())))
    assert [name for name in table.__struct_fields__ if name not in keys] == []


def test_every_kind_and_failover_word_is_documented() -> None:
    """The values a user may write are there as well."""
    page = (DOCS / "config.md").read_text()
    assert [word for word in (*KINDS, *FAILOVER_ON) if f"`{word}`" not in page] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_a_kind_speaks_and_where_is_documented(kind: Kind) -> None:
    """In the order in which it prefers its dialects."""
    spoken = ", ".join(f"`{wire}`" for wire in kind.wires)
    where = f"`{kind.base_url}`" if kind.base_url else "nowhere"
    assert f"| `{kind.name}` | {spoken} | {where}" in (DOCS / "config.md").read_text()


def test_every_method_is_documented_and_served() -> None:
    """The protocol's table, the daemon's table and docs/protocol.md agree."""
    page = (DOCS / "protocol.md").read_text()
    assert [name for name in METHODS if f"`{name}`" not in page] == []
    assert set(SERVED) == set(METHODS)


def test_the_error_codes_in_the_page_are_the_ones_sent() -> None:
    """A client author reads them there."""
    page = (DOCS / "protocol.md").read_text()
    codes = (EXHAUSTED, NO_SUCH_MODEL, BUDGET, INTERRUPTED, CANCELLED, INVALID_PARAMS, BUSY)
    assert [code for code in codes if str(code) not in page] == []


@pytest.mark.parametrize("tool", MODULES)
def test_every_tool_that_can_be_connected_is_documented(tool: str) -> None:
    """docs/connect.md says what is written where."""
    assert f"| `{tool}` |" in (DOCS / "connect.md").read_text()


@pytest.mark.parametrize(("path", "methods"), PATHS)
def test_a_path_in_the_page_is_served_with_its_methods(path: str, methods: str) -> None:
    """docs/http.md says no path that the door does not know."""
    tables = [ROUTES.get(path), *(table for pattern, table in PATTERNS if pattern.fullmatch(path))]
    assert set(methods.split(", ")) == set(next(table for table in tables if table is not None))


def test_every_path_that_is_served_is_in_the_page() -> None:
    """And leaves none out."""
    paths = [path for path, _ in PATHS]
    assert [path for path in ROUTES if path not in paths] == []
    assert all(any(pattern.fullmatch(path) for path in paths) for pattern, _ in PATTERNS)


@pytest.mark.parametrize(("kinds", "status", "openai", "anthropic", "google"), ERRORS)
def test_an_error_in_the_page_is_told_so(kinds: str, status: str, openai: str, anthropic: str, google: str) -> None:
    """docs/http.md, word by word."""
    wait = 1000 if status == "429" else None
    for kind in named(kinds):
        refused = error(kind, "No.", retry_after_ms=wait)
        told = [spoken.error(refused) for spoken in (openai_chat, anthropic_messages, google_generate)]
        assert {said.status for said in (*told, openai_responses.error(refused))} == {int(status)}
        chat, messages, generate = (json.loads(said.body)["error"] for said in told)
        assert (chat["code"], messages["type"], generate["status"]) == (openai, anthropic, google)


def test_every_status_is_in_the_page() -> None:
    """What a client can be told of a completion, and what the door says itself."""
    ours = {"cancelled", "no_such_provider", "invalid_message", "method_not_found"}  # no HTTP client hears these kinds
    kinds = {kind for row in ERRORS for kind in named(row[0])}
    assert set(refusing.STATUS) - ours == kinds - {"internal"}
    door = {value.status for value in vars(refusal).values() if isinstance(value, Refusal)}
    assert [status for status in door if str(status) not in HTTP] == []


def test_what_is_lost_in_translation_is_in_the_page() -> None:
    """Each code, with the dialects that carry it."""
    rows = re.findall(r"^\| (`\w+`.*?) \| .*? \| (.*?) ?\|$", HTTP.partition("| code |")[2], re.MULTILINE)
    carried = {code: set(named(cell)) for codes, cell in rows for code in named(codes)}
    assert {use: {wire for wire in CARRIES if use in CARRIES[wire]} for use in USES} == {
        use: carried.get(use) for use in USES
    }
    assert [code for code in FEATURE_CODES if code not in carried] == []


def test_the_headers_and_names_of_sessions_are_in_the_page() -> None:
    """In the order in which they count."""
    text = HTTP.partition("## Sessions")[2]
    places = [text.find(f"`{source.removeprefix('body.')}`") for source in SOURCES if source != "body.session_id"]
    assert -1 not in places
    assert places == sorted(places)
    assert [name for names in FORWARDED.values() for name in names if f"`{name}`" not in HTTP] == []


def test_every_helper_of_the_tests_is_on_their_map() -> None:
    """Sixty of them in one folder: who needs one should find it before writing another."""
    tests = Path(__file__).parent
    named = set(re.findall(r"`(\w+)`", (tests / "README.md").read_text()))
    assert {path.stem for path in tests.glob("*.py") if not path.stem.startswith(("test_", "conftest"))} <= named

"""The VS Code extension before the real daemon: what it shows follows the daemon, and nothing of it gets in the way.

VS Code itself is a stand-in of ours; the extension, node and the socket are the real ones.
"""

import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from daemon_process import Home
from editors.vscode import ABSENT, PACKAGE, PATIENCE, PRESENT, TSC, Code, code
from promptly import busy
from served import served
from standins.standin import Script, StandIn

pytestmark = [pytest.mark.editors, pytest.mark.skipif(not PRESENT, reason=ABSENT)]

HOSTILE = "\x1b]0;x\x07$(bug) [go](command:workbench.action.quit) **b** <img src=x> `c` | d\u202e\u2028z"


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """As `make editors` and packaging do it; its types are strict."""
    done = subprocess.run(["node", str(TSC), "-p", str(PACKAGE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


async def away(function: Callable[..., Any], *args: Any) -> Any:
    """In a thread: the stand-ins of the test go on meanwhile."""
    return await trio.to_thread.run_sync(function, *args)


@asynccontextmanager
async def editing(path: Path, **scripts: Script) -> AsyncIterator[tuple[Code, Home, dict[str, StandIn]]]:
    """VS Code beside a daemon that has answered once."""
    async with served(path, **scripts) as (place, standins):
        with code(path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(place.ask)
            assert await bar(editor, "via ")
            yield editor, place, standins


async def bar(editor: Code, part: str, within: float = PATIENCE) -> bool:
    """Whether the status bar comes to show a text."""
    wanted = f"seen.bar.visible && seen.bar.text.includes({part!r})"
    return bool(await away(editor.until, wanted, within))


async def test_a_failover_is_in_the_status_bar_within_a_second(tmp_path: Path) -> None:
    """Asked by somebody else, seen here, with the variants behind it; told in the status bar, not in a dialog."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        assert await bar(editor, "via A")
        await away(place.ask)
        assert await bar(editor, "via B", busy(1.0))
        seen = await away(editor.seen)
        rows = seen["bar"]["tooltip"]["value"].splitlines()
        assert "serves now" in next(row for row in rows if row.startswith("| B "))
        assert "back " in next(row for row in rows if row.startswith("| A "))
        assert seen["bar"]["tooltip"]["isTrusted"] is False
        assert any("left" in text for text in seen["passing"])
        assert seen["messages"] == []


@pytest.mark.parametrize(("how", "messages", "passing"), [("notification", 1, 0), ("off", 0, 0)])
async def test_how_a_failover_is_told_is_the_users_choice(
    tmp_path: Path, how: str, messages: int, passing: int
) -> None:
    """It is among the events in any case."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        await away(editor.set_failover, how)
        await away(place.ask)
        assert await away(editor.until, "seen.lines.some((line) => line.includes('failover'))")
        assert await bar(editor, "via B")
        seen = await away(editor.seen)
        assert (len(seen["messages"]), len(seen["passing"])) == (messages, passing)


async def test_a_daemon_that_is_killed_and_started_again_is_found_again(tmp_path: Path) -> None:
    """The status bar is empty meanwhile, and nothing is said."""
    async with editing(tmp_path, a="ok") as (editor, place, _):
        await away(place.kill)
        assert await away(editor.until, "!seen.bar.visible")
        await away(place.start)
        await away(place.ask)
        assert await bar(editor, "via A")
        assert (await away(editor.seen))["messages"] == []


async def test_without_a_daemon_it_is_quiet_until_asked(tmp_path: Path) -> None:
    """Then it says so, with the command that tells more."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    with code(tmp_path, {"XDG_RUNTIME_DIR": str(run)}) as editor:
        seen = await away(editor.seen)
        assert (seen["messages"], seen["bar"]["visible"]) == ([], False)
        await away(editor.run, "models")
        [said] = (await away(editor.seen))["messages"]
        assert said["level"] == "warning"
        assert "is not running (no daemon runs)" in said["text"]
        assert said["text"].endswith("hint: switchgear status")


async def test_a_socket_in_a_directory_of_everybody_is_not_talked_to(tmp_path: Path) -> None:
    """Somebody else could have put it there."""
    async with served(tmp_path, a="ok") as (place, _):
        place.socket.parent.chmod(0o755)
        with code(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.run, "models")
            [said] = (await away(editor.seen))["messages"]
            assert "can be entered by others" in said["text"]


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"Content-Length: 4\r\n\r\nnope"])
async def test_a_connection_to_something_that_speaks_nonsense_is_given_up(tmp_path: Path, words: bytes) -> None:
    """And made anew, for as long as the editor runs."""
    run = {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
    async with listening(tmp_path) as listener:
        with code(tmp_path, run) as editor:
            with trio.fail_after(30):
                for _ in range(2):
                    connection, _ = await listener.accept()
                    await connection.send(words)
                    while await connection.recv(4096):
                        pass
                    connection.close()
            seen = await away(editor.seen)
            assert (seen["messages"], seen["bar"]["visible"]) == ([], False)


async def test_a_daemon_that_speaks_no_version_of_ours_is_quoted(tmp_path: Path) -> None:
    """With its cure, whatever was asked; the status bar stays empty."""
    words = "this daemon speaks protocol 2 to 3, the client 1 to 1: the client is older"
    data = {"kind": "unsupported_version", "hint": "pip install --upgrade switchgear"}
    async with listening(tmp_path) as listener, trio.open_nursery() as nursery:
        answered = trio.Event()
        nursery.start_soon(refusing, listener, {"code": -32602, "message": words, "data": data}, answered)
        with code(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path / "run")}) as editor:
            await answered.wait()
            await away(editor.seen)  # node has read what came before this
            await away(editor.run, "models")
            [said] = (await away(editor.seen))["messages"]
            assert said["text"] == f"Switchgear: {words} · hint: {data['hint']}"
            assert not (await away(editor.seen))["bar"]["visible"]
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[trio.socket.SocketType]:
    """Where the daemon would be."""
    folder = path / "run" / "switchgear"
    folder.mkdir(mode=0o700, parents=True)
    with trio.socket.socket(trio.socket.AF_UNIX) as listener:
        await listener.bind(str(folder / "switchgear.sock"))
        listener.listen()
        yield listener


async def refusing(listener: trio.socket.SocketType, error: dict[str, Any], answered: trio.Event) -> None:
    """Answers the first request with this, and keeps the connection."""
    connection, _ = await listener.accept()
    with connection:
        asked = b""
        while not asked.endswith(b"}}}"):
            asked += await connection.recv(4096)
        request = json.loads(asked.split(b"\r\n\r\n", 1)[1])
        assert request["method"] == "initialize"
        body = json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}).encode()
        await connection.send(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answered.set()
        assert await connection.recv(4096) == b"", "it asked on"


async def test_the_variants_of_a_model_show_health_and_return(tmp_path: Path) -> None:
    """The list of models first, each with who serves it."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        await away(place.ask)
        await away(editor.run, "models", "M")
        models, variants = (await away(editor.seen))["lists"]
        assert [(row["label"], row["description"]) for row in models["rows"]] == [("M", "via B")]
        first, second, *_ = variants["rows"]
        assert first["label"].endswith(" A")
        assert "back " in first["description"]
        assert (second["label"], second["description"]) == ("$(pass-filled) B", "serves now")


async def test_a_window_of_which_only_the_state_is_known_says_that(tmp_path: Path) -> None:
    """A limit that was run into, by somebody who tells no figures."""
    async with editing(tmp_path, a="429_opaque", b="ok") as (editor, place, _):
        await away(place.ask)
        await away(editor.run, "models", "M")
        _, variants = (await away(editor.seen))["lists"]
        assert variants["rows"][0]["detail"].startswith("rate spent · ")


async def test_the_order_changes_in_force_and_in_the_config(tmp_path: Path) -> None:
    """`Ask it first`, and the list comes again in the new order."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.run, "models", "M", " B", "Ask it first")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        text = (tmp_path / "config.toml").read_text()
        assert text.index('provider = "b"') < text.index('provider = "a"')
        again = (await away(editor.seen))["lists"][-1]
        assert [row["label"] for row in again["rows"][:2]] == ["$(pass-filled) B", "$(pass-filled) A"]


async def test_only_moves_that_change_something_are_offered(tmp_path: Path) -> None:
    """The first is not asked earlier, the last not later; the one in the middle may be anywhere."""
    async with editing(tmp_path, a="ok", b="ok", c="ok") as (editor, _, _):
        offered = []
        for name in "ABC":
            await away(editor.run, "models", "M", f" {name}")
            rows = (await away(editor.seen))["lists"][-1]["rows"]
            offered.append([row["label"].rsplit(" ", 1)[1] for row in rows if "Ask it" in row["label"]])
        assert offered == [["later"], ["first", "later"], ["first", "earlier"]]


async def test_pinning_and_unpinning(tmp_path: Path) -> None:
    """For as long as the user says; the list says that it is pinned."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.run, "pin", "M", "B", "2h")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        [pin] = (await away(place.call, "sessions/list"))["pins"]
        assert pin["until"] is not None
        await away(editor.run, "models", "M")
        assert "(pinned)" in (await away(editor.seen))["lists"][-1]["title"]
        await away(editor.run, "unpin", "M")
        assert (await away(place.call, "sessions/list"))["pins"] == []


async def test_pausing_and_resuming(tmp_path: Path) -> None:
    """Only what is paused can be resumed; no answer to "for how long" pauses until it is taken back."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.run, "pause", "A", "")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        await away(editor.run, "resume")
        assert [row["label"] for row in (await away(editor.seen))["lists"][-1]["rows"]] == ["A"]
        await away(editor.run, "models", "M", " A", "Resume")
        assert (await away(place.ask))["served_by"]["provider"] == "a"


@pytest.mark.parametrize("answers", [("A", None), (None,), ("A", "soon")])
async def test_an_action_that_is_broken_off_does_nothing(tmp_path: Path, answers: tuple[str | None, ...]) -> None:
    """A closed list, a closed box, a span of time that is none."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.run, "pause", *answers)
        assert not any(provider["paused"] for provider in (await away(place.call, "providers/list"))["providers"])


async def test_consent_to_spending_is_typed(tmp_path: Path) -> None:
    """For so long as that says; nothing typed is no consent."""
    async with editing(tmp_path, a="ok") as (editor, place, _):
        path = tmp_path / "config.toml"
        path.write_text(path.read_text() + '\n[spend]\nmetered = "ask"\n')
        await away(place.call, "config/reload")
        await away(editor.run, "allow", "")
        assert "error" in await away(place.ask)
        await away(editor.run, "allow", "1h")
        assert (await away(place.ask))["finish"] == "stop"
        await away(editor.run, "allow", "0")
        assert "error" in await away(place.ask)


async def test_an_answer_streams_into_a_document_with_its_provider(tmp_path: Path) -> None:
    """The selection goes along."""
    async with editing(tmp_path, a="ok") as (editor, _, standins):
        await away(editor.select, "def f():")
        await away(editor.run, "ask", "M", "explain")
        text = await away(editor.until, "Object.values(seen.documents).find((text) => text.includes('via A'))")
        assert text == "Hello from a stand-in provider.\n\n— M (via A)"
        assert b"explain\\n\\ndef f():" in standins["a"].asked[-1].body


async def test_closing_the_answer_cancels_it_upstream(tmp_path: Path) -> None:
    """Nobody pays for what nobody reads, and nothing is said of it."""
    async with editing(tmp_path, a=["ok", "hang_text"]) as (editor, _, standins):
        await away(editor.begin, "ask", "M", "hello")
        assert await away(editor.until, "Object.values(seen.documents).some(Boolean)")
        [document] = (await away(editor.seen))["documents"]
        await away(editor.close, document)
        with trio.fail_after(30):
            await standins["a"].until(lambda standin: standin.disconnects == 1)
        assert (await away(editor.seen))["messages"] == []


async def test_an_editor_that_dies_in_the_middle_leaves_the_daemon_well(tmp_path: Path) -> None:
    """The upstream call ends with it."""
    async with editing(tmp_path, a=["ok", "hang_text", "ok"]) as (editor, place, standins):
        await away(editor.begin, "ask", "M", "hello")
        assert await away(editor.until, "Object.values(seen.documents).some(Boolean)")
        editor.process.kill()
        with trio.fail_after(30):
            await standins["a"].until(lambda standin: standin.disconnects == 1)
        assert (await away(place.ask))["finish"] == "stop"


async def test_why_says_each_step(tmp_path: Path) -> None:
    """In the order they would be tried, the reasons in the daemon's words."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        await away(place.ask)
        await away(editor.run, "models", "M", "Why")
        steps = (await away(editor.seen))["lists"][-1]
        assert steps["rows"][0]["label"].startswith("b/")
        assert "back " in next(row["detail"] for row in steps["rows"] if row["label"].startswith("a/"))


async def test_a_refusal_is_said_with_its_hint(tmp_path: Path) -> None:
    """The daemon's message and command, no stack trace. Here: a config that cannot be edited."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, _, _):
        path = tmp_path / "config.toml"
        path.write_text("nonsense = [\n" + path.read_text())
        await away(editor.run, "models", "M", " B", "Ask it first")
        [said] = (await away(editor.seen))["messages"]
        assert said["level"] == "warning"
        assert said["text"].startswith("Switchgear: ")
        assert " · hint: switchgear config" in said["text"]
        assert "Error" not in said["text"]


async def test_foreign_names_are_shown_and_never_act(tmp_path: Path) -> None:
    """Escape sequences, an icon, a link with a command, Markdown, a direction override."""
    async with served(tmp_path, a=["ok", "quota_5h"], b="ok") as (place, _):
        path = tmp_path / "config.toml"
        label = HOSTILE.encode("unicode_escape").decode().replace("\\x", "\\u00")
        path.write_text(path.read_text().replace('id = "a"', f'id = "a"\nlabel = "{label}"', 1))
        await away(place.call, "config/reload")
        with code(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.set_failover, "notification")
            await away(place.ask)
            assert await away(editor.until, "seen.bar.visible && seen.bar.tooltip")
            await away(place.ask)
            assert await away(editor.until, "seen.messages.length")
            assert await bar(editor, "via B")
            await away(editor.run, "models", "M")
            seen = await away(editor.seen)
    hover = seen["bar"]["tooltip"]["value"]
    assert r"\$\(bug\) \[go\]\(command\:workbench\.action\.quit\) \*\*b\*\* \<img src\=x\> \`c\` \| d" in hover
    [told] = [message["text"] for message in seen["messages"]]
    assert "](command:" not in told
    rows = [text for shown in seen["lists"] for row in shown["rows"] for text in row.values() if text]
    for text in (seen["bar"]["text"], told, *rows, *seen["lines"]):
        assert "$(bug)" not in text or text in (told, *seen["lines"])
        assert not {"\x1b", "\x07", "\u202e", "\u2028"} & set(text)


def test_every_command_of_the_manifest_is_there_and_no_other(tmp_path: Path) -> None:
    """The palette offers what the extension does."""
    manifest = json.loads((PACKAGE / "package.json").read_text())
    offered = {command["command"] for command in manifest["contributes"]["commands"]}
    with code(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path)}) as editor:
        assert set(editor.commands) == offered

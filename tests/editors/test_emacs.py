"""The Emacs package, in batch mode, before the real daemon: what it shows follows the daemon, and nothing of it gets in
the way."""

import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from daemon_process import Home
from editors.emacs import PACKAGE, PATIENCE, PRESENT, Emacs, LispFailed, emacs
from promptly import busy
from served import served
from standins.standin import Script, StandIn

pytestmark = pytest.mark.skipif(not PRESENT, reason="no emacs on this machine")

PAGE = "*switchgear m*"


async def away(function: Callable[..., Any], *args: Any) -> Any:
    """In a thread: the stand-ins of the test go on meanwhile."""
    return await trio.to_thread.run_sync(function, *args)


@asynccontextmanager
async def editing(path: Path, **scripts: Script) -> AsyncIterator[tuple[Emacs, Home, dict[str, StandIn]]]:
    """Emacs beside a daemon, connected, with its mode line."""
    async with served(path, **scripts) as (place, standins):
        with emacs(path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.lisp, "(switchgear-mode-line-mode 1)")
            assert await away(editor.wait, "(switchgear-connected-p)")
            yield editor, place, standins


async def line(editor: Emacs, part: str, within: float = PATIENCE) -> bool:
    """Whether the mode line comes to have a text."""
    return bool(await away(editor.wait, f'(string-search "{part}" (switchgear-mode-line))', within))


async def page(editor: Emacs, *parts: str, name: str = PAGE) -> str:
    """The page once it has all the parts."""
    for part in parts:
        shown = f'(and (get-buffer "{name}") (string-search "{part}" (text-of "{name}")))'
        assert await away(editor.wait, shown), (part, await away(editor.text, name))
    return str(await away(editor.text, name))


async def on(editor: Emacs, provider: str, command: str) -> None:
    """Run a command of the page on the offer of a provider."""
    where = f'(progn (goto-char (point-min)) (search-forward " {provider} ") ({command}) t)'
    await away(editor.lisp, f'(with-current-buffer "{PAGE}" {where})')


async def test_a_failover_is_in_the_mode_line_within_a_second(tmp_path: Path) -> None:
    """Asked by somebody else, seen here; and told to the hook."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        await away(editor.lisp, "(progn (add-hook 'switchgear-failover-hook (lambda (event) (setq told-of event))) t)")
        await away(editor.lisp, "(setq told-of nil)")
        await away(place.ask)
        assert await line(editor, "via A")
        await away(place.ask)
        assert await line(editor, "via B", busy(1.0))
        assert await away(editor.lisp, "(plist-get told-of :alias)") == "m"


async def test_an_error_of_a_hook_is_its_own(tmp_path: Path) -> None:
    """What comes behind the event is heard, over the same connection: answers and other events."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        await away(editor.lisp, '(progn (add-hook \'switchgear-event-hook (lambda (_) (error "mine"))) t)')
        await away(editor.lisp, "(progn (setq first switchgear--process) t)")
        await away(place.ask)
        assert await line(editor, "via A")
        await away(place.ask)
        assert await line(editor, "via B")
        assert await away(editor.lisp, "(eq first switchgear--process)")


async def test_a_daemon_that_is_killed_and_started_again_is_found_again(tmp_path: Path) -> None:
    """The mode line is empty meanwhile."""
    async with editing(tmp_path, a="ok") as (editor, place, _):
        await away(place.ask)
        assert await line(editor, "via A")
        await away(place.kill)
        assert await away(editor.wait, '(equal (switchgear-mode-line) "")')
        await away(place.start)
        assert await away(editor.wait, "(switchgear-connected-p)")
        await away(place.ask)
        assert await line(editor, "via A")


async def test_without_a_daemon_it_is_quiet_until_asked(tmp_path: Path) -> None:
    """Then it says so, with the command that starts one."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    with emacs(tmp_path, {"XDG_RUNTIME_DIR": str(run)}) as editor:
        assert await away(editor.lisp, "(progn (switchgear-mode-line-mode 1) (switchgear-mode-line))") == ""
        assert await away(editor.lisp, "(progn (switchgear) (current-message))") is None  # batch has no echo area
        said = '(let (told) (switchgear--request "status" nil #\'ignore (lambda (f) (setq told f))) told)'
        failure = await away(editor.lisp, f"(json-encode {said})")
        assert "is not running (no daemon runs)" in failure
        assert "switchgear status" in failure


async def test_a_socket_in_a_directory_of_everybody_is_not_talked_to(tmp_path: Path) -> None:
    """Somebody else could have put it there."""
    async with served(tmp_path, a="ok") as (place, _):
        place.socket.parent.chmod(0o755)
        with emacs(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.lisp, "(progn (switchgear-connect) t)")
            assert not await away(editor.wait, "(switchgear-connected-p)", 0.3)
            assert "entered by others" in await away(editor.lisp, "switchgear--reason")


async def test_the_list_shows_models_who_serves_and_what_is_left(tmp_path: Path) -> None:
    """And follows what happens while it is open."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        await away(editor.lisp, "(progn (switchgear) t)")
        row = (await page(editor, "m ", "A ", name="*switchgear*")).split()
        assert row[:4] == ["m", "A", "●", "●"]
        await away(place.ask)
        await away(place.ask)
        await page(editor, "◐ ●", name="*switchgear*")


async def test_the_page_of_a_model_shows_each_offer_with_health_and_return(tmp_path: Path) -> None:
    """In the user's order."""
    async with editing(tmp_path, a="quota_5h", b="ok") as (editor, place, _):
        await away(editor.lisp, '(progn (switchgear-show-model "m") t)')
        await page(editor, "serves now")
        await away(place.ask)
        rows = (await page(editor, ", back ")).splitlines()
        assert ", back " in next(text for text in rows if " A " in text)
        assert "serves now" in next(text for text in rows if " B " in text)


async def test_a_window_of_which_only_the_state_is_known_says_that(tmp_path: Path) -> None:
    """A limit that was run into, by somebody who tells no figures."""
    async with editing(tmp_path, a="429_opaque", b="ok") as (editor, place, _):
        await away(place.ask)
        await away(editor.lisp, '(progn (switchgear-show-model "m") t)')
        assert "      rate spent" in (await page(editor, "serves now")).splitlines()
        credit = '(switchgear--left (list :window "credit" :remaining 12.5 :unit "usd" :state "ok"))'
        assert await away(editor.lisp, credit) == "credit 12.50 usd left"


async def test_names_of_models_complete_before_any_page_was_seen(tmp_path: Path) -> None:
    """From what the daemon says on connecting."""
    async with editing(tmp_path, a="ok") as (editor, _, _):
        assert await away(editor.wait, "switchgear--names")
        assert await away(editor.lisp, '(all-completions "" switchgear--names)') == ["m"]


async def test_choosing_none_of_the_models_is_no_choice(tmp_path: Path) -> None:
    """An empty answer opens no page; without models there is no question."""
    async with editing(tmp_path, a="ok") as (editor, _, _):
        empty = '(cl-letf (((symbol-function \'completing-read) (lambda (&rest _) "")))'
        await away(editor.lisp, f'(progn (require \'cl-lib) {empty} (switchgear--choose \'(("m" . (:alias "m"))))) t)')
        assert await away(editor.lisp, '(get-buffer "*switchgear *")') is None


async def test_commands_of_the_page_pin_pause_and_order(tmp_path: Path) -> None:
    """Each is one request; the daemon does it."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.lisp, '(progn (switchgear-show-model "m") t)')
        await page(editor, "serves now")
        await on(editor, "B", "switchgear-pin")
        await page(editor, "pinned")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        await on(editor, "B", "switchgear-unpin")
        await on(editor, "A", "switchgear-pause")
        await page(editor, "paused")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        await on(editor, "A", "switchgear-resume")
        await on(editor, "B", "switchgear-move-up")
        await page(editor, "1  ● B")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        text = (tmp_path / "config.toml").read_text()
        assert text.index('provider = "b"') < text.index('provider = "a"')


async def test_a_command_beside_an_offer_says_what_it_wants(tmp_path: Path) -> None:
    """On the title there is no provider."""
    async with editing(tmp_path, a="ok") as (editor, _, _):
        await away(editor.lisp, '(progn (switchgear-show-model "m") t)')
        await page(editor, "serves now")
        with pytest.raises(LispFailed, match="not on an offer"):
            await away(editor.lisp, f'(with-current-buffer "{PAGE}" (goto-char (point-min)) (switchgear-pin))')


async def test_an_answer_streams_into_a_buffer_with_its_provider(tmp_path: Path) -> None:
    """The text goes along."""
    async with editing(tmp_path, a="ok") as (editor, _, standins):
        await away(editor.lisp, '(progn (switchgear-ask "m" "explain: def f()") t)')
        text = await page(editor, "(via A)", name="*switchgear answer m*")
        assert text.startswith("Hello from a stand-in provider.")
        assert b"explain: def f()" in standins["a"].asked[-1].body


@pytest.mark.parametrize("leave", ["kill the buffer", "die"])
async def test_who_leaves_an_answer_cancels_it_upstream(tmp_path: Path, leave: str) -> None:
    """Nobody pays for what nobody reads, and the daemon goes on."""
    async with editing(tmp_path, a=["hang_text", "ok"]) as (editor, place, standins):
        await away(editor.lisp, '(progn (switchgear-ask "m" "hello") t)')
        await page(editor, "Hello", name="*switchgear answer m*")
        if leave == "die":
            editor.process.kill()
        else:
            await away(editor.lisp, '(kill-buffer "*switchgear answer m*")')
        await standins["a"].until(lambda standin: standin.disconnects == 1)
        assert (await away(place.ask))["finish"] == "stop"


async def test_foreign_names_are_shown_and_never_act(tmp_path: Path) -> None:
    """A label with escape sequences, a mode line construct and a direction override."""
    async with served(tmp_path, a="ok") as (place, _):
        path = tmp_path / "config.toml"
        label = r"\u001b[31m%b(:eval (setq owned t))\u202e\u2028x"
        path.write_text(path.read_text().replace('id = "a"', f'id = "a"\nlabel = "{label}"', 1))
        await away(place.call, "config/reload")
        with emacs(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.lisp, "(progn (setq owned nil) (switchgear-mode-line-mode 1) t)")
            assert await away(editor.wait, "(switchgear-connected-p)")
            await away(place.ask)
            await away(editor.wait, '(not (equal (switchgear-mode-line) ""))', 2.0)
            await away(editor.lisp, '(progn (switchgear-show-model "m") t)')
            shown = await page(editor, "serves now")
            shown += str(await away(editor.lisp, "(format-mode-line global-mode-string)"))
            assert not {"\x1b", "\u202e", "\u2028"} & set(shown)
            assert await away(editor.lisp, "owned") is None


def test_it_compiles_without_a_warning_and_its_words_are_in_form(tmp_path: Path) -> None:
    """byte-compile with warnings as errors; checkdoc finds nothing but two words it takes for verbs."""
    source = tmp_path / "switchgear.el"
    source.write_text((PACKAGE / "switchgear.el").read_text())
    compiling = "(progn (setq byte-compile-error-on-warn t) (batch-byte-compile))"
    done = subprocess.run(["emacs", "-Q", "--batch", "--eval", compiling, str(source)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    checking = f'(checkdoc-file "{source}")'
    done = subprocess.run(["emacs", "-Q", "--batch", "--eval", checking], capture_output=True, text=True)
    assert [text for text in done.stderr.splitlines() if "imperative" not in text and "switchgear.el" in text] == []


def test_its_header_says_whose_it_is_and_where_it_is_from() -> None:
    """What archives of packages read, without a placeholder."""
    head = (PACKAGE / "switchgear.el").read_text().partition(";;; Commentary:")[0]
    assert ";; Author: " in head
    assert ";; URL: https://" in head
    assert "example" not in head

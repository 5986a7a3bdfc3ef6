"""The Neovim package, headless, before the real daemon: what it shows follows the daemon, and nothing of it gets in the
way."""

import stat
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from daemon_process import Home
from editors.neovim import PACKAGE, PATIENCE, PRESENT, Neovim, neovim
from promptly import busy
from served import served
from standins.standin import Script, StandIn
from switchgeard.demo.exchange import sized

pytestmark = pytest.mark.skipif(not PRESENT, reason="no nvim on this machine")

CONNECTED = "require('switchgear.wire').connected"
HOSTILE = "\x1b]0;owned\x07\x1b[31m%{system('id')}\u202e\u2028x"


async def away(function: Callable[..., Any], *args: Any) -> Any:
    """In a thread: the stand-ins of the test go on meanwhile."""
    return await trio.to_thread.run_sync(function, *args)


@asynccontextmanager
async def editing(path: Path, **scripts: Script) -> AsyncIterator[tuple[Neovim, Home, dict[str, StandIn]]]:
    """Neovim beside a daemon, connected."""
    async with served(path, **scripts) as (place, standins):
        with neovim(path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.lua, "require('switchgear').setup({ notify = false })")
            assert await away(editor.wait, CONNECTED)
            yield editor, place, standins


async def line(editor: Neovim, part: str, within: int = PATIENCE) -> bool:
    """Whether the status line comes to have a text."""
    return bool(await away(editor.wait, f"require('switchgear').line():find({part!r}, 1, true)", within))


async def test_a_failover_is_in_the_status_line_within_a_second(tmp_path: Path) -> None:
    """Asked by somebody else, seen here; and told by an autocommand."""
    async with editing(tmp_path, a=["ok", "quota_5h"], b="ok") as (editor, place, _):
        told = "{pattern='SwitchgearFailover', command='let g:told=1'}"
        await away(editor.lua, f"vim.api.nvim_create_autocmd('User', {told})")
        await away(place.ask)
        assert await line(editor, "via A")
        await away(place.ask)
        assert await line(editor, "via B", int(busy(1.0) * 1000))
        assert await away(editor.wait, "vim.g.told == 1", int(busy(1.0) * 1000))


async def test_failovers_are_told_in_one_line_that_wants_no_key(tmp_path: Path) -> None:
    """Two of one request, with many words: neither scrolls the screen, which would stop whoever types."""
    long = {"code": "rate_limit_exceeded", "message": "slow down " * 30}
    limited = sized(429, msgspec.json.encode({"error": long}))
    scripts: dict[str, Script] = {"a": lambda asked, said: limited, "b": lambda asked, said: limited, "c": "ok"}
    async with editing(tmp_path, **scripts) as (editor, place, _):
        heard = "_G.told = {}; vim.notify = function(text) table.insert(_G.told, text) end"
        await away(editor.lua, heard + "; require('switchgear').setup({ notify = vim.log.levels.INFO })")
        assert await away(editor.wait, "#require('switchgear.feed').names.models > 0")
        await away(editor.lua, "require('switchgear.wire').stop()")  # they are replayed in one moment
        await away(place.ask)
        await away(editor.lua, "require('switchgear.wire').start()")
        assert await away(editor.wait, "#_G.told > 0")
        (told,) = await away(editor.lua, "return _G.told")
        assert "(+1)" in told
        assert told.endswith("…")
        assert await away(editor.lua, "return vim.fn.strdisplaywidth(_G.told[1]) <= vim.v.echospace")


async def test_a_daemon_that_is_killed_and_started_again_is_found_again(tmp_path: Path) -> None:
    """The status line is empty meanwhile, and nothing is said."""
    async with editing(tmp_path, a="ok") as (editor, place, _):
        await away(place.ask)
        assert await line(editor, "via A")
        await away(place.kill)
        assert await away(editor.wait, "require('switchgear').statusline() == ''")
        await away(place.start)
        assert await away(editor.wait, CONNECTED)
        await away(place.ask)
        assert await line(editor, "via A")
        assert (await away(editor.said)).strip() == ""


async def test_without_a_daemon_it_is_quiet_until_asked(tmp_path: Path) -> None:
    """Then it says so, with the command that starts one."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    with neovim(tmp_path, {"XDG_RUNTIME_DIR": str(run)}) as editor:
        await away(editor.lua, "require('switchgear').setup()")
        assert await away(editor.lua, "return require('switchgear').statusline()") == ""
        assert (await away(editor.said)).strip() == ""
        await away(editor.command, "Switchgear status")
        said = await away(editor.said)
        assert "is not running (no daemon runs)" in said
        assert "hint: switchgear status" in said


async def test_the_health_check_says_whether_the_daemon_answers_and_what_to_do(tmp_path: Path) -> None:
    """With the plugin set up or not; without a daemon it is a warning with a command."""
    async with served(tmp_path, a="ok") as (place, _):
        with neovim(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.command, "checkhealth switchgear")
            shown = "\n".join(await away(editor.lines))
            assert f"it answers at {place.socket}: daemon " in shown
            await away(place.stop)
            assert await away(editor.wait, f"not {CONNECTED}")
            await away(editor.command, "checkhealth switchgear")
            shown = "\n".join(await away(editor.lines))
            assert f"{place.socket}: no daemon runs" in shown
            assert "switchgear doctor" in shown


@pytest.mark.parametrize("mode", [0o755, 0o770])
async def test_a_socket_in_a_directory_of_everybody_is_not_talked_to(tmp_path: Path, mode: int) -> None:
    """Somebody else could have put it there."""
    async with served(tmp_path, a="ok") as (place, _):
        place.socket.parent.chmod(mode)
        with neovim(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.lua, "require('switchgear').setup()")
            assert not await away(editor.wait, CONNECTED, 300)
            assert "entered by others" in await away(editor.lua, "return require('switchgear.wire').reason")
        assert stat.S_IMODE(place.socket.parent.stat().st_mode) == mode


async def test_the_page_of_a_model_shows_each_offer_with_health_and_return(tmp_path: Path) -> None:
    """And follows what happens while it is open."""
    async with editing(tmp_path, a="quota_5h", b="ok") as (editor, place, _):
        await away(editor.command, "Switchgear model m")
        assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
        first = await away(editor.lines)
        assert "serves now" in next(text for text in first if " A " in text)
        await away(place.ask)
        assert await away(editor.wait, "table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('back ') ~= nil")
        rows = await away(editor.lines)
        assert "serves now" in next(text for text in rows if " B " in text)
        assert "back " in next(text for text in rows if " A " in text)


async def test_a_window_of_which_only_the_state_is_known_says_that(tmp_path: Path) -> None:
    """A limit that was run into, by somebody who tells no figures."""
    async with editing(tmp_path, a="429_opaque", b="ok") as (editor, place, _):
        await away(place.ask)
        await away(editor.command, "Switchgear model m")
        assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
        assert "      rate spent" in await away(editor.lines)


async def test_the_page_keeps_its_place_when_the_screen_changes(tmp_path: Path) -> None:
    """What a small one cut off is there in a larger one, in its middle."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, _, _):
        await away(editor.lua, "vim.o.columns = 40; vim.o.lines = 12")
        await away(editor.command, "Switchgear model m")
        assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
        assert await away(editor.lua, "return vim.api.nvim_win_get_width(0)") == 36
        await away(editor.lua, "vim.o.columns = 120; vim.o.lines = 40; vim.cmd('doautocmd VimResized')")
        rows = await away(editor.lines)
        widest = max(map(len, rows))
        assert await away(editor.lua, "return vim.api.nvim_win_get_width(0)") == widest + 2
        assert await away(editor.lua, "return vim.api.nvim_win_get_height(0)") == len(rows)


async def test_status_says_what_is_wrong_and_events_that_there_are_none(tmp_path: Path) -> None:
    """No page is empty."""
    async with editing(tmp_path, a="quota_5h", b="ok") as (editor, place, _):
        await away(editor.command, "Switchgear events")
        assert await away(editor.lines) == ["nothing has happened since this editor connected; what does is added here"]
        await away(editor.command, "close")
        await away(place.ask)
        assert await line(editor, "via B")
        await away(editor.command, "Switchgear status")
        assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
        assert " a is quota exhausted: the 5h window is used up" in await away(editor.lines)


async def test_keys_of_the_page_pin_pause_and_resume(tmp_path: Path) -> None:
    """Each is one request; the daemon does it."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.command, "Switchgear model m")
        assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
        at = next(number for number, text in enumerate(await away(editor.lines), 1) if " B " in text)
        await away(editor.lua, f"vim.api.nvim_win_set_cursor(0, {{{at}, 0}})")
        await away(editor.keys, "p")
        assert await away(editor.wait, "vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]:find('pinned') ~= nil")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        await away(editor.keys, "uP")
        assert await away(editor.wait, "vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]:find('pinned') == nil")
        assert (await away(place.ask))["served_by"]["provider"] == "a"
        await away(editor.keys, "R")
        await away(editor.keys, "q")
        assert await away(editor.wait, "vim.bo.filetype ~= 'switchgear'")


async def test_the_picker_lists_merged_models_and_opens_the_chosen(tmp_path: Path) -> None:
    """Through vim.ui.select, so that any picker the user has takes its place."""
    async with editing(tmp_path, a="ok") as (editor, _, _):
        remember = "_G.item = options.format_item(items[1]); chosen(items[1])"
        await away(editor.lua, f"vim.ui.select = function(items, options, chosen) {remember} end")
        await away(editor.command, "Switchgear")
        assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
        assert (await away(editor.lua, "return _G.item")).split() == ["m", "via", "A", "●"]


async def test_lines_moved_and_written_are_the_new_order(tmp_path: Path) -> None:
    """In force, and in the config."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, place, _):
        await away(editor.command, "Switchgear order m")
        assert await away(editor.wait, "vim.bo.buftype == 'acwrite'")
        await away(editor.command, "$move -2")
        await away(editor.command, "write")
        assert await away(editor.wait, "vim.bo.modified == false")
        assert (await away(place.ask))["served_by"]["provider"] == "b"
        text = (tmp_path / "config.toml").read_text()
        assert text.index('provider = "b"') < text.index('provider = "a"')


async def test_an_answer_streams_into_a_buffer_with_its_provider(tmp_path: Path) -> None:
    """The selection goes along."""
    async with editing(tmp_path, a="ok") as (editor, _, standins):
        await away(editor.lua, "vim.api.nvim_buf_set_lines(0, 0, -1, false, {'def f():', '  pass'})")
        await away(editor.command, "%Switchgear ask m explain")
        assert await away(editor.wait, "vim.b.switchgear_served_by ~= nil")
        rows = await away(editor.lines)
        assert rows[0] == "Hello from a stand-in provider."
        assert rows[-1].endswith("(via A)")
        assert b"def f():" in standins["a"].asked[-1].body


async def test_closing_the_answer_cancels_it_upstream(tmp_path: Path) -> None:
    """Nobody pays for what nobody reads."""
    async with editing(tmp_path, a="hang_text") as (editor, _, standins):
        await away(editor.command, "Switchgear ask m hello")
        assert await away(editor.wait, "vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] ~= ''")
        await away(editor.command, "bwipeout")
        await standins["a"].until(lambda standin: standin.disconnects == 1)


async def test_an_editor_that_dies_in_the_middle_leaves_the_daemon_well(tmp_path: Path) -> None:
    """The upstream call ends with it."""
    async with editing(tmp_path, a=["hang_text", "ok"]) as (editor, place, standins):
        await away(editor.command, "Switchgear ask m hello")
        assert await away(editor.wait, "vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] ~= ''")
        editor.process.kill()
        await standins["a"].until(lambda standin: standin.disconnects == 1)
        assert (await away(place.ask))["finish"] == "stop"


async def test_foreign_names_are_shown_and_never_act(tmp_path: Path) -> None:
    """A label with escape sequences, a status line item and a direction override."""
    async with served(tmp_path, a="ok") as (place, _):
        path = tmp_path / "config.toml"
        label = HOSTILE.encode("unicode_escape").decode().replace("\\x1b", "\\u001b").replace("\\x07", "\\u0007")
        path.write_text(path.read_text().replace('id = "a"', f'id = "a"\nlabel = "{label}"', 1))
        await away(place.call, "config/reload")
        with neovim(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:
            await away(editor.lua, "require('switchgear').setup()")
            await away(editor.command, "set statusline=%{%v:lua.require'switchgear'.statusline()%}")
            assert await away(editor.wait, CONNECTED)
            await away(place.ask)
            await away(editor.wait, "require('switchgear').statusline() ~= ''", 2000)
            shown = await away(
                editor.lua, "return vim.api.nvim_eval_statusline(vim.o.statusline, { maxwidth = 500 }).str"
            )
            await away(editor.command, "Switchgear model m")
            assert await away(editor.wait, "vim.bo.filetype == 'switchgear'")
            for text in (shown, *await away(editor.lines)):
                assert "uid=" not in text
                assert not {"\x1b", "\x07", "\u202e", "\u2028"} & set(text)


async def test_every_word_of_the_command_completes(tmp_path: Path) -> None:
    """Sub-commands, then models, then providers."""
    async with editing(tmp_path, a="ok", b="ok") as (editor, _, _):
        assert await away(editor.wait, "#require('switchgear.feed').names.models > 0")

        async def offered(text: str) -> list[str]:
            found = await away(editor.lua, f"return vim.fn.getcompletion({text!r}, 'cmdline')")
            return list(found)

        assert {"models", "order", "pin", "ask"} <= set(await offered("Switchgear "))
        assert await offered("Switchgear pa") == ["pause"]
        assert await offered("Switchgear pin ") == ["m"]
        assert await offered("Switchgear pin m ") == ["a", "b"]
        assert await offered("Switchgear ask ") == ["m"]


@pytest.mark.parametrize("command", ["nosuch", "pin", "pin m", "pause", "pause a soon", "ask", "ask m", "model nosuch"])
async def test_a_command_that_makes_no_sense_says_what_it_wants(tmp_path: Path, command: str) -> None:
    """A sentence and a hint, never a stack trace."""
    async with editing(tmp_path, a="ok") as (editor, _, _):
        await away(editor.command, f"Switchgear {command}")
        await away(editor.wait, "vim.fn.execute('messages'):find('hint: ') ~= nil", 2000)
        said = await away(editor.said)
        assert "hint: " in said
        assert "stack traceback" not in said


def test_the_help_has_its_tags(tmp_path: Path) -> None:
    """`:help switchgear`."""
    text = (PACKAGE / "doc" / "switchgear.txt").read_text()
    (tmp_path / "doc").mkdir()
    (tmp_path / "doc" / "switchgear.txt").write_text(text)
    done = subprocess.run(
        ["nvim", "--clean", "--headless", "+helptags " + str(tmp_path / "doc"), "+q"], capture_output=True, check=True
    )
    assert done.stderr == b""
    assert "switchgear.txt" in (tmp_path / "doc" / "tags").read_text()

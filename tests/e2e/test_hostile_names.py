"""Names full of escape codes, from the config to every screen: read as names, never acted on."""

import shutil
import unicodedata
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import trio

from daemon_process import Home
from editors import emacs, neovim
from served import served
from shell.shells import run

RAW = "m\x1b]0;owned\x07\x1b[31m%{system('id')}$(touch owned)`touch owned`\u202e\u2028\x9bx"
"""What a terminal, a prompt or a status line would act on, had it the chance."""
WRITTEN = "".join(letter if letter.isascii() and letter.isprintable() else f"\\u{ord(letter):04x}" for letter in RAW)
"""The same in a TOML string."""
ALIAS = "m%{system('id')}$(touch owned)`touch owned`"
"""Of an alias the config asks that it has no control characters; what shells and editors mind it may have."""

SCREENS = [
    ["status"],
    ["models"],
    ["models", "--all"],
    ["models", ALIAS],
    ["models", RAW],
    ["models", "nosuch"],
    ["route", ALIAS],
    ["route", "--explain", ALIAS],
    ["ask", ALIAS, "hello", "-v", "--session", RAW],
    ["quota"],
    ["usage", "--by", "alias,provider,session"],
    ["events", "--past"],
    ["prompt", "show"],
    ["pin", ALIAS, "a"],
    ["unpin", ALIAS],
    ["auth"],
    ["doctor", "--offline", "--no-keyring"],
    ["config", "check"],
]


SHELLS = [
    pytest.param(shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"no {shell} on this machine"))
    for shell in ("bash", "zsh", "fish")
]


def acting(text: str) -> set[str]:
    """Letters that do something where they are shown; a line's end is meant."""
    return {letter for letter in text if letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"}}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Home]:
    """A daemon whose model, provider and offer have that name; asked once, so that there is something to tell."""
    async with served(tmp_path, a="quota_5h", b="ok") as (home, _):
        path = tmp_path / "config.toml"
        text = path.read_text().replace('id = "a"', f'id = "a"\nlabel = "{WRITTEN}"', 1)
        text = text.replace('alias = "m"', f'alias = "{ALIAS}"\nlabel = "{WRITTEN}"').replace(
            '"model-b"', f'"{WRITTEN}"'
        )
        path.write_text(text)
        told = await trio.to_thread.run_sync(home.call, "config/reload")
        assert told["ok"], told["error"]
        answer = await trio.to_thread.run_sync(partial(home.ask, model=ALIAS, session=RAW))
        assert answer.get("served_by", {}).get("provider") == "b", answer
        with trio.fail_after(30):
            while "owned" not in (home.socket.parent / "prompt").read_text():
                await trio.lowlevel.checkpoint()
        yield home


async def test_no_screen_of_the_command_lets_a_name_act(place: Home) -> None:
    """Output and complaints, of commands that show names and of those that are given one."""
    told = {}
    for words in SCREENS:
        done = await trio.to_thread.run_sync(partial(place.command, *words, input=""))
        told[words[0]] = done.stdout + done.stderr
        assert acting(done.stdout) | acting(done.stderr) == set(), words
        assert "Traceback" not in done.stderr, words
    assert "owned" in told["status"]
    assert "owned" in told["ask"]


async def test_the_files_of_prompt_and_tab_hold_nothing_that_acts(place: Home) -> None:
    """The line is what may stay of the name; for Tab it is no word, so it is none."""
    folder = place.socket.parent
    names = (folder / "names").read_text()
    assert acting(names.replace("\t", " ")) == set()
    assert "owned" not in names
    line = (folder / "prompt").read_text().removesuffix("\n").split("\t")[2]
    assert "owned" in line
    assert not set("%$`\\'\"#") & set(line)
    assert acting(line) == set()


@pytest.mark.parametrize("shell", SHELLS)
async def test_no_prompt_and_no_tab_lets_a_name_act(place: Home, shell: str, tmp_path: Path) -> None:
    """The hook as the daemon's own file feeds it, and the completion as its names do."""
    for words in (["prompt", "init", shell], ["completion", shell]):
        text = (await trio.to_thread.run_sync(place.command, *words)).stdout
        (tmp_path / "evaluated").write_text(text)
        source = ". ./evaluated" if shell != "fish" else "source ./evaluated"
        draw = {
            "bash": '__switchgear_prompt; printf %s "${PS1@P}"',
            "zsh": '_switchgear_precmd; print -nP -- "$RPROMPT"',
            "fish": "fish_right_prompt",
        }[shell]
        script = f"{source}; {draw}" if words[0] == "prompt" else source
        done = await trio.to_thread.run_sync(partial(run, shell, script, tmp_path, NO_COLOR="1"))
        shown = done.stdout.replace("\x01", "").replace("\x02", "")
        assert acting(shown) == set()
        assert ("owned" in shown) == (words[0] == "prompt")
    assert not (tmp_path / "owned").exists()


@pytest.mark.skipif(not neovim.PRESENT, reason="no nvim on this machine")
async def test_neovim_shows_the_model_and_runs_nothing(place: Home, tmp_path: Path) -> None:
    """Its status line, its picker, its page."""
    with neovim.neovim(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:

        def seen() -> list[str]:
            editor.lua("require('switchgear').setup()")
            editor.command("set statusline=%{%v:lua.require'switchgear'.statusline()%}")
            assert editor.wait("require('switchgear').statusline() ~= ''")
            kept = "_G.item = options.format_item(items[1]); chosen(items[1])"
            editor.lua(f"vim.ui.select = function(items, options, chosen) {kept} end")
            line = editor.lua("return vim.api.nvim_eval_statusline(vim.o.statusline, { maxwidth = 500 }).str")
            editor.command("Switchgear")
            assert editor.wait("vim.bo.filetype == 'switchgear'")
            title = editor.lua("return vim.api.nvim_buf_get_name(0)")
            return [line, editor.lua("return _G.item"), title, *editor.lines(), editor.said()]

        for text in await trio.to_thread.run_sync(seen):
            assert acting(text) == set()
            assert "uid=" not in text


@pytest.mark.skipif(not emacs.PRESENT, reason="no emacs on this machine")
async def test_emacs_shows_the_model_and_runs_nothing(place: Home, tmp_path: Path) -> None:
    """Its mode line, its list, its page with a name of its own."""
    with emacs.emacs(tmp_path, {"XDG_RUNTIME_DIR": place.env["XDG_RUNTIME_DIR"]}) as editor:

        def seen() -> list[str]:
            editor.lisp("(progn (switchgear-mode-line-mode 1) t)")
            assert editor.wait('(not (equal (switchgear-mode-line) ""))')
            editor.lisp("(progn (switchgear) t)")
            assert editor.wait('(string-search "owned" (text-of "*switchgear*"))')
            editor.lisp('(progn (with-current-buffer "*switchgear*" (goto-char (point-min))'
                        ' (switchgear-show-model (tabulated-list-get-id))) t)')  # fmt: skip
            page = '(seq-find (lambda (b) (string-search "owned" (buffer-name b))) (buffer-list))'
            assert editor.wait(f'(and {page} (string-search "serves now" (text-of {page})))')
            told = [editor.lisp("(format-mode-line global-mode-string)"), editor.text("*switchgear*")]
            return [*told, editor.lisp(f"(buffer-name {page})"), editor.lisp(f"(text-of {page})")]

        for text in await trio.to_thread.run_sync(seen):
            assert acting(text) == set()

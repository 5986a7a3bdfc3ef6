"""login, logout, token: secrets go one way only."""

import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from cli_runs import Run, Serve
from on_terminal import on_terminal
from sample_world import PROVIDERS
from switchgear_protocol.errors import error
from switchgear_protocol.messages import (
    Credentials,
    CredentialView,
    Done,
    Kinds,
    KindView,
    LoginView,
    Providers,
    StoreView,
    TokenCreated,
)

KEY = "sk-ant-very-secret"
STORED = CredentialView("claude_api", "keyring", "unknown")


def test_login_reads_the_key_from_stdin_without_its_line_end(run: Run, serve: Serve) -> None:
    """And never repeats it."""
    daemon = serve({"credentials/set": STORED})
    ran = run("login", "claude_api", "--stdin", stdin=f"{KEY}\r\n".encode())
    assert ran == (0, "stored the key of claude_api (keyring)\n", "")
    assert daemon.asked("credentials/set") == {"provider": "claude_api", "secret": KEY}


def test_a_mistyped_provider_is_told_before_the_key_is_asked_for(home: Path, serve: Serve) -> None:
    """Exit 2, with the nearest name; the names there are; or that it is a kind, of which there is no provider."""
    kind = KindView("vertex", "Google Vertex AI", "metered", "paste")
    daemon = serve({"providers/list": Providers(PROVIDERS), "kinds/list": Kinds([kind])})
    told = {name: on_terminal("login", name) for name in ("claude_ap", "zzz", "vertex")}
    assert [(code, "Key for" in shown) for code, shown in told.values()] == [(2, False)] * 3
    assert told["claude_ap"][1].endswith("hint: switchgear login claude_api\n")
    assert f"there are: {', '.join(provider.id for provider in PROVIDERS)}" in told["zzz"][1]
    assert "that is a kind" in told["vertex"][1]
    assert "credentials/set" not in [method for method, _ in daemon.requests]


def test_a_key_read_from_elsewhere_is_told_before_it_is_asked_for(home: Path, serve: Serve) -> None:
    """Nothing typed could be stored."""
    known = replace(PROVIDERS[0], id="claude_api", credential="env ANTHROPIC_API_KEY")
    serve({"providers/list": Providers([known]), "kinds/list": Kinds([])})
    code, shown = on_terminal("login", "claude_api")
    assert (code, "Key for" in shown) == (1, False)
    assert "it comes from env ANTHROPIC_API_KEY, as the config says\nhint: change it there" in shown


@pytest.mark.parametrize(
    ("credential", "login", "words"),
    [
        ("none", "none", "needs no login here\nrun claude and type /login"),
        ("passthrough", "paste", "has no login of its own\neach tool brings the one it has"),
        ("none", "paste", "it comes from none, as the config says"),
    ],
)
def test_a_provider_without_a_login_here_says_where_it_is(
    run: Run, serve: Serve, credential: str, login: str, words: str
) -> None:
    """To write a key for it into the config would be no cure."""
    known = replace(PROVIDERS[0], id="claude_api", credential=credential)
    kind = KindView(PROVIDERS[0].kind, "X", "included", login, what="run claude and type /login")
    serve({"providers/list": Providers([known]), "kinds/list": Kinds([kind])})
    ran = run("login", "claude_api")
    assert (ran.code, words in ran.err.replace("\n  ", "\n")) == (1, True)


def test_a_login_in_the_browser_without_a_terminal_says_so(run: Run, serve: Serve) -> None:
    """No key is asked for: it has none."""
    known = replace(PROVIDERS[0], id="claude_api")
    daemon = serve({"providers/list": Providers([known]), "kinds/list": Kinds([BY_CODE])})
    ran = run("login", "claude_api")
    assert (ran.code, "no terminal to log in at" in ran.err, "login/start" in dict(daemon.requests)) == (2, True, False)


def test_login_asks_hidden_on_a_terminal(home: Path, serve: Serve) -> None:
    """The key is typed and never shown."""
    known = replace(PROVIDERS[0], id="claude_api")
    answers = {"providers/list": Providers([known]), "credentials/set": STORED, "kinds/list": Kinds([])}
    daemon = serve({**answers, "credentials/test": StoreView(True)})
    code, shown = on_terminal("login", "claude_api", typed=(b"not shown", f"{KEY}\n".encode()))
    assert (code, KEY in shown) == (0, False)
    assert "Key for claude_api (not shown): " in shown
    assert daemon.asked("credentials/set")["secret"] == KEY


def test_no_key_is_asked_for_that_has_no_place(home: Path, serve: Serve) -> None:
    """Exit 4, and what to do instead."""
    known, none = replace(PROVIDERS[0], id="claude_api"), StoreView(False, reason="no keyring works", hint="get one")
    daemon = serve({"providers/list": Providers([known]), "kinds/list": Kinds([]), "credentials/test": none})
    code, shown = on_terminal("login", "claude_api")
    assert (code, "Key for" in shown) == (4, False)
    assert shown.splitlines() == ["switchgear: there is no place for a key", "  no keyring works", "hint: get one"]
    assert "credentials/set" not in dict(daemon.requests)


PENDING = LoginView("l1", "claude_api", "device", "pending", "https://page.example/device", "ABCD-1234")
BY_CODE = KindView(PROVIDERS[0].kind, "X", "included", "device")


@pytest.mark.parametrize(
    ("ended", "code", "words"),
    [
        (replace(PENDING, state="done", account="me@x.org"), 0, "logged in to claude_api as me@x.org"),
        (replace(PENDING, state="denied", reason="refused in the browser"), 4, "not logged in: refused in the browser"),
    ],
)
def test_login_shows_page_and_code_and_waits(home: Path, serve: Serve, ended: LoginView, code: int, words: str) -> None:
    """Where the provider has a login of its own; no key is asked for."""
    known = replace(PROVIDERS[0], id="claude_api")
    serve(
        {
            "providers/list": Providers([known]),
            "kinds/list": Kinds([BY_CODE]),
            "login/start": PENDING,
            "login/poll": ended,
        }
    )
    status, shown = on_terminal("login", "claude_api")
    assert (status, "Key for" in shown) == (code, False)
    assert all(part in shown for part in ("https://page.example/device", "ABCD-1234", words))


@pytest.mark.parametrize(
    ("more", "argv", "opened"),
    [
        ({"DISPLAY": ":9"}, (), True),
        ({"DISPLAY": ":9"}, ("--no-browser",), False),
        ({"DISPLAY": ":9", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, (), False),
        ({}, (), False),
    ],
)
def test_login_opens_the_page_only_on_a_desktop_and_prints_it_always(
    home: Path,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    more: dict[str, str],
    argv: tuple[str, ...],
    opened: bool,
) -> None:
    """Not over ssh, not where there is none, not where it is not wanted."""
    known, page = replace(PROVIDERS[0], id="claude_api"), home / "page"
    script = home / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {page}.part && mv {page}.part {page}\n')
    script.chmod(0o700)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (more | {"BROWSER": f"{script} %s"}).items():
        monkeypatch.setenv(name, value)

    def when_seen() -> LoginView:
        deadline = time.monotonic() + 20
        while opened and not page.exists() and time.monotonic() < deadline:
            os.sched_yield()
        return replace(PENDING, state="done")

    serve(
        {
            "providers/list": Providers([known]),
            "kinds/list": Kinds([BY_CODE]),
            "login/start": PENDING,
            "login/poll": lambda params: when_seen(),
        }
    )
    status, shown = on_terminal("login", "claude_api", *argv)
    assert status == 0
    assert f"{'opening' if opened else 'open'} this page: https://page.example/device" in shown
    assert (page.read_text() if page.exists() else None) == ("https://page.example/device" if opened else None)


@pytest.mark.parametrize("typed", [b"", b"  \n", b"two\nlines", b"esc\x1b[A", b"x" * 70_000])
def test_what_cannot_be_a_key_is_refused_here(run: Run, serve: Serve, typed: bytes) -> None:
    """A paste gone wrong never reaches the keyring, and is not echoed."""
    daemon = serve({"credentials/set": STORED})
    ran = run("login", "claude_api", "--stdin", stdin=typed)
    assert ran.code == 2
    assert "two" not in ran.err
    assert daemon.requests == []


def test_login_without_a_terminal_says_how(run: Run, serve: Serve) -> None:
    """A script that forgot --stdin; of a provider there is none, that."""
    serve({"providers/list": Providers([replace(PROVIDERS[0], id="claude_api")]), "kinds/list": Kinds([])})
    assert "switchgear login claude_api --stdin" in run("login", "claude_api").err
    mistyped = run("login", "claude_ap").err
    assert "hint: switchgear login claude_api\n" in mistyped
    assert "--stdin" not in mistyped


def test_a_locked_keyring_is_exit_4(run: Run, serve: Serve) -> None:
    """With the daemon's cure."""
    serve({"credentials/set": error("credential_store", "the keyring is locked", hint="unlock it")})
    ran = run("login", "claude_api", "--stdin", stdin=KEY.encode())
    assert (ran.code, KEY in ran.err) == (4, False)


def test_a_login_that_did_not_take_is_exit_4(run: Run, serve: Serve) -> None:
    """The state after it is what counts."""
    serve({"credentials/set": CredentialView("claude_api", "env KEY", "missing", "the variable is not set")})
    ran = run("login", "claude_api", "--stdin", stdin=KEY.encode())
    assert (ran.code, ran.out) == (4, "claude_api: missing the variable is not set\n")


def test_auth_shows_a_login_that_is_kept_in_memory_only(run: Run, serve: Serve) -> None:
    """It works, so it is no `!`; the cure is there."""
    view = CredentialView("plan", "keyring", "degraded", "it could not be stored: the keyring is locked", "unlock it")
    serve({"credentials/list": Credentials([view])})
    ran = run("auth")
    assert ran.code == 0
    assert "works until a restart" in ran.out
    assert "it could not be stored" in ran.out
    assert ran.out.endswith("hint: unlock it\n")


def test_auth_says_on_a_narrow_terminal_what_is_wrong(
    home: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, below the row, for it is what helps."""
    monkeypatch.setenv("COLUMNS", "60")
    why = "$OPENROUTER_API_KEY is not set where the daemon was started"
    serve({"credentials/list": Credentials([CredentialView("openrouter", "env OPENROUTER_API_KEY", "missing", why)])})
    code, shown = on_terminal("auth", "--color", "never")
    assert (code, shown.splitlines()) == (0, [
        "openrouter  env OPENROUTER_API_KEY  ○ login needed",
        "  $OPENROUTER_API_KEY is not set where the daemon was",
        "    started",
    ])  # fmt: skip


def test_logout_removes(run: Run, serve: Serve) -> None:
    """One line."""
    serve({"credentials/delete": CredentialView("claude_api", "keyring", "missing")})
    assert run("logout", "claude_api").out == "removed the key of claude_api\n"


def test_logout_says_what_stays_valid(run: Run, serve: Serve) -> None:
    """Beside the line that a script reads."""
    left = "the key itself stays valid until you delete it at https://x.example/keys"
    serve({"credentials/delete": CredentialView("claude_api", "keyring", "missing", stays=left)})
    assert run("logout", "claude_api") == (0, "removed the key of claude_api\n", f"{left}\n")


def test_a_new_token_is_alone_on_stdout(run: Run, serve: Serve) -> None:
    """`$(switchgear token new NAME)` works."""
    serve({"tokens/create": TokenCreated("editor", "sgt_123"), "tokens/revoke": Done()})
    assert run("token", "new", "editor") == (0, "sgt_123\n", "token for editor, shown this once:\n")
    assert run("token", "revoke", "editor").out == "editor is revoked\n"


@pytest.mark.parametrize("argv", [["new"], ["revoke"], ["list", "name"]])
def test_a_token_needs_a_name_or_none(run: Run, argv: list[str]) -> None:
    """Usage."""
    assert run("token", *argv).code == 2

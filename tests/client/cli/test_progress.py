"""Long work says what it does on a terminal, and leaves nothing behind; a pipe hears nothing of it."""

from pathlib import Path

from msgspec.structs import replace

from cli_runs import Run, Serve
from on_terminal import Person, environment, on_terminal
from sample_world import NOW, PROVIDERS, WINDOWS
from scripted_daemon import Answer
from switchgear_protocol.choices import Kinds, KindView, Proposals
from switchgear_protocol.logins import LoginView
from switchgear_protocol.messages import Providers
from switchgear_protocol.usage import Quota

GONE = "\r\x1b[K"
REFRESHED: dict[str, Answer] = {"models/refresh": {"listings": []}, "models/propose": Proposals([], [])}


def test_a_refresh_says_what_is_asked(home: Path, serve: Serve) -> None:
    """The line is wiped before the page."""
    serve({**REFRESHED, "quota/list": Quota(WINDOWS)})
    shown = on_terminal("models", "propose", "--refresh", "--color", "never")[1]
    assert shown.startswith(f"{GONE}asking the providers for their models …{GONE}Nothing new to merge")
    shown = on_terminal("quota", "--refresh", "--color", "never")[1]
    assert f"looking at the providers' quota pages …{GONE}" in shown


def test_a_dumb_terminal_hears_nothing(home: Path, serve: Serve) -> None:
    """It cannot take a line back."""
    serve(REFRESHED)
    person = Person(("models", "propose", "--refresh"), environment(TERM="dumb"))
    assert person.sees_the_end() == 0
    assert person.shown.startswith("Nothing new to merge")


def test_a_login_says_how_long_it_waits(home: Path, serve: Serve) -> None:
    """A provider's word of when the code ends is in the past here: then only that it waits."""
    begun = LoginView("l1", "claude_pro", "device", "pending", url="https://page.example", expires_at=NOW)
    late = replace(begun, expires_at=NOW * 2)
    views = iter([late, replace(begun, state="done")])
    kinds = Kinds([KindView(PROVIDERS[0].kind, "X", "included", "device")])
    asked: dict[str, Answer] = {"providers/list": Providers(PROVIDERS), "kinds/list": kinds, "login/start": begun}
    serve({**asked, "login/poll": lambda params: next(views)})
    code, shown = on_terminal("login", "claude_pro", "--color", "never", "--no-browser")
    assert code == 0
    assert f"{GONE}waiting for you there …{GONE}waiting for you there, for " in shown
    assert shown.endswith(f" at most …{GONE}logged in to claude_pro\n")


def test_a_pipe_hears_nothing(run: Run, serve: Serve) -> None:
    """Neither on stdout nor on stderr."""
    serve(REFRESHED)
    ran = run("models", "propose", "--refresh")
    assert (ran.err, "asking" in ran.out, "\r" in ran.out) == ("", False, False)

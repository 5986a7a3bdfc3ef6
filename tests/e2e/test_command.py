"""The real command against a real daemon process: every sub-command, as a user would try it.

What is asserted is what a person or a script relies on: exit codes, the words that matter, and that
stdout carries the result alone.
"""

import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from daemon_process import Home, home
from standins.standin import StandIn

HELLO = "Hello from a stand-in provider."
CONFIG = """\
# what is paid for comes first

[[providers]]
id = "claude_pro"
kind = "anthropic"
label = "Claude Pro"
base_url = "{spent}"
credential = {{env = "CANARY"}}
billing = "included"

[[providers]]
id = "copilot"
kind = "openai-compatible"
label = "GitHub Copilot"
base_url = "{limited}/v1"
credential = {{env = "CANARY"}}
billing = "included"

[[providers]]
id = "api"
kind = "anthropic"
label = "Anthropic API"
base_url = "{healthy}"
credential = {{env = "CANARY"}}
billing = "metered"  # the company's

[[providers]]
id = "nologin"
kind = "openai"
base_url = "{healthy}/v1"
credential = {{env = "NEVER_SET"}}

[[models]]
alias = "opus-4.6"  # for work
group = [
  {{provider = "claude_pro", model = "claude-opus-4-6"}},  # the 5-hour one
  {{provider = "copilot", model = "claude-opus-4.6"}},
  {{provider = "api", model = "claude-opus-4-6", price = {{input = 5.0, output = 25.0}}}},
]

[[models]]
alias = "out"
group = [{{provider = "claude_pro", model = "claude-opus-4-6"}}, {{provider = "copilot", model = "claude-opus-4.6"}}]

[[models]]
alias = "shut"
group = [{{provider = "nologin", model = "z"}}]
"""


class User:
    """Somebody at a shell."""

    def __init__(self, place: Home, standins: dict[str, StandIn]) -> None:
        self.place = place
        self.standins = standins

    async def types(self, *words: str, code: int = 0, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """`switchgear WORDS`, which must end with `code`; no key is ever in what it says."""
        done = await trio.to_thread.run_sync(lambda: self.place.command(*words, input=stdin))
        assert done.returncode == code, (words, done)
        assert "CANARY-" not in done.stdout + done.stderr
        return done

    async def reads(self, *words: str, code: int = 0, stdin: str = "") -> str:
        return (await self.types(*words, code=code, stdin=stdin)).stdout

    async def told(self, *words: str, code: int, stdin: str = "") -> str:
        """What stderr says of a failure; nothing is on stdout."""
        done = await self.types(*words, code=code, stdin=stdin)
        assert done.stdout == ""
        assert done.stderr.startswith("switchgear: ")
        return done.stderr


@asynccontextmanager
async def user(path: Path, config: str = CONFIG) -> AsyncIterator[User]:
    standins = {"spent": StandIn("quota_5h"), "limited": StandIn("429_hour"), "healthy": StandIn("ok")}
    async with trio.open_nursery() as nursery:
        for standin in standins.values():
            await nursery.start(standin.serve)
        with home(path) as place:
            place.configure(config.format(**{name: standin.url for name, standin in standins.items()}))
            await trio.to_thread.run_sync(place.start)
            yield User(place, standins)
        nursery.cancel_scope.cancel()


async def test_ask_answers_and_says_who_and_why_not_the_others(tmp_path: Path) -> None:
    """The prompt as words, on stdin, and both; the note stays short."""
    async with user(tmp_path) as me:
        first = await me.types("ask", "opus-4.6", "why is the sky blue?")
        assert first.stdout == HELLO + "\n"
        assert first.stderr == "via Anthropic API (Claude Pro: quota spent; GitHub Copilot: quota spent)\n"
        assert (await me.types("ask", stdin="why?\n")).stdout == HELLO + "\n"
        await me.reads("ask", "opus-4.6", "review this", stdin="+ diff")
        asked = [said.json["messages"][-1]["content"] for said in me.standins["healthy"].asked]
        assert [text if isinstance(text, str) else text[0]["text"] for text in asked] == [
            "why is the sky blue?",
            "why?\n",
            "review this\n\n+ diff",
        ]
        assert await me.reads("ask", "api/claude-opus-4-6", "hi") == HELLO + "\n"


async def test_ask_tells_details_when_asked(tmp_path: Path) -> None:
    """-v says each step, --json everything."""
    async with user(tmp_path) as me:
        detailed = await me.types("ask", "-v", "opus-4.6", "hi")
        assert "left Claude Pro: quota spent (This request would exceed" in detailed.stderr
        again = await me.types("ask", "-v", "opus-4.6", "hi")
        assert "skipped Claude Pro: quota spent" in again.stderr
        streamed = await me.types("ask", "-v", "--stream", "opus-4.6", "hi")
        assert "chosen Anthropic API" in streamed.stderr
        answer = json.loads(await me.reads("ask", "opus-4.6", "hi", "--json"))
        assert (answer["v"], answer["text"], answer["finish"]) == (1, HELLO, "stop")
        assert answer["served_by"]["label"] == "Opus 4.6 (via Anthropic API)"
        assert answer["cost_usd"] > 0


async def test_a_session_stays_where_it_began(tmp_path: Path) -> None:
    """Also when the one before it is back."""
    async with user(tmp_path) as me:
        await me.reads("ask", "opus-4.6", "hi", "--session", "s1")
        me.standins["limited"].script = "ok"
        assert "sticky to" in await me.reads("route", "opus-4.6", "--session", "s1", "--explain")
        assert (await me.types("ask", "opus-4.6", "hi", "-s", "s1")).stderr.startswith("via Anthropic API")


async def test_nobody_to_serve_is_exit_5_with_the_first_reset(tmp_path: Path) -> None:
    """Each provider has its line; a wanted login is exit 4 with its cure; a wait has its limit."""
    async with user(tmp_path) as me:
        refused = await me.told("ask", "out", "hi", code=5)
        assert "Claude Pro: quota spent until" in refused
        assert "GitHub Copilot: quota spent until" in refused
        assert "first back: GitHub Copilot" in refused
        assert "No provider can serve out now" in await me.told("ask", "out", "hi", "--wait=1s", code=5)
        assert "hint: set NEVER_SET" in await me.told("ask", "shut", "hi", code=4)
        error = json.loads(await me.reads("ask", "out", "hi", "--json", code=5))["error"]
        assert (error["kind"], error["exit"]) == ("exhausted", 5)
        assert error["retry_after_ms"] > 0


async def test_a_wait_ends_with_the_answer(tmp_path: Path) -> None:
    """The only provider is back after a second."""
    async with user(tmp_path) as me:
        me.standins["healthy"].script = ["429_short", "ok"]
        done = await me.types("ask", "api/claude-opus-4-6", "hi", "--wait")
        assert done.stdout == HELLO + "\n"


async def test_models_show_who_serves_and_what_it_costs(tmp_path: Path) -> None:
    """The list, one in detail, every variant, as JSON, and a name that is none."""
    async with user(tmp_path) as me:
        assert "opus-4.6   ● via Claude Pro" in await me.reads("models")
        await me.reads("ask", "opus-4.6", "hi")
        listing = await me.reads("models")
        assert "◐ via Anthropic API   claude_pro → copilot → api" in listing
        assert "○ nobody" in listing
        detail = await me.reads("models", "opus-4.6")
        assert "1. Claude Pro  claude_pro/claude-opus-4-6  ◐ quota spent until" in detail
        assert "$5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (your config)" in detail
        assert "nologin/z" in await me.reads("models", "--all")
        assert len(json.loads(await me.reads("models", "--json"))["models"]) == 3
        assert "Known models: opus-4.6, out, shut." in await me.told("models", "gemini", code=2)


async def test_order_changes_the_file_and_keeps_its_comments(tmp_path: Path) -> None:
    """--up is one place; unknown names are refused with the known ones."""
    async with user(tmp_path) as me:
        assert "claude_pro → api → copilot" in await me.reads("order", "opus-4.6", "--up", "api")
        assert "api → claude_pro → copilot" in await me.reads("order", "opus-4.6", "api")
        text = (tmp_path / "config.toml").read_text()
        assert text.index('provider = "api"') < text.index('provider = "claude_pro"')
        for comment in ("# what is paid for comes first", "# for work", "# the company's", "# the 5-hour one"):
            assert comment in text
        assert (await me.types("ask", "opus-4.6", "hi")).stderr == "via Anthropic API\n"
        assert "Its providers: api, claude_pro, copilot." in await me.told("order", "opus-4.6", "nobody", code=2)
        assert "hint: switchgear order -h" in await me.told("order", "opus-4.6", code=2)


async def test_route_explains_without_asking_anybody(tmp_path: Path) -> None:
    """A dry run; exit 5 when nobody could."""
    async with user(tmp_path) as me:
        assert await me.reads("route", "opus-4.6") == "opus-4.6  via Claude Pro\n"
        assert sum(standin.hits for standin in me.standins.values()) == 0
        await me.reads("ask", "opus-4.6", "hi")
        explained = await me.reads("route", "opus-4.6", "--explain")
        assert "1   Anthropic API" in explained
        assert "-   Claude Pro" in explained
        assert "quota spent until" in explained
        assert "nobody can serve it now" in await me.reads("route", "out", code=5)


async def test_status_is_one_screen_and_an_exit_code(tmp_path: Path) -> None:
    """0 all well, 6 degraded, 5 nobody; JSON has all of it."""
    async with user(tmp_path) as me:
        await me.reads("ask", "opus-4.6", "hi")
        screen = await me.reads("status")
        for words in ("Models", "◐ via Anthropic API", "Providers in trouble", "Quota", "0 % left"):
            assert words in screen
        await me.reads("status", "--exit-code", code=5)
        told = json.loads(await me.reads("status", "--json"))
        assert (told["v"], told["config"]["ok"]) == (1, True)
        assert {p["id"]: p["health"] for p in told["providers"]}["claude_pro"] == "quota_exhausted"
        file = tmp_path / "config.toml"
        file.write_text(file.read_text().replace("kind", "kinds", 1))
        assert "error: line 5, providers[0]" in await me.reads("config", "check", code=1)


async def test_events_tell_what_happened(tmp_path: Path) -> None:
    """One line each; as JSON one object each; by type."""
    async with user(tmp_path) as me:
        await me.reads("ask", "opus-4.6", "hi")
        page = await me.reads("events", "--past")
        assert "failover    opus-4.6 claude_pro/claude-opus-4-6: quota spent" in page
        assert "claude_pro: 5h window quota spent (was ok)" in page
        only = await me.reads("events", "--past", "--type", "attempt")
        assert [line.split()[1] for line in only.splitlines()] == ["attempt"] * 3
        told = [json.loads(line) for line in (await me.reads("events", "--past", "--json")).splitlines()]
        assert {event["v"] for event in told} == {1}


async def test_usage_and_quota_add_up(tmp_path: Path) -> None:
    """Tokens, cost, windows and where the figures are from."""
    async with user(tmp_path) as me:
        assert "No provider has reported a quota yet." in await me.reads("quota")
        assert (await me.reads("usage")).startswith("Nothing was asked yet.\n  hint: switchgear ask")
        assert await me.reads("usage", "--since", "7d") == "Nothing was asked in that time.\n"
        await me.reads("ask", "opus-4.6", "hi")
        usage = await me.reads("usage")
        assert re.search(r"api +claude-opus-4-6 +1 +0 +12 +0 +8 +\$0\.0003", usage)
        assert "requests   failed" in await me.reads("usage", "--by", "alias", "--since", "1h")
        assert "cannot group by" in await me.told("usage", "--by", "colour", code=2)
        assert "anthropic-ratelimit-unified" in await me.reads("quota")


async def test_pin_and_pause_steer(tmp_path: Path) -> None:
    """A pin beats the order, a pause takes out; both say how they end."""
    async with user(tmp_path) as me:
        assert "goes to api until" in await me.reads("pin", "opus-4.6", "api", "--for", "2h")
        assert (await me.types("ask", "opus-4.6", "hi")).stderr.startswith("via Anthropic API")
        assert me.standins["spent"].hits == 0
        assert "pinned until" in await me.reads("status")
        assert "api is paused until you run: switchgear resume api" in await me.reads("pause", "api")
        refused = await me.told("ask", "opus-4.6", "hi", code=5)
        assert "Anthropic API: paused by you" in refused
        assert "hint: switchgear unpin opus-4.6" in refused
        assert "is not pinned any more" in await me.reads("unpin", "opus-4.6")
        assert "api is back in rotation" in await me.reads("resume", "api")
        assert "no provider" in await me.told("pause", "nobody", code=2)
        assert "no provider" in await me.told("pin", "opus-4.6", "nobody", code=2)


async def test_credentials_are_shown_by_source_only(tmp_path: Path) -> None:
    """`auth` names the cure; `login` never takes a key that the config says is elsewhere."""
    async with user(tmp_path) as me:
        page = await me.reads("auth")
        assert "claude_pro   env CANARY" in page
        assert "nologin      env NEVER_SET   ○ login needed" in page
        assert "as the config says" in await me.told("login", "api", "--stdin", code=4, stdin="sk-x\n")
        assert "no key was given" in await me.told("login", "api", "--stdin", code=2)
        assert "may always serve" in await me.reads("allow", "metered")


async def test_a_metered_provider_waits_for_consent(tmp_path: Path) -> None:
    """With `[spend] metered = "ask"` nothing is billed before `allow metered`."""
    async with user(tmp_path, CONFIG + '\n[spend]\nmetered = "ask"\n') as me:
        refused = await me.told("ask", "opus-4.6", "hi", code=5)
        assert "spending needs your consent" in refused
        assert "hint: switchgear allow metered" in refused
        assert "may serve until" in await me.reads("allow", "metered", "--for", "10m")
        assert await me.reads("ask", "opus-4.6", "hi") == HELLO + "\n"
        assert "need your consent again" in await me.reads("allow", "metered", "--for", "0")


async def test_tokens_are_shown_once(tmp_path: Path) -> None:
    """Alone on stdout, so that a shell can keep it."""
    async with user(tmp_path) as me:
        assert await me.reads("token", "list") == "No tokens.\n"
        made = await me.types("token", "new", "editor")
        assert "shown this once" in made.stderr
        token = made.stdout.strip()
        listed = await me.reads("token", "list")
        assert listed.startswith("editor   made")
        assert token not in listed
        assert "is revoked" in await me.reads("token", "revoke", "editor")
        assert "there is no token" in (await me.types("token", "revoke", "editor", code=1)).stderr
        state = b"".join(file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())
        assert token.encode() not in state


async def test_config_and_rpc_and_version(tmp_path: Path) -> None:
    """What scripts use."""
    async with user(tmp_path) as me:
        path = tmp_path / "config.toml"
        assert await me.reads("config", "path") == f"{path}\n"
        assert await me.reads("config", "show") == path.read_text()
        assert "is sound" in await me.reads("config", "check")
        assert json.loads(await me.reads("rpc", "models/show", '{"model": "out"}'))["alias"] == "out"
        assert "did you mean status?" in await me.told("rpc", "statu", code=2)
        assert "not JSON" in await me.told("rpc", "status", "{", code=2)
        assert "daemon 0." in await me.reads("version")
        assert "switchgear ask" in await me.reads("help")
        assert "the nearest is 'status'" in await me.told("statsu", code=2)


async def test_stop_ends_the_daemon_and_nothing_else_starts_it(tmp_path: Path) -> None:
    """`stop` and `version` start none; --no-start says how to; the next command starts one and says so."""
    async with user(tmp_path) as me:
        assert me.place.process is not None
        assert f"stopped the daemon (pid {me.place.process.pid})" in await me.reads("stop")
        assert await trio.to_thread.run_sync(me.place.process.wait) == 0
        assert await me.reads("stop") == "no daemon is running\n"
        assert "daemon not running" in await me.reads("version")
        assert "hint: switchgear status" in await me.told("--no-start", "status", code=3)
        try:
            assert "started the daemon" in (await me.types("ask", "opus-4.6", "hi")).stderr
        finally:
            await me.reads("stop")


@pytest.mark.parametrize("command", ["ask", "status", "models", "events", "route", "order", "usage", "config", "rpc"])
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    """Without a daemon, and within 100 columns."""
    done = Home(tmp_path).command(command, "-h", input="")
    assert done.stdout.startswith("usage: switchgear " + command)
    assert max(map(len, done.stdout.splitlines())) <= 100

"""`[spend] metered = "ask"` as everybody meets it: on the socket, at every path of the HTTP door, with the command.

Refused in words that name the command; who is subscribed hears of it; after consent served, until that ends.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trio

from daemon_process import PYTHONPATH
from door_client import ASKED, post
from door_reading import refused
from fake_clock import ManualClock
from standins.faults import limited
from standins.standin import Script
from switchgeard.core.clock import Now
from world import World, world

HELLO = "Hello from a stand-in provider."
ASK = '[spend]\nmetered = "ask"'
COMMAND = "switchgear allow metered --for 1h"
HOUR = 3600.0


async def types(w: World, *words: str) -> "subprocess.CompletedProcess[str]":
    """`switchgear WORDS` at this world's socket."""
    env = {"PATH": os.environ["PATH"], "HOME": str(w.home), "PYTHONPATH": PYTHONPATH, "SWITCHGEAR_SOCKET": w.socket}
    argv = [sys.executable, "-m", "switchgear.cli", *words]
    return await trio.to_thread.run_sync(
        lambda: subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    )


async def test_on_the_socket_it_is_a_typed_error_and_an_event(tmp_path: Path) -> None:
    """-32012 with the command; the event for editors names the request, the provider and the command."""
    async with world(tmp_path, {"a": "ok"}, more=ASK) as w:
        editor = await w.client()
        with editor.sock:
            await editor.send({"id": 1, "method": "events/subscribe", "params": {"types": ["spend"]}})
            await editor.hear()
            heard = await w.ask()
            event = (await editor.hear())["params"]["event"]
        assert heard.error is not None
        assert (heard.error["code"], heard.kind, heard.error["data"]["hint"]) == (-32012, "consent", COMMAND)
        assert (event["type"], event["provider"], event["alias"]) == ("spend", "a", "m")
        assert event["reason"] == f"metered spending needs your consent: {COMMAND}"
        assert w.hits()["a"] == 0


@pytest.mark.parametrize("dialect", [*ASKED])
async def test_at_the_door_it_is_402_in_the_dialects_own_words(tmp_path: Path, dialect: str) -> None:
    """Tools show the message: it names the command. After consent the same request is answered."""
    async with world(tmp_path, {"a": "ok"}, more=ASK, door=True) as w:
        for members in ({}, {"stream": True}):
            reply = await post(w, dialect, **members)
            assert reply.status_code == 402
            assert COMMAND in refused(dialect, reply)["message"]
        assert w.hits()["a"] == 0
        await w.call("spend/allow", for_s=60)
        assert (await post(w, dialect)).status_code == 200


async def test_with_the_command_consent_is_given_seen_and_taken_back(tmp_path: Path) -> None:
    """Refused with exit 5 and the hint; `route` says what it would cost; then served; then refused again."""
    async with world(tmp_path, {"a": "ok"}, more=ASK) as w:
        refusal = await types(w, "ask", "m", "hi")
        assert (refusal.returncode, refusal.stdout) == (5, "")
        assert f"hint: {COMMAND}" in refusal.stderr
        assert f"hint: {COMMAND}" in (await types(w, "route", "m", "--explain")).stdout
        assert "may serve until" in (await types(w, *COMMAND.split()[1:])).stdout
        assert (await types(w, "ask", "m", "hi")).stdout == HELLO + "\n"
        assert "need your consent again" in (await types(w, "allow", "metered", "--for", "0")).stdout
        assert (await types(w, "ask", "m", "hi")).returncode == 5
        assert w.hits()["a"] == 1


async def test_with_a_plan_that_is_spent_for_hours_the_users_word_is_what_is_missing(tmp_path: Path) -> None:
    """The plan refused just now, and is not even asked the second time: both times typed, with the command, at 402."""
    lines = {"plan": 'billing = "included"\nbase_url = "{url}"\ncredential = "none"'}
    standins: dict[str, Script] = {"plan": limited("7200"), "a": "ok"}
    async with world(tmp_path, standins, more=ASK, door=True, lines=lines) as w:
        for _ in range(2):
            heard = await w.ask()
            assert (heard.kind, (heard.error or {})["data"]["hint"]) == ("consent", COMMAND)
        reply = await post(w, "anthropic.messages")
        assert reply.status_code == 402
        assert "The first is back in 2 h." in refused("anthropic.messages", reply)["message"]
        refusal = (await types(w, "ask", "m", "hi")).stderr
        assert "Plan: quota spent until" in refusal
        assert f"hint: {COMMAND}" in refusal
        assert w.hits() == {"plan": 1, "a": 0}


async def test_consent_ends_with_its_time(tmp_path: Path) -> None:
    """An hour, and not a second more."""
    clock = ManualClock()
    async with world(tmp_path, {"a": "ok"}, more=ASK, now=clock) as w:
        allowed: Any = await w.call("spend/allow", for_s=HOUR)
        assert allowed["allowed_until"] == clock.now.wall + HOUR
        clock.advance(HOUR - 1)
        assert (await w.ask()).answer == HELLO
        clock.advance(1)
        assert (await w.ask()).kind == "consent"
        assert w.hits()["a"] == 1


async def test_a_clock_that_is_set_back_lengthens_no_consent(tmp_path: Path) -> None:
    """An hour is an hour of the machine's own time, too."""
    clock = ManualClock()
    async with world(tmp_path, {"a": "ok"}, more=ASK, now=clock) as w:
        await w.call("spend/allow", for_s=HOUR)
        clock.now = Now(clock.now.wall - 86_400, clock.now.boot + HOUR - 1)
        assert (await w.ask()).answer == HELLO
        clock.advance(1)
        assert (await w.ask()).kind == "consent"
        assert w.hits()["a"] == 1


async def test_never_is_not_to_be_consented_to(tmp_path: Path) -> None:
    """The config is the user's word; the command says so."""
    async with world(tmp_path, {"a": "ok"}, more='[spend]\nmetered = "never"') as w:
        told = await types(w, "allow", "metered")
        assert told.returncode != 0
        assert 'spend.metered = "never"' in told.stderr
        assert (await w.ask()).kind == "consent"
        assert w.hits()["a"] == 0

"""leaving: what stays valid of a credential that was forgotten here, in words."""

import pytest

from switchgear_protocol.words import Billing
from switchgeard.core.provider import Provider
from switchgeard.credentials.secret import Answer, Missing, Ready, Secret
from switchgeard.logins.leaving import taken_back
from switchgeard.upstream.transport import Transport


@pytest.mark.parametrize(
    ("kind", "was", "stays"),
    [
        ("anthropic", Ready(Secret("sk-1")), "delete it at https://console.anthropic.com/settings/keys"),
        ("llamacpp", Ready(Secret("sk-1")), "stays valid until you delete it"),
        ("github-copilot", Ready(Secret("gho_1")), "end it at https://github.com/settings/applications"),
        ("chatgpt", Ready(Secret("sk-proj-1")), "end it at https://"),
        ("anthropic", Missing("none", "login"), ""),
        ("anthropic", Ready(), ""),
    ],
)
async def test_what_nobody_can_take_back_is_said_with_its_page(kind: str, was: Answer, stays: str) -> None:
    """Without asking anybody: a key has no other end than its own page."""
    transport = Transport()
    words = await taken_back(transport, Provider("p", kind, "P", "https://x.example", Billing.METERED), was)
    assert stays in words
    assert bool(stays) == bool(words)
    await transport.aclose()

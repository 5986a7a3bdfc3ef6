"""DeepSeek: two dialects under one address, and money that runs out."""

import msgspec
import pytest

from switchgeard.core.clock import Now
from switchgeard.kinds.calls import build_call, drafted
from switchgeard.kinds.deepseek import KIND, balance

NOW = Now(wall=1_795_000_000.0, boot=1.0)


@pytest.mark.parametrize(
    ("wire", "url", "version"),
    [
        ("openai.chat", "https://api.deepseek.com/chat/completions", None),
        ("anthropic.messages", "https://api.deepseek.com/anthropic/v1/messages", "2023-06-01"),
    ],
)
def test_each_dialect_has_its_path_and_its_version(wire: str, url: str, version: str | None) -> None:
    """Anthropic's dialect wants a version wherever it is spoken."""
    call = build_call(KIND, KIND.base_url or "", drafted(KIND, wire, "deepseek-chat", b"{}", True), "sk-1")
    assert (call.url, dict(call.headers).get("anthropic-version")) == (url, version)


def test_the_balance_is_a_window_a_currency() -> None:
    """Amounts are texts; what is unavailable is rejected."""
    purses = [{"currency": "USD", "total_balance": "12.50"}, {"currency": "CNY", "total_balance": "0.00"}]
    found = balance(msgspec.json.encode({"is_available": True, "balance_infos": purses}), "ds", NOW)
    assert [(w.window, w.remaining, w.unit, w.status) for w in found] == [
        ("balance-usd", 12.5, "usd", None),
        ("balance-cny", 0.0, "cny", None),
    ]
    (gone,) = balance(msgspec.json.encode({"is_available": False, "balance_infos": purses[1:]}), "ds", NOW)
    assert gone.status == "rejected"


def test_an_overdrawn_purse_is_empty() -> None:
    """Billing comes after the answer; what is owed is nothing left, and is not left unsaid."""
    purse = {"currency": "USD", "total_balance": "-0.03"}
    (owed,) = balance(msgspec.json.encode({"is_available": False, "balance_infos": [purse]}), "ds", NOW)
    assert (owed.remaining, owed.status) == (0.0, "rejected")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"balance_infos":7}'])
def test_what_is_no_balance_is_refused(body: bytes) -> None:
    """Never taken for an empty purse."""
    with pytest.raises(ValueError, match="reply"):
        balance(body, "ds", NOW)

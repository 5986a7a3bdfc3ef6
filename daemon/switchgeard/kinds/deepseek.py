"""DeepSeek's API, by key, prepaid. Source: its API reference. Its list says ids and nothing else."""

from switchgear_protocol.words import Billing
from switchgeard.core.clock import Now
from switchgeard.core.offer import Timeouts
from switchgeard.core.quota import Window

from .anthropic import versioned
from .kind import Kind, ModelsPage, Paste, QuotaPage
from .lists import plain
from .pages import page
from .reply import Row, flag, left, members, text


def balance(body: bytes, provider: str, now: Now) -> tuple[Window, ...]:
    """What is left of the money, a window a currency. Raises ValueError."""
    told = members(body)
    purses = told.get("balance_infos")
    if not isinstance(purses, list):
        raise ValueError("the reply tells no balance")
    status = "rejected" if flag(told, "is_available") is False else None
    found = (_window(provider, purse, status, now) for purse in purses[:4] if isinstance(purse, dict))
    return tuple(window for window in found if window is not None)


def _window(provider: str, purse: Row, status: str | None, now: Now) -> Window | None:
    amount, unit = left(purse, "total_balance"), (text(purse, "currency") or "usd").lower()[:8]
    if amount is None:
        return None
    return Window(provider, f"balance-{unit}", now.wall, "/user/balance", remaining=amount, unit=unit, status=status)


KIND = Kind(
    name="deepseek",
    label="DeepSeek",
    base_url="https://api.deepseek.com",
    paths={"openai.chat": "/chat/completions", "anthropic.messages": "/anthropic/v1/messages"},
    listing=ModelsPage("/models", plain),
    billing=Billing.PREPAID,
    timeouts=Timeouts(first_event=120.0),  # it queues, for minutes, and says so in comments only
    env=("DEEPSEEK_API_KEY",),
    login=Paste("API key", "https://platform.deepseek.com/api_keys"),
    quota=QuotaPage(page("/user/balance"), balance),
    shape=versioned,
    vendor="deepseek",
)

"""Google's Gemini API, by AI Studio key. Source: its API reference."""

from urllib.parse import quote

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.listing import Listed
from switchgeard.core.rule import Rule

from .auth import x_goog_api_key
from .kind import Kind, ModelsPage, Paste
from .lists import listed
from .reply import LONGEST, Row, count, flag, members, text, texts

LIST = "/models?pageSize=1000"


def models(body: bytes) -> tuple[Listed, ...]:
    """Its list without the names' `models/`, and only what generates content. Raises ValueError."""
    return listed(body, _model, "models")


def _model(row: Row) -> Listed | None:
    name, methods = text(row, "name"), texts(row, "supportedGenerationMethods")
    if name is None or (methods and "generateContent" not in methods):
        return None
    return Listed(
        name.removeprefix("models/"),
        name=text(row, "displayName"),
        context=count(row, "inputTokenLimit"),
        max_output=count(row, "outputTokenLimit"),
        reasoning=flag(row, "thinking"),
    )


def more(body: bytes) -> str | None:
    """The next page, where there is one."""
    token = members(body).get("nextPageToken")
    if not isinstance(token, str) or not 0 < len(token) <= 10 * LONGEST:
        return None
    return f"{LIST}&pageToken={quote(token, safe='')}"


KIND = Kind(
    name="google",
    label="Google",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    paths={"google.generate": "/models/{model}:streamGenerateContent?alt=sse"},
    whole_paths={"google.generate": "/models/{model}:generateContent"},
    listing=ModelsPage(LIST, models, more),
    auth=x_goog_api_key,
    billing=Billing.METERED,
    env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    login=Paste("API key", "https://aistudio.google.com/apikey"),
    rules=(Rule(FailureKind.AUTH_FAILED, frozenset({403}), pattern=r"api key was reported as leaked"),),
    vendor="google",
)

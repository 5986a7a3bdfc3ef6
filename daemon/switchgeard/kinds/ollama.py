"""Ollama on this machine. Source: its API reference.

Its list says nothing of context: what is loaded has `num_ctx`, often 4096, and longer prompts are cut without a word.
The config's `context` is how a user guards against that.
"""

from switchgear_protocol.words import Billing
from switchgeard.core.listing import Listed

from .kind import Kind, ModelsPage
from .lists import listed
from .local import CARRIES, CHAT, EVERY, LOGIN, OPEN, PATIENT
from .reply import Row, inner, text


def models(body: bytes) -> tuple[Listed, ...]:
    """What was pulled, and how it is quantised. Raises ValueError."""
    return listed(body, _model, "models")


def tagged(model: str) -> str:
    """`llama3.2` is `llama3.2:latest`."""
    return model if ":" in model else f"{model}:latest"


def _model(row: Row) -> Listed | None:
    name, details = text(row, "model", "name"), inner(row, "details")
    if name is None or "bert" in (text(details, "family") or ""):  # makes vectors
        return None
    return Listed(name, quantisation=text(details, "quantization_level"))


KIND = Kind(
    name="ollama",
    label="Ollama",
    base_url="http://localhost:11434",
    paths=CHAT,
    listing=ModelsPage("/api/tags", models, every=EVERY, base=tagged),
    billing=Billing.LOCAL,
    carries=CARRIES,
    credential=OPEN,
    login=LOGIN,
    timeouts=PATIENT,
)

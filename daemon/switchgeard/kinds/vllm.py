"""vLLM, usually on this machine or a neighbour. Source: its documentation."""

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.listing import Listed
from switchgeard.core.rule import Rule

from .kind import Kind, ModelsPage
from .lists import listed
from .local import CARRIES, CHAT, EVERY, LOGIN, OPEN, PATIENT
from .reply import Row, count, seconds, text


def models(body: bytes) -> tuple[Listed, ...]:
    """What it serves, and how long a prompt may be. Raises ValueError."""
    return listed(body, _model)


def _model(row: Row) -> Listed | None:
    name = text(row, "id")
    if name is None:
        return None
    return Listed(name, context=count(row, "max_model_len"), created=seconds(row, "created"))


KIND = Kind(
    name="vllm",
    label="vLLM",
    base_url="http://localhost:8000",
    paths=CHAT,
    listing=ModelsPage("/v1/models", models, every=EVERY),
    billing=Billing.LOCAL,
    carries=CARRIES,
    credential=OPEN,
    login=LOGIN,
    timeouts=PATIENT,
    # it was started without tools: another provider has them
    rules=(Rule(FailureKind.PERMISSION, frozenset({400}), pattern=r"requires --?enable-auto-tool-choice"),),
)

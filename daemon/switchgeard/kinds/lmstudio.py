"""LM Studio on this machine. Source: its REST reference."""

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.listing import Listed
from switchgeard.core.rule import Rule

from .kind import Kind, ModelsPage
from .lists import listed
from .local import CARRIES, CHAT, EVERY, LOGIN, OPEN, PATIENT
from .reply import Row, among, count, text, texts


def models(body: bytes) -> tuple[Listed, ...]:
    """What was downloaded. A loaded model's context is the loaded one, far below its maximum. Raises ValueError."""
    return listed(body, _model)


def _model(row: Row) -> Listed | None:
    name, sort = text(row, "id"), text(row, "type")
    if name is None or sort == "embeddings":
        return None
    return Listed(
        name,
        context=count(row, "loaded_context_length", "max_context_length"),
        tools=among(texts(row, "capabilities"), "tool_use"),
        images=None if sort is None else sort == "vlm",
        quantisation=text(row, "quantization"),
    )


KIND = Kind(
    name="lmstudio",
    label="LM Studio",
    base_url="http://localhost:1234",
    paths=CHAT,
    listing=ModelsPage("/api/v0/models", models, every=EVERY),
    billing=Billing.LOCAL,
    carries=CARRIES,
    credential=OPEN,
    login=LOGIN,
    timeouts=PATIENT,
    rules=(
        Rule(
            FailureKind.OVERLOADED,
            frozenset({400, 404, 500}),
            pattern=r"(failed to|error) load\w* model|no models loaded",
        ),
    ),
)

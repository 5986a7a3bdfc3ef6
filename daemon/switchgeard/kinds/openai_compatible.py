"""Whatever speaks OpenAI's chat completions at an address the user gives."""

from switchgear_protocol.words import Billing

from .kind import Kind, ModelsPage
from .lists import plain

KIND = Kind(
    name="openai-compatible",
    label="OpenAI-compatible",
    base_url=None,
    paths={"openai.chat": "/chat/completions"},
    listing=ModelsPage("/models", plain),
    billing=Billing.METERED,
)

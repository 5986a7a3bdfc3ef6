"""llama.cpp's `llama-server` on this machine. Source: its README. Its list tells a model's training context only, which
is not what it serves: nothing of that is believed."""

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.rule import Rule

from .kind import Kind, ModelsPage
from .lists import plain
from .local import CARRIES, CHAT, EVERY, LOGIN, OPEN, PATIENT

KIND = Kind(
    name="llamacpp",
    label="llama.cpp",
    base_url="http://localhost:8080",
    paths=CHAT,
    listing=ModelsPage("/v1/models", plain, every=EVERY, whole=False),
    billing=Billing.LOCAL,
    carries=CARRIES,
    credential=OPEN,
    login=LOGIN,
    timeouts=PATIENT,
    # the model's own answer could not be read; the same prompt gives the same answer
    rules=(Rule(FailureKind.PROTOCOL, frozenset({500}), pattern=r"failed to parse|json\.exception"),),
)

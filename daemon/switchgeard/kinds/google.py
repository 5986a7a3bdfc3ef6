"""Google's Gemini API, by AI Studio key. Source: its API reference."""

from switchgear_protocol.words import Billing

from .auth import x_goog_api_key
from .kind import Kind, Listing, Paste
from .lists import plain

KIND = Kind(
    name="google",
    label="Google",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    paths={"google.generate": "/models/{model}:streamGenerateContent?alt=sse"},
    whole_paths={"google.generate": "/models/{model}:generateContent"},
    listing=Listing("/models?pageSize=1000", plain),
    auth=x_goog_api_key,
    billing=Billing.METERED,
    env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    login=Paste("API key", "https://aistudio.google.com/apikey"),
    vendor="google",
)

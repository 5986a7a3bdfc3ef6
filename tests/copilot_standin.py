"""GitHub and Copilot as they are on the wire; the stand-in server has it (`switchgeard.demo.copilot`)."""

from switchgeard.demo.copilot_wire import GITHUB_TOKEN, HEADERS, MODELS, SHORT_TOKEN, USAGE, USER

__all__ = ["GITHUB_TOKEN", "HEADERS", "MODELS", "SHORT_TOKEN", "USAGE", "USER"]

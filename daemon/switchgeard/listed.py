"""Listed: the models as GET /v1/models tells them, in the caller's dialect. Pure.

Merged models under their alias; every provider's variant (`provider/model-id`) too when asked for. Beside the
fields a dialect's clients read stand ours, which strangers ignore: who serves, what fits, what it costs.
"""

from collections.abc import Iterable
from typing import Any

from switchgear_protocol.views import ModelView, OfferView

BORN = "2026-01-01T00:00:00Z"  # a merged model was made by nobody at no time; clients want one
BORN_EPOCH = 1_767_225_600

Entry = dict[str, Any]


def openai(models: Iterable[ModelView]) -> Entry:
    """{"object": "list", "data": [...]}"""
    return {"object": "list", "data": [openai_entry(model) for model in models]}


def openai_entry(model: ModelView) -> Entry:
    return {"id": model.alias, "object": "model", "created": BORN_EPOCH, "owned_by": "switchgear", **_facts(model)}


def anthropic(models: Iterable[ModelView]) -> Entry:
    """{"data": [...], "has_more": false, "first_id", "last_id"}: all on one page, whatever limit was asked for."""
    data = [anthropic_entry(model) for model in models]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"data": data, "has_more": False, **ends}


def anthropic_entry(model: ModelView) -> Entry:
    return {
        "type": "model",
        "id": model.alias,
        "display_name": model.serving or model.label,
        "created_at": BORN,
        **_facts(model),
    }


def google(models: Iterable[ModelView]) -> Entry:
    """{"models": [...]}"""
    return {"models": [google_entry(model) for model in models]}


def google_entry(model: ModelView) -> Entry:
    methods = ["generateContent", "streamGenerateContent"]
    entry: Entry = {"name": f"models/{model.alias}", "displayName": model.label, "supportedGenerationMethods": methods}
    context, output = _smallest(model.offers, "context"), _smallest(model.offers, "max_output")
    return entry | _known(inputTokenLimit=context, outputTokenLimit=output)


def _facts(model: ModelView) -> Entry:
    """What any of its offers keeps: a client that believes it never overflows the one that serves."""
    context, output = _smallest(model.offers, "context"), _smallest(model.offers, "max_output")
    limits = _known(context_length=context, max_output_tokens=output)
    return limits | {"serving": model.serving, "providers": [offer.provider for offer in model.offers]}


def _smallest(offers: list[OfferView], name: str) -> int | None:
    known = [value for offer in offers if (value := getattr(offer, name)) is not None]
    return min(known, default=None)


def _known(**values: int | None) -> Entry:
    return {name: value for name, value in values.items() if value is not None}

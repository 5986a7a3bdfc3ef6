"""Listed: the models in three shapes. Pure."""

from typing import Any

import pytest

from switchgear_protocol.views import ModelView, OfferView
from switchgear_protocol.words import Billing, Health
from switchgeard import listed


def offer(provider: str, **known: Any) -> OfferView:
    label = f"M (via {provider})"
    return OfferView(
        provider, f"m-{provider}", label, "openai", Billing.METERED, Health.AVAILABLE, usable=True, **known
    )


def model(alias: str, *offers: OfferView, serving: str | None = None) -> ModelView:
    return ModelView(alias, alias.title(), list(offers), serving)


SMALL, LARGE = offer("a", context=100, max_output=20), offer("b", context=200, max_output=10)
MERGED = model("opus", SMALL, LARGE, serving="Opus (via A)")
UNKNOWN = model("mystery", offer("c"))


def test_openai_lists_objects_that_are_models() -> None:
    """Four fields its SDK reads, and ours beside them."""
    told = listed.openai([MERGED, UNKNOWN])
    assert told["object"] == "list"
    first, second = told["data"]
    assert (first["id"], first["object"], first["owned_by"]) == ("opus", "model", "switchgear")
    assert isinstance(first["created"], int)
    assert (first["serving"], first["providers"]) == ("Opus (via A)", ["a", "b"])
    assert second["serving"] is None


def test_anthropic_lists_one_page() -> None:
    """With its ends named, so that no client asks for more."""
    told = listed.anthropic([MERGED, UNKNOWN])
    assert (told["first_id"], told["last_id"], told["has_more"]) == ("opus", "mystery", False)
    first, second = told["data"]
    assert (first["type"], first["id"], first["display_name"]) == ("model", "opus", "Opus (via A)")
    assert second["display_name"] == "Mystery"
    assert first["created_at"].endswith("Z")


def test_an_empty_page_has_no_ends() -> None:
    """No model is configured."""
    assert listed.anthropic([]) == {"data": [], "has_more": False, "first_id": None, "last_id": None}
    assert listed.openai([])["data"] == listed.google([])["models"] == []


def test_google_lists_names_with_their_prefix() -> None:
    """And what can be done with them."""
    [entry] = listed.google([MERGED])["models"]
    assert (entry["name"], entry["displayName"]) == ("models/opus", "Opus")
    assert entry["supportedGenerationMethods"] == ["generateContent", "streamGenerateContent"]
    assert (entry["inputTokenLimit"], entry["outputTokenLimit"]) == (100, 10)


@pytest.mark.parametrize("entry", [listed.openai_entry, listed.anthropic_entry])
def test_the_limits_are_those_that_every_offer_keeps(entry: Any) -> None:
    """A client that believes them never overflows the one that serves; what is not known is not made up."""
    told = entry(MERGED)
    assert (told["context_length"], told["max_output_tokens"]) == (100, 10)
    assert not {"context_length", "max_output_tokens"} & set(entry(UNKNOWN))
    assert entry(model("half", SMALL, offer("c")))["context_length"] == 100

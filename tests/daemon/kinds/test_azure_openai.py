"""Azure: two sorts of credential, and a version of the API where one is written."""

from switchgeard.kinds.azure_openai import KIND, key_or_token
from switchgeard.kinds.calls import build_call, drafted

BASE = "https://r.openai.azure.com/openai/v1"


def test_a_key_goes_into_its_own_header_and_a_token_is_a_bearer() -> None:
    """An Entra token is a JWT; keys have no dots."""
    assert key_or_token("0123456789abcdef") == (("api-key", "0123456789abcdef"),)
    assert key_or_token("eyJh.eyJz.c2ln") == (("authorization", "Bearer eyJh.eyJz.c2ln"),)


def test_the_version_is_in_the_address_only_when_written() -> None:
    """The v1 shape needs none."""
    bare = build_call(KIND, BASE, drafted(KIND, "openai.chat", "d", b"{}", True), "k")
    dated = build_call(
        KIND, BASE, drafted(KIND, "openai.responses", "d", b"{}", True, options={"api_version": "preview"}), "k"
    )
    assert bare.url == f"{BASE}/chat/completions"
    assert dated.url == f"{BASE}/responses?api-version=preview"


def test_its_list_of_what_could_be_deployed_is_not_asked_for() -> None:
    """It would offer models that the account does not have."""
    assert KIND.listing is None

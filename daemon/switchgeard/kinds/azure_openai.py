"""Azure OpenAI and Foundry, in the v1 shape: the deployment's name is the model. Source: its reference.

Its list holds what could be deployed, not what is: nothing is listed, and the config names deployments.
"""

from urllib.parse import quote

from msgspec.structs import replace

from switchgear_protocol.words import Billing

from .auth import Header, api_key, bearer
from .kind import Draft, Kind, Option, Paste


def key_or_token(secret: str) -> tuple[Header, ...]:
    """A key of the resource, or an Entra token (`az account get-access-token`), which is a JWT."""
    return bearer(secret) if secret.startswith("eyJ") and secret.count(".") == 2 else api_key(secret)


def dated(draft: Draft) -> Draft:
    """With the API version, where the config names one."""
    version = draft.options.get("api_version")
    return replace(draft, path=f"{draft.path}?api-version={quote(version, safe='')}") if version else draft


KIND = Kind(
    name="azure-openai",
    label="Azure OpenAI",
    base_url=None,  # https://RESOURCE.openai.azure.com/openai/v1
    paths={"openai.chat": "/chat/completions", "openai.responses": "/responses"},
    auth=key_or_token,
    billing=Billing.METERED,
    env=("AZURE_OPENAI_API_KEY",),
    login=Paste("API key", "https://portal.azure.com"),
    options=(Option("api_version", "a version of the API, such as preview"),),
    shape=dated,
)

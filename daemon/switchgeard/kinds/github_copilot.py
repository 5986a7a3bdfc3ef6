"""GitHub Copilot: one plan, the models of many makers, each at the endpoint its list names.

A GitHub token goes straight to the API, as today's clients send it; only an editor's token (`ghu_`) first buys a short
one. What it lists is read in `copilot_list`, what it tells of a plan's credits in `copilot_quota`.
Rules for editing: we say who we are: no other product's client id or integration id is ever sent (GitHub refuses ids
it does not know, so none is sent at all). Addresses that get the GitHub token are pinned here. Source: GitHub's pages,
its open-source clients, recorded errors.
"""

from msgspec.structs import replace

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.rule import Rule
from switchgeard.upstream.call import HTTPCall

from .anthropic import versioned
from .auth import BadSecret, Header, bearer, header_safe
from .bundle import Token
from .calls import USER_AGENT
from .copilot_list import models
from .copilot_quota import github, page, readings, whose, windows
from .kind import DeviceCode, Draft, Exchange, Kind, ModelsPage, Option, Options, QuotaPage
from .pages import PLAINLY
from .reply import members_if_any, seconds

EDITOR: Header = ("editor-version", USER_AGENT)
RENEWED_AHEAD = 60.0  # seconds before the moment it asks to be renewed at
SPARE = 300.0  # seconds a token lives beyond that moment
SHORTEST, LONGEST = 120.0, 86_400.0  # seconds a token may ask to be kept


def authorized(secret: str) -> tuple[Header, ...]:
    """Raises BadSecret for the one sort of GitHub token the API never takes."""
    if secret.startswith("ghp_"):
        raise BadSecret('Copilot takes no classic token (ghp_): make a fine-grained one with "Copilot Requests"')
    return bearer(secret)


def shape(draft: Draft) -> Draft:
    """Who began this turn decides what some plans pay for it; pictures must be announced."""
    own: list[Header] = [
        ("x-initiator", "user" if draft.turn_boundary else "agent"),
        ("openai-intent", "conversation-agent" if draft.needs.tools else "conversation-panel"),
    ]
    if draft.needs.images:
        own.append(("copilot-vision-request", "true"))
    return versioned(replace(draft, headers=(*draft.headers, *own)))


def is_editors(secret: str) -> bool:
    """Tokens of GitHub Apps, which is what editors have, were made to be exchanged; all others would be refused."""
    return secret.startswith("ghu_")


def exchanging(base_url: str, secret: str, options: Options, now: Now) -> HTTPCall:
    """The GET that buys a short token, of the GitHub that the Copilot belongs to. Raises BadSecret."""
    headers = (*PLAINLY, EDITOR, ("authorization", f"token {header_safe(secret)}"))
    return HTTPCall("GET", f"{github(base_url)}/copilot_internal/v2/token", headers)


def exchanged(body: bytes, now: Now) -> Token:
    """The short token; its life is counted by our own clock: `expires_at` is by GitHub's. Raises ValueError."""
    found = members_if_any(body)
    secret = found.get("token")
    if not isinstance(secret, str) or not secret:
        raise ValueError("GitHub's answer holds no token")
    told = seconds(found, "refresh_in") or 0.0
    kept = told if SHORTEST <= told <= LONGEST else SHORTEST
    return Token(header_safe(secret), now.wall + kept + SPARE, now.wall + kept - RENEWED_AHEAD)


ELSEWHERE = 'a business plan answers elsewhere: base_url = "https://api.business.githubcopilot.com" (or .enterprise.)'
"""Of 421, "Misdirected Request": the token is good, the host is another plan's."""

RULES = (
    Rule(FailureKind.CONTEXT_LENGTH, code="model_max_prompt_tokens_exceeded"),
    Rule(FailureKind.PERMISSION, frozenset({400}), pattern=r"copilot-integration-id"),
    Rule(FailureKind.PERMISSION, frozenset({401}), code="authorize_url"),  # another app wants to be allowed first
    Rule(FailureKind.QUOTA_EXCEEDED, frozenset({429}), code="global-usage-5-hour-key"),  # in x-ratelimit-exceeded
    Rule(FailureKind.PERMISSION, frozenset({421}), hint=ELSEWHERE),
    Rule(FailureKind.PERMISSION, frozenset({466})),  # this client is not supported
    Rule(FailureKind.CONTENT_POLICY, frozenset({400}), pattern=r"^\W*off_topic\b"),
    Rule(FailureKind.CONTENT_POLICY, frozenset({422})),
    Rule(FailureKind.OVERLOADED, frozenset({424, 499})),  # a dependency of theirs failed; cancelled on their side
    Rule(FailureKind.AUTH_FAILED, frozenset({400, 403}), pattern=r"ide token expired|token expired"),
)
"""What the common tables do not know; its codes are there."""

KIND = Kind(
    name="github-copilot",
    label="GitHub Copilot",
    base_url="https://api.githubcopilot.com",
    paths={
        "openai.chat": "/chat/completions",
        "openai.responses": "/responses",
        "anthropic.messages": "/v1/messages",
    },
    billing=Billing.INCLUDED,
    auth=authorized,
    listing=ModelsPage("/models", models),
    headers=(EDITOR, ("x-github-api-version", "2026-08-01")),  # with prices in its list; never for api.github.com
    options=(Option("client_id", "the client id of your own GitHub OAuth app"),),
    env=("GITHUB_COPILOT_TOKEN", "GH_TOKEN"),
    login=DeviceCode(
        code_url="https://github.com/login/device/code",
        token_url="https://github.com/login/oauth/access_token",  # noqa: S106 - an address
        scope="read:user",
        page="https://github.com/settings/personal-access-tokens/new",
        end_page="https://github.com/settings/applications",
    ),
    exchange=Exchange(exchanging, exchanged, is_editors, as_it_is=frozenset({404})),
    quota=QuotaPage(page, windows, stored=True, whose=whose),
    readings=readings,
    rules=RULES,
    shape=shape,
)

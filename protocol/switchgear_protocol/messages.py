"""Params and results of every method, and the table of methods.

Rules for editing: params refuse unknown keys (a typo must not be silent); results and events
only ever gain optional fields and readers ignore what they do not know. No result carries a
provider's secret; `TokenCreated.token` (a door token, shown once) is the single exception to
"no secrets", and it is ours. Times are epoch seconds, durations say their unit.
What is shared by several methods lives in `shapes` and `views` and is told here again.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from .choices import Accepted as Accepted
from .choices import Kinds as Kinds
from .choices import KindView as KindView
from .choices import Listings as Listings
from .choices import ListingView as ListingView
from .choices import ModelsAccept as ModelsAccept
from .choices import ModelsPropose as ModelsPropose
from .choices import ModelsRefresh as ModelsRefresh
from .choices import ProbeView as ProbeView
from .choices import Proposal as Proposal
from .choices import Proposals as Proposals
from .choices import ProposedOffer as ProposedOffer
from .choices import ProvidersAdd as ProvidersAdd
from .choices import ProvidersProbe as ProvidersProbe
from .content import Message, Reasoning, ResponseFormat, Tool, ToolChoice, Usage
from .credentials import Credentials as Credentials
from .credentials import CredentialsSet as CredentialsSet
from .credentials import CredentialView as CredentialView
from .credentials import TokenCreate as TokenCreate
from .credentials import TokenCreated as TokenCreated
from .credentials import TokenName as TokenName
from .credentials import Tokens as Tokens
from .credentials import TokenView as TokenView
from .doctor import DoctorCheck as DoctorCheck
from .doctor import Finding as Finding
from .doctor import Findings as Findings
from .errors import AttemptReport
from .events import Event
from .logins import LoginName as LoginName
from .logins import LoginPoll as LoginPoll
from .logins import LoginStart as LoginStart
from .logins import LoginView as LoginView
from .logins import StoreView as StoreView
from .prompt import PromptLine as PromptLine
from .prompt import PromptShow as PromptShow
from .shapes import Done as Done
from .shapes import Name
from .shapes import Nothing as Nothing
from .shapes import Params as Params
from .shapes import Result as Result
from .usage import Quota as Quota
from .usage import QuotaAccount as QuotaAccount
from .usage import QuotaList as QuotaList
from .usage import UsageQuery as UsageQuery
from .usage import UsageReply as UsageReply
from .usage import UsageRow as UsageRow
from .views import ConfigState as ConfigState
from .views import ModelView as ModelView
from .views import OfferView as OfferView
from .views import ProviderView as ProviderView
from .views import Status as Status
from .views import WindowView as WindowView
from .words import Finish, Interrupt

# --- initialize, status ------------------------------------------------------------------------


class VersionRange(Struct, frozen=True):
    min: int
    max: int


class ClientInfo(Struct, omit_defaults=True, frozen=True):
    name: Name = ""
    version: Name = ""


class Initialize(Params, frozen=True):
    """`protocol` is the range the client speaks; the reply's `protocol` is what both use."""

    protocol: VersionRange = VersionRange(1, 1)
    client: ClientInfo = ClientInfo()
    capabilities: dict[str, Any] = {}


class Initialized(Result, frozen=True):
    protocol: int
    range: VersionRange
    server: ClientInfo
    capabilities: dict[str, Any] = {}


# --- completion --------------------------------------------------------------------------------


class CompletionCreate(Params, frozen=True):
    """One completion of a merged model (`opus-4.6`) or of one variant (`provider/model-id`).

    `wait_until_reset`: with all offers exhausted, wait for the first reset (true, or at most so
    many seconds) and answer then. `on_interrupt` beats the model's `after_commit`.
    `dialect` other than "switchgear" takes the native request in `body`.
    """

    model: Name
    messages: list[Message] = []
    system: str | None = None
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: list[str] = []
    reasoning: Reasoning | None = None
    response_format: ResponseFormat | None = None
    dialect: Name = "switchgear"
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    session: Name | None = None
    stream: bool = True
    on_interrupt: Interrupt | None = None
    wait_until_reset: bool | float = False
    deadline_s: float | None = None
    allow_feature_downgrade: bool | None = None


class ServedBy(Result, frozen=True):
    provider: str
    model: str
    label: str


class Answer(Result, frozen=True):
    """The result of `completion/create`. `usage`: of the answer; `cost_usd`: of all attempts, cut ones too."""

    message: Message
    finish: Finish
    usage: Usage
    served_by: ServedBy
    attempts: list[AttemptReport]
    request: str
    cost_usd: float | None = None
    restarts: int = 0
    downgrades: list[str] = []
    body: dict[str, Any] | None = None  # in a dialect of others, not streamed: the answer as that dialect spells it


# --- models, providers, credentials ------------------------------------------------------------


class ModelsList(Params, frozen=True):
    all: bool = False


class Models(Result, frozen=True):
    """`listed`: with `all`, what providers list beside them, as `provider/model-id`: they can be asked for, too."""

    models: list[ModelView]
    listed: list[str] = []


class ModelsShow(Params, frozen=True):
    model: Name


class ModelsOrder(Params, frozen=True):
    """Puts the offers of `model` in this provider order (those not named keep their place after)."""

    model: Name
    providers: Annotated[list[Name], Meta(max_length=1024)]


class Providers(Result, frozen=True):
    providers: list[ProviderView]


class ProvidersPause(Params, frozen=True):
    provider: Name
    for_s: float | None = None


class ProviderName(Params, frozen=True):
    provider: Name


# --- sessions, routing, events ---------------------------------------------------


class SessionView(Result, frozen=True):
    session: str
    alias: str
    provider: str
    model: str
    assigned_at: float
    last_used: float
    client: str = ""


class Pin(Result, frozen=True):
    alias: str
    provider: str
    until: float | None = None
    session: str | None = None


class Sessions(Result, frozen=True):
    sessions: list[SessionView]
    pins: list[Pin] = []


class SessionsPin(Params, frozen=True):
    model: Name
    provider: Name
    for_s: float | None = None
    session: Name | None = None


class SessionsUnpin(Params, frozen=True):
    model: Name
    session: Name | None = None


class RouteExplain(Params, frozen=True):
    """A dry run: who would serve this and why each other offer would not."""

    model: Name
    session: Name | None = None
    tools: bool = False
    images: bool = False
    pdf: bool = False
    json_schema: bool = False
    input_tokens: int | None = None


class RouteStep(Result, frozen=True):
    provider: str
    model: str
    label: str
    usable: bool
    code: str  # "first", "next", or a skip code: rate_limited, paused, no_images, ...
    reason: str
    until: float | None = None
    hint: str | None = None
    cost_usd: float | None = None  # estimated, of this request there


class RouteExplained(Result, frozen=True):
    alias: str
    steps: list[RouteStep]  # in the order they would be tried; skipped ones in the user's order after
    chosen: str | None = None  # label
    sticky: str | None = None
    pinned: str | None = None
    retry_after_ms: int | None = None


class EventsSubscribe(Params, frozen=True):
    """`since`: events after this seq are replayed if still held. `types`: only these."""

    since: int | None = None
    types: Annotated[list[Name], Meta(max_length=64)] | None = None


class Subscribed(Result, frozen=True):
    """First reply of a subscription. Events follow as `events/event` notifications."""

    subscription: str
    snapshot: Status
    replayed: list[Event] = []


class EventNote(Result, frozen=True):
    subscription: str
    event: Event
    snapshot: Status | None = None  # with type "lagged"


# --- config, tokens, spend ---------------------------------------------------------------------


class ConfigCheck(Params, frozen=True):
    """Checks `text`, or the file in force when absent, without loading it."""

    text: str | None = None


class ConfigProblem(Result, frozen=True):
    message: str
    key: str = ""
    hint: str | None = None
    line: int | None = None


class ConfigChecked(Result, frozen=True):
    ok: bool
    path: str
    problems: list[ConfigProblem] = []
    warnings: list[ConfigProblem] = []


class SpendAllow(Params, frozen=True):
    """Lets metered offers serve for so long (0 withdraws it)."""

    for_s: float = 3600.0


class SpendState(Result, frozen=True):
    metered: Literal["allow", "ask", "never"]
    allowed_until: float | None = None


# --- notifications -----------------------------------------------------------------------------


class Progress(Struct, frozen=True):
    """`$/progress`: `token` is the id of the request it belongs to."""

    token: int | str
    value: msgspec.Raw


class CancelRequest(Params, frozen=True):
    id: int | str


METHODS: dict[str, tuple[type[Struct], type[Struct]]] = {
    "initialize": (Initialize, Initialized),
    "status": (Nothing, Status),
    "completion/create": (CompletionCreate, Answer),
    "models/list": (ModelsList, Models),
    "models/show": (ModelsShow, ModelView),
    "models/order": (ModelsOrder, ModelView),
    "providers/list": (Nothing, Providers),
    "providers/pause": (ProvidersPause, ProviderView),
    "providers/resume": (ProviderName, ProviderView),
    "credentials/list": (Nothing, Credentials),
    "credentials/set": (CredentialsSet, CredentialView),
    "credentials/delete": (ProviderName, CredentialView),
    "credentials/test": (Nothing, StoreView),
    "login/start": (LoginStart, LoginView),
    "login/poll": (LoginPoll, LoginView),
    "login/cancel": (LoginName, LoginView),
    "kinds/list": (Nothing, Kinds),
    "providers/add": (ProvidersAdd, ProviderView),
    "providers/probe": (ProvidersProbe, ProbeView),
    "models/refresh": (ModelsRefresh, Listings),
    "models/propose": (ModelsPropose, Proposals),
    "models/accept": (ModelsAccept, Accepted),
    "sessions/list": (Nothing, Sessions),
    "sessions/pin": (SessionsPin, Pin),
    "sessions/unpin": (SessionsUnpin, Done),
    "quota/list": (QuotaList, Quota),
    "usage/query": (UsageQuery, UsageReply),
    "route/explain": (RouteExplain, RouteExplained),
    "events/subscribe": (EventsSubscribe, Subscribed),
    "doctor/check": (DoctorCheck, Findings),
    "prompt/show": (PromptShow, PromptLine),
    "config/check": (ConfigCheck, ConfigChecked),
    "config/reload": (Nothing, ConfigState),
    "tokens/create": (TokenCreate, TokenCreated),
    "tokens/list": (Nothing, Tokens),
    "tokens/revoke": (TokenName, Done),
    "spend/allow": (SpendAllow, SpendState),
}
"""Every method: (params, result). The daemon's dispatcher and the clients are both typed from it."""

PROGRESS = "$/progress"
CANCEL = "$/cancelRequest"
EVENT = "events/event"

"""Kind: what a sort of provider is made of, as values and small functions. The rows are in its neighbours.

Rules for editing: a field here is something at least two kinds differ in; each has a default that suits a plain
OpenAI-compatible endpoint. Functions are pure: bytes and values in, values out, time as an argument. Destinations come
from the config or from a row, never from a reply. No function may put a secret in an error or a repr.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from switchgear_protocol.words import Billing
from switchgeard.core.clock import Now
from switchgeard.core.listing import Listed
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Features, Timeouts
from switchgeard.core.provider import CredentialSource, Keyring
from switchgeard.core.quota import Window
from switchgeard.core.rule import Rule
from switchgeard.upstream.call import HTTPCall

from .auth import Header, bearer
from .bundle import Bundle, Token

Options = Mapping[str, str]
"""The kind's own keys, as the config has them: region, project, client_id, ..."""


class Option(Struct, frozen=True):
    """A config key of this kind alone. `pattern` is a full regular expression; `words` say what it is."""

    name: str
    words: str
    pattern: str = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
    default: str | None = None
    required: bool = False


class Draft(Struct, frozen=True):
    """A completion call before it is one: what `Kind.shape` may change. `path` is under the base URL."""

    wire: str
    model: str
    path: str
    body: bytes
    stream: bool
    passing: bool  # the client's own bytes
    needs: Needs
    turn_boundary: bool  # the last word is the user's, not a tool's
    options: Options
    headers: tuple[Header, ...] = ()  # beside the kind's and the credential's


class ModelsPage(Struct, frozen=True):
    """How its models are listed. `read` takes a 200's body and raises ValueError for what is no list; `more` gives the
    path of the next page. At most `PAGES` pages and `MOST` models are read, whatever a provider says. `at`: the list's
    base URL, for the one where models are asked. `every`: seconds until a list is old; `largest`: bytes of a page.
    `whole`: what is not in it is not there; `base`: the id it has for what is asked for by another.
    """

    path: str
    read: Callable[[bytes], tuple[Listed, ...]]
    more: Callable[[bytes], str | None] | None = None
    at: Callable[[str], str] = lambda base_url: base_url
    every: float = 6 * 3600.0
    largest: int = 1024 * 1024
    whole: bool = True
    base: Callable[[str], str] = lambda model: model


class QuotaPage(Struct, frozen=True):
    """An endpoint that tells what is left without spending any.

    `call(base_url, secret, options)`; `read(body, provider, now)` raises ValueError for what it does not understand.
    `every`: seconds between two looks at most. `stored`: it takes what the keyring holds, not the exchanged token.
    `whose(body)`: the name of the account, of a body that `read` understood; "" where it says none.
    """

    call: Callable[[str, str, Options], HTTPCall]
    read: Callable[[bytes, str, Now], tuple[Window, ...]]
    every: float = 60.0
    stored: bool = False
    whose: Callable[[bytes], str] = lambda body: ""


class Paste(Struct, frozen=True, tag="paste"):
    """`switchgear login` asks for a key. `page`: where one is made."""

    what: str = "API key"
    page: str | None = None


class DeviceCode(Struct, frozen=True, tag="device"):
    """RFC 8628: a code typed on a web page. The client id is the user's own (`client_id` in the config)."""

    code_url: str
    token_url: str
    scope: str
    page: str | None = None  # where a key can be made instead
    end_page: str | None = None  # where a person ends a login, or a token


class Browser(Struct, frozen=True, tag="browser"):
    """RFC 7636 with a loopback redirect. Endpoints as pinned here: a discovery document is never believed over them.

    `client_id` None: registered dynamically at the first login (`dynamic` is what is sent then); what is issued there
    is kept in the login, and asked with at the next.
    """

    authorize_url: str
    token_url: str
    scope: str
    issuer: str | None = None  # of the id token, verified where there is one
    resource: str | None = None
    revoke_url: str | None = None
    end_page: str | None = None  # where a person ends a login
    client_id: str | None = None
    dynamic: str | None = None
    page: str | None = None  # where a key can be made instead


class NoLogin(Struct, frozen=True, tag="none"):
    """There is nothing to log in to, or another program does it. `words` say which."""

    words: str = "it wants no credential"


Login = Paste | DeviceCode | Browser | NoLogin


class Exchange(Struct, frozen=True):
    """A stored secret buys short-lived tokens: `call(base_url, secret, options, now)` asks for one, `read` takes the
    body of a 200. Raises ValueError.

    `wants(secret)`: whether this secret is to be exchanged at all, or is sent as it is. `as_it_is`: statuses by which
    the issuer says that it does not exchange this one; it is sent as it is then, too.
    """

    call: Callable[[str, str, Options, Now], HTTPCall]
    read: Callable[[bytes, Now], Token]
    wants: Callable[[str], bool] = lambda secret: True
    as_it_is: frozenset[int] = frozenset()


class Refresh(Struct, frozen=True):
    """A login's refresh token buys the next login. `read` takes a 200's body. Raises ValueError."""

    call: Callable[[Bundle, Options], HTTPCall]
    read: Callable[[bytes, Bundle, Now], Bundle]
    ahead: float = 300.0  # seconds before its end; never before `earliest_refresh_at`


def unshaped(draft: Draft) -> Draft:
    return draft


def plainly(secret: str) -> bool:
    """Of a kind with one sort of credential, all is billed as the provider is."""
    return False


def no_readings(provider: str, model: str, headers: Mapping[str, str], now: Now) -> tuple[Window, ...]:
    return ()


class Kind(Struct, frozen=True):
    """One sort of provider.

    `paths`: wire -> path under the base URL, the first one is the default wire; `{model}` stands for the
    model's id, `{option}` for one of the kind's options. `whole_paths`: where an answer that is not streamed has a
    path of its own. `base_url` None: the user must give one; it may hold `{option}` too.
    """

    name: str
    label: str  # for people: "OpenAI"
    base_url: str | None
    paths: dict[str, str]
    billing: Billing
    auth: Callable[[str], tuple[Header, ...]] = bearer
    listing: ModelsPage | None = None  # None: it cannot be asked for its models
    headers: tuple[Header, ...] = ()
    features: Features = Features()
    timeouts: Timeouts = Timeouts()
    whole_paths: dict[str, str] = {}
    credential: CredentialSource = Keyring()  # where the config does not say
    options: tuple[Option, ...] = ()
    env: tuple[str, ...] = ()  # variables people keep its key in; only ever offered, never read unasked
    login: Login = Paste()
    exchange: Exchange | None = None
    refresh: Refresh | None = None
    quota: QuotaPage | None = None
    readings: Callable[[str, str, Mapping[str, str], Now], tuple[Window, ...]] = no_readings  # of its own headers
    reads_alone: bool = False  # `readings` is all there is: the usual names mean something else there
    rules: tuple[Rule, ...] = ()
    lacks: frozenset[str] = frozenset()  # uses (core.needs.USES) it cannot carry whatever the wire says
    carries: frozenset[str] = frozenset()  # uses it can carry though its wire, as others speak it, cannot
    streams_only: bool = False  # an answer that is not streamed must be asked for as a stream
    shape: Callable[[Draft], Draft] = unshaped  # its last word on path, body and headers
    sign: Callable[[HTTPCall, str, Options, Now], HTTPCall] | None = None  # instead of `auth`
    vendor: str | None = None  # the models' maker where the kind has only one: "anthropic"
    site: Callable[[Options], str] | None = None  # where it is, where that depends on its options; else `base_url`
    by_use: Callable[[str], bool] = plainly  # whether this secret is billed by use, though its kind is a plan
    program: bool = False  # a program on this machine, not an address

    @property
    def wires(self) -> tuple[str, ...]:
        """The dialects this kind speaks, its own choice first."""
        return tuple(self.paths)

"""Provider: one account at one endpoint, as the user named it, and where its credential comes from.

Built by `config` only: nothing but the user's own file decides a destination or a credential
source. Rules for editing: values only, and never a secret; a new source is one struct in the
union, one line in `Provider.credential_text`, one reader in `credentials/sources.py`.
"""

from msgspec import Struct

from switchgear_protocol.words import Billing

from .offer import Caps, Timeouts


class Keyring(Struct, frozen=True, tag="keyring"):
    """The bundle in the OS secret store, under the provider's id."""


class Env(Struct, frozen=True, tag="env"):
    """A variable of the daemon's own environment, named in the config: never guessed."""

    name: str


class File(Struct, frozen=True, tag="file"):
    """A file of ours that nobody else may read. `~` stays unexpanded here."""

    path: str


class Command(Struct, frozen=True, tag="command"):
    """A program (argv, no shell) that prints the secret."""

    argv: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Command({self.argv[0]!r}, ...)"  # arguments may say more than a log should keep


class Systemd(Struct, frozen=True, tag="systemd"):
    """A credential systemd handed to the unit: `$CREDENTIALS_DIRECTORY/NAME`."""

    name: str


class NoCredential(Struct, frozen=True, tag="none"):
    """The endpoint wants none (a local server)."""


class Passthrough(Struct, frozen=True, tag="passthrough"):
    """The program that asks brings its own; the daemon holds none."""


CredentialSource = Keyring | Env | File | Command | Systemd | NoCredential | Passthrough


class Provider(Struct, frozen=True):
    """`base_url` is normalised: http(s), no user info, query, fragment or trailing slash."""

    id: str
    kind: str
    label: str  # "Claude Subscription Pro"
    base_url: str
    billing: Billing
    credential: CredentialSource = Keyring()
    wire: str | None = None  # the dialect always spoken to it; None: the client's own where the kind speaks it
    timeouts: Timeouts = Timeouts()
    caps: Caps = Caps()
    options: dict[str, str] = {}  # its kind's own keys: region, project, client_id, ...
    thresholds: tuple[tuple[str, float], ...] = ()  # quota window -> used fraction from which new sessions go elsewhere

    @property
    def credential_text(self) -> str:
        """Where the credential comes from, for people: "keyring", "env ANTHROPIC_API_KEY", "command op"."""
        match self.credential:
            case Env(name) | Systemd(name):
                return f"{self.credential.__struct_config__.tag} {name}"
            case File(path):
                return f"file {path}"
            case Command(argv):
                return f"command {argv[0]}"
            case source:
                return str(source.__struct_config__.tag)

"""AWS Signature Version 4: a call signed with access keys, and the spellings such keys come in.

Source: AWS's signing reference. Paths are encoded once more than they are sent, as every service but S3 wants. Only
`host`, the content type and what begins with `x-amz-` is signed: proxies may change the rest.

Rules for editing: pure; hmac and hashlib only; no key in an error or a repr.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec
from msgspec import Struct

from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.origin import DEFAULT_PORTS

from .auth import BadSecret, Header, header_safe

ALGORITHM = "AWS4-HMAC-SHA256"
SIGNED = ("content-type",)
"""Headers that are signed beside `host` and `x-amz-*`."""
LINE = re.compile(r"([A-Z0-9]{16,128}):([A-Za-z0-9/+=]{16,256})(?::([!-~]+))?")
FORMS = 'write ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN], or the JSON of "aws configure export-credentials"'


class Keys(Struct, frozen=True):
    """What signs. `token`: of a session, for keys that end."""

    id: str
    secret: str
    token: str | None = None

    def __repr__(self) -> str:
        return "<Keys ***>"


def keys(secret: str) -> Keys | None:
    """The access keys a stored secret holds; None when it is no such thing, but a bearer token. Raises BadSecret."""
    secret = secret.strip()
    if secret.startswith("{"):
        return _of_json(secret)
    if found := LINE.fullmatch(secret):
        return Keys(found[1], found[2], found[3])
    if ":" in secret:
        raise BadSecret(f"the credential is no pair of access keys: {FORMS}")
    return None


def _of_json(secret: str) -> Keys:
    """`{"AccessKeyId": ..., "SecretAccessKey": ..., "SessionToken": ...}`, in that case or in `snake_case`."""
    try:
        read: Any = msgspec.json.decode(secret)
    except (ValueError, RecursionError):
        raise BadSecret(f"the credential begins like JSON and is none: {FORMS}") from None
    members = {str(name).lower().removeprefix("aws").replace("_", ""): value for name, value in read.items()}
    found = [members.get(name) for name in ("accesskeyid", "secretaccesskey", "sessiontoken")]
    if not all(isinstance(value, str) and value for value in found[:2]):
        raise BadSecret(f"the credential has no access key id or no secret access key: {FORMS}")
    name, key, token = (header_safe(value) if isinstance(value, str) and value else "" for value in found)
    return Keys(name, key, token or None)


def signed(call: HTTPCall, by: Keys, *, service: str, region: str, wall: float) -> HTTPCall:
    """The call with its date, its session's token and its signature. `wall`: epoch seconds."""
    at = datetime.fromtimestamp(wall, UTC).strftime("%Y%m%dT%H%M%SZ")
    own: list[Header] = [("x-amz-date", at)]
    own += [("x-amz-security-token", by.token)] if by.token else []
    headers = (*(header for header in call.headers if header[0] not in ("authorization", *dict(own))), *own)
    covered = sorted(_covered(call, headers))
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(_canonical(call, covered).encode()).hexdigest()
    signature = _hmac(_key(by.secret, scope), f"{ALGORITHM}\n{at}\n{scope}\n{digest}").hex()
    names = ";".join(name for name, _ in covered)
    proof = f"{ALGORITHM} Credential={by.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return msgspec.structs.replace(call, headers=(*headers, ("authorization", proof)))


def _covered(call: HTTPCall, headers: tuple[Header, ...]) -> list[Header]:
    """What is signed, each value with single spaces."""
    found = [(name, value) for name, value in headers if name in SIGNED or name.startswith("x-amz-")]
    return [("host", _host(call.url)), *((name, " ".join(value.split())) for name, value in found)]


def _host(url: str) -> str:
    """As the transport says it: with the port, unless it is the scheme's own."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    return host if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def _canonical(call: HTTPCall, covered: list[Header]) -> str:
    parts = urlsplit(call.url)
    lines = [f"{name}:{value}" for name, value in covered]
    names = ";".join(name for name, _ in covered)
    body = hashlib.sha256(call.body).hexdigest()
    path = quote(parts.path or "/", safe="/~")
    return "\n".join((call.method, path, _query(parts.query), *lines, "", names, body))


def _query(query: str) -> str:
    """Each name and value encoded anew, sorted."""
    pairs = [piece.partition("=") for piece in query.split("&") if piece]
    encoded = [(quote(unquote(name), safe="~"), quote(unquote(value), safe="~")) for name, _, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

"""How a secret goes into a request's headers. Rules for editing: no function may put a secret in an error."""

import re

Header = tuple[str, str]

_HEADER_SAFE = re.compile(r"[!-~]+")


class BadSecret(ValueError):
    """A credential that cannot be a header value. The message never contains it."""


def bearer(secret: str) -> tuple[Header, ...]:
    return (("authorization", f"Bearer {secret}"),)


def x_api_key(secret: str) -> tuple[Header, ...]:
    return (("x-api-key", secret),)


def x_goog_api_key(secret: str) -> tuple[Header, ...]:
    return (("x-goog-api-key", secret),)


def api_key(secret: str) -> tuple[Header, ...]:
    return (("api-key", secret),)


def header_safe(secret: str) -> str:
    """The secret, if it can be a header's value. Raises BadSecret."""
    if not secret:
        raise BadSecret("the credential is empty")
    if not _HEADER_SAFE.fullmatch(secret):
        raise BadSecret("the credential has a space, line break, control or non-ASCII character in it: paste it again")
    return secret

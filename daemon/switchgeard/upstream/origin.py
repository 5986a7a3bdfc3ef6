"""Origin: `scheme://host:port`, the scope of transport faults and of kept connections.

Rules for editing: pure; one string however a URL is spelled.
"""

from urllib.parse import urlsplit

PROGRAM = "program:"
DEFAULT_PORTS = {"http": 80, "https": 443}


def endpoint(base_url: str) -> str:
    """`scheme://host:port`, the scope of transport faults: one string however the URL is spelled.

    A program ("program:claude") is a scope of its own. Raises ValueError when it is no http(s) URL with a host.
    """
    if base_url.startswith(PROGRAM):
        return base_url
    parts = urlsplit(base_url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http or https URL with a host: scheme {parts.scheme!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or DEFAULT_PORTS[parts.scheme]}"

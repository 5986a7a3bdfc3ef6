"""TLS contexts: every certificate is verified, nothing turns that off.

Rules for editing: no environment variable chooses what is trusted (SSL_CERT_FILE in a project's
`.env` must not redirect trust), so neither `ssl.create_default_context` nor its default paths are
used. Trusted are certifi's bundle and the places OpenSSL was built with, where an administrator
puts a company's own CA.
"""

import ssl
from pathlib import Path

import certifi


def verifying_context() -> ssl.SSLContext:
    """For https. Reads the CA bundle: 10-30 ms and some MB, so it is built once and only when needed."""
    context = blind_context()
    context.load_verify_locations(cafile=certifi.where())
    built_in = ssl.get_default_verify_paths()
    if Path(built_in.openssl_cafile).is_file():
        context.load_verify_locations(cafile=built_in.openssl_cafile)
    if Path(built_in.openssl_capath).is_dir():
        context.load_verify_locations(capath=built_in.openssl_capath)
    return context


def blind_context() -> ssl.SSLContext:
    """Trusts no certificate at all, so it reaches nobody until it is told whom to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # a write would have to wait for a read
    context.set_alpn_protocols(["http/1.1"])
    return context

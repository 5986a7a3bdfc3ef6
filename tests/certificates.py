"""Certificates made on the spot, for stand-ins that speak TLS."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
FAR_AHEAD = datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC)


class Certificate:
    """A self-signed certificate in files: `file` is the certificate, to be trusted or not."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", expires: datetime.datetime = FAR_AHEAD) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), LONG_AGO, expires)
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.file = folder / f"{host}.pem"
        self._key = folder / f"{host}.key"
        self.file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        self._key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def server(self) -> ssl.SSLContext:
        """What a server presenting it needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self._key)
        return context

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts nothing else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.file)
        return context


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

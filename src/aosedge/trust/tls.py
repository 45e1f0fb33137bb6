"""TLS as both sides use it: version 1.3, certificates of the installation's own roots only."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar


def server_context(
    certificate: Path, key: Path, roots_pem: str, clients: Literal["optional", "required"]
) -> ssl.SSLContext:
    """A server that asks for a client certificate.

    `optional` for people, who may come without one and then are nobody; `required` for Units. A certificate of
    another root ends the handshake in both cases.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(cadata=roots_pem)
    context.verify_mode = ssl.CERT_OPTIONAL if clients == "optional" else ssl.CERT_REQUIRED
    return context


Context = TypeVar("Context", bound=ssl.SSLContext)


def client_context(roots_pem: str, chain_pem: str = "", key_pem: bytes = b"") -> ssl.SSLContext:
    """A client that trusts these roots alone and shows a certificate, if it has one."""
    return client_context_of(ssl.SSLContext, roots_pem, chain_pem, key_pem)


def client_context_of(kind: type[Context], roots_pem: str, chain_pem: str = "", key_pem: bytes = b"") -> Context:
    """The same as a context of the caller's kind."""
    context = kind(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=roots_pem)
    if chain_pem:
        with _readable(chain_pem.encode() + key_pem) as path:
            context.load_cert_chain(path)
    return context


def client_context_from_p12(p12: Path, roots_pem: str = "", password: str = "") -> ssl.SSLContext:
    """A client that is the holder of a PKCS#12 file; without `roots_pem` it trusts the roots in that file."""
    from aosedge.trust import certificates  # 80 ms that a client with PEM files does not pay

    key, leaf, others = certificates.load_p12(p12.read_bytes(), password, str(p12))
    roots = "".join(certificates.describe(root).pem for root in others if root.issuer == root.subject)
    return client_context(roots_pem or roots, certificates.describe(leaf).pem, certificates.key_pem(key))


@contextmanager
def _readable(secret: bytes) -> Iterator[str]:
    """A path to read a secret from: in memory where there is memfd, else a private file, removed after."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("key")
        try:
            os.write(descriptor, secret)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory() as folder:  # made with mode 0700
        path = Path(folder) / "key.pem"
        path.write_bytes(secret)
        yield str(path)

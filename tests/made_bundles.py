"""Deployment Bundles, good and bad, made for tests by the product's own signer."""

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from cryptography import x509

from aosedge.clock import SystemClock
from aosedge.model.ids import UserId
from aosedge.trust import csr
from aosedge.trust.bundles import CONFIG, CONTENT, SIGNATURE, PrivateKey, sign_parts
from aosedge.trust.certificates import Authority, parse_pem

CONFIG_TEXT = """
schemaVersion: 2
publisher: {author: A, company: C}
items:
- identity: {type: service, codename: CODENAME, title: A service}
  version: VERSION
  images:
  - {archInfo: {architecture: amd64}, cmd: /bin/serve --loud}
  configuration: {quotas: {ramLimit: 64MiB}}
"""
Files = dict[str, bytes]
Member = tuple[tarfile.TarInfo, bytes]


class Signer(msgspec.Struct, frozen=True):
    """A person who signs, and the authority that knows them."""

    key: PrivateKey
    certificate: x509.Certificate
    roots: tuple[x509.Certificate, ...]


def new_signer(folder: Path, user: str = "user-1", kind: str = "p256") -> Signer:
    """A signer of a fresh authority in `folder`."""
    now = SystemClock().wall()
    return signer_of(Authority.create(folder, "localhost", now), user, kind)


def signer_of(authority: Authority, user: str = "user-1", kind: str = "p256") -> Signer:
    """A signer with a certificate of this authority."""
    key = csr.new_key(kind)  # type: ignore[arg-type]
    issued = authority.issue_user(key.public_key(), UserId(user), user, SystemClock().wall())
    return Signer(key, parse_pem(issued.pem), authority.roots)


def config(codename: str = "hello", version: str = "1.0.0", text: str = CONFIG_TEXT) -> bytes:
    """A configuration of one service."""
    return text.replace("CODENAME", codename).replace("VERSION", version).encode()


def file(name: str, content: bytes = b"", **fields: object) -> Member:
    """A tar member."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o755
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def archive(*members: Member) -> bytes:
    """A tar.gz of these members."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as out:
        for info, content in members:
            out.addfile(info, io.BytesIO(content))
    return made.getvalue()


def bundle(
    signer: Signer,
    text: bytes | None = None,
    members: list[Member] | None = None,
    *,
    inner: bytes | None = None,
    inner_text: bytes | None = None,
    spoil: Callable[[Files], None] = lambda files: None,
) -> bytes:
    """A signed bundle; `inner` is the inner archive as bytes, `spoil` changes the three files after the signing."""
    text = config() if text is None else text
    if members is None:
        members = [file("./hello/amd64/bin/serve", b"#!/bin/sh\n")]
    if inner is None:
        inner = archive(file("./config.yaml", text if inner_text is None else inner_text), *members)
    files = {CONTENT: inner, CONFIG: text}
    files[SIGNATURE] = signature(files, signer)
    spoil(files)
    return archive(*(file(f"./{name}", content) for name, content in files.items()))


def signature(files: Mapping[str, bytes], signer: Signer) -> bytes:
    """`package.sign` over these files."""
    with TemporaryDirectory() as scratch:
        for name, content in files.items():
            (Path(scratch) / name).write_bytes(content)
        return sign_parts([Path(scratch) / name for name in files], signer.key, signer.certificate)

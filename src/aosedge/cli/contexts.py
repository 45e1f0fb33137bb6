"""Who the person at the terminal is, and which cloud they mean: `--user`, the environment, or a kept login."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aosedge.cli.client import Client
from aosedge.model.errors import Invalid, NotFound
from aosedge.trust import files, tls

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from aosedge.trust.csr import PrivateKey

FOLDER_VARIABLE = "AOS_CONFIG"


class Options(NamedTuple):
    """What was said on the command line or in AOS_USER, AOS_URL, AOS_CA, AOS_LOGIN, AOS_TOKEN."""

    user: Path | None
    url: str
    ca: Path | None
    context: str
    token: str = ""


class Kept(NamedTuple):
    """A login: the address, and a folder with `user.pem` (certificate and key, 0600) and `ca.pem`."""

    name: str
    url: str
    folder: Path


def connect(options: Options) -> Client:
    """A client for whoever the options, or the kept login, name; raises Invalid or NotFound with the cure."""
    if options.user is not None:
        roots = _text(options.ca, "--ca") if options.ca else ""
        if not options.user.exists():
            raise NotFoundFile(options.user)
        context = tls.client_context_from_p12(options.user, roots)
        return Client(options.url or url_of(options.user), context, options.token)
    if options.token and options.url and options.ca:
        return Client(options.url, tls.client_context(_text(options.ca, "--ca")), options.token)
    kept = current(options.context)
    roots = _text(options.ca or kept.folder / "ca.pem", "--ca")
    return Client(
        options.url or kept.url, tls.client_context(roots, _text(kept.folder / "user.pem", kept.name)), options.token
    )


def signer(options: Options) -> "tuple[PrivateKey, Certificate]":
    """Key and certificate of the person that the options, or the kept login, name."""
    from aosedge.trust import certificates

    if options.user is not None:
        if not options.user.exists():
            raise NotFoundFile(options.user)
        key, leaf, _others = certificates.load_p12(options.user.read_bytes(), element=str(options.user))
        return key, leaf
    kept = current(options.context)
    pem = _text(kept.folder / "user.pem", kept.name)
    return certificates.load_key(pem.encode(), kept.name), certificates.parse_pem(pem, kept.name)


class NotFoundFile(NotFound):
    """A file that was named is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__("file", str(path))
        self.message, self.element, self.cure = (
            "no such file",
            str(path),
            "name a PKCS#12 file with --user or AOS_USER",
        )


def keep(options: Options, p12: Path, name: str) -> Kept:
    """Keep a PKCS#12 as a login and make it the current one."""
    from aosedge.trust import certificates

    key, leaf, others = certificates.load_p12(p12.read_bytes(), element=str(p12))
    roots = _text(options.ca, "--ca") if options.ca else "".join(certificates.describe(o).pem for o in others)
    chain = certificates.describe(leaf).pem
    return keep_pair(name, options.url or url_of(p12), roots, chain, certificates.key_pem(key))


def keep_pair(name: str, url: str, roots_pem: str, chain_pem: str, key_pem: bytes) -> Kept:
    """Keep a certificate and its key as the current login; raises Invalid for a name that is a path."""
    if Path(name).name != name:
        raise Invalid("not a name for a login", element="--name", got=name, cure="--name NAME, without a slash")
    kept = Kept(name, url, _folder() / name)
    files.write_whole(kept.folder / "ca.pem", roots_pem.encode(), files.PUBLIC)
    files.write_whole(kept.folder / "user.pem", chain_pem.encode() + key_pem)
    _write(name, {login.name: login.url for login in logins_kept()} | {name: kept.url})
    return kept


def use(name: str) -> Kept:
    """Make a kept login the current one."""
    kept = current(name)
    _write(name, {login.name: login.url for login in logins_kept()})
    return kept


def current(name: str = "") -> Kept:
    """The kept login of this name, or the current one."""
    settings = _settings()
    chosen = name or str(settings.get("current", ""))
    if not chosen:
        raise Invalid("nobody is logged in", cure="aos login FILE.p12, or --user FILE.p12, or AOS_USER")
    for login in logins_kept():
        if login.name == chosen:
            return login
    known = ", ".join(login.name for login in logins_kept()) or "none"
    raise Invalid("no such login", element=chosen, expected=known, cure="aos login FILE.p12 --name " + chosen)


def logins_kept() -> list[Kept]:
    """Every kept login."""
    logins = _settings().get("logins", {})
    return [Kept(name, str(url), _folder() / name) for name, url in sorted(dict(logins).items())]  # type: ignore[call-overload]


def url_of(p12: Path) -> str:
    """The API of the domain that a certificate names."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from aosedge.trust import certificates

    _key, leaf, _others = certificates.load_p12(p12.read_bytes(), element=str(p12))
    domain = certificates.peer_of(leaf.public_bytes(Encoding.DER)).domain
    return f"https://{domain}:10000"


def _folder() -> Path:
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "aosedge"


def _settings() -> dict[str, object]:
    path = _folder() / "logins.json"
    try:
        read = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Invalid(
            "cannot be read", element=str(path), got=str(error), cure="remove it and log in anew"
        ) from error
    return read if isinstance(read, dict) else {}


def _write(name: str, logins: dict[str, str]) -> None:
    content = json.dumps({"current": name, "logins": logins}, indent=2) + "\n"
    files.write_whole(_folder() / "logins.json", content.encode())


def roots_of(options: Options, cure: str) -> str:
    """PEM of the roots that `--ca` names; raises Invalid with the cure without it."""
    if options.ca is None:
        raise Invalid("no trusted root is named", element="--ca", expected="a PEM file", cure=cure)
    return _text(options.ca, "--ca")


def _text(path: Path, element: str) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise Invalid("cannot be read", element=element, got=f"{path}: {error.strerror}") from error

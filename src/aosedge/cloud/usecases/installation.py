"""Setting an installation up, and again: everything that is there stays, everything that is missing is made."""

import os
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Role, Task
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Grant, Organization, OrgKind
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import EverySession, Store
from aosedge.model.errors import Invalid
from aosedge.model.ids import FleetId, Ids, OrgId, UserId
from aosedge.model.instants import Clock, Instant
from aosedge.trust import certificates, csr, files, roots
from aosedge.trust.certificates import Authority, Issued

SECRET_BYTES: Final = 32
_ORGANIZATIONS: Final[tuple[tuple[OrgKind, str], ...]] = (
    ("platform", "Installation"),
    ("oem", "First OEM"),
    ("sp", "First Service Provider"),
)
_USERS: Final[tuple[tuple[str, Role, OrgKind], ...]] = (
    ("admin", "admin", "platform"),
    ("oem", "oem", "oem"),
    ("sp", "sp", "sp"),
)
_FLEET: Final = "default"


class Installed(msgspec.Struct, frozen=True):
    """What the set-up found or made: users by name with the files that let them in."""

    domain: str
    made: tuple[str, ...]
    users: dict[str, Path]


def ready_authority(settings: Settings, now: Instant) -> tuple[Authority, bool]:
    """The authority and whether it was made now; raises Invalid where it is another domain's."""
    if roots.exist(settings.authority_folder):
        authority = Authority.load(settings.authority_folder, settings.unit_life_us)
        if authority.domain != settings.domain:
            raise Invalid(
                "this installation has another domain",
                element="domain",
                expected=authority.domain,
                got=settings.domain,
                cure="set AOSCLOUD_DOMAIN to it, or set up anew in another AOSCLOUD_DATA_FOLDER",
            )
        return authority, False
    return Authority.create(settings.authority_folder, settings.domain, now), True


def ready_secret(settings: Settings) -> bool:
    """Make the secret that signs links and tokens, if there is none; whether it was made now."""
    if settings.secret_file.exists():
        return False
    files.write_whole(settings.secret_file, os.urandom(SECRET_BYTES))
    return True


def write_roots(settings: Settings, authority: Authority) -> None:
    """A copy of the trusted roots for clients on this machine."""
    files.write_whole(settings.root_file, authority.root_pem().encode(), files.PUBLIC)


def server_files(settings: Settings, authority: Authority, now: Instant) -> tuple[Path, Path]:
    """Certificate and key of the servers, made anew when three quarters of their life or their names are past."""
    folder = settings.data_folder / "tls"
    certificate, key = folder / "server.pem", folder / "server.key"
    names = [settings.domain]
    if settings.domain == "localhost":
        names += ["127.0.0.1", "::1"]
    if not (certificate.exists() and key.exists() and _good_for(certificate, authority, names, now)):
        private = csr.new_key()
        issued = authority.issue_server(private.public_key(), names, now)
        files.write_whole(key, certificates.key_pem(private))
        files.write_whole(certificate, issued.chain_pem.encode(), files.PUBLIC)
    return certificate, key


def _good_for(path: Path, authority: Authority, names: list[str], now: Instant) -> bool:
    leaf, *_chain = certificates.parse_pems(path.read_bytes(), str(path))
    described = certificates.describe(leaf)
    left = described.not_after - now
    return (
        left > certificates.SERVER_LIFE // 4
        and certificates.server_names(leaf) == set(names)
        and authority.serves(leaf)
    )


async def install(settings: Settings, authority: Authority, store: Store, clock: Clock, ids: Ids) -> Installed:
    """First organizations, fleet and users in the database, and the users' files below the data folder."""
    now = clock.wall()
    caller = Caller(Task("init"), ids.new(), now)
    made, users = await store.write_every(caller, lambda session: _seed(session, settings.domain, ids, now))
    paths = {}
    for user in users:
        path = settings.users_folder / f"{user.username}.p12"
        issued, fresh = _user_file(path, authority, user, now)
        known = await store.write_every(caller, partial(_record, record=_certificate(user.id, issued, now)))
        made += [str(path)] if fresh or not known else []
        paths[user.username] = path
    return Installed(settings.domain, tuple(made), paths)


def _seed(session: EverySession, domain: str, ids: Ids, now: Instant) -> tuple[list[str], list[User]]:
    session.settings.put_new("domain", domain)
    made: list[str] = []
    by_kind: dict[OrgKind, OrgId] = {}
    for organization in session.organizations.all():
        by_kind.setdefault(organization.kind, organization.id)
    for kind, title in _ORGANIZATIONS:
        if kind not in by_kind:
            by_kind[kind] = OrgId(ids.new())
            session.organizations.add(Organization(by_kind[kind], kind, title, now))
            made.append(f"organization {title}")
    session.organizations.grant(Grant(by_kind["oem"], by_kind["sp"], now, secret=ids.new()))
    if session.fleets.page().total == 0:
        session.fleets.add(Fleet(FleetId(ids.new()), by_kind["oem"], _FLEET, now))
        made.append(f"fleet {_FLEET}")
    users: list[User] = []
    for username, role, kind in _USERS:
        user = session.users.named(username)
        if user is None:
            user = User(UserId(ids.new()), by_kind[kind], role, username, now)
            session.users.add(user)
            made.append(f"user {username}")
        users.append(user)
    return made, users


def _user_file(path: Path, authority: Authority, user: User, now: Instant) -> tuple[Issued, bool]:
    """The certificate in the user's file; if that is missing, of an older root or nearly at its end, a new one."""
    if path.exists():
        _key, leaf, _others = certificates.load_p12(path.read_bytes(), element=str(path))
        there = certificates.describe(leaf)
        if there.not_after - now > certificates.USER_LIFE // 4 and authority.issues(leaf):
            return there, False
    issued, p12 = authority.issue_user_p12(user.id, user.username, now)
    files.write_whole(path, p12)
    return issued, True


def _record(session: EverySession, record: Certificate) -> bool:
    """Whether the certificate was known; it is from here."""
    if session.certificates.find(record.serial) is not None:
        return True
    session.certificates.add(record)
    return False


def _certificate(user: UserId, issued: Issued, now: Instant) -> Certificate:
    return Certificate(
        serial=issued.serial,
        kind="user",
        owner=user,
        type="user",
        fingerprint=issued.fingerprint,
        not_after=issued.not_after,
        created_at=now,
        pem=issued.pem,
    )

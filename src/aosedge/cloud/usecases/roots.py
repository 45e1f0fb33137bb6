"""One root certificate takes another's place: a second one is trusted and issues, and the first is retired when
everybody has a certificate by the second. For who runs the installation, on its folder and database.
"""

from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Caller
from aosedge.cloud.domain.roots import Holder, Reliance
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases import installation
from aosedge.model.errors import Conflict
from aosedge.model.instants import Instant
from aosedge.trust import certificates, roots
from aosedge.trust.certificates import Authority

TOGETHER: Final = 1000
NAMED_MOST: Final = 20


class RootView(msgspec.Struct, frozen=True):
    """A trusted root."""

    serial: str
    subject: str
    not_after: Instant
    issues: bool
    holders: int
    """People and Units that have a certificate by it."""
    shut_out: int
    """Those of them who have no other."""


async def view(settings: Settings, store: Store, caller: Caller) -> list[RootView]:
    """The trusted roots, the issuing one first. Raises Invalid before `aoscloud init`."""
    held = roots.read(settings.authority_folder)
    reliance = await _reliance(held, store, caller)
    described = [certificates.describe(root) for root in held.trusted]
    counts = reliance.counts(each.serial for each in described)
    return [
        RootView(
            serial=each.serial,
            subject=root.subject.rfc4514_string(),
            not_after=each.not_after,
            issues=root == held.issuing.certificate,
            holders=counts[each.serial],
            shut_out=len(reliance.shut_out(each.serial)),
        )
        for root, each in zip(held.trusted, described, strict=True)
    ]


async def add(settings: Settings, store: Store, caller: Caller) -> str:
    """A second root, which issues from the next start of the cloud on; its serial. Raises Conflict during another."""
    held = roots.add(settings.authority_folder, caller.now)
    await _changed(settings, held, store, caller, "roots_create", held.issuing.serial)
    return held.issuing.serial


async def retire(settings: Settings, store: Store, caller: Caller, serial: str, *, force: bool = False) -> list[str]:
    """Trust this root no longer, from the next start of the cloud on; who is shut out by that.

    Raises NotFound, Conflict for the issuing root, and Conflict naming who would be shut out unless `force`.
    """
    reliance = await _reliance(roots.read(settings.authority_folder), store, caller)
    holders = reliance.shut_out(serial)
    names = await store.read_every(caller, lambda session: _names(session, holders))
    if names and not force:
        more = f" and {len(names) - NAMED_MOST} more" if len(names) > NAMED_MOST else ""
        raise Conflict(
            f"{len(names)} would be shut out",
            element=serial,
            got=", ".join(names[:NAMED_MOST]) + more,
            cure="renew their certificates first (aos unit renew, aos user invite), or --force",
        )
    held = roots.retire(settings.authority_folder, serial)
    await _changed(settings, held, store, caller, "roots_delete", serial)
    return names


async def _reliance(held: roots.Held, store: Store, caller: Caller) -> Reliance:
    reliance, after = Reliance(), ""
    while True:

        def some(session: EverySession, after: str = after) -> list[tuple[Holder, str, str]]:
            found = session.certificates.in_use(caller.now, after, TOGETHER)
            return [(Holder(each.kind, each.owner), each.serial, each.pem) for each in found]

        part = await store.read_every(caller, some)
        for holder, _, pem in part:
            if root := certificates.root_of(certificates.parse_pem(pem), held.trusted):
                reliance.add(holder, root)
        if len(part) < TOGETHER:
            return reliance
        after = part[-1][1]


def _names(session: EverySession, holders: list[Holder]) -> list[str]:
    units = session.units.find_many(holder.id for holder in holders if holder.kind == "unit")  # type: ignore[misc]
    people = [session.users.find(holder.id) for holder in holders if holder.kind == "user"]  # type: ignore[arg-type]
    return [
        *(f"Unit {unit.system_uid}" for unit in units.values()),
        *(f"user {one.username}" for one in people if one),
    ]


async def _changed(
    settings: Settings, held: roots.Held, store: Store, caller: Caller, operation: str, serial: str
) -> None:
    installation.write_roots(settings, Authority(held))
    trusted = ", ".join(certificates.serial_of(root) for root in held.trusted)
    words = f"trusted: {trusted}; issues: {held.issuing.serial}"
    await store.write_every(
        caller, lambda session: session.audit_of(caller).append(operation, "done", target=serial, detail=words)
    )

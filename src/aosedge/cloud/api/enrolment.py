"""Enrolment keys, and Units that wait for approval, as people see them."""

from typing import Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.enrolment import EnrolmentKey, KeyState, NewKey, Policy
from aosedge.cloud.domain.waiting import WaitingKind, WaitingState, WaitingUnit
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import enrolment
from aosedge.cloud.usecases.doorkeeper import Doorkeeper
from aosedge.model.ids import EnrolmentKeyId, FleetId, TargetSystemId, WaitingId
from aosedge.model.instants import Instant, to_rfc3339
from aosedge.trust import secrets


class EnrolmentKeyView(msgspec.Struct, frozen=True):
    """A key without its secret, which nobody is shown again; `units` may come with it, `used` have."""

    id: str
    title: str
    fleet_id: str
    target_system_id: str | None
    state: KeyState
    policy: Policy
    units: int
    used: int
    created_at: str
    expires_at: str
    created_by: str


class NewEnrolmentKeyView(EnrolmentKeyView, frozen=True):
    """A key as it is made: `key` is shown this once."""

    key: str


class EnrolmentKeysView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[EnrolmentKeyView, ...]


class EnrolmentKeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how many Units of which fleet, for how long, and whether a person looks at each."""

    title: str
    fleet_id: str
    units: int = 1
    valid_hours: int = 7 * 24
    policy: Policy = "approve"
    target_system_id: str | None = None


class WaitingUnitView(msgspec.Struct, frozen=True):
    """A Unit at the door. All but `created_at` and `origin` is what it says of itself; of `fingerprint`, SHA-256 of
    its online public key, it has proven that it holds the key. A Unit that returns has proven its old key too.
    """

    id: str
    kind: WaitingKind
    state: WaitingState
    system_uid: str
    fingerprint: str
    model_name: str
    model_version: str
    nodes: tuple[str, ...]
    fleet_id: str
    target_system_id: str | None
    enrolment_key_id: str | None
    origin: str
    created_at: str
    expires_at: str
    reason: str


class WaitingUnitsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[WaitingUnitView, ...]


class RejectBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, which the Unit is told."""

    reason: str = ""


def key_view(key: EnrolmentKey, now: Instant) -> EnrolmentKeyView:
    """As the API shows it."""
    return EnrolmentKeyView(
        id=key.id,
        title=key.title,
        fleet_id=key.fleet,
        target_system_id=key.target_system,
        state=key.state(now),
        policy=key.policy,
        units=key.units_most,
        used=key.used,
        created_at=to_rfc3339(key.created_at),
        expires_at=to_rfc3339(key.expires_at),
        created_by=key.created_by,
    )


def waiting_view(applied: WaitingUnit, now: Instant) -> WaitingUnitView:
    """As the API shows it."""
    return WaitingUnitView(
        id=applied.id,
        kind=applied.kind,
        state=applied.state(now),
        system_uid=applied.system_uid,
        fingerprint=applied.fingerprint,
        model_name=applied.registration.model,
        model_version=applied.registration.model_version,
        nodes=tuple(node.name for node in applied.registration.nodes),
        fleet_id=applied.fleet,
        target_system_id=applied.target_system,
        enrolment_key_id=applied.enrolment_key,
        origin=applied.origin,
        created_at=to_rfc3339(applied.created_at),
        expires_at=to_rfc3339(applied.expires_at),
        reason=applied.reason,
    )


@get("/enrolment-keys/", operation_id="enrolment_keys_list", tags=["units"])
async def list_keys(
    ask: Asked, window: Within, fleet_id: FromQuery[str | None] = None, ordering: FromQuery[str] = "-created_at"
) -> EnrolmentKeysView:
    """Enrolment keys of your fleets, newest first."""
    fleet = None if fleet_id is None else FleetId(fleet_id)
    page = await ask.read(lambda session: session.enrolment_keys.page(window, fleet=fleet, order=ordering))
    return EnrolmentKeysView(page.total, tuple(key_view(key, ask.caller.now) for key in page.items))


@post("/enrolment-keys/", operation_id="enrolment_keys_create", tags=["units"])
async def create_key(ask: Asked, data: JSONBody[EnrolmentKeyBody]) -> NewEnrolmentKeyView:
    """Make a key with which Units register themselves; it is shown this once."""
    secret = secrets.new_secret(secrets.ENROLMENT)
    wanted = NewKey(data.title, data.units, data.valid_hours, data.policy)
    system = None if data.target_system_id is None else TargetSystemId(data.target_system_id)
    made = await ask.change(
        lambda session: enrolment.create_key(
            session, ask.ids, wanted, FleetId(data.fleet_id), system, secrets.hash_of(secret)
        ),
        lambda key: f"{key.id} {key.title}",
    )
    return NewEnrolmentKeyView(**msgspec.structs.asdict(key_view(made, ask.caller.now)), key=secret)


@post("/enrolment-keys/{id:str}/revoke/", operation_id="enrolment_keys_revoke", tags=["units"])
async def revoke_key(ask: Asked, id: Name) -> EnrolmentKeyView:
    """No further Unit comes with this key; those that wait already are not touched."""
    key = await ask.change(
        lambda session: session.enrolment_keys.revoke(EnrolmentKeyId(id)), lambda key: f"{key.id} {key.title}"
    )
    return key_view(key, ask.caller.now)


@get("/waiting-units/", operation_id="waiting_units_list", tags=["units"])
async def list_waiting(
    ask: Asked,
    window: Within,
    kind: FromQuery[Literal["enrolment", "return"] | None] = None,
    status: FromQuery[Literal["waiting", "approved", "rejected", "expired"] | None] = None,
    system_uid: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-created_at",
) -> WaitingUnitsView:
    """Units that wait for approval, and for a while how others ended; newest first."""
    now = ask.caller.now

    def find(session: Session) -> WaitingUnitsView:
        page = session.waiting_units.page(
            window, now=now, kind=kind, state=status, system_uid=system_uid, order=ordering
        )
        return WaitingUnitsView(page.total, tuple(waiting_view(applied, now) for applied in page.items))

    return await ask.read(find)


@post("/waiting-units/{id:str}/approve/", operation_id="waiting_units_approve", tags=["units"])
async def approve(ask: Asked, doorkeeper: NamedDependency[Doorkeeper], id: Name) -> WaitingUnitView:
    """Let a Unit in: it has its certificates when it next asks."""
    applied, known = await ask.read(lambda session: enrolment.look(session, WaitingId(id)))
    issued = doorkeeper.issue(applied, known, ask.caller.now)
    done = await ask.change(
        lambda session: enrolment.let_in(session, applied.id, known, issued),
        lambda applied: f"{applied.unit} {applied.system_uid}",
    )
    return waiting_view(done, ask.caller.now)


@post("/waiting-units/{id:str}/reject/", operation_id="waiting_units_reject", tags=["units"])
async def reject(ask: Asked, id: Name, data: JSONBody[RejectBody]) -> WaitingUnitView:
    """Do not let a Unit in."""
    done = await ask.change(
        lambda session: enrolment.reject(session, WaitingId(id), data.reason),
        lambda applied: f"{applied.unit} {applied.system_uid}",
    )
    return waiting_view(done, ask.caller.now)

"""Registering a Unit: it becomes known, its nodes are recorded, and it gets its certificates."""

import msgspec

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.provisioning import RegisteredNode, Registration, may_register
from aosedge.cloud.domain.units import Node, Unit, room_for_one
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import unit_sets
from aosedge.cloud.usecases.certificates import sealed
from aosedge.model.errors import Conflict
from aosedge.model.ids import FleetId, Ids, NodeName, OrgId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import CertificateType
from aosedge.trust.certificates import Authority, Issued
from aosedge.trust.sealing import Seal


class IssuedToUnit(msgspec.Struct, frozen=True):
    """A certificate that was issued at registration."""

    type: CertificateType
    node: NodeName
    issued: Issued


class Known(msgspec.Struct, frozen=True):
    """What a registration meets: the Unit if it is known, its certificates, and the fleet that it goes into."""

    unit: Unit | None
    fleet: FleetId
    serials: frozenset[str] = frozenset()


def look(session: Session, registration: Registration, fleet: FleetId | None) -> Known:
    """What is known before anything is issued; raises NotFound for a fleet, Conflict where the Unit is provisioned or
    the organization may have no more.

    Without a `fleet` a new Unit goes into the oldest one.
    """
    page = session.units.page(system_uid=registration.system_uid)
    unit = page.items[0] if page.items else None
    may_register(unit)
    _check_room(session, unit)
    serials = serials_of(session, unit.id) if unit else frozenset[str]()
    if fleet is not None:
        return Known(unit, session.fleets.get(fleet).id, serials)
    if unit is not None:
        return Known(unit, unit.fleet, serials)
    fleets = session.fleets.page(order="created_at").items
    if not fleets:
        raise Conflict("there is no fleet for the Unit", element="fleet_id", cure="aos fleet create TITLE")
    return Known(None, fleets[0].id)


class Provisioning:
    """Issues what a registration asks for; the authority's key is here and nowhere else."""

    def __init__(self, authority: Authority, discovery_url: str, ids: Ids, seal: Seal) -> None:
        self._authority, self._discovery_url, self._ids, self._seal = authority, discovery_url, ids, seal

    def sealed(self, registration: Registration, id: UnitId) -> dict[NodeName, str]:
        """The nodes' passwords as `record` keeps them."""
        return sealed(self._seal, id, registration.secrets)

    def issue(
        self, registration: Registration, known: Known, now: Instant, id: UnitId | None = None
    ) -> tuple[UnitId, tuple[IssuedToUnit, ...]]:
        """The Unit's id, for a new one `id` if given, and its certificates; raises Invalid or Untrusted naming the
        request at fault.
        """
        unit = known.unit.id if known.unit else id or UnitId(self._ids.new())
        return unit, tuple(
            IssuedToUnit(
                ask.type,
                ask.node,
                self._authority.issue_unit(
                    ask.csr,
                    unit,
                    registration.system_uid,
                    ask.type,
                    now,
                    discovery_url=self._discovery_url,
                    element=ask.element,
                ),
            )
            for ask in registration.certificates
        )


def record(
    session: Session,
    tenant: OrgId,
    registration: Registration,
    known: Known,
    id: UnitId,
    issued: tuple[IssuedToUnit, ...],
    secrets: dict[NodeName, str],
    now: Instant,
) -> Unit:
    """The Unit is provisioned from here; certificates of a registration that was lost open no door any more.

    Raises Conflict where somebody else registered it meanwhile, or the last Unit that the organization may have.
    """
    _check_room(session, known.unit)
    if known.unit is None:
        session.units.add(
            Unit(
                id=id,
                tenant=tenant,
                fleet=known.fleet,
                system_uid=registration.system_uid,
                model=registration.model,
                model_version=registration.model_version,
                created_at=now,
                lifecycle="provisioned",
            )
        )
    else:
        may_register(session.units.get(id))
        if serials_of(session, id) != known.serials:
            raise Conflict(
                "somebody else has registered this Unit meanwhile",
                element="system_uid",
                got=registration.system_uid,
                cure="let that tool finish, or register again",
            )
        session.certificates.revoke_of_unit(id)
        session.units.set_lifecycle(id, "provisioned")
        session.units.mark_dirty((id,))
    session.units.put_nodes(id, [_node(id, node) for node in registration.nodes])
    session.unit_certificates.put_secrets(id, secrets)
    for each in issued:
        session.certificates.add(_certificate(id, each, now))
    session.signal("targets")
    unit = session.units.get(id)
    unit_sets.follow(session, unit)
    return unit


def take_back(session: Session, known: Known, issued: tuple[IssuedToUnit, ...], now: Instant) -> Unit:
    """A Unit that has been away too long has new certificates; all others open no door any more. Raises NotFound, and
    Conflict where its certificates have changed meanwhile.
    """
    assert known.unit is not None
    unit = session.units.get(known.unit.id)
    if unit.lifecycle != "provisioned" or serials_of(session, unit.id) != known.serials:
        raise Conflict("the Unit is another now", element="system_uid", got=unit.system_uid, cure="look again")
    session.certificates.revoke_of_unit(unit.id)
    session.clones.clear(unit.id)
    for each in issued:
        session.certificates.add(_certificate(unit.id, each, now))
    return unit


def _check_room(session: Session, known: Unit | None) -> None:
    """Raises Conflict where the organization would have more Units than it may."""
    if known is None or known.lifecycle == "deprovisioned":
        room_for_one(session.unit_limits.get(tenant_of(session.caller)))


def serials_of(session: Session, unit: UnitId) -> frozenset[str]:
    """The Unit's certificates, whatever their state."""
    return frozenset(each.serial for each in session.certificates.of_unit(unit))


def _node(unit: UnitId, node: RegisteredNode) -> Node:
    return Node(unit, node.name, node.type, node.title, node.main, msgspec.json.encode(node.info))


def _certificate(unit: UnitId, each: IssuedToUnit, now: Instant) -> Certificate:
    return Certificate(
        serial=each.issued.serial,
        kind="unit",
        owner=unit,
        type=each.type,
        fingerprint=each.issued.fingerprint,
        not_after=each.issued.not_after,
        created_at=now,
        pem=each.issued.pem,
        node=each.node,
    )

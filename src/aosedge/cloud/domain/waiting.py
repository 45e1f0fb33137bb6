"""Units that wait for a person to let them in: new ones with an enrolment key, and ones that have been away too long.

`waiting > approved | rejected | expired`. Nothing else is open to a Unit while it waits.
"""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.provisioning import Registration
from aosedge.cloud.domain.units import Unit
from aosedge.model.errors import Conflict, NotAllowed, TooMany
from aosedge.model.ids import EnrolmentKeyId, FleetId, NodeName, OrgId, SystemId, TargetSystemId, UnitId, WaitingId
from aosedge.model.instants import DAY, Instant

WaitingKind = Literal["enrolment", "return"]
WaitingState = Literal["waiting", "approved", "rejected", "expired"]
WAITS_US: Final = 14 * DAY
"""So long a person has time; then the Unit has to ask anew."""
KEPT_US: Final = 30 * DAY
"""So long after that it is seen how it ended."""
WAITING_MOST: Final = 1000
"""Of one organization."""
REASON_LETTERS_MOST: Final = 500


class WaitingUnit(msgspec.Struct, frozen=True):
    """A Unit at the door. `unit` is the id that it has, or gets once it is let in.

    `fingerprint` is SHA-256 (hex) of its new online public key (SubjectPublicKeyInfo): what the Unit shows too.
    """

    id: WaitingId
    tenant: OrgId
    fleet: FleetId
    kind: WaitingKind
    unit: UnitId
    system_uid: SystemId
    fingerprint: str
    challenge: str
    """Answered with the application: it counts once."""
    registration: Registration
    origin: str
    created_at: Instant
    expires_at: Instant
    enrolment_key: EnrolmentKeyId | None = None
    target_system: TargetSystemId | None = None
    secrets: dict[NodeName, str] = {}
    """The nodes' passwords, sealed."""
    decided: WaitingState = "waiting"
    reason: str = ""

    def state(self, now: Instant) -> WaitingState:
        """How it stands."""
        return "expired" if self.decided == "waiting" and now >= self.expires_at else self.decided


def check_waiting(applied: WaitingUnit, now: Instant) -> None:
    """Raise Conflict unless it can still be decided."""
    state = applied.state(now)
    if state != "waiting":
        raise Conflict(
            f"this is {state} already",
            element=applied.system_uid,
            expected="a Unit that waits",
            got=state,
            cure="list what waits: aos unit waiting",
        )


def check_room(waiting: int) -> None:
    """Raise TooMany where so many wait already that nobody would look at one more."""
    if waiting >= WAITING_MOST:
        raise TooMany("too many Units wait for approval", retry_after_s=3600, cure="approve or reject some")


def check_way_back(certificate: Certificate | None, fingerprint: str, unit: Unit | None, now: Instant) -> Unit:
    """The Unit whose expired online certificate this is; raises NotAllowed, and Conflict where it still holds.

    A revoked certificate has no way back, nor has a Unit that was decommissioned.
    """
    if (
        certificate is None
        or unit is None
        or (certificate.kind, certificate.type, certificate.owner) != ("unit", "online", unit.id)
        or certificate.fingerprint != fingerprint
    ):
        raise _no_way("is not known here")
    if certificate.state == "revoked":
        raise _no_way("was revoked")
    if unit.lifecycle != "provisioned":
        raise _no_way("is of a Unit that was decommissioned")
    if now < certificate.not_after:
        raise Conflict("the certificate still holds", element="certificate", cure="come in with it")
    return unit


def check_kinds(registration: Registration, known: frozenset[tuple[str, NodeName]]) -> None:
    """Raise NotAllowed for a certificate that the Unit did not have."""
    for ask in registration.certificates:
        if (ask.type, ask.node) not in known:
            raise NotAllowed("a certificate that this Unit never had", element=ask.element, got=ask.type)


def asks_again(newest: WaitingUnit | None, fingerprint: str, now: Instant) -> WaitingUnit | None:
    """The application that this one repeats, its answer was lost; None for a new one.

    Raises Conflict while another key waits under this name: people see the two one after the other.
    """
    if newest is None or newest.state(now) not in ("waiting", "approved"):
        return None
    if newest.fingerprint == fingerprint:
        return newest
    if newest.state(now) == "approved":
        return None
    raise Conflict(
        "another key waits under this name",
        element="system_uid",
        got=newest.system_uid,
        cure="a person rejects the one that is not the Unit: aos unit waiting",
    )


def _no_way(words: str) -> NotAllowed:
    return NotAllowed(f"the certificate {words}", element="certificate", cure="provision the Unit anew")

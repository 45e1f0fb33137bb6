"""Renewing a Unit's certificates: asked for, issued, installed, and only then is the old one let go of.

A renewal is of one certificate type on one node. Both certificates open the door until the Unit has confirmed the new
one and, for the `online` one, has come in with it; a Unit that loses power on the way has one that works.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, get_args

import msgspec

from aosedge.cloud.domain.people import Certificate
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import NodeName, UnitId
from aosedge.model.instants import DAY, HOUR, Instant, to_datetime
from aosedge.protocol.messages import (
    InstallUnitCertificatesConfirmation,
    IssueUnitCertificates,
    RenewCertificatesNotification,
)
from aosedge.protocol.messages.from_cloud import NodeSecret, RenewCertificate, UnitSecrets
from aosedge.protocol.messages.parts import CertificateType, Identity

RenewalState = Literal["requested", "issued", "done", "failed", "overdue"]
"""`overdue`: it took too long, but the Unit may have gone away half way: what it brings of it still counts."""
TYPES: Final = get_args(CertificateType)
ASKED_MOST: Final = 32
"""Certificates in one message: as many as real Units take."""
ISSUED_AN_HOUR_MOST: Final = 64
"""Certificates that one Unit gets in an hour."""
OVERDUE_US: Final = 30 * DAY
"""How long a renewal may take: a Unit may be parked meanwhile."""
SECRETS_VERSION: Final = "2.0.0"
WORDS_MOST: Final = 200
Place = tuple[CertificateType, NodeName]


class Renewal(msgspec.Struct, frozen=True):
    """One renewal; `serial` is the certificate to be replaced, `new_serial` the one that was issued for it last."""

    unit: UnitId
    type: CertificateType
    node: NodeName
    serial: str
    state: RenewalState
    asked_at: Instant
    new_serial: str = ""
    confirmed: bool = False
    """The Unit said that it has installed the new one."""
    seen: bool = False
    """The Unit has come in with the new one."""
    error: str = ""

    @property
    def place(self) -> Place:
        """What a Unit has one certificate of."""
        return self.type, self.node


def current(certificates: Iterable[Certificate]) -> dict[Place, Certificate]:
    """The newest active certificate of each place."""
    found: dict[Place, Certificate] = {}
    for each in certificates:
        place: Place = (each.type, NodeName(each.node))  # type: ignore[assignment]  # a Unit's has no other type
        if each.state == "active" and (place not in found or found[place].created_at < each.created_at):
            found[place] = each
    return found


def to_renew(certificates: Iterable[Certificate], types: Sequence[str]) -> list[Certificate]:
    """Which to renew: those of `types`, or all; raises Invalid for no such type, Conflict where there is none."""
    for number, name in enumerate(types):
        if name not in TYPES:
            raise Invalid("no such certificate", element=f"cert_types[{number}]", expected=", ".join(TYPES), got=name)
    wanted = [each for place, each in sorted(current(certificates).items()) if not types or place[0] in types]
    if not wanted:
        raise Conflict("the Unit has no such certificate", element="cert_types", cure="aos unit certificates UNIT")
    return wanted[:ASKED_MOST]


def begun(unit: UnitId, certificate: Certificate, now: Instant, known: Iterable[Renewal]) -> Renewal:
    """Somebody asks for it; `known` are the Unit's so far."""
    place: Place = (certificate.type, NodeName(certificate.node))  # type: ignore[assignment]
    for before in known:
        if before.place == place and before.state in ("requested", "issued", "overdue"):
            return asked_again(before, now)
    return Renewal(unit, *place, certificate.serial, "requested", now)


def asked_again(renewal: Renewal, now: Instant) -> Renewal:
    """Somebody asks while it is under way: a certificate that is on its way to the Unit still counts.

    Were it forgotten, the same key would get a second one, and the Unit hear of both.
    """
    return msgspec.structs.replace(renewal, state="requested", asked_at=now, error="")


def issued(renewal: Renewal, serial: str) -> Renewal:
    """The Unit sent its request and this is its new certificate."""
    return msgspec.structs.replace(renewal, state="issued", new_serial=serial, confirmed=False, seen=False, error="")


def issued_again(renewal: Renewal) -> Renewal:
    """The Unit sent the request again that has its certificate: the answer was lost, or it was asked again."""
    return msgspec.structs.replace(renewal, state="issued") if renewal.state == "requested" else renewal


def going_on(
    renewal: Renewal | None, certificate: Certificate | None, place: Place, unit: UnitId, now: Instant
) -> Renewal:
    """The renewal that a Unit's request belongs to: the one under way, else one that it begins by itself."""
    if renewal is not None and renewal.state in ("requested", "issued"):
        return renewal
    return Renewal(unit, *place, certificate.serial if certificate is not None else "", "requested", now)


def overdue(renewal: Renewal, now: Instant) -> Renewal | None:
    """What has become of it if it took too long. Both certificates open the door: the Unit may have either."""
    if renewal.state not in ("requested", "issued") or now < renewal.asked_at + OVERDUE_US:
        return None
    what = "a request" if renewal.state == "requested" else "an installed certificate"
    words = f"the Unit did not come with {what} within {OVERDUE_US // DAY} days"
    return msgspec.structs.replace(renewal, state="overdue", error=words)


def failed(renewal: Renewal, words: str) -> Renewal:
    """It goes no further; the old certificate stays."""
    return msgspec.structs.replace(renewal, state="failed", error=words[:WORDS_MOST])


def confirmed(renewal: Renewal) -> Renewal:
    """The Unit has installed the new certificate."""
    return _settled(msgspec.structs.replace(renewal, confirmed=True))


def seen(renewal: Renewal) -> Renewal:
    """The Unit came in with the new certificate; after all this time that is as good as a confirmation."""
    confirmed = renewal.confirmed or renewal.state == "overdue"
    return _settled(msgspec.structs.replace(renewal, confirmed=confirmed, seen=True))


def _settled(renewal: Renewal) -> Renewal:
    """The others of a Unit's certificates open no channel: for them its word is all there is."""
    if renewal.confirmed and (renewal.seen or renewal.type != "online"):
        return msgspec.structs.replace(renewal, state="done", error="")
    return renewal


def check_secrets(nodes: Iterable[NodeName], secrets: Mapping[NodeName, str]) -> None:
    """Raise Conflict unless there is a secret for every node: Units refuse the notification without."""
    missing = sorted(node for node in nodes if node not in secrets)
    if missing:
        raise Conflict(
            "the passwords of some nodes are not known here",
            element=", ".join(missing),
            expected="what the tool that registered the Unit sent as secure_data",
            cure="let the Unit renew by itself, or register it again",
        )


def notification(
    renewals: Iterable[Renewal], until: Mapping[str, Instant], secrets: Mapping[NodeName, str]
) -> RenewCertificatesNotification | None:
    """What the Unit is told, None where nothing waits for it; `until` is when the old serials end."""
    waiting = [each for each in renewals if each.state == "requested"]
    if not waiting:
        return None
    return RenewCertificatesNotification(
        certificates=tuple(
            RenewCertificate(
                each.type,
                Identity(codename=each.node),
                each.serial,
                to_datetime(until[each.serial]) if each.serial in until else None,
            )
            for each in waiting
        ),
        unit_secrets=UnitSecrets(
            SECRETS_VERSION, tuple(NodeSecret(Identity(codename=node), secrets[node]) for node in sorted(secrets))
        ),
    )


def check_asked(message: IssueUnitCertificates, nodes: Sequence[NodeName], lately: Sequence[Instant]) -> None:
    """Raise Invalid or Conflict for what a Unit may not ask for; `lately` is when it got certificates."""
    asked = [(each.type, each.node.codename) for each in message.requests]
    if not 1 <= len(asked) <= ASKED_MOST:
        raise Invalid("so many requests cannot be", element="requests", expected=f"1 to {ASKED_MOST}")
    for number, (type, node) in enumerate(asked):
        if node not in nodes:
            raise Invalid(
                "no such node", element=f"requests[{number}].node", expected=", ".join(nodes), got=str(node)[:64]
            )
        if asked.index((type, node)) != number:
            raise Invalid("asked for twice", element=f"requests[{number}]", got=f"{type} of {node}")
    if len(lately) + len(asked) > ISSUED_AN_HOUR_MOST:
        raise Conflict("too many certificates in an hour", expected=f"at most {ISSUED_AN_HOUR_MOST}", cure="wait")


def lately(certificates: Iterable[Certificate], now: Instant) -> list[Instant]:
    """When certificates were issued in the last hour."""
    return [each.created_at for each in certificates if each.created_at > now - HOUR]


def of_confirmation(
    message: InstallUnitCertificatesConfirmation, renewals: Iterable[Renewal]
) -> list[tuple[Renewal, str]]:
    """The renewals that a confirmation is about, each with the Unit's error; what is not known counts for nothing.

    Real Units and tools write serials in either case, with or without leading zeros.
    """
    told = {(each.type, each.node.codename, _bare(each.serial)): each.error_info for each in message.certificates}
    found = []
    for renewal in renewals:
        mark = renewal.type, renewal.node, _bare(renewal.new_serial)
        if renewal.new_serial and mark in told:
            error = told[mark]
            failure = error is not None and (error.aos_code or error.exit_code or error.message)
            found.append((renewal, (error.message or "not said why") if error is not None and failure else ""))
    return found


def _bare(serial: str) -> str:
    return serial.upper().lstrip("0")

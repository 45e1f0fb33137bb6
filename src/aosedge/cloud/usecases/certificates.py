"""A Unit's certificates after its registration: renewed, confirmed, revoked."""

from collections.abc import Mapping

import msgspec

from aosedge.cloud.domain import farewells, renewals
from aosedge.cloud.domain.access.callers import Caller, Scope, UnitPeer
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.renewals import Place, Renewal
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import clones
from aosedge.model.errors import AosError, Conflict, NotFound
from aosedge.model.ids import NodeName, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import (
    DeprovisioningRequest,
    DeprovisioningResponse,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    IssueUnitCertificates,
    OverrideEnvVars,
    RenewCertificatesNotification,
)
from aosedge.protocol.messages.from_cloud import IssuedCertificate
from aosedge.protocol.messages.from_unit import CertificateRequest
from aosedge.trust import csr
from aosedge.trust.certificates import Authority, Issued, parse_pem
from aosedge.trust.sealing import Seal

PURPOSE = "aosedge unit secrets"
Errand = RenewCertificatesNotification | DeprovisioningRequest | OverrideEnvVars
"""What a Unit is told beside its target: about its identity, and variables for a while."""


def sealed(seal: Seal, unit: UnitId, secrets: Mapping[NodeName, str]) -> dict[NodeName, str]:
    """Passwords as the store keeps them."""
    return {node: seal.close(secret, _owner(unit, node)) for node, secret in secrets.items()}


def ask_renewal(session: Session, unit: Unit, types: tuple[str, ...]) -> Unit:
    """Have the Unit renew these types of certificates, or all; raises Invalid or Conflict with the cure.

    Asked again, the Unit is told again.
    """
    _provisioned(unit)
    nodes = [node.name for node in session.units.nodes(unit.id)]
    renewals.check_secrets(nodes, session.unit_certificates.secrets(unit.id))
    wanted = renewals.to_renew(session.certificates.of_unit(unit.id), types)
    now = session.caller.now
    known = session.unit_certificates.renewals(unit.id)
    begun = [renewals.begun(unit.id, each, now, known) for each in wanted]
    session.unit_certificates.put_renewals(unit.id, begun)
    session.unit_certificates.announce(unit.id, session.caller.request_id)
    session.signal("effects")
    return unit


def say_farewell(session: Session, unit: Unit) -> None:
    """The Unit's `online` certificates open the door for its farewell alone, the others for nothing; it is told."""
    mine = session.unit_certificates
    for each in session.certificates.of_unit(unit.id):
        if each.state in ("active", "issued") and each.type == "online":
            mine.let_leave(unit.id, each.serial, farewells.until(each, session.caller.now))
        elif each.state != "leaving":
            mine.set_state(unit.id, [each.serial], "revoked")
    mine.announce(unit.id, session.caller.request_id)
    session.signal("effects")


def revoke(session: Session, unit: Unit, serial: str) -> Unit:
    """This certificate opens no door any more; again is free. Raises NotFound."""
    known = [each.serial for each in session.certificates.of_unit(unit.id)]
    if serial.upper() not in known:
        raise NotFound("certificate", serial)
    session.unit_certificates.set_state(unit.id, [serial.upper()], "revoked")
    return unit


def revoke_all(session: Session, unit: Unit) -> Unit:
    """None of the Unit's certificates opens a door any more: it has to be registered anew."""
    session.certificates.revoke_of_unit(unit.id)
    return unit


class _Waiting(msgspec.Struct, frozen=True):
    """What there is to tell a Unit; `nodes` are set where it is to forget its identity."""

    renewals: tuple[Renewal, ...]
    until: dict[str, Instant]
    secrets: dict[NodeName, str]
    nodes: tuple[Node, ...]


class Certification:
    """What a Unit is told and asks about its certificates, within its own scope; the authority's key is here."""

    def __init__(self, store: Store, authority: Authority, discovery_url: str, seal: Seal) -> None:
        self._store, self._authority, self._seal = store, authority, seal
        self._discovery_url = discovery_url

    async def errands(self, caller: Caller, who: UnitPeer) -> tuple[Errand, ...]:
        """What waits to be told to the Unit. Raises Untrusted where the installation's secret is another one."""

        def find(session: Session) -> _Waiting:
            mine, known = session.unit_certificates, session.certificates.of_unit(who.unit)
            leaves = any(each.state == "leaving" for each in known)
            until = {each.serial: each.not_after for each in known}
            nodes = session.units.nodes(who.unit) if leaves else ()
            return _Waiting(mine.renewals(who.unit), until, mine.secrets(who.unit), nodes)

        waiting = await self._store.read(caller, _own(who), find)
        if not waiting.nodes and not any(each.state == "requested" for each in waiting.renewals):
            return ()
        secrets = {node: self._seal.open(text, _owner(who.unit, node)) for node, text in waiting.secrets.items()}
        if waiting.nodes:
            return farewells.requests(waiting.nodes, secrets)
        told = renewals.notification(waiting.renewals, waiting.until, secrets)
        return (told,) if told is not None else ()

    async def left(self, caller: Caller, who: UnitPeer, message: DeprovisioningResponse) -> None:
        """What a node of a deprovisioned Unit says; once its main node has forgotten, no door opens any more."""
        await self._store.write(caller, _own(who), lambda session: _left(session, who.unit, message))

    async def issue(
        self, caller: Caller, who: UnitPeer, message: IssueUnitCertificates
    ) -> IssuedUnitCertificates | None:
        """The Unit's new certificates with their chains; None where it gets none, and the trail says why.

        The same request again is answered with the same certificate.
        """
        return await self._store.write(caller, _own(who), lambda session: self._issue(session, who, message))

    async def confirm(self, caller: Caller, who: UnitPeer, message: InstallUnitCertificatesConfirmation) -> bool:
        """What the Unit says of certificates that it was given; whether it has yet to come in with a new one."""
        return await self._store.write(caller, _own(who), lambda session: _confirm(session, who.unit, message))

    def _issue(
        self, session: Session, who: UnitPeer, message: IssueUnitCertificates
    ) -> IssuedUnitCertificates | None:
        known = session.certificates.of_unit(who.unit)
        try:
            unit = session.units.get(who.unit)
            _provisioned(unit)
            nodes = [node.name for node in session.units.nodes(unit.id)]
            renewals.check_asked(message, nodes, renewals.lately(known, session.caller.now))
        except AosError as error:
            _refused(session, who.unit, str(error))
            return None
        asking = _Asking(session, unit, known)
        given = [asking.answer(self._authority, self._discovery_url, ask) for ask in message.requests]
        answers = tuple(one for one in given if one is not None)
        if not answers:
            return None
        return IssuedUnitCertificates(correlation_id=message.correlation_id, certificates=answers)


class _Asking:
    """One message with requests, in its transaction."""

    def __init__(self, session: Session, unit: Unit, known: tuple[Certificate, ...]) -> None:
        self._session, self._unit, self._known = session, unit, known
        self._renewals = {each.place: each for each in session.unit_certificates.renewals(unit.id)}

    def answer(self, authority: Authority, discovery_url: str, ask: CertificateRequest) -> IssuedCertificate | None:
        """A certificate, or None for a request that breaks the rules: then the trail says why."""
        session, unit, now = self._session, self._unit, self._session.caller.now
        place: Place = (ask.type, NodeName(ask.node.codename or ""))
        before, old = self._renewals.get(place), renewals.current(self._known).get(place)
        renewal = renewals.going_on(before, old, place, unit.id, now)
        try:
            again = self._answered(before, ask)
            if again is not None and before is not None:
                session.unit_certificates.put_renewals(unit.id, [renewals.issued_again(before)])
                return IssuedCertificate(ask.type, ask.node, again.pem + authority.issuer_pem)
            issued = authority.issue_unit(
                ask.csr, unit.id, unit.system_uid, ask.type, now, discovery_url=discovery_url
            )
        except AosError as error:
            session.unit_certificates.put_renewals(unit.id, [renewals.failed(renewal, str(error))])
            _refused(session, unit.id, f"{ask.type} of {place[1]}: {error}")
            return None
        if renewal.new_serial and not renewal.seen:
            session.unit_certificates.set_state(unit.id, [renewal.new_serial], "revoked")
        session.certificates.add(_certificate(unit.id, place, issued, now))
        session.unit_certificates.put_renewals(unit.id, [renewals.issued(renewal, issued.serial)])
        words = f"{ask.type} of {place[1]}: serial {issued.serial}"
        session.audit.append("unit_certificates_issue", "done", target=unit.id, detail=words)
        return IssuedCertificate(ask.type, ask.node, issued.chain_pem)

    def _answered(self, renewal: Renewal | None, ask: CertificateRequest) -> Certificate | None:
        """The certificate that this very key has already: its answer was lost on the way. Raises Invalid."""
        if renewal is None or not renewal.new_serial:
            return None
        key = csr.unit_key_of(ask.csr, self._unit.system_uid, ask.type)
        for each in self._known:
            if each.serial == renewal.new_serial and each.state != "revoked":
                return each if parse_pem(each.pem).public_key() == key else None
        return None


def _confirm(session: Session, unit: UnitId, message: InstallUnitCertificatesConfirmation) -> bool:
    comes_back = False
    for renewal, error in renewals.of_confirmation(message, session.unit_certificates.renewals(unit)):
        if renewal.state in ("done", "failed"):
            continue
        words = f"{renewal.type} of {renewal.node}: serial {renewal.new_serial}"
        if error:
            session.unit_certificates.put_renewals(unit, [renewals.failed(renewal, error)])
            session.unit_certificates.set_state(unit, [renewal.new_serial], "revoked")
            session.audit.append("unit_certificates_install", "failed", target=unit, detail=f"{words}: {error}")
            continue
        after = renewals.confirmed(renewal)
        session.unit_certificates.put_renewals(unit, [after])
        session.audit.append("unit_certificates_install", "done", target=unit, detail=words)
        if after.state == "done":
            session.unit_certificates.replace(after)
            if clones.settles(after):
                session.clones.clear(unit)
        else:
            comes_back = True
    return comes_back


def _left(session: Session, unit: UnitId, message: DeprovisioningResponse) -> None:
    known = session.certificates.of_unit(unit)
    if not any(each.state == "leaving" for each in known):
        return
    node, wrong = message.node.codename or "", farewells.trouble(message)
    if farewells.is_gone(message, session.units.nodes(unit)):
        session.certificates.revoke_of_unit(unit)
    words = f"{node}: {wrong}" if wrong else f"{node} has forgotten its identity"
    session.audit.append("units_deprovision", "failed" if wrong else "done", target=unit, detail=words)


def _refused(session: Session, unit: UnitId, words: str) -> None:
    session.audit.append("unit_certificates_issue", "denied", target=unit, detail=words)


def _provisioned(unit: Unit) -> None:
    if unit.lifecycle != "provisioned":
        raise Conflict("the Unit is not provisioned", element=unit.system_uid, got=unit.lifecycle)


def _certificate(unit: UnitId, place: Place, issued: Issued, now: Instant) -> Certificate:
    type, node = place
    return Certificate(
        serial=issued.serial,
        kind="unit",
        owner=unit,
        type=type,
        fingerprint=issued.fingerprint,
        not_after=issued.not_after,
        created_at=now,
        pem=issued.pem,
        node=node,
        state="issued",
    )


def _own(who: UnitPeer) -> Scope:
    return Scope(reach="own", tenant=who.tenant, unit=who.unit)


def _owner(unit: UnitId, node: NodeName) -> str:
    return msgspec.json.encode((unit, node)).decode()

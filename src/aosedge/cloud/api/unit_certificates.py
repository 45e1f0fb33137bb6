"""Certificates of Units: which there are, how their renewal goes, when they end, and revoking them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, Literal

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.people import Certificate, CertificateState
from aosedge.cloud.domain.renewals import Renewal
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import certificates
from aosedge.model.errors import Invalid
from aosedge.model.ids import UnitId
from aosedge.model.instants import Instant, to_rfc3339
from aosedge.model.quantities import parse_duration

WITHIN_MOST_DAYS: Final = 36_500
RenewalStatus = Literal["renew_requested", "renew_issued", "renew_done", "renew_failed", "renew_overdue"]


class UnitCertificateView(msgspec.Struct, frozen=True):
    """A certificate of a Unit. `status` is `renew_done` where no renewal is under way; `error`: why one failed."""

    cert_type: str
    node_id: str
    serial: str
    fingerprint: str
    state: CertificateState
    status: RenewalStatus
    not_after: str
    created_at: str
    error: str = ""


class UnitCertificatesView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UnitCertificateView, ...]


class EndingCertificateView(msgspec.Struct, frozen=True):
    """A certificate in use that ends soon, and whose it is."""

    unit_id: str
    system_uid: str
    cert_type: str
    node_id: str
    serial: str
    not_after: str
    status: RenewalStatus


class EndingCertificatesView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[EndingCertificateView, ...]


class RenewalBody(msgspec.Struct, frozen=True):
    """Which types to renew; none are all."""

    cert_types: tuple[str, ...] = ()


_STATUSES: Final[dict[str, RenewalStatus]] = {
    "requested": "renew_requested",
    "issued": "renew_issued",
    "done": "renew_done",
    "failed": "renew_failed",
    "overdue": "renew_overdue",
}


def _status(certificate: Certificate, renewals: tuple[Renewal, ...]) -> tuple[RenewalStatus, str]:
    for renewal in renewals:
        if certificate.serial in (renewal.serial, renewal.new_serial):
            return _STATUSES[renewal.state], renewal.error
    return "renew_done", ""


def certificates_view(session: Session, unit: Unit) -> UnitCertificatesView:
    """As the API shows them: those in use, newest first."""
    renewals = session.unit_certificates.renewals(unit.id)
    shown = tuple(
        _view(each, *_status(each, renewals))
        for each in session.certificates.of_unit(unit.id)
        if each.state != "revoked"
    )
    return UnitCertificatesView(len(shown), shown)


def _view(certificate: Certificate, status: RenewalStatus, error: str) -> UnitCertificateView:
    return UnitCertificateView(
        cert_type=certificate.type,
        node_id=certificate.node,
        serial=certificate.serial,
        fingerprint=certificate.fingerprint,
        state=certificate.state,
        status=status,
        not_after=to_rfc3339(certificate.not_after),
        created_at=to_rfc3339(certificate.created_at),
        error=error,
    )


def ending(session: Session, certificates: Sequence[Certificate]) -> Iterator[EndingCertificateView]:
    """These certificates, with whose they are."""
    units = {UnitId(certificate.owner) for certificate in certificates}
    names, renewals = session.units.names(units), session.unit_certificates.renewals_of(units)
    for certificate in certificates:
        unit = UnitId(certificate.owner)
        yield _ending_view(certificate, names[unit], renewals.get(unit, ()))


def _ending_view(certificate: Certificate, system_uid: str, renewals: tuple[Renewal, ...]) -> EndingCertificateView:
    status, _ = _status(certificate, renewals)
    return EndingCertificateView(
        unit_id=certificate.owner,
        system_uid=system_uid,
        cert_type=certificate.type,
        node_id=certificate.node,
        serial=certificate.serial,
        not_after=to_rfc3339(certificate.not_after),
        status=status,
    )


@get("/units/{id:str}/certificates/", operation_id="unit_certificates_list", tags=["units"])
async def list_certificates(ask: Asked, id: Name) -> UnitCertificatesView:
    """A Unit's certificates in use, newest first; a Unit has few. `status` says how renewals go."""
    return await ask.read(lambda session: certificates_view(session, session.units.named(id)))


@get("/units/certificates/expiring/", operation_id="unit_certificates_expiring", tags=["units"])
async def list_expiring(
    ask: Asked, window: Within, within: FromQuery[str] = "P30D", ordering: FromQuery[str] = "not_after"
) -> EndingCertificatesView:
    """Certificates in use that end within this duration (ISO 8601), soonest first. `total` is the figure."""
    now, span = ask.caller.now, parse_duration(within, "within")
    if not timedelta(0) < span <= timedelta(days=WITHIN_MOST_DAYS):
        expected = f"more than nothing, at most P{WITHIN_MOST_DAYS}D"
        raise Invalid("no such time", element="within", expected=expected, got=within[:40])
    end = Instant(now + span // timedelta(microseconds=1))

    def find(session: Session) -> EndingCertificatesView:
        page = session.unit_certificates.ending(end, now, window, ordering)
        return EndingCertificatesView(page.total, tuple(ending(session, page.items)))

    return await ask.read(find)


@post("/units/{id:str}/renew-certificates/", operation_id="unit_certificates_renew", tags=["units"], status_code=200)
async def renew(ask: Asked, id: Name, data: JSONBody[RenewalBody | None] = None) -> UnitCertificatesView:
    """Have the Unit renew its certificates, now or when it next comes; the list says how it goes."""
    types = data.cert_types if data is not None else ()

    def work(session: Session) -> tuple[Unit, UnitCertificatesView]:
        unit = certificates.ask_renewal(session, session.units.named(id), types)
        return unit, certificates_view(session, unit)

    _, view = await ask.change(work, lambda done: _named(done[0]))
    return view


@post(
    "/units/{id:str}/certificates/{serial:str}/revoke/",
    operation_id="unit_certificates_revoke",
    tags=["units"],
    status_code=204,
)
async def revoke(ask: Asked, id: Name, serial: Name) -> None:
    """This certificate of the Unit opens no door any more; a session on it ends within a minute."""
    await ask.change(lambda session: certificates.revoke(session, session.units.named(id), serial), _named)


@post("/units/{id:str}/revoke-certificates/", operation_id="units_revoke", tags=["units"], status_code=204)
async def revoke_all(ask: Asked, id: Name) -> None:
    """No certificate of the Unit opens a door any more; its session ends within a minute."""
    await ask.change(lambda session: certificates.revoke_all(session, session.units.named(id)), _named)


def _named(unit: Unit) -> str:
    return f"{unit.id} {unit.system_uid}"

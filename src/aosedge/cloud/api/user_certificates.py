"""Certificates of users."""

from typing import Annotated

import msgspec
from litestar import delete as delete_
from litestar import get
from litestar.params import FromQuery, QueryParameter

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.people import Certificate, CertificateState
from aosedge.cloud.usecases import users
from aosedge.model.ids import UserId
from aosedge.model.instants import to_rfc3339


class UserCertificateView(msgspec.Struct, frozen=True):
    """A certificate of a user; `fingerprint` is SHA-256 of the DER, hex."""

    serial: str
    user_id: str
    state: CertificateState
    fingerprint: str
    created_at: str
    not_after: str


class UserCertificatesView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UserCertificateView, ...]


def view(certificate: Certificate) -> UserCertificateView:
    """As the API shows it."""
    return UserCertificateView(
        serial=certificate.serial,
        user_id=certificate.owner,
        state=certificate.state,
        fingerprint=certificate.fingerprint,
        created_at=to_rfc3339(certificate.created_at),
        not_after=to_rfc3339(certificate.not_after),
    )


@get("/user-certificates/", operation_id="user_certificates_list", tags=["people"])
async def list_(
    ask: Asked,
    window: Within,
    user_id: FromQuery[str | None] = None,
    in_state: Annotated[CertificateState | None, QueryParameter(name="state")] = None,
    ordering: FromQuery[str] = "-created_at",
) -> UserCertificatesView:
    """Certificates of the users that you manage, or your own, newest first."""
    user = None if user_id is None else UserId(user_id)
    page = await ask.read(
        lambda session: session.certificates.page_of_users(window, user=user, state=in_state, order=ordering)
    )
    return UserCertificatesView(page.total, tuple(map(view, page.items)))


@delete_("/user-certificates/{id:str}/", operation_id="user_certificates_revoke", tags=["people"])
async def revoke(ask: Asked, id: Name) -> None:
    """Revoke a certificate, by its serial: it opens no door any more, from the next request on."""
    await ask.change(
        lambda session: users.revoke_certificate(session, id.upper()),
        lambda certificate: f"{certificate.serial} of {certificate.owner}",
    )

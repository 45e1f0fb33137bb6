"""Who may sign a bundle, and whose items it may bring."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.made_bundles import bundle, config, file, new_signer, signer_of
from tests.system.bundle_place import Place, certificate_of, changed, open_place, refused

from aosedge.clock import SystemClock
from aosedge.cloud.domain.access.callers import Caller, Scope, Task
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.bundles import BundleRejected
from aosedge.model.ids import OrgId, UserId
from aosedge.trust.bundles import SIGNATURE
from aosedge.trust.certificates import describe


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    opened = await open_place(tmp_path / "cloud")
    yield opened
    await opened.close()


async def test_an_unknown_signer_is_refused(place: Place, tmp_path: Path) -> None:
    stranger = new_signer(tmp_path / "stranger")
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(stranger))
    await refused(place, caught.value, "", SIGNATURE, "the signer is unknown")


async def test_a_signer_of_our_authority_whom_the_store_does_not_know_is_refused(place: Place) -> None:
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(signer_of(place.authority, "nobody")))
    await refused(place, caught.value, "", SIGNATURE, "the signer is unknown")


async def test_a_certificate_in_the_store_that_no_root_issued_is_refused(place: Place, tmp_path: Path) -> None:
    stranger = new_signer(tmp_path / "stranger")
    add = certificate_of(stranger, "user-sp1")
    await place.store.write_every(Caller(Task("test"), "", SystemClock().wall()), lambda s: s.certificates.add(add))
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(stranger))
    await refused(place, caught.value, "", "", "does not lead to a trusted root")


async def test_a_revoked_signer_is_refused(place: Place) -> None:
    other = signer_of(place.authority, "user-sp1")
    add, serial = certificate_of(other, "user-sp1"), describe(other.certificate).serial

    def revoke(session):  # type: ignore[no-untyped-def]
        session.certificates.add(add)
        session.certificates.revoke(serial)

    await place.store.write_every(Caller(Task("test"), "", SystemClock().wall()), revoke)
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(other))
    await refused(place, caught.value, "", SIGNATURE, "revoked")


FALLEN: dict[str, tuple[dict[str, Any], str]] = {
    "suspended": ({"active": False}, "no user any more"),
    "auditor": ({"role": "auditor"}, "may not send Deployment Bundles; expected somebody with the permission"),
    "of few permissions": ({"groups": ("audit",)}, "may not send Deployment Bundles"),
}


@pytest.mark.parametrize("how", FALLEN)
@pytest.mark.parametrize("org", ["sp1", "oem"])
async def test_a_signer_who_lost_the_right_since_is_refused(place: Place, org: str, how: str) -> None:
    """Whoever uploads it, and whatever the items: those of an OEM, too."""
    changes, reason = FALLEN[how]

    def fall(session: Session) -> None:
        signer = session.users.get(UserId(f"user-{org}"))
        session.users.put(msgspec.structs.replace(signer, **changes))

    await place.store.write(place.caller(org), place.scope(org), fall)
    text = config() if org == "sp1" else changed(b"type: service", b"type: layer")
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers[org], text), org)
    (found,) = caught.value.rejections
    assert (found.field, reason in found.reason) == (SIGNATURE, True), str(found)
    assert await place.stored() == set()


async def test_nothing_is_taken_of_a_suspended_organization(place: Place) -> None:
    def suspend(session: Session) -> None:
        suspended = msgspec.structs.replace(session.organizations.get(OrgId("sp1")), active=False)
        session.organizations.put(suspended)

    await place.store.write(place.caller("oem"), Scope(reach="all"), suspend)
    with pytest.raises(BundleRejected, match="the signer's organization is suspended"):
        await place.upload(bundle(place.signers["sp1"]))


async def test_a_bundle_signed_in_another_organization_is_refused(place: Place) -> None:
    """The signer is the owner: nobody brings in what another organization signed."""
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp2"]), "sp1")
    await refused(place, caught.value, "", SIGNATURE, "the signer is unknown")


async def test_another_owners_item_is_refused(place: Place) -> None:
    await place.upload(bundle(place.signers["sp2"]), "sp2")
    before = await place.stored()
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp1"], config(version="2.0.0")), "sp1")
    (found,) = caught.value.rejections
    assert (found.item, found.field) == ("hello", "identity.codename")
    assert "belongs to another organization" in found.reason
    assert await place.stored() == before
    assert [version.version for version in await place.versions(org="sp2")] == ["1.0.0"]
    text, members = config("mine"), [file("./mine/amd64/x", b"1")]
    assert (await place.upload(bundle(place.signers["sp1"], text, members), "sp1")).state == "ready"


async def test_an_id_of_anothers_item_is_refused(place: Place) -> None:
    text = changed(b"codename: hello", b"codename: hello, id: 11111111-1111-4111-8111-111111111111")
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp1"], text))
    await refused(place, caught.value, "hello", "identity.id", "no item of yours has this id")


async def test_a_service_provider_owns_no_components(place: Place) -> None:
    text = changed(b"type: service", b"type: component")
    kind = b"mediaType: application/vnd.aos.image.component.full.v1+squashfs, path: fs"
    text = text.replace(b"cmd: /bin/serve --loud", kind)
    content = bundle(place.signers["sp1"], text, [file("./fs", b"hsqs" + bytes(100))])
    with pytest.raises(BundleRejected) as caught:
        await place.upload(content)
    await refused(place, caught.value, "hello", "identity.type", "does not own items of type component")
    content = bundle(place.signers["oem"], text.replace(b"hello", b"rootfs"), [file("./fs", b"hsqs" + bytes(100))])
    assert (await place.upload(content, "oem")).state == "ready"

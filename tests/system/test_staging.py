"""A Unit's identity under way: what a tool may do in which order, and power lost between any two disk operations."""

from pathlib import Path

import pytest
from cryptography import x509

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.identity import FOLDER, read_card
from aosedge.core.identity.provisioning import born
from aosedge.core.identity.staging import CERTIFICATE_TYPES, Staging
from aosedge.model.errors import Conflict, Invalid, NotAllowed, Untrusted
from aosedge.model.ids import SystemId, UnitId
from aosedge.trust import certificates, csr

PASSWORD = "aB3" * 4
CLOCK = SystemClock()


class Office:
    """The tool and the cloud behind it."""

    def __init__(self, folder: Path) -> None:
        self.authority = certificates.Authority.create(folder, "localhost", CLOCK.wall())

    def sign(self, request: str, name: SystemId, kind: csr.UnitCertificateType) -> str:
        url = "https://cloud.example:9000"
        issued = self.authority.issue_unit(request, UnitId("u"), name, kind, CLOCK.wall(), discovery_url=url)
        return issued.chain_pem

    def prepare(self, staging: Staging, *, roots: bool = True) -> None:
        """All but the last step."""
        staging.start(PASSWORD)
        if roots:
            staging.take_roots([self.authority.root_pem()])
        requests = {kind: staging.create_key(kind, PASSWORD) for kind in CERTIFICATE_TYPES}
        for kind, request in requests.items():
            staging.apply(kind, self.sign(request, staging.card.system_id, kind))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


def staging_in(folder: Path) -> Staging:
    card = read_card(folder) or born(folder, "main", RandomIds())
    return Staging(folder, card, CLOCK)


@pytest.mark.parametrize("roots", [True, False], ids=["version 7", "version 6"])
def test_keys_made_here_and_certificates_for_them_are_an_identity(
    office: Office, tmp_path: Path, roots: bool
) -> None:
    staging = staging_in(tmp_path)
    office.prepare(staging, roots=roots)
    with pytest.raises(Invalid, match="not provisioned"):
        identity.load(tmp_path)
    card = staging.finish(PASSWORD)
    assert (card.provisioned, card.discovery_url) == (True, "https://cloud.example:9000")
    who = identity.load(tmp_path)
    assert who.roots_pem == office.authority.root_pem()
    who.client_context()
    folder = tmp_path / FOLDER
    assert {p.name for p in folder.iterdir()} == {
        "unit.json",
        "roots.pem",
        "node.secret",
        *(f"{kind}.{end}" for kind in CERTIFICATE_TYPES for end in ("key", "pem")),
    }
    private = [p for p in folder.iterdir() if p.suffix in (".key", ".secret")]
    assert {p.stat().st_mode & 0o777 for p in private} == {0o600}
    for kind in CERTIFICATE_TYPES:
        key = certificates.load_key((folder / f"{kind}.key").read_bytes())
        assert certificates.parse_pem((folder / f"{kind}.pem").read_text()).public_key() == key.public_key()


def test_finishing_twice_is_finishing_once_and_nothing_else_goes_any_more(office: Office, tmp_path: Path) -> None:
    staging = staging_in(tmp_path)
    office.prepare(staging)
    card = staging.finish(PASSWORD)
    assert staging.finish(PASSWORD) == card
    with pytest.raises(Conflict, match="provisioned already"):
        staging.finish("another")
    for late in (
        lambda: staging.start("x"),
        lambda: staging.create_key("iam", PASSWORD),
        lambda: staging.forget("x"),
    ):
        with pytest.raises(Conflict, match="provisioned already"):
            late()


def test_the_tool_that_began_last_has_the_unit_and_the_other_hears_so(office: Office, tmp_path: Path) -> None:
    staging = staging_in(tmp_path)
    staging.start(PASSWORD)
    request = staging.create_key("online", PASSWORD)
    staging.start("other tool")
    staging.create_key("online", "other tool")
    with pytest.raises(NotAllowed, match="another tool has begun"):
        staging.create_key("offline", PASSWORD)
    with pytest.raises(Untrusted, match=r"another key.*start over"):
        staging.apply("online", office.sign(request, staging.card.system_id, "online"))
    with pytest.raises(NotAllowed, match="another tool has begun"):
        staging.finish(PASSWORD)
    with pytest.raises(NotAllowed):
        staging.forget(PASSWORD)
    office.prepare(staging)
    assert staging.finish(PASSWORD).provisioned


def test_steps_out_of_order_and_things_that_are_not_are_refused(office: Office, tmp_path: Path) -> None:
    staging = staging_in(tmp_path)
    for early in (lambda: staging.create_key("iam", ""), lambda: staging.finish(""), lambda: staging.take_roots([])):
        with pytest.raises(Conflict, match="StartProvisioning comes first"):
            early()
    for password in ("", "x" * 257):
        with pytest.raises(Invalid, match="no password"):
            staging.start(password)
    staging.start(PASSWORD)
    with pytest.raises(Invalid, match="no such certificate"):
        staging.create_key("../unit", PASSWORD)
    with pytest.raises(Invalid, match="not this Unit's"):
        staging.create_key("iam", PASSWORD, "CN=somebody")
    with pytest.raises(Conflict, match="CreateKey comes before"):
        staging.apply("iam", office.authority.root_pem())
    staging.create_key("iam", PASSWORD, staging.card.system_id)
    for nonsense, words in (("no PEM", "not a certificate"), ("x" * 20_000, "too long")):
        with pytest.raises(Invalid, match=words):
            staging.apply("iam", nonsense)
    with pytest.raises(Invalid, match="too many certificates"):
        staging.apply("iam", office.authority.root_pem() * 5)
    with pytest.raises(Conflict, match="certificates are missing"):
        staging.finish(PASSWORD)
    staging.forget(PASSWORD)
    with pytest.raises(Conflict, match="StartProvisioning comes first"):
        staging.create_key("iam", PASSWORD)


def test_only_roots_are_trusted_and_only_what_leads_to_them_is_taken(office: Office, tmp_path: Path) -> None:
    """I9."""
    foreign = Office(tmp_path / "foreign")
    staging = staging_in(tmp_path / "unit")
    staging.start(PASSWORD)
    request = staging.create_key("online", PASSWORD)
    chain = office.sign(request, staging.card.system_id, "online")
    for none in ([], [chain.partition("-----END")[0]], ["x"], [office.authority.root_pem()] * 9):
        with pytest.raises(Invalid):
            staging.take_roots(none)
    leaf = certificates.describe(x509.load_pem_x509_certificates(chain.encode())[0]).pem
    with pytest.raises(Invalid, match="not a root"):
        staging.take_roots([leaf])
    staging.take_roots([foreign.authority.root_pem()])
    with pytest.raises(Untrusted, match="trusted root"):
        staging.apply("online", chain)
    staging.take_roots([foreign.authority.root_pem(), office.authority.root_pem()])
    staging.apply("online", chain)


class Cut(BaseException):
    """The power is gone."""


def cut_at(patch: pytest.MonkeyPatch, number: int, *, after: bool) -> list[str]:
    """Power goes at the operation of this number; gives the list of those that were done."""
    done: list[str] = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if len(done) == number and not after:
            raise Cut
        moved = real(self, target)
        done.append(Path(target).name)
        if len(done) == number + 1 and after:
            raise Cut
        return moved

    patch.setattr(Path, "replace", replace)
    return done


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_power_lost_at_any_disk_operation_leaves_a_unit_that_starts_over_or_is_provisioned(
    office: Office, tmp_path: Path, after: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        every = cut_at(patch, -1, after=after)
        staging = staging_in(tmp_path / "whole")
        office.prepare(staging)
        staging.finish(PASSWORD)
    assert len(every) > 20
    for number in range(1, len(every)):
        folder = tmp_path / str(number)
        born(folder, "main", RandomIds())
        staging = staging_in(folder)
        with pytest.MonkeyPatch.context() as patch:
            cut_at(patch, number - 1, after=after)
            with pytest.raises(Cut):
                office.prepare(staging)
                staging.finish(PASSWORD)
        card = read_card(folder)
        assert card is not None
        assert card.provisioned == (after and number == len(every) - 1)
        if not card.provisioned:
            with pytest.raises(Invalid, match="not provisioned"):
                identity.load(folder)
            again = staging_in(folder)
            assert again.card.system_id == card.system_id
            office.prepare(again)
            again.finish(PASSWORD)
        identity.load(folder).client_context()

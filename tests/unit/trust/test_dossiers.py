"""Signed dossiers: every changed byte, another root, a signer that is no signer, and one that has expired since."""

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest
import rfc8785
from msgspec.structs import replace

from aosedge.cloud.usecases.signers import Signers
from aosedge.model.errors import AosError, Invalid, Untrusted
from aosedge.model.ids import UserId
from aosedge.model.instants import DAY, MINUTE, Instant, to_rfc3339
from aosedge.trust import certificates, csr, roots
from aosedge.trust.certificates import SIGNER_LIFE, Authority
from aosedge.trust.dossiers import FORMAT, OPENING, Media, Signer, Statement, check_sums_up, ending, verify

NOW = Instant(1_790_000_000_000_000)
PDF = b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n17\n%%EOF\n"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca", "example.org", NOW)


@pytest.fixture
def signer(tmp_path: Path, authority: Authority) -> Signer:
    return Signers(tmp_path / "signing.pem", authority).ready(NOW)


def statement(content: bytes, media: Media = "application/json", at: Instant = NOW) -> Statement:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Statement(FORMAT, media, digest, len(content), to_rfc3339(at), "c-1", "spring", digest)


def signed(signer: Signer, content: bytes = b'{"title":"spring"}', at: Instant = NOW) -> bytes:
    return OPENING + content + ending(statement(content, at=at), signer)


def signed_pdf(signer: Signer) -> bytes:
    return PDF + ending(statement(PDF, "application/pdf"), signer, PDF[-40:])


def test_what_was_signed_holds_and_says_by_whom_and_when(authority: Authority, signer: Signer) -> None:
    for file in (signed(signer), signed_pdf(signer)):
        verdict = verify(io.BytesIO(file), authority.roots, NOW)
        assert (verdict.statement.title, verdict.signed_at, verdict.expired) == ("spring", NOW, False)
        assert verdict.signer == "CN=AosEdge dossiers,O=example.org"
        assert verdict.root_serial == certificates.serial_of(authority.roots[0])


def test_the_file_is_canonical_json_as_a_whole(signer: Signer) -> None:
    file = signed(signer)
    assert rfc8785.dumps(json.loads(file)) == file[:-1]


@pytest.mark.parametrize("make", [signed, signed_pdf])
def test_no_byte_can_be_changed_left_out_or_put_in(make: object, authority: Authority, signer: Signer) -> None:
    file = make(signer)  # type: ignore[operator]
    for place in range(len(file)):
        changed = bytes((file[place] ^ 1,))
        for other in (changed, b"", file[place : place + 1] * 2):
            one = file[:place] + other + file[place + 1 :]
            if one != file:
                with pytest.raises(Invalid):
                    verify(io.BytesIO(one), authority.roots, NOW)


@pytest.mark.parametrize("file", [b"", b"{}", b'{"dossier":', b"%PDF-1.4\n", b'{"dossier":{},"signature":"a.b"}\n'])
def test_what_is_no_dossier_is_refused(file: bytes, authority: Authority) -> None:
    with pytest.raises(Invalid, match="not a whole dossier"):
        verify(io.BytesIO(file), authority.roots, NOW)


@pytest.mark.parametrize("signature", [b"e30.e30.AA", b"AAAA.AAAA.AAAA", b"eyJhbGciOiJub25lIn0.e30.AAAA"])
def test_what_is_no_signature_is_refused(signature: bytes, authority: Authority) -> None:
    with pytest.raises(Untrusted, match="does not hold"):
        verify(io.BytesIO(b'{"dossier":{},"signature":"' + signature + b'"}\n'), authority.roots, NOW)


def test_another_root_is_refused(tmp_path: Path, signer: Signer) -> None:
    other = Authority.create(tmp_path / "other", "example.org", NOW)
    with pytest.raises(Untrusted, match="does not lead to a trusted root"):
        verify(io.BytesIO(signed(signer)), other.roots, NOW)


def test_a_signer_that_has_expired_since_still_counts_and_is_named_so(authority: Authority, signer: Signer) -> None:
    later = Instant(NOW + SIGNER_LIFE + DAY)
    assert verify(io.BytesIO(signed(signer)), authority.roots, later).expired


def test_a_signer_that_had_expired_when_it_signed_is_refused(authority: Authority, signer: Signer) -> None:
    late = Instant(NOW + SIGNER_LIFE + DAY)
    with pytest.raises(Untrusted, match="not valid at this time"):
        verify(io.BytesIO(signed(signer, at=late)), authority.roots, late)


def test_a_dossier_of_the_future_is_refused(authority: Authority, signer: Signer) -> None:
    with pytest.raises(Untrusted, match="future"):
        verify(io.BytesIO(signed(signer, at=Instant(NOW + 6 * MINUTE))), authority.roots, NOW)
    verify(io.BytesIO(signed(signer, at=Instant(NOW + 4 * MINUTE))), authority.roots, NOW)


def test_a_person_signs_no_dossier(authority: Authority) -> None:
    key = csr.new_key()
    issued = authority.issue_user(key.public_key(), UserId("u-1"), "eve", NOW)
    eve = Signer(key, tuple(certificates.parse_pems(issued.chain_pem)))  # type: ignore[arg-type]
    with pytest.raises(Untrusted, match="does not sign dossiers"):
        verify(io.BytesIO(signed(eve)), authority.roots, NOW)


def test_a_statement_about_something_else_is_refused(authority: Authority, signer: Signer) -> None:
    content = b"{}"
    for wrong in (
        replace(statement(content), format="other/1"),
        replace(statement(content), digest="sha256:" + "0" * 64),
        replace(statement(content), size=3),
    ):
        with pytest.raises(Untrusted):
            verify(io.BytesIO(OPENING + content + ending(wrong, signer)), authority.roots, NOW)


def test_the_last_letter_of_a_signature_has_no_bits_over(authority: Authority, signer: Signer) -> None:
    file = signed(signer)
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = file[-4:-3]
    twin = letters[letters.index(last) ^ 1 :][:1]
    assert base64.urlsafe_b64decode(file[-89:-3] + b"==") == base64.urlsafe_b64decode(file[-89:-4] + twin + b"==")
    with pytest.raises(Untrusted):
        verify(io.BytesIO(file[:-4] + twin + file[-3:]), authority.roots, NOW)


def test_a_pdf_that_has_no_end_is_not_signed(signer: Signer) -> None:
    with pytest.raises(Invalid, match="not a whole PDF"):
        ending(statement(PDF, "application/pdf"), signer, b"cut short")


def test_the_signer_stays_until_its_life_or_its_root_is_nearly_over(tmp_path: Path, authority: Authority) -> None:
    path = tmp_path / "signing.pem"
    first = Signers(path, authority).ready(NOW)
    assert Signers(path, authority).ready(Instant(NOW + SIGNER_LIFE // 2)).chain == first.chain
    assert Signers(path, authority).ready(Instant(NOW + SIGNER_LIFE // 5 * 4)).chain != first.chain
    late = Instant(NOW + SIGNER_LIFE // 5 * 4)
    second = Signers(path, authority).ready(late)
    after = Authority(roots.add(tmp_path / "ca", late))
    third = Signers(path, after).ready(late)
    assert third.chain[0] != second.chain[0]
    for root in after.roots:  # whoever trusts only one of them can follow
        verify(io.BytesIO(signed(third, at=late)), [root], late)


def test_a_file_that_is_no_signer_is_named(tmp_path: Path, authority: Authority) -> None:
    path = tmp_path / "signing.pem"
    path.write_bytes(b"nothing")
    with pytest.raises(AosError) as raised:
        Signers(path, authority).ready(NOW)
    assert raised.value.element == str(path)


def test_a_pdf_belongs_to_the_json_whose_digest_it_names() -> None:
    whole = statement(b"whole")
    pdf = replace(statement(PDF, "application/pdf"), json_digest=whole.digest)
    check_sums_up(pdf, whole)
    with pytest.raises(Untrusted, match="the PDF sums up another JSON"):
        check_sums_up(pdf, statement(b"another"))
    for given in ((pdf, pdf), (whole, whole), (whole, pdf)):
        with pytest.raises(Invalid, match="not a PDF and its JSON"):
            check_sums_up(*given)

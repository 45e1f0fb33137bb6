"""Enrolment keys, and who may be let in."""

from typing import Any

import msgspec
import pytest

from aosedge.cloud.domain import waiting
from aosedge.cloud.domain.enrolment import EnrolmentKey, NewKey, check_usable, checked, expiry
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.provisioning import AskedCertificate, Registration
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.domain.waiting import WaitingUnit
from aosedge.model.errors import AosError, Conflict, Invalid, NotAllowed, TooMany
from aosedge.model.ids import EnrolmentKeyId, FleetId, NodeName, OrgId, SystemId, UnitId, UserId, WaitingId
from aosedge.model.instants import HOUR, Instant

NOW = Instant(1_000 * HOUR)
KEY = EnrolmentKey(
    id=EnrolmentKeyId("k"),
    tenant=OrgId("o"),
    fleet=FleetId("f"),
    title="line",
    secret_hash="h",
    units_most=2,
    policy="approve",
    created_at=NOW,
    expires_at=Instant(NOW + HOUR),
    created_by=UserId("u"),
)
ASKED = AskedCertificate("online", NodeName("main"), "csr", "online_public_csr")
APPLIED = WaitingUnit(
    id=WaitingId("w"),
    tenant=OrgId("o"),
    fleet=FleetId("f"),
    kind="enrolment",
    unit=UnitId("unit"),
    system_uid=SystemId("s"),
    fingerprint="ab",
    challenge="c",
    registration=Registration(SystemId("s"), "m", "1", (), (ASKED,)),
    origin="192.0.2.1",
    created_at=NOW,
    expires_at=Instant(NOW + waiting.WAITS_US),
)
OLD = Certificate("01", "unit", "unit", "online", "ff", NOW, Instant(0), "pem", "main")
UNIT = Unit(UnitId("unit"), OrgId("o"), FleetId("f"), SystemId("s"), "m", NOW, lifecycle="provisioned")


def changed(value: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(value, **fields)


def test_a_key_lets_in_as_many_units_as_it_is_for_within_its_time() -> None:
    assert KEY.state(NOW) == "open" and check_usable(KEY, NOW) is KEY
    assert changed(KEY, used=2).state(NOW) == "used"
    assert KEY.state(KEY.expires_at) == "expired"
    assert changed(KEY, used=2, revoked=True).state(KEY.expires_at) == "revoked"


@pytest.mark.parametrize(
    ("key", "now", "words"),
    [
        (None, NOW, "not known"),
        (changed(KEY, used=2), NOW, "as many Units"),
        (KEY, KEY.expires_at, "expired"),
        (changed(KEY, revoked=True), NOW, "revoked"),
    ],
)
def test_a_key_that_is_not_open_lets_nobody_in_and_says_why(key: EnrolmentKey, now: Instant, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        check_usable(key, now)


def test_a_key_is_for_a_bounded_number_of_units_and_time() -> None:
    wanted = NewKey(" line ", 1, 1, "automatic")
    assert checked(wanted).title == "line" and expiry(NOW, 2) == NOW + 2 * HOUR
    for wrong in (changed(wanted, units_most=0), changed(wanted, valid_hours=10_000), changed(wanted, title=" ")):
        with pytest.raises(Invalid):
            checked(wrong)


def test_who_waits_can_be_decided_once_and_in_time() -> None:
    waiting.check_waiting(APPLIED, NOW)
    late = APPLIED.expires_at
    assert APPLIED.state(late) == "expired" and changed(APPLIED, decided="approved").state(late) == "approved"
    for one, now in ((APPLIED, late), (changed(APPLIED, decided="rejected"), NOW)):
        with pytest.raises(Conflict, match="already"):
            waiting.check_waiting(one, now)


def test_only_so_many_wait() -> None:
    waiting.check_room(waiting.WAITING_MOST - 1)
    with pytest.raises(TooMany):
        waiting.check_room(waiting.WAITING_MOST)


def test_the_same_key_asks_again_and_another_does_not_beside_it() -> None:
    assert waiting.asks_again(None, "ab", NOW) is None
    assert waiting.asks_again(APPLIED, "ab", NOW) is APPLIED
    approved, rejected = changed(APPLIED, decided="approved"), changed(APPLIED, decided="rejected")
    assert waiting.asks_again(approved, "ab", NOW) is approved
    assert waiting.asks_again(approved, "cd", NOW) is None
    assert waiting.asks_again(rejected, "ab", NOW) is None
    with pytest.raises(Conflict, match="another key"):
        waiting.asks_again(APPLIED, "cd", NOW)


def test_an_expired_certificate_is_the_way_back_of_its_unit() -> None:
    assert waiting.check_way_back(OLD, "ff", UNIT, NOW) is UNIT


@pytest.mark.parametrize(
    ("certificate", "unit", "words"),
    [
        (None, UNIT, "not known"),
        (OLD, None, "not known"),
        (changed(OLD, kind="user"), UNIT, "not known"),
        (changed(OLD, fingerprint="aa"), UNIT, "not known"),
        (changed(OLD, owner="other"), UNIT, "not known"),
        (changed(OLD, state="revoked"), UNIT, "revoked"),
        (OLD, changed(UNIT, lifecycle="deprovisioned"), "decommissioned"),
        (changed(OLD, not_after=Instant(NOW + 1)), UNIT, "still holds"),
    ],
)
def test_other_certificates_have_no_way_back(certificate: Certificate, unit: Unit, words: str) -> None:
    with pytest.raises(AosError, match=words):
        waiting.check_way_back(certificate, "ff", unit, NOW)


def test_a_unit_that_returns_gets_no_certificate_that_it_did_not_have() -> None:
    waiting.check_kinds(APPLIED.registration, frozenset({("online", NodeName("main"))}))
    with pytest.raises(NotAllowed, match="never had"):
        waiting.check_kinds(APPLIED.registration, frozenset({("iam", NodeName("main"))}))

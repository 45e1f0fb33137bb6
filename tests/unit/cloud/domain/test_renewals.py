"""Renewing certificates: the old one stays until the new one is confirmed and seen."""

from typing import Any

import msgspec
import pytest

from aosedge.cloud.domain import renewals
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.renewals import Renewal
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import NodeName, UnitId
from aosedge.model.instants import HOUR, Instant, to_datetime
from aosedge.protocol.messages import InstallUnitCertificatesConfirmation, IssueUnitCertificates
from aosedge.protocol.messages.from_unit import CertificateRequest, InstalledCertificate
from aosedge.protocol.messages.parts import ErrorInfo, Identity

UNIT, MAIN, NOW = UnitId("u"), NodeName("main"), Instant(1_000_000 * HOUR)


def certificate(serial: str, type: str = "online", *, state: Any = "active", at: int = 0) -> Certificate:
    end = Instant(NOW + HOUR)
    return Certificate(serial, "unit", UNIT, type, "", end, Instant(at), "", node="main", state=state)


def renewal(type: Any = "online", **changes: Any) -> Renewal:
    return msgspec.structs.replace(renewals.begun(UNIT, certificate("A", type), NOW, ()), **changes)


def confirmation(serial: str, error: ErrorInfo | None = None) -> InstallUnitCertificatesConfirmation:
    one = InstalledCertificate("online", Identity(codename="main"), serial, error)
    return InstallUnitCertificatesConfirmation(certificates=(one,))


def asking(*places: tuple[Any, str]) -> IssueUnitCertificates:
    requests = tuple(CertificateRequest(type, Identity(codename=node), "csr") for type, node in places)
    return IssueUnitCertificates(requests=requests)


def test_the_newest_active_certificate_of_a_place_is_renewed() -> None:
    known = [
        certificate("A", at=1),
        certificate("B", at=2),
        certificate("C", at=3, state="issued"),
        certificate("A0", at=0),
        certificate("D", "cm"),
    ]
    assert [each.serial for each in renewals.to_renew(known, ())] == ["D", "B"]
    assert [each.serial for each in renewals.to_renew(known, ("cm",))] == ["D"]


def test_what_there_is_not_cannot_be_renewed() -> None:
    with pytest.raises(Conflict):
        renewals.to_renew([certificate("A")], ("sm",))
    with pytest.raises(Invalid) as wrong:
        renewals.to_renew([certificate("A")], ("online", "golden"))
    assert wrong.value.element == "cert_types[1]"


def test_the_online_certificate_is_replaced_when_it_is_confirmed_and_seen_in_either_order() -> None:
    issued = renewals.issued(renewal(), "B")
    assert renewals.confirmed(issued).state == renewals.seen(issued).state == "issued"
    assert renewals.seen(renewals.confirmed(issued)).state == "done"
    assert renewals.confirmed(renewals.seen(issued)).state == "done"


def test_the_others_open_no_channel_so_the_confirmation_is_enough() -> None:
    assert renewals.confirmed(renewals.issued(renewal("offline"), "B")).state == "done"


def test_a_new_certificate_for_the_same_place_begins_anew() -> None:
    again = renewals.issued(renewals.failed(renewals.confirmed(renewals.issued(renewal(), "B")), "x" * 999), "C")
    assert (again.state, again.new_serial, again.confirmed, again.error) == ("issued", "C", False, "")


@pytest.mark.parametrize("state", ["requested", "issued", "overdue"])
def test_asked_again_the_certificate_that_is_on_its_way_still_counts(state: Any) -> None:
    before = msgspec.structs.replace(renewals.issued(renewal("sm"), "B"), state=state, error="late")
    again = renewals.begun(UNIT, certificate("A", "sm"), Instant(NOW + 1), [renewal("cm"), before])
    assert (again.state, again.new_serial, again.asked_at, again.error) == ("requested", "B", NOW + 1, "")
    assert renewals.confirmed(again).state == "done"


@pytest.mark.parametrize("state", ["done", "failed"])
def test_asked_again_after_its_end_it_begins_anew(state: Any) -> None:
    before = msgspec.structs.replace(renewals.issued(renewal("sm"), "B"), state=state)
    assert renewals.begun(UNIT, certificate("A", "sm"), NOW, [before]) == renewal("sm")


def test_the_same_request_again_is_an_answer_to_an_order_that_came_between() -> None:
    again = renewals.asked_again(renewals.issued(renewal(), "B"), NOW)
    assert renewals.issued_again(again).state == "issued"
    done = renewals.seen(renewals.confirmed(again))
    assert renewals.issued_again(done) == done


def test_a_unit_is_told_what_waits_with_a_secret_for_every_node() -> None:
    waiting = renewal(), renewals.issued(renewal("cm"), "B"), renewal("iam", serial="gone")
    told = renewals.notification(waiting, {"A": Instant(NOW + HOUR)}, {MAIN: "word", NodeName("b"): "other"})
    assert told is not None
    assert [(each.type, each.serial, each.valid_till) for each in told.certificates] == [
        ("online", "A", to_datetime(Instant(NOW + HOUR))),
        ("iam", "gone", None),
    ]
    assert [(each.node.codename, each.secret) for each in told.unit_secrets.nodes] == [
        ("b", "other"),
        ("main", "word"),
    ]
    assert renewals.notification((renewals.issued(renewal(), "B"),), {}, {}) is None


def test_without_a_secret_for_every_node_it_is_not_begun() -> None:
    renewals.check_secrets([MAIN], {MAIN: ""})
    with pytest.raises(Conflict) as missing:
        renewals.check_secrets([MAIN, NodeName("b")], {MAIN: "word"})
    assert missing.value.element == "b"


@pytest.mark.parametrize(
    "message",
    [asking(), asking(*[("online", "main")] * 2), asking(("online", "other")), asking(*[("cm", "main")] * 33)],
)
def test_a_unit_asks_for_its_own_nodes_and_once_each(message: IssueUnitCertificates) -> None:
    with pytest.raises(Invalid):
        renewals.check_asked(message, [MAIN], [])


def test_a_unit_cannot_have_certificates_without_end() -> None:
    young = [certificate(str(n), at=NOW - n) for n in range(renewals.ISSUED_AN_HOUR_MOST)]
    lately = renewals.lately([*young, certificate("old", at=NOW - HOUR)], NOW)
    assert len(lately) == len(young)
    renewals.check_asked(asking(("online", "main")), [MAIN], lately[1:])
    with pytest.raises(Conflict):
        renewals.check_asked(asking(("online", "main")), [MAIN], lately)


def test_a_confirmation_counts_for_the_certificate_that_it_names_however_it_writes_the_serial() -> None:
    issued = renewals.issued(renewal(), "0ABC")
    assert renewals.of_confirmation(confirmation("abc"), [issued, renewal("cm")]) == [(issued, "")]
    assert renewals.of_confirmation(confirmation("ABD"), [issued]) == []
    assert renewals.of_confirmation(confirmation("ABC", ErrorInfo()), [issued]) == [(issued, "")]
    assert renewals.of_confirmation(confirmation("ABC", ErrorInfo(message="full")), [issued]) == [(issued, "full")]
    assert renewals.of_confirmation(confirmation("ABC", ErrorInfo(exit_code=2)), [issued]) == [
        (issued, "not said why")
    ]


def test_a_unit_has_one_renewal_of_a_type_on_a_node() -> None:
    assert renewal("cm").place == ("cm", MAIN)


def test_what_a_unit_asks_for_by_itself_is_a_renewal_of_what_it_has() -> None:
    place: renewals.Place = ("online", MAIN)
    begun = renewals.going_on(None, certificate("A"), place, UNIT, NOW)
    assert (begun.serial, begun.state, begun.asked_at) == ("A", "requested", NOW)
    assert renewals.going_on(None, None, place, UNIT, NOW).serial == ""


def test_a_request_belongs_to_the_renewal_under_way_and_begins_another_after_it_has_ended() -> None:
    place: renewals.Place = ("online", MAIN)
    under_way = renewals.issued(renewal(asked_at=Instant(5)), "B")
    assert renewals.going_on(under_way, certificate("A"), place, UNIT, NOW) is under_way
    done = renewals.seen(renewals.confirmed(under_way))
    after = renewals.going_on(done, certificate("B"), place, UNIT, NOW)
    assert (after.serial, after.asked_at, after.new_serial) == ("B", NOW, "")


def test_a_renewal_that_takes_too_long_ends() -> None:
    """Liveness: no state without a timeout."""
    late = Instant(NOW + renewals.OVERDUE_US)
    for under_way in (renewal(), renewals.issued(renewal(), "B")):
        assert renewals.overdue(under_way, Instant(late - 1)) is None
        after = renewals.overdue(under_way, late)
        assert after is not None
        assert after.state == "overdue" and "within 30 days" in after.error
    assert renewals.overdue(renewals.failed(renewal(), "no"), late) is None


def test_a_unit_that_comes_late_with_its_new_certificate_has_renewed_it() -> None:
    late = renewals.overdue(renewals.issued(renewal(), "B"), Instant(NOW + renewals.OVERDUE_US))
    assert late is not None
    after = renewals.seen(late)
    assert (after.state, after.error) == ("done", "")

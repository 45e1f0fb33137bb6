"""What a deprovisioned Unit is told, and when it is gone."""

import pytest

from aosedge.cloud.domain import farewells
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.units import Node
from aosedge.model.ids import NodeName, UnitId
from aosedge.model.instants import DAY, Instant
from aosedge.protocol.messages import DeprovisioningResponse
from aosedge.protocol.messages.parts import ErrorInfo, Identity

UNIT, NOW = UnitId("u"), Instant(0)
MAIN, OTHER = Node(UNIT, NodeName("main"), main=True), Node(UNIT, NodeName("other"))
SECRETS = {NodeName("main"): "one", NodeName("other"): "two"}


def response(node: str, error: ErrorInfo | None = None) -> DeprovisioningResponse:
    return DeprovisioningResponse(node=Identity(codename=node), error_info=error)


def test_a_unit_is_told_with_the_password_of_every_node_and_its_main_node_last() -> None:
    told = farewells.requests((MAIN, OTHER), SECRETS)
    assert [(each.node.codename, each.password) for each in told] == [("other", "two"), ("main", "one")]


def test_a_unit_is_not_told_what_it_would_not_follow() -> None:
    assert farewells.can_be_told((MAIN, OTHER), SECRETS)
    assert not farewells.can_be_told((MAIN, OTHER), {MAIN.name: "one"})
    assert not farewells.can_be_told((), {})


def test_the_door_is_open_for_a_month_and_not_longer_than_the_certificate_holds() -> None:
    def ends(at: int) -> Certificate:
        return Certificate("A", "unit", UNIT, "online", "", Instant(at), NOW, "")

    assert farewells.until(ends(5 * DAY), NOW) == 5 * DAY
    assert farewells.until(ends(500 * DAY), NOW) == 30 * DAY


@pytest.mark.parametrize(
    ("said", "gone", "trouble"),
    [
        (response("main"), True, ""),
        (response("main", ErrorInfo()), True, ""),
        (response("other"), False, ""),
        (response("main", ErrorInfo(1, 1, "no")), False, "no"),
        (response("main", ErrorInfo(1)), False, "not said why"),
    ],
)
def test_a_unit_is_gone_when_its_main_node_says_so(said: DeprovisioningResponse, gone: bool, trouble: str) -> None:
    assert farewells.is_gone(said, (MAIN, OTHER)) is gone
    assert farewells.trouble(said) == trouble

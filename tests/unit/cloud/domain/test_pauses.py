"""Pausing a node, and what follows for the Unit and its campaigns."""

import msgspec
import pytest
from tests.unit.cloud.domain.campaigns.test_members import WANTED, aim, reported
from tests.unit.cloud.domain.explain.chains import GENERATION, UNIT, document, instance, item, one, steps
from tests.unit.cloud.domain.explain.chains import reported as told

from aosedge.cloud.domain.campaigns.members import Progress, progress
from aosedge.cloud.domain.deployment import Aim, Deployment, deployment
from aosedge.cloud.domain.pauses import Stances, paused, resumed, with_stances
from aosedge.cloud.domain.targets import CompiledTarget
from aosedge.cloud.domain.units import Node
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import NodeName
from aosedge.model.instants import Instant
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredNode
from aosedge.protocol.messages.parts import Identity

THEN, NOW = Instant(1), Instant(2)
MAIN = Node(UNIT.id, NodeName("main"), main=True)
PAUSED = paused(UNIT, MAIN, " brakes ", THEN)
STANCES: Stances = ((NodeName("main"), "paused"), (NodeName("rear"), "provisioned"))


def compiled() -> CompiledTarget:
    body = msgspec.json.encode(document(s1="1.0.0"))
    return CompiledTarget(document(s1="1.0.0"), body, sha256(body), ())


def test_a_node_is_paused_once_with_the_first_reason() -> None:
    assert (PAUSED.shall, PAUSED.shall_why, PAUSED.shall_since) == ("paused", "brakes", THEN)
    assert paused(UNIT, PAUSED, "other", NOW) == PAUSED


@pytest.mark.parametrize("why", ["", "  ", "x" * 201])
def test_whoever_pauses_says_why(why: str) -> None:
    with pytest.raises(Invalid) as error:
        paused(UNIT, MAIN, why, NOW)
    assert error.value.element == "reason"


def test_a_unit_without_an_identity_has_nothing_to_pause() -> None:
    with pytest.raises(Conflict):
        paused(msgspec.structs.replace(UNIT, lifecycle="deprovisioned"), MAIN, "why", NOW)


def test_a_node_is_resumed_once_and_one_that_runs_stays_as_it_is() -> None:
    again = resumed(PAUSED, NOW)
    assert (again.shall, again.shall_why, again.shall_since) == ("provisioned", "", NOW)
    assert resumed(again, Instant(3)) == again
    assert resumed(MAIN, NOW) == MAIN


def test_a_target_names_the_nodes_that_somebody_ever_paused() -> None:
    found = with_stances(compiled(), STANCES)
    nodes = (DesiredNode(Identity(codename="main"), "paused"), DesiredNode(Identity(codename="rear"), "provisioned"))
    assert found.document.nodes == nodes
    assert found.digest == sha256(found.body) != compiled().digest
    assert msgspec.json.decode(found.body, type=DesiredStatus) == found.document
    assert with_stances(compiled(), ()) == compiled()
    assert with_stances(compiled(), ((NodeName("main"), ""),)) == compiled()


def test_a_unit_that_differs_for_its_paused_node_is_blocked_and_one_that_does_not_is_well() -> None:
    of = aim()
    assert of.document is not None
    pausing = msgspec.structs.replace(of, document=msgspec.structs.replace(of.document, nodes=_nodes("paused")))
    waits = deployment(pausing, reported(items=()))
    assert waits == Deployment("blocked", "the node main is paused: s1 2.0.0 is not there")
    going = msgspec.structs.replace(of, document=msgspec.structs.replace(of.document, nodes=_nodes("provisioned")))
    assert deployment(going, reported(items=())).state == "updating"
    shall = document(s1="1.0.0")
    runs = told(item(), instances=[instance()])
    alone = Aim(msgspec.structs.replace(shall, nodes=_nodes("paused")), GENERATION)
    assert deployment(alone, runs.actual).state == "in_sync"


def test_a_member_whose_node_is_paused_is_held() -> None:
    of = aim()
    assert of.document is not None
    pausing = msgspec.structs.replace(of, document=msgspec.structs.replace(of.document, nodes=_nodes("paused")))
    assert progress("downloading", WANTED, pausing, reported(items=())) == Progress("held", "the node main is paused")


def test_the_chain_names_the_node_why_and_the_cure() -> None:
    known = {
        "unit": msgspec.structs.replace(UNIT, deployment="blocked"),
        "document": msgspec.structs.replace(document(s1="1.0.0"), nodes=_nodes("paused")),
        "status": told(item(), instances=[instance("inactive")]),
        "nodes": (PAUSED,),
    }
    step = one("node_paused", **known)
    assert (step.outcome, step.reason, step.at) == ("stopped", "the node main is paused: brakes", THEN)
    assert step.command == "aos unit node resume truck main"
    assert "in_sync" not in [each.code for each in steps(**known)]
    for unlike in (
        {"nodes": ()},
        {"document": msgspec.structs.replace(document(s1="1.0.0"), nodes=_nodes("provisioned"))},
    ):
        assert "node_paused" not in [each.code for each in steps(**(known | unlike))]


def _nodes(state: str) -> tuple[DesiredNode, ...]:
    return (DesiredNode(Identity(codename="main"), state),)  # type: ignore[arg-type]

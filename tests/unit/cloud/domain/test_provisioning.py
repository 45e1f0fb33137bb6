"""Registering a Unit: spaces are trimmed, contradictions are named, a lost registration can be repeated."""

from typing import Any

import msgspec
import pytest

from aosedge.cloud.domain import provisioning
from aosedge.cloud.domain.provisioning import AskedCertificate, RegisteredNode, Registration
from aosedge.cloud.domain.units import Unit
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import FleetId, NodeName, OrgId, SystemId, UnitId
from aosedge.model.instants import Instant


def node(name: str = "main", *, main: bool = False) -> RegisteredNode:
    return RegisteredNode(NodeName(name), "", "", main, {})


def ask(type: str = "online", name: str = "main") -> AskedCertificate:
    return AskedCertificate(type, NodeName(name), "pem", f"{type}_csr")  # type: ignore[arg-type]


def registration(nodes: tuple[RegisteredNode, ...], asked: tuple[AskedCertificate, ...]) -> Registration:
    return Registration(SystemId("s"), "m", "1", nodes, asked)


@pytest.mark.parametrize("software", ["aos-provisioning:5.0.0", "aos-provisioning:7.1.0", "aoscore", "", "mine:x"])
def test_tools_that_are_new_enough_or_not_known_may_register(software: str) -> None:
    provisioning.known_software(software)


@pytest.mark.parametrize(
    ("software", "kind"),
    [("aos-provisioning:4.9.9", Conflict), ("aos-provisioning:5.0.0-rc.1", Conflict), ("aos-provisioning", Invalid)],
)
def test_a_tool_that_is_too_old_is_told_what_to_do(software: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as refused:
        provisioning.known_software(software)
    assert refused.value.element == "provisioning_software"  # type: ignore[attr-defined]


def test_a_node_as_aos_prov_sends_it_is_trimmed() -> None:
    info: dict[str, Any] = {
        "id": "node0 ",
        "type": "main",
        "osType": "linux ",
        "cpus": [{"arch": "amd64/", "totalNumCores": 2}],
        "attrs": {"MainNode": ""},
    }
    read = provisioning.node_of(info, "nodes[0]")
    assert (read.name, read.type, read.title, read.main) == ("node0", "main", "", True)
    assert read.info["osType"] == "linux"
    assert read.info["cpus"] == [{"arch": "amd64", "totalNumCores": 2}]


@pytest.mark.parametrize(
    ("info", "element"),
    [
        ({}, "nodes[0].id"),
        ({"id": " "}, "nodes[0].id"),
        ({"id": 7}, "nodes[0].id"),
        ({"id": "x" * 65}, "nodes[0].id"),
        ({"id": "a/b"}, "nodes[0].id"),
        ({"id": "a", "name": "b\0"}, "nodes[0].name"),
        ({"id": "a", "attrs": ["MainNode"]}, "nodes[0].attrs"),
    ],
)
def test_a_node_that_has_no_proper_name_is_refused(info: dict[str, Any], element: str) -> None:
    with pytest.raises(Invalid) as refused:
        provisioning.node_of(info, "nodes[0]")
    assert refused.value.element == element


@pytest.mark.parametrize(
    ("made", "element"),
    [
        (registration((), (ask(),)), "nodes"),
        (registration(tuple(node(str(i)) for i in range(17)), (ask(),)), "nodes"),
        (registration((node(), node()), (ask(),)), "nodes"),
        (registration((node(),), tuple(ask() for _ in range(33))), "additional_csrs"),
        (registration((node(),), (ask("root"),)), "root_csr"),
        (registration((node(),), (ask(name="other"),)), "online_csr"),
        (registration((node(),), (ask(), ask())), "additional_csrs"),
        (registration((node(),), (ask("sm"),)), "online_public_csr"),
    ],
)
def test_a_registration_that_contradicts_itself_is_refused(made: Registration, element: str) -> None:
    with pytest.raises(Invalid) as refused:
        provisioning.checked(made)
    assert refused.value.element == element


def test_the_main_node_is_the_marked_one_else_the_one_that_comes_online() -> None:
    two = (node("a"), node("b"))
    made = provisioning.checked(registration(two, (ask(name="b"), ask("sm", "a"))))
    assert [n.main for n in made.nodes] == [False, True]
    marked = provisioning.checked(registration((node("a", main=True), node("b", main=True)), (ask(name="b"),)))
    assert [n.main for n in marked.nodes] == [True, False]


def test_a_unit_is_registered_again_only_while_it_never_came() -> None:
    unit = Unit(UnitId("u"), OrgId("o"), FleetId("f"), SystemId("s"), "m", Instant(0))
    provisioning.may_register(None)
    provisioning.may_register(unit)
    provisioned = msgspec.structs.replace(unit, lifecycle="provisioned")
    provisioning.may_register(provisioned)
    came = msgspec.structs.replace(provisioned, last_seen=Instant(1))
    provisioning.may_register(msgspec.structs.replace(came, lifecycle="deprovisioned"))
    with pytest.raises(Conflict, match="deprovision"):
        provisioning.may_register(came)


def test_the_nodes_passwords_come_as_json_in_a_text() -> None:
    nodes = (provisioning.node_of({"id": "main"}, "nodes[0]"),)
    secrets = provisioning.secrets_of('{"version":"2.0.0","nodes":{" main ":"word","other":"one"}}', nodes)
    assert secrets == {"main": "word"}
    assert provisioning.secrets_of(" ", nodes) == {}


@pytest.mark.parametrize("text", ["{", '{"nodes":{"main":"' + "x" * 257 + '"}}'])
def test_passwords_of_other_forms_are_refused(text: str) -> None:
    nodes = (provisioning.node_of({"id": "main"}, "nodes[0]"),)
    with pytest.raises(Invalid):
        provisioning.secrets_of(text, nodes)

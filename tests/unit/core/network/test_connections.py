"""Who may talk to whom."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.network.connections import (
    Allowed,
    Member,
    Ports,
    check_spec,
    host_name,
    member,
    outside_hosts,
    parse_connection,
    parse_exposed,
    plan,
)
from aosedge.model.digests import sha256
from aosedge.model.errors import Invalid
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, RunConfig

SUBNET = "10.0.0.0/24"


def spec(
    codename: str, *allowed: str, exposed: tuple[str, ...] = (), hostname: str = "", number: int = 0
) -> InstanceSpec:
    return InstanceSpec(
        InstanceKey(ItemId(codename), SubjectId("s"), number), codename, "1.0.0", sha256(b""), (), (),
        RunConfig(cmd=("x",), exposed_ports={port: {} for port in exposed}),
        ItemConfig(hostname=hostname, allowed_connections={name: {} for name in allowed}), "crun",
    )  # fmt: skip


def members(*specs: InstanceSpec) -> list[Member]:
    return [member(one, f"name-{index}", f"10.0.0.{index + 2}") for index, one in enumerate(specs)]


def tcp(first: int, last: int | None = None) -> Ports:
    return Ports("tcp", first, last or first)


@pytest.mark.parametrize(
    ("text", "host", "ports"),
    [
        ("server/80/tcp", "server", tcp(80)),
        ("a.b-c.example/1000:2000/udp", "a.b-c.example", Ports("udp", 1000, 2000)),
        ("SERVER/80/TCP", "server", tcp(80)),
        ("192.0.2.7/1:65535/tcp", "192.0.2.7", tcp(1, 65535)),
    ],
)
def test_a_connection_names_host_ports_and_protocol(text: str, host: str, ports: Ports) -> None:
    found = parse_connection(text)
    assert (found.host, found.ports) == (host, ports)


@pytest.mark.parametrize(
    "text",
    [
        "", "server", "server/80", "server//tcp", "/80/tcp", "server/0/tcp", "server/65536/tcp", "server/9:1/tcp",
        "server/80/icmp", "server/80/tcp/x", "ser ver/80/tcp", "server\n/80/tcp", "-server/80/tcp", "server-/80/tcp",
        "sérver/80/tcp", "server/٨٠/tcp", "server/+80/tcp", "a..b/80/tcp", f"{'a' * 64}/80/tcp",
        f"{'.'.join(['a' * 60] * 5)}/80/tcp", "server;drop/80/tcp", 'x" }/80/tcp',
    ],
)  # fmt: skip
def test_what_is_no_connection_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_connection(text)
    assert refused.value.element in ("allowedConnections",)


def test_exposed_ports_are_tcp_unless_they_say_otherwise() -> None:
    assert parse_exposed("80") == parse_exposed("80/tcp") == tcp(80)
    assert parse_exposed("8000-8010/udp") == Ports("udp", 8000, 8010)
    with pytest.raises(Invalid):
        parse_exposed("http")


def test_the_host_name_is_the_configurations_then_the_items() -> None:
    assert host_name(spec("code", hostname="Named")) == "named"
    assert host_name(spec("code")) == "code"
    assert host_name(spec("not a name")) == ""
    assert host_name(spec("a" * 64)) == ""


def test_a_specification_with_wrong_names_is_refused_before_it_starts() -> None:
    check_spec(spec("any thing", "server/80/tcp", exposed=("80",)))
    for wrong in (spec("x", hostname="a b"), spec("x", "a/b/c"), spec("x", exposed=("x",))):
        with pytest.raises(Invalid):
            check_spec(wrong)


def test_both_sides_must_open_a_connection() -> None:
    server, client = spec("server", exposed=("80", "443")), spec("client", "server/80/tcp", "server/22/tcp")
    found = plan(members(server, client), {}, SUBNET)
    assert found.allowed == (Allowed("10.0.0.3", "10.0.0.2", tcp(80)),)
    assert found.hosts["name-1"] == "127.0.0.1 localhost\n10.0.0.3 client\n10.0.0.2 server\n"
    assert found.hosts["name-0"] == "127.0.0.1 localhost\n10.0.0.2 server\n"
    assert found.peers == {"name-0": {}, "name-1": {"server": "10.0.0.2"}}


def test_ranges_open_what_both_have() -> None:
    server = spec("server", exposed=("100-200/tcp", "150-300/tcp", "301/tcp", "100-200/udp"))
    client = spec("client", "server/150:400/tcp")
    found = plan(members(server, client), {}, SUBNET)
    assert found.allowed == (Allowed("10.0.0.3", "10.0.0.2", tcp(150, 301)),), "overlapping ranges are one"


def test_a_name_of_several_instances_means_all() -> None:
    one, two = spec("server", exposed=("80",)), spec("server", exposed=("80",), number=1)
    found = plan(members(one, two, spec("client", "server/80/tcp")), {}, SUBNET)
    assert {rule.target for rule in found.allowed} == {"10.0.0.2", "10.0.0.3"}


def test_an_instance_hides_an_outside_host_of_its_name() -> None:
    there = members(spec("server"), spec("client", "server/80/tcp", "far.example/443/tcp"))
    assert outside_hosts(there) == ("far.example",)
    found = plan(there, {"far.example": ("192.0.2.1", "192.0.2.2"), "server": ("192.0.2.3",)}, SUBNET)
    assert {rule.target for rule in found.allowed} == {"192.0.2.1", "192.0.2.2"}
    assert "192.0.2.1 far.example" in found.hosts["name-1"]


@pytest.mark.parametrize("address", ["10.0.0.1", "10.0.0.77", "127.0.0.1", "224.0.0.1", "0.0.0.0"])
def test_an_outside_name_never_leads_inside(address: str) -> None:
    found = plan(members(spec("sly", "far.example/1:65535/tcp")), {"far.example": (address,)}, SUBNET)
    assert found.allowed == () and "far" not in found.hosts["name-0"]


def test_what_means_nothing_allows_nothing() -> None:
    found = members(spec("x y", "bad entry", "server/80/tcp", exposed=("bad", "80")))[0]
    assert (found.host, len(found.connections), found.exposed) == ("", 1, (tcp(80),))


names = st.sampled_from(["a", "b", "c", "far.example"])
ports = st.tuples(st.integers(1, 20), st.integers(0, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    st.lists(st.tuples(names, st.lists(st.tuples(names, ports), max_size=4), st.lists(ports, max_size=3)), max_size=5)
)
def test_the_plan_opens_exactly_what_both_sides_say(drawn: list) -> None:  # type: ignore[type-arg]
    """Against the rule written out port by port."""
    there = members(*(
        spec(
            name, *(f"{host}/{first}:{last}/tcp" for host, (first, last) in wishes),
            exposed=tuple(f"{first}-{last}/tcp" for first, last in exposed), number=index,
        )
        for index, (name, wishes, exposed) in enumerate(drawn)
    ))  # fmt: skip
    outside = {"far.example": ("192.0.2.9",)}
    found = plan(there, outside, SUBNET).allowed
    opened = [(r.source, r.target, port) for r in found for port in range(r.ports.first, r.ports.last + 1)]
    assert len(opened) == len(set(opened)), "no two rules overlap"
    inside = {one.host for one in there}
    expected = set()
    for client in there:
        for wish in client.connections:
            wished = range(wish.ports.first, wish.ports.last + 1)
            if wish.host not in inside:
                expected |= {(client.address, "192.0.2.9", port) for port in wished if wish.host in outside}
            for server in there:
                for own in server.exposed if server.host == wish.host else ():
                    both = set(wished) & set(range(own.first, own.last + 1))
                    expected |= {(client.address, server.address, port) for port in both}
    assert set(opened) == expected


def test_plans_are_plain_data() -> None:
    found = plan(members(spec("server")), {}, SUBNET)
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found

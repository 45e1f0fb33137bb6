"""Addresses, routes and the firewall's text."""

import ipaddress
from pathlib import Path

import pytest

from aosedge.core.network.addresses import Addresses
from aosedge.core.network.connections import Allowed, Ports
from aosedge.core.network.firewall import hardware_address, ruleset
from aosedge.core.network.network import Network
from aosedge.core.network.routes import interface_to, overlapping, read_routes
from aosedge.model.errors import Invalid, Unavailable

ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
wlan0	0000A8C0	00000000	0001	0	0	0	0000FFFF	0	0	0
down0	0000000A	00000000	0000	0	0	0	000000FF	0	0	0
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "addresses.json"


def test_an_address_stays_for_as_long_as_it_is_kept(book: Path) -> None:
    first = Addresses(book, "10.0.0.0/29")
    given = {name: first.give(name) for name in ("a", "b", "c")}
    assert given == {"a": "10.0.0.2", "b": "10.0.0.3", "c": "10.0.0.4"} and first.gateway == "10.0.0.1"
    first.save()
    again = Addresses(book, "10.0.0.0/29")
    assert {name: again.give(name) for name in ("c", "b", "a")} == given


def test_a_freed_address_is_the_last_to_be_given_again(book: Path) -> None:
    addresses = Addresses(book, "10.0.0.0/29")
    for name in "abc":
        addresses.give(name)
    addresses.keep({"b"})
    assert [addresses.give(name) for name in "defg"] == ["10.0.0.5", "10.0.0.6", "10.0.0.2", "10.0.0.4"]
    with pytest.raises(Unavailable, match="no address is left"):
        addresses.give("h")


def test_another_subnet_or_a_broken_book_begins_anew(book: Path) -> None:
    first = Addresses(book, "10.0.0.0/24")
    first.give("a")
    first.open("eth0")
    first.save()
    moved = Addresses(book, "10.1.0.0/24")
    assert (moved.of("a"), moved.give("a"), moved.opened) == (None, "10.1.0.2", ("eth0",))
    book.write_text('{"given":')
    assert Addresses(book, "10.0.0.0/24").of("a") is None


@pytest.mark.parametrize(
    ("bridge", "subnet"),
    [
        ("", "10.0.0.0/24"), ("a b", "10.0.0.0/24"), ("x" * 16, "10.0.0.0/24"), ("aos0", "10.0.0.1/24"),
        ("aos0", "fd00::/64"), ("aos0", "x"), ("aos0", "10.0.0.0/30"),
    ],
)  # fmt: skip
def test_a_bridge_or_subnet_that_cannot_be_is_named(tmp_path: Path, bridge: str, subnet: str) -> None:
    with pytest.raises(Invalid) as refused:
        Network(tmp_path, bridge, subnet)
    assert refused.value.element in ("bridge", "subnet")


def test_routes_say_where_packets_leave_and_who_has_a_subnet(tmp_path: Path) -> None:
    file = tmp_path / "route"
    file.write_text(ROUTES)
    routes = read_routes(file)
    assert [route.interface for route in routes] == ["eth0", "eth0", "wlan0"]
    assert interface_to("192.168.3.4", routes) == "wlan0"
    assert interface_to("192.0.2.77", routes) == interface_to("8.8.8.8", routes) == "eth0"
    assert interface_to("8.8.8.8", routes[1:]) is None
    found = overlapping(ipaddress.IPv4Network("192.168.7.0/24"), "aos0", routes)
    assert found is not None and found.interface == "wlan0"
    assert overlapping(ipaddress.IPv4Network("192.168.7.0/24"), "wlan0", routes) is None
    assert overlapping(ipaddress.IPv4Network("10.9.0.0/16"), "aos0", routes) is None


def test_the_rules_replace_the_old_table_whole() -> None:
    text = ruleset(
        "aos_x",
        "x",
        "av12",
        [("av1234", "10.0.0.2")],
        [Allowed("10.0.0.2", "10.0.0.3", Ports("tcp", 1, 9))],
        ["eth0"],
    )
    for family in ("inet", "bridge"):
        start = text.index(f"table {family} aos_x\n")
        assert text[start:].startswith(f"table {family} aos_x\ndelete table {family} aos_x\ntable {family} aos_x {{")
    assert "10.0.0.2 . 10.0.0.3 . tcp . 1-9" in text
    assert '"av1234" . 02:a0:0a:00:00:02 . 10.0.0.2' in text
    assert 'iifname "eth0" oifname != "x" drop' in text
    assert "elements" not in ruleset("aos_x", "x", "av12", [], [], [])


def test_a_hardware_address_is_local_and_the_instances_own() -> None:
    assert hardware_address("10.181.0.255") == "02:a0:0a:b5:00:ff"

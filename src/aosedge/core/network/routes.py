"""The node's IPv4 routes, from `/proc/net/route`."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import msgspec

_ROUTES = Path("/proc/net/route")


class Route(msgspec.Struct, frozen=True):
    """A route's interface and where it leads."""

    interface: str
    network: ipaddress.IPv4Network


def read_routes(file: Path = _ROUTES) -> list[Route]:
    """All routes of the main table that are up."""
    return list(_routes(file.read_text()))


def _routes(text: str) -> Iterator[Route]:
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 8 and int(fields[3], 16) & 1:
            yield Route(fields[0], ipaddress.IPv4Network((_address(fields[1]), _address(fields[7]))))


def _address(text: str) -> str:
    return str(ipaddress.IPv4Address(int.from_bytes(bytes.fromhex(text), "little")))


def interface_to(address: str, routes: list[Route]) -> str | None:
    """Where a packet to the address leaves, by the longest prefix; None where nothing leads there."""
    found = [route for route in routes if ipaddress.IPv4Address(address) in route.network]
    return max(found, key=lambda route: route.network.prefixlen).interface if found else None


def overlapping(subnet: ipaddress.IPv4Network, bridge: str, routes: list[Route]) -> Route | None:
    """A route of somebody else into the subnet, other than the default route."""
    for route in routes:
        if route.interface != bridge and route.network.prefixlen and route.network.overlaps(subnet):
            return route
    return None

"""Who may talk to whom: `allowedConnections` of the clients and exposed ports of the servers, as rules. No IO.

Between instances a connection needs both: the client's `allowedConnections` names the server's host name, and the
server exposes the port. To the outside it needs the client's word only.
"""

import contextlib
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.model.errors import Invalid

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.ASCII)
_HOST_MOST = 253
_OWN_HOST_MOST = 64
_PORTS = re.compile(r"(\d{1,5})(?:[:-](\d{1,5}))?", re.ASCII)
_MOST_PORT = 65_535
_CONNECTION = "{host name}/{port or from:to}/{tcp or udp}"


T = TypeVar("T")


class Ports(msgspec.Struct, frozen=True, order=True):
    """A range of ports of one protocol, both ends in it."""

    protocol: str
    first: int
    last: int

    def common(self, other: "Ports") -> "Ports | None":
        """The ports in both."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Ports(self.protocol, first, last) if self.protocol == other.protocol and first <= last else None


class Connection(msgspec.Struct, frozen=True, order=True):
    """One of `allowedConnections`: a host name in lower case, or an IPv4 address."""

    host: str
    ports: Ports


class Member(msgspec.Struct, frozen=True):
    """An instance on the network."""

    name: str
    key: InstanceKey
    host: str
    """Its host name; empty where what it was given is none, so that nobody can name it."""
    address: str
    connections: tuple[Connection, ...]
    exposed: tuple[Ports, ...]


class Allowed(msgspec.Struct, frozen=True, order=True):
    """From one address to another on these ports."""

    source: str
    target: str
    ports: Ports


class Plan(msgspec.Struct, frozen=True):
    """What the firewall lets through, and what each instance's `/etc/hosts` says, by instance name."""

    allowed: tuple[Allowed, ...]
    hosts: dict[str, str]
    peers: dict[str, dict[str, str]]
    """Of each instance the first address of each host that it may talk to."""


def host_name(spec: InstanceSpec) -> str:
    """The configuration's host name, else the item's, in lower case; empty where that is no host name."""
    name = (spec.config.hostname or spec.codename).lower()
    return name if _HOST.fullmatch(name) and len(name) <= _OWN_HOST_MOST else ""


def parse_connection(text: str) -> Connection:
    """An entry of `allowedConnections`; raises Invalid."""
    host, _, rest = text.lower().partition("/")
    ports, _, protocol = rest.partition("/")
    if not _HOST.fullmatch(host) or len(host) > _HOST_MOST:
        raise Invalid("not a connection", element="allowedConnections", expected=_CONNECTION, got=text[:80])
    return Connection(host, _parse_ports(ports, protocol, "allowedConnections", text))


def parse_exposed(text: str) -> Ports:
    """A key of the image's exposed ports, `8080/tcp`, `8080` or a range; raises Invalid."""
    ports, _, protocol = text.lower().partition("/")
    return _parse_ports(ports, protocol or "tcp", "exposedPorts", text)


def _parse_ports(ports: str, protocol: str, element: str, whole: str) -> Ports:
    found = _PORTS.fullmatch(ports)
    if found and protocol in ("tcp", "udp"):
        first, last = int(found[1]), int(found[2] or found[1])
        if 0 < first <= last <= _MOST_PORT:
            return Ports(protocol, first, last)
    raise Invalid("not a port", element=element, expected="1 to 65535, or from:to, and tcp or udp", got=whole[:80])


def check_spec(spec: InstanceSpec) -> None:
    """Raise Invalid for a host name, connection or port that the network could not carry out."""
    name = spec.config.hostname or spec.codename
    if spec.config.hostname and not host_name(spec):
        raise Invalid("not a host name", element="hostname", expected="letters, digits, - and .", got=name[:80])
    for text in spec.config.allowed_connections:
        parse_connection(text)
    for text in spec.run.exposed_ports:
        parse_exposed(text)


def member(spec: InstanceSpec, name: str, address: str) -> Member:
    """The instance as the network sees it; entries that mean nothing allow nothing."""
    return Member(
        name, spec.key, host_name(spec), address,
        tuple(_sound(parse_connection, spec.config.allowed_connections)),
        tuple(_sound(parse_exposed, spec.run.exposed_ports)),
    )  # fmt: skip


def _sound(parse: Callable[[str], T], texts: Iterable[str]) -> Iterator[T]:
    for text in sorted(texts):
        with contextlib.suppress(Invalid):
            yield parse(text)


def outside_hosts(members: Sequence[Member]) -> tuple[str, ...]:
    """Hosts that some instance may talk to and that are no instance here, sorted."""
    inside = {one.host for one in members}
    return tuple(sorted({c.host for one in members for c in one.connections} - inside))


def plan(members: Sequence[Member], outside: Mapping[str, Sequence[str]], subnet: str) -> Plan:
    """The rules for exactly these. `outside` has the addresses of hosts elsewhere.

    An outside name never opens the way to an instance or to the loopback of the node, whatever it resolves to.
    """
    inside: dict[str, list[Member]] = {}
    for one in sorted(members, key=lambda found: (found.host, found.key)):
        inside.setdefault(one.host, []).append(one)
    network = ipaddress.IPv4Network(subnet)
    safe = {host: tuple(a for a in addresses if _is_outside(a, network)) for host, addresses in outside.items()}
    allowed: set[Allowed] = set()
    hosts: dict[str, str] = {}
    peers: dict[str, dict[str, str]] = {}
    for one in members:
        named: dict[str, tuple[str, ...]] = {}
        for wish in one.connections:
            servers = inside.get(wish.host)
            if servers is None:
                named[wish.host] = safe.get(wish.host, ())
                allowed |= {Allowed(one.address, target, wish.ports) for target in named[wish.host]}
            else:
                named[wish.host] = tuple(server.address for server in servers)
                allowed |= set(_to_servers(one, wish, servers))
        hosts[one.name] = _hosts_file(one, named)
        peers[one.name] = {host: addresses[0] for host, addresses in sorted(named.items()) if addresses}
    return Plan(tuple(_merged(allowed)), hosts, peers)


def _merged(allowed: Iterable[Allowed]) -> Iterator[Allowed]:
    """The same in ranges that do not overlap, which the kernel's sets would refuse."""
    widest: Allowed | None = None
    for one in sorted(allowed):
        if widest is None:
            widest = one
        elif one.ports.first <= widest.ports.last + 1 and _same_way(one, widest):
            last = max(one.ports.last, widest.ports.last)
            widest = Allowed(one.source, one.target, Ports(one.ports.protocol, widest.ports.first, last))
        else:
            yield widest
            widest = one
    if widest is not None:
        yield widest


def _same_way(one: Allowed, other: Allowed) -> bool:
    return (one.source, one.target, one.ports.protocol) == (other.source, other.target, other.ports.protocol)


def _to_servers(client: Member, wish: Connection, servers: Sequence[Member]) -> Iterator[Allowed]:
    for server in servers:
        for exposed in server.exposed:
            ports = wish.ports.common(exposed)
            if ports is not None:
                yield Allowed(client.address, server.address, ports)


def _is_outside(address: str, subnet: ipaddress.IPv4Network) -> bool:
    found = ipaddress.IPv4Address(address)
    return not (found in subnet or found.is_loopback or found.is_multicast or found.is_unspecified)


def _hosts_file(one: Member, named: Mapping[str, Sequence[str]]) -> str:
    lines = ["127.0.0.1 localhost", f"{one.address} {one.host or one.name}"]
    lines += [
        f"{address} {host}"
        for host, addresses in sorted(named.items())
        for address in addresses
        if address not in (one.address, host)
    ]
    return "\n".join(lines) + "\n"

"""The network of a node's instances: one bridge, a namespace each, a firewall for exactly the set that shall run."""

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from aosedge.core.domain.instances import InstanceSpec
from aosedge.core.network.addresses import Addresses
from aosedge.core.network.connections import Member, Plan, member, outside_hosts, plan
from aosedge.core.network.firewall import ruleset
from aosedge.core.network.links import NAMESPACES, Links
from aosedge.core.network.routes import interface_to, overlapping, read_routes
from aosedge.core.processes import check, run
from aosedge.model.errors import AosError, Conflict, Invalid
from aosedge.model.oci import Quotas

LOOK_UP_S, LOOK_UP_UNKNOWN_S = 300.0, 10.0
"""How often outside hosts are looked up anew, and those that are unknown as yet."""
TEND_S = 10.0
"""How often it is looked whether everything is still there: somebody else may have removed it."""
_RESOLVE_S = 2.0
_BYTE = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_LITERAL = re.compile(rf"{_BYTE}(\.{_BYTE}){{3}}", re.ASCII)


class Attachment(msgspec.Struct, frozen=True):
    """An instance's place on the network, and its `/etc/hosts`."""

    address: str
    namespace: str
    hosts: str


class Network:
    """Opened by its first use. One agent on a node has one bridge; two agents need two bridges and subnets."""

    def __init__(self, state: Path, bridge: str = "aos0", subnet: str = "10.181.0.0/16") -> None:
        """`state` is an existing folder. Raises Invalid for a bridge name or subnet that cannot be."""
        if not 0 < len(bridge) <= 15 or not bridge.isascii() or not bridge.isalnum():
            raise Invalid("not a bridge name", element="bridge", expected="1 to 15 letters and digits", got=bridge)
        try:
            self._addresses = Addresses(state / "addresses.json", subnet)
        except ValueError as error:
            raise Invalid(str(error), element="subnet", expected="an IPv4 subnet", got=subnet) from error
        self._links = Links(bridge)
        self._table = f"aos_{bridge}"
        self._lock = asyncio.Lock()
        self._opened = False
        self._applied = ""
        self._plan = Plan((), {}, {})
        self._members: tuple[Member, ...] = ()
        self._quotas: dict[str, Quotas] = {}
        self._looked_up_at = -LOOK_UP_S
        self._outside: dict[str, tuple[str, ...]] = {}

    async def arrange(self, specs: Mapping[str, InstanceSpec]) -> None:
        """Addresses, names and firewall for exactly these, by instance name.

        Raises Conflict where the subnet is somebody else's.
        """
        async with self._lock:
            await self._open()
            self._quotas = {name: spec.config.quotas for name, spec in specs.items()}
            self._addresses.keep({*specs, *self._links.namespaces()})
            self._members = tuple(
                member(spec, name, self._addresses.give(name)) for name, spec in sorted(specs.items())
            )
            self._addresses.save()
            await self._carry_out()

    async def tend(self) -> None:
        """Put back what somebody else took away, and follow the names of outside hosts; every TEND_S."""
        async with self._lock:
            if not self._opened:
                return
            await self._mend()
            names = [addresses for host, addresses in self._outside.items() if not _LITERAL.fullmatch(host)]
            every_s = LOOK_UP_S if all(names) else LOOK_UP_UNKNOWN_S
            due = names and _time_s() - self._looked_up_at >= every_s
            if due or (self._applied and not await self._has_rules()):
                self._applied = self._applied if due else ""
                await self._carry_out()

    async def mend(self) -> bool:
        """Put back bridge and interfaces that somebody else took away; whether something was missing."""
        async with self._lock:
            return self._opened and await self._mend()

    async def _mend(self) -> bool:
        bridge = self._links.is_up()
        if not bridge:
            await self._make_bridge()
        lost = [name for name in self._links.namespaces() if not self._links.is_attached(name)]
        for name in lost:
            address = self._addresses.of(name)
            if address is None:
                continue
            with contextlib.suppress(AosError):  # the others go on; its own next start makes it anew
                await self._links.reattach(name, address, self._addresses.gateway)
                await self._limit(name, self._quotas.get(name, Quotas()), fresh=True)
        return not bridge or bool(lost)

    async def _has_rules(self) -> bool:
        tables = (await check(["nft", "list", "tables"])).decode().splitlines()
        return {f"table {family} {self._table}" for family in ("inet", "bridge")} <= set(tables)

    async def _carry_out(self) -> None:
        """Whoever cannot be looked up just now stays where it was; who never could be, nobody may talk to."""
        self._looked_up_at = _time_s()
        fresh = await _resolve(outside_hosts(self._members))
        self._outside = {host: addresses or self._outside.get(host, ()) for host, addresses in fresh.items()}
        self._plan = plan(self._members, self._outside, str(self._addresses.subnet))
        self._open_outside(self._plan)
        self._addresses.save()
        await self._apply(self._members)

    async def _open(self) -> None:
        if self._opened:
            await self._mend()
            return
        other = overlapping(self._addresses.subnet, self._links.bridge, read_routes())
        if other is not None:
            raise Conflict(
                f"the subnet is in use by {other.interface}", element="subnet", got=str(self._addresses.subnet),
                expected=f"one apart from {other.network}", cure="set another AOSCORE_SUBNET",
            )  # fmt: skip
        await self._make_bridge()
        self._opened = True

    async def _make_bridge(self) -> None:
        await self._links.make_bridge(self._addresses.gateway, self._addresses.subnet.prefixlen)

    def _open_outside(self, made: Plan) -> None:
        """Interfaces towards allowed hosts must forward their answers; those that did not only do that."""
        routes = read_routes()
        outside = {
            one.target for one in made.allowed if ipaddress.IPv4Address(one.target) not in self._addresses.subnet
        }
        for interface in sorted({found for target in outside if (found := interface_to(target, routes))}):
            if self._links.open_forwarding(interface):
                self._addresses.open(interface)

    async def _apply(self, members: Sequence[Member]) -> None:
        owners = [(self._links.port(one.name), one.address) for one in members]
        text = ruleset(
            self._table, self._links.bridge, self._links.ports, owners, self._plan.allowed, self._addresses.opened
        )
        if text != self._applied:
            await check(["nft", "-f", "-"], content=text.encode())
            self._applied = text

    async def attach(self, name: str, spec: InstanceSpec) -> Attachment:
        """Wire the instance up. One that was not arranged for has an address and may talk to nobody."""
        async with self._lock:
            await self._open()
            address = self._addresses.give(name)
            self._addresses.save()
            fresh = not self._links.is_attached(name)
            if fresh:
                await self._links.detach(name)
                await self._links.attach(name, address, self._addresses.gateway)
            self._quotas[name] = spec.config.quotas
            await self._limit(name, spec.config.quotas, fresh=fresh)
        return Attachment(address, str(NAMESPACES / self._links.namespace(name)), self.hosts(name))

    async def _limit(self, name: str, quotas: Quotas, *, fresh: bool) -> None:
        await self._links.limit(name, quotas.upload_speed, quotas.download_speed, fresh=fresh)

    async def detach(self, name: str) -> None:
        """Take the instance off the network, by its instance name; its address stays its own while it is arranged."""
        async with self._lock:
            await self._links.detach(name)

    async def sweep(self, keep: Collection[str]) -> None:
        """Remove what is left of instances other than these."""
        for name in self._links.namespaces():
            if name not in keep:
                await self.detach(name)

    def hosts(self, name: str) -> str:
        """The instance's `/etc/hosts`, as last arranged."""
        return self._plan.hosts.get(name, "127.0.0.1 localhost\n")

    def address(self, name: str) -> str | None:
        """The instance's address."""
        return self._addresses.of(name)

    async def remove(self) -> None:
        """Remove bridge, rules and all namespaces: the node is as before."""
        await self.sweep(())
        if self._links.has_bridge():
            for family in ("inet", "bridge"):
                await run(["nft", "delete", "table", family, self._table])
            await self._links.remove_bridge()
        for interface in self._addresses.opened:
            self._links.close_forwarding(interface)
        self._addresses.forget()
        self._addresses.save()
        self._opened, self._applied, self._members = False, "", ()
        self._plan, self._outside = Plan((), {}, {}), {}


def _time_s() -> float:
    return asyncio.get_running_loop().time()


async def _resolve(hosts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    async with asyncio.TaskGroup() as group:
        for host in hosts:
            group.create_task(_resolve_one(host, found))
    return {host: found[host] for host in sorted(found)}


async def _resolve_one(host: str, found: dict[str, tuple[str, ...]]) -> None:
    """IPv4 addresses of the host; none where it has none or its name server is silent."""
    found[host] = ()
    if _LITERAL.fullmatch(host):
        found[host] = (host,)
        return
    try:
        async with asyncio.timeout(_RESOLVE_S):
            rows = await asyncio.get_running_loop().getaddrinfo(host, None, family=socket.AF_INET)
    except (OSError, TimeoutError):
        return
    found[host] = tuple(sorted({str(row[4][0]) for row in rows}))

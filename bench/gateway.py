"""The Unit channel under load, against a bare echo server on the same library in the same run.

    python -m bench.gateway [--units 400] [--rounds 5] [--seconds 2] [--libraries]

N Units in another process, over mutual TLS; the servers take turns, so that what disturbs the machine disturbs both.
Printed: connections per second, messages per second, server CPU per message, KiB per connected Unit (RSS and PSS),
and the ratios. Absolutes depend on the machine: trust the ratios.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import median

import msgspec
from bench.figures import cpu_s_of, machine, memory_of
from bench.gateway_cloud import SECRET, Holder
from bench.gateway_cloud import Plan as CloudPlan
from bench.gateway_units import TXN, Command, Plan, Result

from aosedge.clock import SystemClock
from aosedge.cloud.gateway.signatures import Tokens
from aosedge.model.ids import SystemId, UnitId
from aosedge.model.instants import DAY
from aosedge.trust import csr
from aosedge.trust.certificates import Authority, key_pem


class Figures(msgspec.Struct, frozen=True):
    """One server: medians over the rounds, memory once."""

    name: str
    connections_per_s: float
    messages_per_s: float
    cpu_us_per_message: float
    rss_kib_per_unit: float
    pss_kib_per_unit: float
    slow_ms: tuple[float, float]


class Place:
    """Certificates for a server and N Units in a folder."""

    def __init__(self, folder: Path, units: int) -> None:
        clock = SystemClock()
        self.authority = Authority.create(folder / "ca", "localhost", clock.wall())
        self.root = folder / "root.pem"
        self.root.write_text(self.authority.root_pem())
        key = csr.new_key()
        issued = self.authority.issue_server(key.public_key(), ["localhost", "127.0.0.1"], clock.wall())
        self.server = folder / "server.pem"
        self.server.write_bytes(key_pem(key) + issued.chain_pem.encode())
        self.folder = folder
        self.units: list[tuple[str, str, str]] = []
        self.holders: list[Holder] = []
        tokens = Tokens(SECRET, life_us=DAY)
        for number in range(units):
            name = f"bench-{number}"
            key = csr.new_key("p384")  # as real Units have
            request = csr.unit_request(key, name, "online")
            issued = self.authority.issue_unit(request, UnitId(name), SystemId(name), "online", clock.wall())
            path = folder / f"{name}.pem"
            path.write_bytes(key_pem(key) + issued.pem.encode())
            self.units.append((name, str(path), tokens.issue(issued.serial, clock.wall())))
            self.holders.append(Holder(name, issued.serial, issued.fingerprint))


class Load:
    """The process with the Units."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def begin(cls, plan: Plan) -> "Load":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.gateway_units",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        load = cls(process)
        load._write(plan)
        return load

    async def do(self, command: Command) -> Result:
        assert self._process.stdout is not None
        self._write(command)
        line = await self._process.stdout.readline()
        return msgspec.json.decode(line, type=Result)

    async def end(self) -> None:
        self._write(Command("end"))
        await self._process.wait()

    def _write(self, value: msgspec.Struct) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(value) + b"\n")


def message() -> str:
    """A delta status as a Unit sends it while an instance starts: about 640 bytes."""
    item = {"id": "5f0e7b5e-5b0c-4a39-9a50-7f9c3f3a5f10", "type": "service"}
    subject = {"id": "0d6f1f37-5d0c-4b5b-8d9e-2c4c4b8f5b11"}
    instance = {
        "node": {"codename": "main"},
        "runtime": {"codename": "0c6a1b32-7b0a-4f0e-9c6e-4d7a2f1f6a10"},
        "instance": 0,
        "state": "active",
    }
    entry = {"item": item, "subject": subject, "version": "1.0.0", "instances": [instance]}
    status = {"item": item, "version": "1.0.0", "state": "installed"}
    header = {"version": 7, "systemId": "SYSTEM-ID", "createdAt": "2026-01-31T12:00:00.000000Z", "txn": TXN}
    data = {"messageType": "unitStatus", "isDeltaInfo": True, "items": [status], "instances": [entry]}
    return msgspec.json.encode({"header": header, "data": data}).decode()


class Server:
    """A server in its own process, and the process with its Units."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, load: Load, units: int) -> None:
        self.name = name
        self.connections: list[float] = []
        self.messages: list[float] = []
        self.cpu_us: list[float] = []
        self._slow_ms: list[tuple[float, float]] = []
        self._process, self._load, self._units = process, load, units
        self._empty = memory_of(process.pid)
        self._full = self._empty

    async def connect(self, count: int) -> None:
        """Some more Units."""
        joined = await self._load.do(Command("connect", count=count))
        self.connections.append(joined.count / joined.seconds)

    def weigh(self) -> None:
        """All Units are connected and idle."""
        self._full = memory_of(self._process.pid)

    async def send(self, seconds: float, window: int, counts: bool) -> None:
        """A round of messages; one that does not count warms up."""
        cpu = cpu_s_of(self._process.pid)
        sent = await self._load.do(Command("send", seconds=seconds, window=window))
        if counts:
            self.messages.append(sent.count / sent.seconds)
            self.cpu_us.append((cpu_s_of(self._process.pid) - cpu) / max(sent.count, 1) * 1e6)
            self._slow_ms.append(sent.slow_ms)

    async def end(self) -> None:
        """Both processes."""
        await self._load.end()
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    def figures(self) -> Figures:
        """What was measured."""
        return Figures(
            name=self.name,
            connections_per_s=median(self.connections),
            messages_per_s=median(self.messages),
            cpu_us_per_message=median(self.cpu_us),
            rss_kib_per_unit=(self._full.rss_kib - self._empty.rss_kib) / self._units,
            pss_kib_per_unit=(self._full.pss_kib - self._empty.pss_kib) / self._units,
            slow_ms=(median(p50 for p50, _ in self._slow_ms), median(p99 for _, p99 in self._slow_ms)),
        )


async def start(module: str, *words: str) -> asyncio.subprocess.Process:
    """A process of ours that talks on stdin and stdout."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, stdin=pipe, stdout=pipe, limit=1 << 26
    )


async def echo(library: str, place: Place) -> Server:
    """The bare echo server on one library."""
    process = await start("bench.gateway_echo", library, str(place.server), str(place.root))
    return await _served(f"echo on {library}", process, place, "")


async def cloud(place: Place) -> Server:
    """The gateway with its store: a message is answered once it is durable."""
    process = await start("bench.gateway_cloud")
    served = CloudPlan(str(place.folder), str(place.server), str(place.root), place.holders)
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(served) + b"\n")
    return await _served("gateway, durable", process, place, '"ack"')


async def _served(name: str, process: asyncio.subprocess.Process, place: Place, answered_by: str) -> Server:
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    plan = Plan(f"wss://localhost:{port}/ws/v7/", str(place.root), place.units, answered_by, message())
    return Server(name, process, await Load.begin(plan), len(place.units))


def ratio(durable: list[float], bare: list[float]) -> str:
    """Median of the rounds' ratios: what disturbs one round disturbs both servers in it."""
    each = sorted(one / other for one, other in zip(durable, bare, strict=True))
    return f"{median(each):.2f} ({each[0]:.2f} to {each[-1]:.2f})"


def table(all_figures: list[Figures]) -> str:
    """The figures, one server a line."""
    columns = ("connections/s", "messages/s", "CPU us/message", "RSS KiB/Unit", "PSS KiB/Unit", "p50 ms", "p99 ms")
    head = " " * 26 + "".join(f"{column:>16}" for column in columns)
    lines = [
        f"{one.name:26}{one.connections_per_s:16.0f}{one.messages_per_s:16.0f}{one.cpu_us_per_message:16.1f}"
        f"{one.rss_kib_per_unit:16.1f}{one.pss_kib_per_unit:16.1f}{one.slow_ms[0]:16.1f}{one.slow_ms[1]:16.1f}"
        for one in all_figures
    ]
    return "\n".join([head, *lines])


async def measure(servers: list[Server], units: int, rounds: int, seconds: float, window: int) -> None:
    """Every server in turn, round after round."""
    for _ in range(rounds):
        for server in servers:
            await server.connect(units // rounds)
    await asyncio.sleep(1.0)
    for server in servers:
        server.weigh()
    for number in range(rounds + 1):
        for server in servers:
            await server.send(seconds, window, counts=number > 0)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.gateway")
    parser.add_argument("--units", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of sending, each server and round")
    parser.add_argument("--window", type=int, default=4, help="unanswered messages of each Unit")
    parser.add_argument("--libraries", action="store_true", help="compare the channel's libraries by their echo")
    options = parser.parse_args()
    units = options.units // options.rounds * options.rounds
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), units)
        print(f"gateway: {units} Units, {options.window} unanswered messages each, {machine()}")
        libraries = ["picows", "websockets"] if options.libraries else ["picows"]
        servers = [await echo(library, place) for library in libraries]
        durable = await cloud(place)
        await measure([*servers, durable], units, options.rounds, options.seconds, options.window)
        for server in [*servers, durable]:
            await server.end()
    bare = servers[0]
    print(table([server.figures() for server in [*servers, durable]]))
    print(f"of the bare echo's: durable messages {ratio(durable.messages, bare.messages)}, aim 0.50 or better;")
    print(f"  connections {ratio(durable.connections, bare.connections)}; CPU {ratio(durable.cpu_us, bare.cpu_us)}")
    print("Limits: the loop (TLS, JSON, delivery) and the writer (merging, SQLite, one flush a batch) share one")
    print("interpreter lock; a new connection costs its TLS handshake, as the echo's does.")


if __name__ == "__main__":
    asyncio.run(main())

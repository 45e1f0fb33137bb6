"""The Unit channel under load, against a bare echo server on the same library in the same run.

    python -m bench.gateway [--units 400] [--seconds 5] [--libraries]

N Units in another process, over mutual TLS. Printed: connections per second, messages per second, server CPU per
message, KiB per connected Unit (RSS and PSS), and the ratios. Absolutes depend on the machine: trust the ratios.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

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
    """One server under one load."""

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


async def measure(name: str, pid: int, plan: Plan, seconds: float, window: int) -> Figures:
    """Connect everybody, look at memory, then send for a while."""
    load = await Load.begin(plan)
    before = memory_of(pid)
    joined = await load.do(Command("connect"))
    await asyncio.sleep(1.0)
    after = memory_of(pid)
    await load.do(Command("send", seconds=1.0, window=window))
    cpu = cpu_s_of(pid)
    sent = await load.do(Command("send", seconds=seconds, window=window))
    cpu = cpu_s_of(pid) - cpu
    await load.end()
    units = len(plan.units)
    return Figures(
        name=name,
        connections_per_s=joined.count / joined.seconds,
        messages_per_s=sent.count / sent.seconds,
        cpu_us_per_message=cpu / max(sent.count, 1) * 1e6,
        rss_kib_per_unit=(after.rss_kib - before.rss_kib) / units,
        pss_kib_per_unit=(after.pss_kib - before.pss_kib) / units,
        slow_ms=sent.slow_ms,
    )


async def echo(library: str, place: Place, seconds: float, window: int) -> Figures:
    """The bare echo server on one library."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.gateway_echo", library, str(place.server), str(place.root),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    port = int(await process.stdout.readline())
    plan = Plan(f"wss://localhost:{port}/ws/v7/", str(place.root), place.units, "", message())
    figures = await measure(f"echo on {library}", process.pid, plan, seconds, window)
    process.stdin.close()
    await process.wait()
    return figures


async def cloud(place: Place, seconds: float, window: int) -> Figures:
    """The gateway with its store: a message is answered once it is durable."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.gateway_cloud",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    served = CloudPlan(str(place.folder), str(place.server), str(place.root), place.holders)
    process.stdin.write(msgspec.json.encode(served) + b"\n")
    port = int(await process.stdout.readline())
    plan = Plan(f"wss://localhost:{port}/ws/v7/", str(place.root), place.units, '"ack"', message())
    figures = await measure("gateway, durable", process.pid, plan, seconds, window)
    process.stdin.close()
    await process.wait()
    return figures


def ratios(bare: Figures, durable: Figures) -> str:
    """What the gateway costs over the bare echo."""
    return (
        f"durable messages: {durable.messages_per_s / bare.messages_per_s:.2f} of the bare echo's rate; "
        f"connections: {durable.connections_per_s / bare.connections_per_s:.2f}; "
        f"memory a Unit: {durable.pss_kib_per_unit / bare.pss_kib_per_unit:.2f}"
    )


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


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.gateway")
    parser.add_argument("--units", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--window", type=int, default=4, help="unanswered messages of each Unit")
    parser.add_argument("--libraries", action="store_true", help="compare the channel's libraries by their echo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), options.units)
        print(f"gateway: {options.units} Units, {options.window} unanswered messages each, {machine()}")
        libraries = ["picows", "websockets"] if options.libraries else ["picows"]
        bare = [await echo(library, place, options.seconds, options.window) for library in libraries]
        durable = await cloud(place, options.seconds, options.window)
        print(table([*bare, durable]))
        print(ratios(bare[0], durable))


if __name__ == "__main__":
    asyncio.run(main())

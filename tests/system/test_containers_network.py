"""The firewall between real containers, checked with real connections."""

import asyncio
import contextlib
import http.server
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.processes import check, run
from aosedge.core.runtimes import Means, choose
from aosedge.core.runtimes.oci.runtime import OciRuntime
from aosedge.core.runtimes.records import instance_name
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import HealthCheck, ItemConfig, Quotas, RunConfig

pytestmark = pytest.mark.root
NUMBER = os.getpid() % 10_000
BRIDGE, SUBNET = f"f{os.getpid()}", f"10.{100 + NUMBER // 250}.{NUMBER % 250}.0/24"
SERVE = (
    "trap 'exit 0' TERM; mkdir /tmp/www; hostname > /tmp/www/index.html; "
    "httpd -p 80 -h /tmp/www; httpd -p 81 -h /tmp/www; while :; do sleep 0.1; done"
)
IDLE = "trap 'exit 0' TERM; while :; do sleep 0.1; done"


def spec(
    host: str, *allowed: str, exposed: tuple[str, ...] = (), run: str = SERVE, number: int = 0,
    health: HealthCheck | None = None, quotas: Quotas = Quotas(),
) -> InstanceSpec:  # fmt: skip
    return InstanceSpec(
        InstanceKey(ItemId(f"item {host}"), SubjectId("subject"), number), host, "1.0.0", sha256(b"index"),
        (sha256(b"layer"),), (),
        RunConfig(cmd=("/bin/busybox", "sh", "-c", run), exposed_ports={port: {} for port in exposed}),
        ItemConfig(
            allowed_connections={name: {} for name in allowed}, base_layer_is_node_rootfs=False, health_check=health,
            quotas=quotas,
        ),
        "any",
    )  # fmt: skip


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layer")
    (folder / "bin").mkdir()
    shutil.copy("/bin/busybox", folder / "bin" / "busybox")
    for name in ("sh", "sleep", "httpd", "wget", "nc", "hostname", "mkdir", "cat", "ip", "timeout"):
        (folder / "bin" / name).symlink_to("busybox")
    return folder


@pytest.fixture(params=["runc", "crun"])
async def runtime(request: pytest.FixtureRequest, tmp_path: Path, layer: Path) -> AsyncIterator[OciRuntime]:
    means = Means(tmp_path / "state", tmp_path / "run", lambda digest: layer, 20_000, BRIDGE, SUBNET)
    found = (await choose(request.param, means)).runtime
    assert isinstance(found, OciRuntime)
    yield found
    await found.clear(0.5)
    await found.close()
    assert BRIDGE.encode() not in await check(["ip", "link"])
    assert BRIDGE.encode() not in await check(["nft", "list", "tables"])
    assert not list(Path("/run/netns").glob(f"{BRIDGE}-*"))


async def launch(runtime: OciRuntime, *specs: InstanceSpec) -> None:
    """Until all serve."""
    await runtime.arrange(specs)
    for one in specs:
        await runtime.start(one)
    for one in specs:
        await serves(runtime, one)


async def serves(runtime: OciRuntime, one: InstanceSpec) -> None:
    for _ in range(100):
        if await get(runtime, one, "http://127.0.0.1/") != "no":
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{one.codename} does not serve")


async def heals(runtime: OciRuntime, one: InstanceSpec) -> None:
    """A port that is new takes a moment to carry anything."""
    for _ in range(200):
        if (await runtime.probe(one)).healthy:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{one.codename} stays unhealthy")


async def get(runtime: OciRuntime, one: InstanceSpec, url: str) -> str:
    """What it answers, or how it fails."""
    code, output = await runtime.execute(one.key, ("timeout", "1", "wget", "-q", "-O", "-", url), 5)
    return output.decode().strip() if code == 0 else "no"


def address(runtime: OciRuntime, one: InstanceSpec) -> str:
    found = runtime.address(one.key)
    assert found is not None
    return found


@pytest.fixture
def node_server() -> Iterator[int]:
    """A service of the node itself, on all its addresses."""
    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), http.server.BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


async def test_a_connection_needs_the_word_of_both_sides(runtime: OciRuntime) -> None:
    server = spec("server", exposed=("80/tcp",))
    client = spec("client", "server/80/tcp", "server/81/tcp", "quiet/80/tcp")
    stranger = spec("stranger")
    quiet = spec("quiet")
    await launch(runtime, server, client, stranger, quiet)
    assert await get(runtime, client, "http://server/") == "server"
    assert await get(runtime, client, "http://server:81/") == "no", "the server does not expose it"
    assert await get(runtime, client, "http://quiet/") == "no", "nothing is exposed there"
    assert await get(runtime, stranger, "http://server/") == "no", "it has no name for it"
    assert await get(runtime, stranger, f"http://{address(runtime, server)}/") == "no", "nor a way"
    assert await get(runtime, server, f"http://{address(runtime, client)}/") == "no", "no way back"
    assert await get(runtime, client, f"http://{address(runtime, stranger)}/") == "no"


async def test_a_newer_arrangement_replaces_the_old_while_instances_run(runtime: OciRuntime) -> None:
    server, before, other = spec("server", exposed=("80",)), spec("client"), spec("other", "server/1:90/tcp")
    await launch(runtime, server, before, other)
    assert await get(runtime, before, "http://server/") == "no"
    assert await get(runtime, other, "http://server/") == "server"
    after = spec("client", "server/80/tcp")
    await runtime.arrange([server, after, spec("other")])
    assert await get(runtime, before, "http://server/") == "server", "the same instance, with the new rules and names"
    assert await get(runtime, other, "http://server/") == "no"
    assert await get(runtime, other, f"http://{address(runtime, server)}/") == "no"
    await runtime.arrange([server])
    assert await get(runtime, before, f"http://{address(runtime, server)}/") == "no", "out of the set, out of the net"


async def test_the_node_reaches_instances_but_not_they_the_node(runtime: OciRuntime, node_server: int) -> None:
    one = spec("one", health=HealthCheck(type="http", port=80))
    closed = spec("closed", health=HealthCheck(type="tcp", port=9))
    await launch(runtime, one, closed)
    assert (await runtime.probe(one)).healthy
    assert not (await runtime.probe(closed)).healthy
    gateway = SUBNET.replace("0/24", "1")
    own = socket.gethostbyname(socket.gethostname())
    for node in {gateway, own, "127.0.0.1"}:
        assert await get(runtime, one, f"http://{node}:{node_server}/") == "no"
    code, output = await runtime.execute(one.key, ("nc", "-w", "1", gateway, str(node_server)), 5)
    assert code != 0, output


async def test_the_outside_is_closed_but_for_the_hosts_that_are_named(runtime: OciRuntime) -> None:
    """Another network namespace plays the outside, one hop away."""
    outside, port, net = f"{BRIDGE}world", f"o{os.getpid()}", f"10.99.{NUMBER % 250}"
    inside = ("ip", "netns", "exec", outside, "busybox")
    server = None
    try:
        await check(["ip", "netns", "add", outside])
        await check(["ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", outside])
        await check(["ip", "address", "add", f"{net}.1/24", "dev", port])
        await check(["ip", "link", "set", port, "up"])
        steps = (
            f"address add {net}.2/24 dev eth0", f"address add {net}.3/24 dev eth0", "link set eth0 up",
            f"route add {SUBNET} via {net}.1",
        )  # fmt: skip
        await check(["ip", "-n", outside, "-batch", "-"], content="\n".join(steps).encode())
        server = await asyncio.create_subprocess_exec(*inside, "httpd", "-f", "-p", "8000", "-h", "/etc")
        named, closed = spec("named", f"{net}.2/8000/tcp"), spec("closed")
        await launch(runtime, named, closed)
        assert "localhost" in await get(runtime, named, f"http://{net}.2:8000/hosts")
        assert await get(runtime, named, f"http://{net}.3:8000/hosts") == "no", "another host"
        assert await get(runtime, closed, f"http://{net}.2:8000/hosts") == "no"
        back = [*inside, "timeout", "1", "busybox", "wget", "-q", "-O", "-", f"http://{address(runtime, named)}/"]
        assert (await run(back)).code != 0, "the outside does not come in"
    finally:
        if server is not None:
            server.kill()
            await server.wait()
        await run(["ip", "link", "delete", port])
        await run(["ip", "netns", "delete", outside])


async def test_an_address_of_an_instance_does_not_count_as_an_outside_host(runtime: OciRuntime) -> None:
    victim = spec("victim")
    await launch(runtime, victim)
    there = address(runtime, victim)
    gateway = SUBNET.replace("0/24", "1")
    sly = spec("sly", f"{there}/80/tcp", f"{gateway}/1:65535/tcp", "127.0.0.1/1:65535/tcp")
    await launch(runtime, victim, sly)
    assert await get(runtime, sly, f"http://{there}/") == "no"


async def test_nobody_can_take_the_address_of_another(runtime: OciRuntime) -> None:
    """With all rights inside of a namespace, as after an escape: frames under another's address go nowhere."""
    server, client, thief = spec("server", exposed=("80",)), spec("client", "server/80/tcp"), spec("thief")
    await launch(runtime, server, client, thief)
    wanted, own = address(runtime, client), address(runtime, thief)
    spaces = [path.name for path in Path("/run/netns").glob(f"{BRIDGE}-*")]
    (space,) = [name for name in spaces if f"{own}/".encode() in await check(["ip", "-n", name, "address"])]
    url = f"http://{address(runtime, server)}/"
    reach = ["ip", "netns", "exec", space, "busybox", "timeout", "1", "busybox", "wget", "-q", "-O", "-", url]
    await check(["ip", "-n", space, "address", "add", f"{wanted}/32", "dev", "eth0"])
    route = f"route replace default via {SUBNET.replace('0/24', '1')} dev eth0 src {wanted} onlink"
    await check(["ip", "-n", space, *route.split()])
    assert (await run(reach)).code != 0
    hardware = "02:a0:" + ":".join(f"{int(part):02x}" for part in wanted.split("."))
    await check(["ip", "-n", space, "link", "set", "eth0", "address", hardware])
    assert (await run(reach)).code != 0
    assert await get(runtime, client, "http://server/") == "server", "who it was taken from does not notice"


async def test_there_is_no_ipv6_inside(runtime: OciRuntime) -> None:
    one = spec("one")
    await launch(runtime, one)
    code, output = await runtime.execute(one.key, ("ip", "-6", "addr"), 5)
    assert (code, output) == (0, b"")


async def test_several_instances_share_a_name_and_all_are_open(runtime: OciRuntime) -> None:
    first, second = spec("server", exposed=("80",)), spec("server", exposed=("80",), number=1)
    client = spec("client", "SERVER/80/tcp")
    await launch(runtime, first, second, client)
    for one in (first, second):
        assert await get(runtime, client, f"http://{address(runtime, one)}/") == "server"
    _, hosts = await runtime.execute(client.key, ("cat", "/etc/hosts"), 5)
    assert hosts.count(b" server\n") == 2


async def test_an_address_stays_over_a_restart_of_the_instance_and_of_the_agent(
    runtime: OciRuntime, tmp_path: Path, layer: Path
) -> None:
    first, second = spec("first"), spec("second")
    await launch(runtime, first, second)
    before = address(runtime, second)
    await runtime.stop(first.key, 1)
    await runtime.stop(second.key, 1)
    await runtime.start(second)
    assert address(runtime, second) == before
    await serves(runtime, second)
    means = Means(tmp_path / "state", tmp_path / "run", lambda digest: layer, 20_000, BRIDGE, SUBNET)
    again = (await choose(runtime.kind, means)).runtime
    assert isinstance(again, OciRuntime)
    await again.found()
    await again.arrange([second])
    assert address(again, second) == before
    assert await get(again, second, "http://127.0.0.1/") == "second"
    await again.close()


PROBED = HealthCheck(type="http", port=80, path="/", timeout=timedelta(seconds=2))


async def take_away(what: str, one: InstanceSpec) -> None:
    """What an administrator might do, or another program on the node."""
    ports = [link.name for link in Path("/sys/class/net", BRIDGE, "brif").iterdir()]
    [port] = [name for name in ports if name.endswith(instance_name(one.key)[:9])]
    match what:
        case "bridge":
            await check(["ip", "link", "delete", BRIDGE])
        case "bridge down":
            await check(["ip", "link", "set", BRIDGE, "down"])
        case "port":
            await check(["ip", "link", "delete", port])
        case _:
            raise AssertionError(what)


@pytest.mark.parametrize("what", ["bridge", "bridge down", "port"])
async def test_a_probe_puts_back_what_was_taken_away(runtime: OciRuntime, what: str) -> None:
    one, client = spec("one", exposed=("80/tcp",), health=PROBED), spec("client", "one/80/tcp")
    await launch(runtime, one, client)
    before = await runtime.found()
    await take_away(what, one)
    await heals(runtime, one)
    assert await get(runtime, client, "http://one/") == "one"
    assert [(f.key, f.alive) for f in await runtime.found()] == [(f.key, True) for f in before]


async def test_a_start_puts_back_the_bridge_for_all(runtime: OciRuntime) -> None:
    one, client = spec("one", exposed=("80/tcp",), health=PROBED), spec("client", "one/80/tcp")
    await runtime.arrange([one, client])
    await runtime.start(one)
    await take_away("bridge", one)
    await runtime.start(client)
    await serves(runtime, client)
    assert await get(runtime, client, "http://one/") == "one"


async def test_an_instance_whose_namespace_is_taken_away_gets_another_with_its_next_start(
    runtime: OciRuntime,
) -> None:
    one = spec("one", exposed=("80/tcp",), health=PROBED)
    await launch(runtime, one)
    await check(["ip", "netns", "delete", f"{BRIDGE}-{instance_name(one.key)}"])
    await take_away("port", one)
    assert not (await runtime.probe(one)).healthy
    await runtime.stop(one.key, 1)
    await runtime.start(one)
    await serves(runtime, one)
    await heals(runtime, one)


async def test_rules_that_are_taken_away_come_back_by_themselves(
    runtime: OciRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aosedge.core.runtimes.oci.runtime.TEND_S", 0.2)
    one, closed = spec("one", exposed=("80/tcp",)), spec("closed")
    await launch(runtime, one, closed)
    url = f"http://{address(runtime, one)}/"
    assert await get(runtime, closed, url) == "no"
    await check(["nft", "delete", "table", "inet", f"aos_{BRIDGE}"])
    assert await get(runtime, closed, url) == "one"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            async for _ in runtime.exits():
                pass
    assert await get(runtime, closed, url) == "no"


async def test_a_subnet_of_somebody_else_is_refused_with_a_cure(tmp_path: Path, layer: Path) -> None:
    name = f"d{os.getpid()}"
    await check(["ip", "link", "add", name, "type", "bridge"])
    try:
        await check(["ip", "address", "add", SUBNET.replace("0/24", "77/24"), "dev", name])
        await check(["ip", "link", "set", name, "up"])
        means = Means(tmp_path / "state", tmp_path / "run", lambda digest: layer, 20_000, BRIDGE, SUBNET)
        runtime = (await choose("runc", means)).runtime
        with pytest.raises(Conflict, match=name) as refused:
            await runtime.arrange([spec("one")])
        assert refused.value.element == "subnet" and refused.value.cure
    finally:
        await check(["ip", "link", "delete", name])


async def test_names_that_are_none_are_refused_at_the_start_and_open_nothing(runtime: OciRuntime) -> None:
    hostile = [
        spec("x", "a\n127.0.0.1 evil/80/tcp"), spec("x", 'x" } ; flush ruleset; {/80/tcp'), spec("x", "server/0/tcp"),
        spec("x", "server/80/sctp"), spec("x", "server/9:1/tcp"), spec("x", exposed=("80;drop/tcp",)),
    ]  # fmt: skip
    for one in hostile:
        await runtime.arrange([one])
        with pytest.raises(Invalid):
            await runtime.start(one)
    odd = spec("a host\nname; with } everything")
    await launch(runtime, odd)
    _, hosts = await runtime.execute(odd.key, ("cat", "/etc/hosts"), 5)
    assert len(hosts.splitlines()) == 2


async def test_speeds_are_limited(runtime: OciRuntime) -> None:
    run = SERVE.replace("httpd -p 80", "busybox dd if=/dev/zero of=/tmp/www/big bs=1k count=512; httpd -p 80")
    slow = spec("slow", run=run, quotas=Quotas(upload_speed=4_000_000))
    await launch(runtime, slow)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    reader, writer = await asyncio.open_connection(address(runtime, slow), 80)
    writer.write(b"GET /big HTTP/1.0\r\n\r\n")
    size = len(await reader.read(-1))
    writer.close()
    took = loop.time() - begin
    assert size > 512 * 1024
    assert 0.6 < took < 2.5, f"4 Mbit need about 1 s at 4 Mbit/s, took {took:.2f} s"

"""What a container is: its limits, its root, what it may do, and that it outlives the agent."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aosedge.core.domain.instances import Exited, InstanceKey, InstanceSpec
from aosedge.core.processes import check
from aosedge.core.runtimes import Means, choose
from aosedge.core.runtimes.oci.runtime import OciRuntime
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Invalid, Unavailable
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, Quotas, RunConfig

pytestmark = pytest.mark.root
NUMBER = os.getpid() % 10_000
BRIDGE, SUBNET = f"c{os.getpid()}", f"10.{60 + NUMBER // 250}.{NUMBER % 250}.0/24"
IDLE = "trap 'exit 0' TERM; while :; do busybox sleep 0.1; done"
PROGRAMS, EXTRA, NONE = sha256(b"programs"), sha256(b"extra"), sha256(b"none")
SHELL = ("/bin/busybox", "sh", "-c")


def spec(
    run: str = IDLE, *, quotas: Quotas = Quotas(), node: bool = False, user: str = "",
    layers: tuple[Digest, ...] = (PROGRAMS,), sysctl: dict[str, str] | None = None, item: str = "item",
) -> InstanceSpec:  # fmt: skip
    return InstanceSpec(
        InstanceKey(ItemId(item), SubjectId("subject"), 2), "code", "1.0.0", sha256(b"index"), layers, (),
        RunConfig(cmd=("sh" if node else "/bin/sh", "-c", run), user=user, env=("AOS_ITEM_ID=lie", "GREETING=a b")),
        ItemConfig(base_layer_is_node_rootfs=node, quotas=quotas, sysctl=sysctl or {}, hostname="named"), "any",
    )  # fmt: skip


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[Digest, Path]:
    """One with programs and a user, one above it that hides a file, has its own folders and a link out."""
    programs, extra = tmp_path_factory.mktemp("programs"), tmp_path_factory.mktemp("extra")
    for folder in ("bin", "etc", "opt/app"):
        (programs / folder).mkdir(parents=True)
    shutil.copy("/bin/busybox", programs / "bin" / "busybox")
    for name in ("sh", "id", "cat", "ls", "mount", "dd", "unshare"):
        (programs / "bin" / name).symlink_to("busybox")
    (programs / "etc" / "passwd").write_text("root:x:0:0::/:/bin/sh\nvera:x:1234:2345::/:/bin/sh\n")
    (programs / "etc" / "group").write_text("root:x:0:\nrest:x:3456:\n")
    (programs / "opt" / "app" / "below").write_text("below\n")
    (programs / "opt" / "app" / "hidden").write_text("hidden\n")
    (extra / "opt" / "app").mkdir(parents=True)
    (extra / "usr" / "lib").mkdir(parents=True)
    (extra / "usr" / "lib" / "of-the-item").write_text("mine\n")
    os.mknod(extra / "opt" / "app" / "hidden", 0o020644, os.makedev(0, 0))
    return {PROGRAMS: programs, EXTRA: extra}


@pytest.fixture
def means(tmp_path: Path, layers: dict[Digest, Path]) -> Means:
    return Means(
        tmp_path / "state", tmp_path / "run", lambda digest: layers.get(digest, tmp_path / "nowhere"),
        10_000 * (os.cpu_count() or 1), BRIDGE, SUBNET,
    )  # fmt: skip


@pytest.fixture(params=["runc", "crun"])
async def runtime(request: pytest.FixtureRequest, means: Means) -> AsyncIterator[OciRuntime]:
    found = (await choose(request.param, means)).runtime
    assert isinstance(found, OciRuntime)
    yield found
    await found.clear(0.5)
    await found.close()
    assert not list(Path("/sys/fs/cgroup").glob(f"**/aosedge/{BRIDGE}*"))


def name(one: InstanceSpec) -> str:
    from aosedge.core.runtimes.records import instance_name

    return instance_name(one.key)


async def output(runtime: OciRuntime, one: InstanceSpec, command: str) -> str:
    code, text = await runtime.execute(one.key, (*SHELL, command), 10)
    return f"{text.decode().strip()}" + (f" [{code}]" if code else "")


async def end(runtime: OciRuntime) -> Exited:
    async with asyncio.timeout(15):
        async for found in runtime.exits():
            return found
    raise AssertionError("exits() ended")


async def test_memory_is_limited_and_the_kill_is_named(runtime: OciRuntime) -> None:
    one = spec("x=aaaaaaaa; while :; do x=$x$x; done", quotas=Quotas(ram_limit=24 << 20))
    await runtime.start(one)
    assert await end(runtime) == Exited(one.key, one.digest(), 137, out_of_memory=True)


async def test_what_a_kill_by_hand_ends_did_not_run_out_of_memory(runtime: OciRuntime) -> None:
    one = spec(quotas=Quotas(ram_limit=64 << 20))
    await runtime.start(one)
    await output(runtime, one, "kill -TERM 1")
    assert await end(runtime) == Exited(one.key, one.digest(), 0, out_of_memory=False)


async def test_the_number_of_processes_is_limited(runtime: OciRuntime) -> None:
    one = spec(quotas=Quotas(pids_limit=8))
    await runtime.start(one)
    text = await output(runtime, one, "for i in 1 2 3 4 5 6 7 8 9 10; do busybox sleep 1 & done; echo all")
    assert "can't fork" in text.lower() or "resource temporarily unavailable" in text.lower()


async def test_the_processor_is_limited_in_dmips(runtime: OciRuntime) -> None:
    """A fifth of one core of 10,000 DMIPS, over a second of busy work."""
    one = spec("while :; do :; done", quotas=Quotas(cpu_dmips_limit=2_000))
    await runtime.start(one)
    before = runtime.figures(one.key)
    await asyncio.sleep(2)
    after = runtime.figures(one.key)
    assert before is not None and after is not None
    share = (after.cpu_us - before.cpu_us) / 2_000_000
    assert 0.1 < share < 0.3


async def test_open_files_are_limited(runtime: OciRuntime) -> None:
    one = spec("ulimit -n; ulimit -Hn; " + IDLE, quotas=Quotas(no_file_limit=77))
    await runtime.start(one)
    assert await lines(runtime, one, 2) == ["77", "77"]


async def lines(runtime: OciRuntime, one: InstanceSpec, count: int) -> list[str]:
    for _ in range(100):
        text = (await runtime.logs(one.key, 10_000)).decode().splitlines()
        if len(text) >= count:
            return text
        await asyncio.sleep(0.02)
    raise AssertionError(f"the log has {text}")


async def test_tmp_has_its_limit_and_nothing_else_is_writable(runtime: OciRuntime) -> None:
    one = spec(quotas=Quotas(tmp_limit=1 << 20))
    await runtime.start(one)
    assert "No space left" in await output(runtime, one, "busybox dd if=/dev/zero of=/tmp/big bs=1k count=2048")
    for place in ("/", "/etc", "/bin", "/opt", "/storage", "/sys", "/proc/sys"):
        assert await output(runtime, one, f"touch {place}/x 2>/dev/null || echo no") == "no", place


async def test_storage_and_state_are_kept_over_versions_until_discarded(runtime: OciRuntime) -> None:
    quotas = Quotas(storage_limit=1 << 20, state_limit=1 << 10)
    one, newer = spec(quotas=quotas, user="vera"), spec(IDLE + " # newer", quotas=quotas, user="vera")
    await runtime.start(one)
    assert await output(runtime, one, "echo kept > /storage/file; echo state > /state.dat; id -u") == "1234"
    await runtime.start(newer)
    assert await output(runtime, newer, "cat /storage/file /state.dat") == "kept\nstate"
    await runtime.stop(newer.key)
    runtime.discard(newer.key)
    await runtime.start(newer)
    assert await output(runtime, newer, "ls /storage; cat /state.dat") == ""


async def test_the_environment_says_who_it_is(runtime: OciRuntime) -> None:
    one = spec()
    await runtime.start(one)
    found = (await output(runtime, one, "busybox tr '\\0' '\\n' < /proc/1/environ; busybox hostname")).splitlines()
    assert {"AOS_ITEM_ID=item", "AOS_SUBJECT_ID=subject", "AOS_INSTANCE_INDEX=2", "GREETING=a b"} <= set(found)
    assert f"AOS_INSTANCE_ID={name(one)}" in found and found[-1] == "named"
    assert not [entry for entry in found if "lie" in entry]


async def test_upper_layers_add_replace_and_hide(runtime: OciRuntime) -> None:
    one = spec(layers=(PROGRAMS, EXTRA))
    await runtime.start(one)
    assert await output(runtime, one, "ls /opt/app; cat /usr/lib/of-the-item") == "below\nmine"


async def test_with_the_node_as_base_layer_its_programs_run_and_its_secrets_stay_out(
    runtime: OciRuntime, means: Means
) -> None:
    secret = means.state / "identity.key"
    secret.write_text("secret")
    one = spec("exec bash -c 'trap \"exit 0\" TERM; while :; do sleep 0.1; done'", node=True, layers=(EXTRA,))
    await runtime.start(one)
    code, text = await runtime.execute(one.key, ("bash", "-c", "cat /usr/lib/of-the-item; ls /; id -un"), 5)
    found = text.decode().split()
    assert code == 0 and found[0] == "mine" and found[-1] == "root"
    assert not {"root", "home", "var", "boot", "mnt", "srv", "media"} & set(found[1:-1])
    code, text = await runtime.execute(one.key, ("cat", str(secret)), 5)
    assert code != 0 and b"secret" not in text
    for place in ("/etc/shadow", "/etc/ssl/private"):
        assert (await runtime.execute(one.key, ("ls", place), 5))[0] != 0
    assert (await runtime.execute(one.key, ("touch", "/usr/bin/x"), 5))[0] != 0


async def test_the_node_alone_is_a_root(runtime: OciRuntime) -> None:
    one = spec("echo from the node; exit 5", node=True, layers=())
    await runtime.start(one)
    assert (await end(runtime)).exit_code == 5
    assert await runtime.logs(one.key, 100) == b"from the node\n"


async def test_a_state_folder_that_instances_would_see_is_refused(means: Means) -> None:
    from msgspec.structs import replace

    with pytest.raises(Invalid, match="visible inside"):
        await choose("runc", replace(means, state=Path("/usr/local/aosedge-test")))
    assert not Path("/usr/local/aosedge-test").exists()


@pytest.mark.parametrize(
    ("user", "expected"),
    [("", "0 0"), ("vera", "1234 2345"), ("vera:rest", "1234 3456"), ("77:88", "77 88"), ("1234", "1234 2345")],
)
async def test_it_runs_as_the_user_of_the_image(runtime: OciRuntime, user: str, expected: str) -> None:
    one = spec("echo $(id -u) $(id -g); " + IDLE, user=user)
    await runtime.start(one)
    assert await lines(runtime, one, 1) == [expected]


async def test_a_user_that_the_image_does_not_have_is_refused(runtime: OciRuntime) -> None:
    with pytest.raises(Invalid, match="no such user"):
        await runtime.start(spec(user="nobody-of-ours"))


async def test_root_inside_is_a_small_root(runtime: OciRuntime) -> None:
    one = spec()
    await runtime.start(one)
    status = await output(runtime, one, "cat /proc/1/status")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["NoNewPrivs"] == "1" and fields["Seccomp"] == "2"
    most = sum(1 << bit for bit in (0, 1, 3, 5, 6, 7, 10))
    assert int(fields["CapBnd"], 16) & ~most == 0 and int(fields["CapEff"], 16) & ~most == 0
    for command in (
        "mount -t tmpfs x /tmp", "unshare -r true", "busybox mknod /tmp/d c 1 5", "busybox chroot / true",
        "echo b > /proc/sysrq-trigger", "cat /proc/kcore", "busybox ip link add x type dummy", "busybox reboot -f",
        "busybox dmesg", "busybox ping -c 1 127.0.0.1", "cat /dev/mem",
    ):  # fmt: skip
        assert await output(runtime, one, f"({command}) > /dev/null 2>&1 || echo refused") == "refused", command


async def test_settings_of_the_kernel_reach_the_own_namespace_only(runtime: OciRuntime) -> None:
    outside = Path("/proc/sys/net/core/somaxconn").read_text()
    one = spec(sysctl={"net.core.somaxconn": "321"})
    await runtime.start(one)
    assert await output(runtime, one, "cat /proc/sys/net/core/somaxconn") == "321"
    assert Path("/proc/sys/net/core/somaxconn").read_text() == outside
    with pytest.raises(Exception, match=r"(?i)sysctl"):
        await runtime.start(spec(sysctl={"vm.overcommit_memory": "1"}))


async def test_a_layer_that_is_not_there_is_named(runtime: OciRuntime) -> None:
    with pytest.raises(Unavailable, match=NONE):
        await runtime.start(spec(layers=(NONE,)))


async def test_the_log_stays_within_its_bound(runtime: OciRuntime, means: Means) -> None:
    """I12: a chatty instance does not fill the disk."""
    one = spec("busybox yes 0123456789012345678901234567890123456789 | busybox head -c 8000000; echo last; " + IDLE)
    await runtime.start(one)
    for _ in range(200):
        if (await runtime.logs(one.key, 5)) == b"last\n":
            break
        await asyncio.sleep(0.05)
    assert (await runtime.logs(one.key, 5)) == b"last\n"
    files = (means.state / "instances" / name(one)).glob("log*")
    assert sum(file.stat().st_size for file in files) < 3 << 20


async def test_instances_outlive_an_agent_that_is_killed(runtime: OciRuntime, means: Means) -> None:
    """I8: kill -9 of the agent; its container runs on, is adopted, and its end is heard."""
    one = spec("trap 'exit 9' USR1; while :; do busybox sleep 0.05; done")
    program = (
        "import asyncio, json, sys\n"
        "from pathlib import Path\n"
        "import msgspec\n"
        "from aosedge.core.domain.instances import InstanceSpec\n"
        "from aosedge.core.runtimes import Means, choose\n"
        "async def main(kind, state, run, layer, bridge, subnet, spec):\n"
        "    means = Means(Path(state), Path(run), lambda digest: Path(layer), 20000, bridge, subnet)\n"
        "    runtime = (await choose(kind, means)).runtime\n"
        "    one = msgspec.json.decode(spec, type=InstanceSpec)\n"
        "    await runtime.arrange([one])\n"
        "    await runtime.start(one)\n"
        "    print(json.dumps('ready'), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main(*sys.argv[1:]))\n"
    )
    import msgspec

    agent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, runtime.kind, str(means.state), str(means.run),
        str(means.layer_folder(PROGRAMS)), BRIDGE, SUBNET, msgspec.json.encode(one).decode(),
        stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert agent.stdout is not None
    async with asyncio.timeout(20):
        assert json.loads(await agent.stdout.readline()) == "ready"
    os.killpg(agent.pid, signal.SIGKILL)
    await agent.wait()
    (found,) = await runtime.found()
    assert found.alive and found.spec == one.digest()
    await runtime.start(one)
    assert await output(runtime, one, "echo adopted") == "adopted"
    await output(runtime, one, "kill -USR1 1")
    assert await end(runtime) == Exited(one.key, one.digest(), 9, False)


async def test_a_container_whose_keeper_is_killed_is_still_watched(runtime: OciRuntime, means: Means) -> None:
    one = spec("while :; do busybox sleep 0.05; done")
    await runtime.start(one)
    folder = means.state / "instances" / name(one)
    os.kill(int((folder / "conmon.pid").read_text()), signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert [found.alive for found in await runtime.found()] == [True]
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
    assert await end(runtime) == Exited(one.key, one.digest(), None, False)


async def test_after_a_boot_what_was_is_cleared_away_and_starts_anew(runtime: OciRuntime, means: Means) -> None:
    """The runtime's own state, cgroups and namespaces are gone with a boot; our folders are not."""
    one = spec()
    await runtime.arrange([one])
    await runtime.start(one)
    folder = means.state / "instances" / name(one)
    kept = means.state / "kept"
    shutil.copytree(folder, kept, symlinks=True, ignore=shutil.ignore_patterns("attach", "ctl", "winsz"))
    await runtime.clear(0.5)
    await runtime.close()
    kept.rename(folder)
    shutil.rmtree(means.run)
    again = (await choose(runtime.kind, means)).runtime
    assert [found.alive for found in await again.found()] == [False]
    await again.arrange([one])
    await again.start(one)
    assert [found.alive for found in await again.found()] == [True]
    await again.close()


async def test_the_other_runtime_adopts_and_removes_what_runs(runtime: OciRuntime, means: Means) -> None:
    """A setting changed, or a package went: another runtime than the one that started it."""
    one = spec()
    await runtime.start(one)
    await runtime.close()
    other = (await choose({"runc": "crun", "crun": "runc"}[runtime.kind], means)).runtime
    assert isinstance(other, OciRuntime)
    assert [found.alive for found in await other.found()] == [True]
    assert await output(other, one, "echo inside") == "inside"
    await other.start(spec(IDLE + " # newer"))
    assert await output(other, spec(), "echo newer") == "newer"
    await other.stop(one.key, 1)
    assert not list((means.run / runtime.kind).iterdir())
    await other.close()


async def test_plain_processes_of_before_do_not_run_beside_containers(runtime: OciRuntime, means: Means) -> None:
    native = (await choose("native", means)).runtime
    await native.start(spec("sleep 300", node=True, layers=()))
    await native.close()
    await choose(runtime.kind, means)
    again = (await choose("native", means)).runtime
    assert await again.found() == []
    await again.close()


async def test_leftovers_of_a_start_that_broke_off_are_removed(runtime: OciRuntime, means: Means) -> None:
    folder = means.state / "instances" / ("0" * 24)
    folder.mkdir()
    (folder / "instance.json.new").write_text('{"key":')
    await runtime.arrange([])
    await check(["ip", "netns", "add", f"{BRIDGE}-{'1' * 24}"])
    assert await runtime.found() == []
    assert not folder.exists()
    assert not list(Path("/run/netns").glob(f"{BRIDGE}-*"))


async def test_nothing_of_a_container_is_mounted_on_the_node(runtime: OciRuntime, means: Means) -> None:
    one = spec()
    await runtime.start(one)
    assert str(means.state) not in Path("/proc/mounts").read_text()

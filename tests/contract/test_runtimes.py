"""What every runtime promises: the same suite over scripted, native, runc and crun."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from aosedge.core.domain.instances import Exited, InstanceKey, InstanceSpec
from aosedge.core.ports import Runtime
from aosedge.core.processes import Watch
from aosedge.core.runtimes import Means, choose
from aosedge.core.runtimes.scripted import Script, ScriptedRuntime
from aosedge.model.digests import sha256
from aosedge.model.errors import AosError, NotFound, Unavailable
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import HealthCheck, ItemConfig, RunConfig

LAYER = sha256(b"layer")
SHELL = ("/bin/busybox", "sh", "-c")
TRAPPED = "trap 'exit 0' TERM; echo hello; while :; do busybox sleep 0.1; done"
COMMANDS = {
    "sleeper": TRAPPED,
    "other": TRAPPED + " # other",
    "deaf": "trap '' TERM; echo hello; while :; do busybox sleep 0.1; done",
    "ends": "busybox sleep 0.3; exit 3",
    "ends later": "busybox sleep 3; exit 3",
    "ends at once": "exit 4",
}
SCRIPTS = {
    "sleeper": Script(output=b"hello\n", answers=(7, b"answer\n")),
    "other": Script(output=b"hello\n"),
    "deaf": Script(output=b"hello\n"),
    "ends": Script(ends_after_s=0.3, exit_code=3),
    "ends at once": Script(ends_after_s=0.0, exit_code=4),
    "missing": Script(refusal="there is no such program"),
}
CONTAINERS = [pytest.param(kind, marks=pytest.mark.root) for kind in ("runc", "crun")]


def spec(behaviour: str, item: str = "item", check: HealthCheck | None = None) -> InstanceSpec:
    cmd = ("/bin/no-such-program",) if behaviour == "missing" else (*SHELL, COMMANDS[behaviour])
    return InstanceSpec(
        InstanceKey(ItemId(item), SubjectId("subject"), 0),
        "item",
        "1.0.0",
        sha256(behaviour.encode()),
        (LAYER,),
        (),
        RunConfig(cmd=cmd, env=(f"BEHAVIOUR={behaviour}",)),
        ItemConfig(base_layer_is_node_rootfs=False, health_check=check),
        "any",
    )


def script(one: InstanceSpec) -> Script:
    return SCRIPTS[one.run.env[0].removeprefix("BEHAVIOUR=")]


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layer")
    (folder / "bin").mkdir()
    shutil.copy("/bin/busybox", folder / "bin" / "busybox")
    (folder / "bin" / "sh").symlink_to("busybox")
    return folder


@pytest.fixture
def means(tmp_path: Path, layer: Path) -> Means:
    number = os.getpid() % 10_000
    return Means(
        tmp_path / "state", tmp_path / "run", lambda digest: layer, 20_000,
        f"t{os.getpid()}", f"10.{200 + number // 250}.{number % 250}.0/24",
    )  # fmt: skip


Open = Callable[[], "asyncio.Future[Runtime]"]


@pytest.fixture(params=["scripted", "native", *CONTAINERS])
async def runtime(request: pytest.FixtureRequest, means: Means) -> AsyncIterator[Runtime]:
    if request.param == "scripted":
        yield ScriptedRuntime(script)
        return
    found = (await choose(request.param, means)).runtime
    yield found
    await found.clear(0.5)  # type: ignore[attr-defined]
    await found.close()


@pytest.fixture(params=["native", *CONTAINERS])
async def kind(request: pytest.FixtureRequest, means: Means) -> AsyncIterator[str]:
    yield request.param
    last = (await choose(request.param, means)).runtime
    await last.clear(0.5)  # type: ignore[attr-defined]
    await last.close()


async def next_exit(runtime: Runtime) -> Exited:
    async with asyncio.timeout(10):
        async for end in runtime.exits():
            return end
    raise AssertionError("exits() ended")


async def ends_within(runtime: Runtime, seconds: float) -> list[Exited]:
    ends = []
    try:
        async with asyncio.timeout(seconds):
            async for end in runtime.exits():
                ends.append(end)
    except TimeoutError:
        return ends
    return ends


async def test_an_instance_runs_when_start_returns(runtime: Runtime) -> None:
    one = spec("sleeper")
    await runtime.arrange([one])
    await runtime.start(one)
    (found,) = await runtime.found()
    assert (found.key, found.spec, found.alive, found.exit_code) == (one.key, one.digest(), True, None)


async def test_starting_again_what_runs_changes_nothing(runtime: Runtime) -> None:
    one = spec("sleeper")
    await runtime.start(one)
    await runtime.start(one)
    assert len(await runtime.found()) == 1
    assert await ends_within(runtime, 0.3) == []


async def test_another_specification_replaces_what_runs_under_the_key(runtime: Runtime) -> None:
    await runtime.start(spec("sleeper"))
    await runtime.start(spec("other"))
    (found,) = await runtime.found()
    assert found.spec == spec("other").digest() and found.alive
    assert await ends_within(runtime, 0.2) == [], "a replacement is no end"


async def test_an_end_is_reported_as_it_happens_with_its_code(runtime: Runtime) -> None:
    one = spec("ends")
    await runtime.start(one)
    assert await next_exit(runtime) == Exited(one.key, one.digest(), 3, False)
    (found,) = await runtime.found()
    assert (found.alive, found.exit_code) == (False, 3)


async def test_an_end_right_after_the_start_is_reported_too(runtime: Runtime) -> None:
    one = spec("ends at once")
    await runtime.start(one)
    assert await next_exit(runtime) == Exited(one.key, one.digest(), 4, False)


async def test_what_ended_starts_again(runtime: Runtime) -> None:
    one = spec("ends")
    for _ in range(2):
        await runtime.start(one)
        assert (await next_exit(runtime)).exit_code == 3


async def test_a_stopped_instance_leaves_no_trace_and_is_no_end(runtime: Runtime) -> None:
    one = spec("sleeper")
    await runtime.start(one)
    await runtime.stop(one.key)
    await runtime.stop(one.key)
    assert await runtime.found() == []
    assert await ends_within(runtime, 0.2) == []
    with pytest.raises(NotFound):
        await runtime.logs(one.key, 100)


async def test_an_instance_deaf_to_the_stop_is_killed_after_the_grace(runtime: Runtime) -> None:
    one = spec("deaf")
    await runtime.start(one)
    async with asyncio.timeout(5):
        await runtime.stop(one.key, 0.2)
    assert await runtime.found() == []


async def test_a_start_that_is_refused_says_why_and_leaves_nothing(runtime: Runtime) -> None:
    with pytest.raises(AosError, match=r"(?i)no such"):
        await runtime.start(spec("missing"))
    assert await runtime.found() == []
    await runtime.start(spec("sleeper"))


async def test_a_start_given_up_half_way_is_removed_by_stop(runtime: Runtime) -> None:
    one = spec("sleeper")
    for delay_s in (0.0, 0.005, 0.02, 0.04):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(delay_s):
                await runtime.start(one)
                await asyncio.sleep(1)
        await runtime.stop(one.key, 0.2)
        assert await runtime.found() == []
    await runtime.start(one)
    assert [found.alive for found in await runtime.found()] == [True]


async def test_a_command_runs_inside_and_gives_its_code_and_output(runtime: Runtime) -> None:
    one = spec("sleeper")
    await runtime.start(one)
    code, output = await runtime.execute(one.key, (*SHELL, "echo answer; exit 7"), 5)
    assert (code, output) == (7, b"answer\n")


async def test_what_is_not_there_cannot_be_asked(runtime: Runtime) -> None:
    one = spec("sleeper")
    with pytest.raises(NotFound):
        await runtime.execute(one.key, ("true",), 1)
    with pytest.raises(NotFound):
        await runtime.logs(one.key, 10)
    assert not (await runtime.probe(one)).healthy


async def test_the_log_has_the_end_of_what_was_written(runtime: Runtime) -> None:
    one = spec("sleeper")
    await runtime.start(one)
    async with asyncio.timeout(5):
        while await runtime.logs(one.key, 100) != b"hello\n":  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    assert await runtime.logs(one.key, 3) == b"lo\n"
    assert await runtime.logs(one.key, 0) == b""


async def test_what_runs_without_a_health_check_is_healthy_until_it_ends(runtime: Runtime) -> None:
    one = spec("ends")
    await runtime.start(one)
    assert (await runtime.probe(one)).healthy
    await next_exit(runtime)
    result = await runtime.probe(one)
    assert not result.healthy and result.message


async def test_ids_may_hold_anything(runtime: Runtime) -> None:
    hostile = ["../../etc", "a/b", "x\ny", "$(reboot)", "-rf", "é✓" * 80, "", "'\";:,"]
    for item in hostile:
        await runtime.start(spec("sleeper", item))
    found = await runtime.found()
    assert sorted(one.key.item for one in found) == sorted(hostile) and all(one.alive for one in found)
    for item in hostile:
        await runtime.stop(spec("sleeper", item).key, 1)
    assert await runtime.found() == []


async def test_two_instances_are_apart(runtime: Runtime) -> None:
    first, second = spec("sleeper", "first"), spec("ends", "second")
    await runtime.arrange([first, second])
    async with asyncio.TaskGroup() as group:
        group.create_task(runtime.start(first))
        group.create_task(runtime.start(second))
    assert (await next_exit(runtime)).key == second.key
    assert {one.key: one.alive for one in await runtime.found()} == {first.key: True, second.key: False}


async def test_whoever_comes_next_adopts_what_runs_without_touching_it(kind: str, means: Means) -> None:
    one, short = spec("sleeper"), spec("ends later", "short")
    first = (await choose(kind, means)).runtime
    await first.start(one)
    await first.start(short)
    _, before = await first.execute(one.key, (*SHELL, "cut -d' ' -f22 /proc/1/stat; echo $$"), 5)
    await first.close()
    second = (await choose(kind, means)).runtime
    found = {one.key: one for one in await second.found()}
    assert found[one.key].alive and found[one.key].spec == one.digest()
    await second.start(one)
    assert (await next_exit(second)).exit_code == 3, "ends of what it adopted are heard"
    _, after = await second.execute(one.key, (*SHELL, "cut -d' ' -f22 /proc/1/stat; echo $$"), 5)
    assert before.split()[0] == after.split()[0]
    await second.close()


def keeper(kind: str, means: Means) -> int:
    """The pid of the process that writes the only instance's exit code down."""
    (folder,) = (means.state / "native" / "instances" if kind == "native" else means.state / "instances").iterdir()
    return int((folder / ("stat" if kind == "native" else "conmon.pid")).read_text().split()[0])


async def gone(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        assert await Watch(pid, lambda: None).wait(20)


async def test_an_end_while_nobody_watched_is_found_with_its_code(kind: str, means: Means) -> None:
    first = (await choose(kind, means)).runtime
    await first.start(spec("ends"))
    await first.close()
    await gone(keeper(kind, means))
    second = (await choose(kind, means)).runtime
    (found,) = await second.found()
    assert (found.alive, found.exit_code, found.spec) == (False, 3, spec("ends").digest())
    await second.close()


async def test_a_record_without_a_process_is_found_dead_and_starts_anew(kind: str, means: Means) -> None:
    """As after a power cut: the folder is there, the process is not, its pid may be somebody else's."""
    first = (await choose(kind, means)).runtime
    one = spec("sleeper")
    await first.start(one)
    where = means.state / "native" if kind == "native" else means.state
    (folder,) = (where / "instances").iterdir()
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept, symlinks=True, ignore=shutil.ignore_patterns("pipe", "attach", "ctl", "winsz"))
    await first.stop(one.key, 1)
    await first.close()
    kept.rename(folder)
    for name in ("pid", "conmon.pid"):
        (folder / name).write_text(str(os.getpid()))
    second = (await choose(kind, means)).runtime
    assert [found.alive for found in await second.found()] == [False]
    await second.start(one)
    assert [found.alive for found in await second.found()] == [True]
    await second.close()


async def test_health_by_command_is_its_exit_code(kind: str, means: Means) -> None:
    runtime = (await choose(kind, means)).runtime
    good = spec("sleeper", "good", HealthCheck(type="exec", command=(*SHELL, "true")))
    bad = spec("sleeper", "bad", HealthCheck(type="exec", command=(*SHELL, "echo broken; exit 5")))
    slow = msgspec.structs.replace(bad.config.health_check, command=(*SHELL, "sleep 60"), timeout=msgspec.UNSET)
    assert slow is not None
    await runtime.start(good)
    await runtime.start(bad)
    assert (await runtime.probe(good)).healthy
    result = await runtime.probe(bad)
    assert not result.healthy and "5 broken" in result.message
    with pytest.raises(Unavailable):
        await runtime.execute(bad.key, (*SHELL, "sleep 60"), 0.3)
    await runtime.close()


async def test_two_units_of_one_machine_let_each_others_instances_be(means: Means, tmp_path: Path) -> None:
    other = msgspec.structs.replace(means, state=tmp_path / "other", run=tmp_path / "run-other")
    mine, theirs = [(await choose("native", place)).runtime for place in (means, other)]
    for one in (mine, theirs):
        await one.start(spec("sleeper"))
    await mine.stop(spec("sleeper").key, 0.5)
    assert [found.alive for found in await theirs.found()] == [True]
    await theirs.stop(spec("sleeper").key, 0.5)
    for one in (mine, theirs):
        await one.close()

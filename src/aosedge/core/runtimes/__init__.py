"""How instances run: OCI runtimes, plain processes, scripts; and which of them works here."""

import asyncio
import os
import resource
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.network.network import Network
from aosedge.core.ports import Runtime
from aosedge.core.runtimes.native import NativeRuntime
from aosedge.core.runtimes.oci.bundles import Bundles
from aosedge.core.runtimes.oci.cgroups import has_swap_accounting, is_hybrid
from aosedge.core.runtimes.oci.program import OciProgram
from aosedge.core.runtimes.oci.rootfs import refuse_exposure
from aosedge.core.runtimes.oci.runtime import OciRuntime
from aosedge.core.runtimes.oci.spec import NodeLimits
from aosedge.core.runtimes.records import STORAGE
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import AosError, Invalid
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, RunConfig

AUTO = "auto"
NATIVE = "native"
ORDER = ("crun", "runc")
"""crun first: it starts an instance in about half of runc's time and with a third of its memory."""
_PROBE_S = 20.0
_GRACE_S = 5.0


class Means(msgspec.Struct, frozen=True):
    """What runtimes are made from.

    `state` holds instances and their storage and must not lie in folders that instances see (/usr, /bin, /lib);
    `run` holds the OCI runtime's own state and may be lost with a boot. `max_dmips` is the node's,
    all cores together.
    """

    state: Path
    run: Path
    layer_folder: Callable[[Digest], Path]
    max_dmips: int
    bridge: str = "aos0"
    subnet: str = "10.181.0.0/16"


class Chosen(msgspec.Struct, frozen=True):
    """The runtime that works here, ready to use, and why it is this one, in a sentence for people."""

    runtime: Runtime
    reason: str


async def choose(preference: str, means: Means) -> Chosen:
    """The preferred runtime; with `auto` the first that really runs a container here, else plain processes.

    Raises Invalid for an unknown name or a state folder that instances would see, AosError saying of each why not.
    """
    if preference not in (AUTO, *ORDER, NATIVE):
        expected = ", ".join((AUTO, *ORDER, NATIVE))
        raise Invalid("unknown runtime", element="runtime", expected=expected, got=preference)
    if preference == NATIVE:
        return _native(means, "as set")
    if os.geteuid() == 0:
        refuse_exposure(means.state)
    refusals: list[str] = []
    for kind in ORDER if preference == AUTO else (preference,):
        try:
            chosen = await _oci(kind, means, refusals)
            await _end_plain_processes(means)
            return chosen
        except AosError as error:
            refusals.append(f"{kind}: {error}")
    if preference == AUTO:
        return _native(means, "; ".join(refusals))
    raise AosError("no runtime works here", element="runtime", got="; ".join(refusals))


def _native(means: Means, why: str) -> Chosen:
    runtime = NativeRuntime(means.state / NATIVE, means.layer_folder, means.state / STORAGE)
    runtime.open()
    return Chosen(runtime, f"native runs instances as plain processes WITHOUT ISOLATION ({why})")


async def _end_plain_processes(means: Means) -> None:
    """What an agent before this one ran without containers must not run beside them."""
    before = NativeRuntime(means.state / NATIVE, means.layer_folder, means.state / STORAGE)
    if (means.state / NATIVE).exists():
        before.open()
        await before.clear(_GRACE_S)
        await before.close()


def _limits(means: Means) -> NodeLimits:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return NodeLimits(means.max_dmips, len(os.sched_getaffinity(0)), most, has_swap_accounting())


async def _oci(kind: str, means: Means, refusals: Sequence[str]) -> Chosen:
    if os.geteuid() != 0:
        raise AosError("containers need root")
    programs = {name: _program(name, means.run) for name in ORDER}
    runtime = OciRuntime(
        programs.pop(kind),
        Bundles(means.state, means.layer_folder, _limits(means), f"/aosedge/{means.bridge}"),
        Network(means.state, means.bridge, means.subnet),
        tuple(programs.values()),
    )
    runtime.open()
    await _try(means, kind)
    hide = kind == "crun" and is_hybrid()
    how = f"{kind} runs containers here" + (", with the host's cgroup2 mount hidden from it" if hide else "")
    return Chosen(runtime, "; ".join([how, *refusals]))


def _program(kind: str, run: Path) -> OciProgram:
    return OciProgram(kind, run, hide_unified=kind == "crun" and is_hybrid())


async def _try(means: Means, kind: str) -> None:
    """Run the node's own `true` in a container; raises AosError where that fails."""
    bundles = Bundles(means.state / "probe", means.layer_folder, _limits(means), f"/aosedge/{means.bridge}-probe")
    runtime = OciRuntime(_program(kind, means.run / "probe"), bundles, None)
    runtime.open()
    key = InstanceKey(ItemId("probe"), SubjectId("probe"), 0)
    spec = InstanceSpec(key, "probe", "0.0.0", sha256(b""), (), (), RunConfig(cmd=("/bin/true",)), ItemConfig(), kind)
    try:
        await runtime.stop(key, 0)
        await runtime.start(spec)
        async with asyncio.timeout(_PROBE_S):
            async for end in runtime.exits():
                if end.exit_code != 0:
                    raise AosError(f"a container that does nothing ended with {end.exit_code}")
                break
    except TimeoutError as error:
        raise AosError(f"a container that does nothing did not end within {_PROBE_S:g} s") from error
    finally:
        await runtime.clear(0)
        await runtime.close()

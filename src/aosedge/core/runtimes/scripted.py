"""Instances that exist in memory only and follow a script: for demonstration fleets, load and tests. No IO."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from aosedge.core.domain.instances import Exited, Found, InstanceKey, InstanceSpec
from aosedge.core.ports import ProbeResult
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, NotFound


class Script(msgspec.Struct, frozen=True):
    """How an instance behaves. Seconds are the event loop's."""

    start_delay_s: float = 0.0
    refusal: str = ""
    """Words of the error that each start ends with; empty: it starts."""
    ends_after_s: float | None = None
    """It ends by itself so long after its start, with `exit_code`; None: it runs until stopped."""
    exit_code: int = 0
    out_of_memory: bool = False
    ends_most: int | None = None
    """Only the first so many starts end by themselves; None: all."""
    unhealthy_probes: int = 0
    """So many probes after each start fail before the first good one."""
    output: bytes = b""
    answers: tuple[int, bytes] = (0, b"")
    """What each command executed inside comes to."""


class _Instance(msgspec.Struct):
    digest: Digest
    script: Script
    alive: bool = True
    exit_code: int | None = None
    probes: int = 0
    timer: asyncio.TimerHandle | None = None


class ScriptedRuntime:
    """The Runtime port over a function that gives each instance its script."""

    kind = "scripted"

    def __init__(self, script: Callable[[InstanceSpec], Script] = lambda spec: Script()) -> None:
        self._script = script
        self._instances: dict[InstanceKey, _Instance] = {}
        self._starts: dict[InstanceKey, int] = {}
        self._exits: asyncio.Queue[Exited] = asyncio.Queue()
        self.arranged: tuple[InstanceSpec, ...] = ()

    async def found(self) -> list[Found]:
        """What was started and not stopped."""
        return [Found(key, one.digest, one.alive, one.exit_code) for key, one in sorted(self._instances.items())]

    async def arrange(self, specs: Sequence[InstanceSpec]) -> None:
        """Remembered as `arranged`."""
        self.arranged = tuple(specs)

    async def start(self, spec: InstanceSpec) -> None:
        """Follow the script from its beginning; raises AosError where that says so."""
        digest = spec.digest()
        there = self._instances.get(spec.key)
        if there is not None and there.alive and there.digest == digest:
            return
        self._forget(spec.key)
        script = self._script(spec)
        await asyncio.sleep(script.start_delay_s)
        if script.refusal:
            raise AosError(script.refusal, element=str(spec.key))
        one = self._instances[spec.key] = _Instance(digest, script)
        starts = self._starts[spec.key] = self._starts.get(spec.key, 0) + 1
        if script.ends_after_s is not None and (script.ends_most is None or starts <= script.ends_most):
            loop = asyncio.get_running_loop()
            one.timer = loop.call_later(script.ends_after_s, self.end, spec.key, script.exit_code)

    def end(self, key: InstanceKey, exit_code: int | None) -> None:
        """The instance ends by itself, now."""
        one = self._instances[key]
        if one.alive:
            one.alive, one.exit_code = False, exit_code
            self._exits.put_nowait(Exited(key, one.digest, exit_code, one.script.out_of_memory))

    async def stop(self, key: InstanceKey, grace_s: float = 10.0) -> None:
        """It is gone at once."""
        self._forget(key)

    def _forget(self, key: InstanceKey) -> None:
        one = self._instances.pop(key, None)
        if one is not None and one.timer is not None:
            one.timer.cancel()

    async def exits(self) -> AsyncIterator[Exited]:
        """Ends by script or by `end`, not those by `stop`."""
        while True:
            yield await self._exits.get()

    async def probe(self, spec: InstanceSpec) -> ProbeResult:
        """As the script counts; one that does not run is unhealthy."""
        one = self._instances.get(spec.key)
        if one is None or not one.alive:
            return ProbeResult(False, "it is not running")
        one.probes += 1
        healthy = one.probes > one.script.unhealthy_probes
        return ProbeResult(healthy, "" if healthy else f"probe {one.probes} fails by script")

    async def execute(self, key: InstanceKey, command: Sequence[str], timeout_s: float) -> tuple[int, bytes]:
        """The script's answer."""
        one = self._instances.get(key)
        if one is None or not one.alive:
            raise NotFound("instance", str(key))
        return one.script.answers

    async def logs(self, key: InstanceKey, most_bytes: int) -> bytes:
        """The end of the script's output; raises NotFound for an instance that is not there."""
        one = self._instances.get(key)
        if one is None:
            raise NotFound("instance", str(key))
        return one.script.output[-most_bytes:] if most_bytes > 0 else b""

    async def close(self) -> None:
        """Cancel the timers: nothing ends by itself any more."""
        for one in self._instances.values():
            if one.timer is not None:
                one.timer.cancel()

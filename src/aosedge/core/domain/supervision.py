"""Instances brought to what is wanted, and kept there: adopt, replace, stop, restart with back-off, probe.

Nothing here survives the agent: at boot the runtime is asked what it has, and everything follows from that.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from aosedge.core.domain.effects import Arrange, Effect, Probe, Start, Stop
from aosedge.core.domain.events import Arranged, ArrangeFailed, FoundInstances, InstanceExited, ProbeAnswered
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.state import Policy
from aosedge.model.digests import Digest
from aosedge.model.instants import MICROSECOND, SECOND, Monotonic
from aosedge.model.oci import HealthCheck

Condition = Literal["starting", "running", "waiting", "failed", "stopping", "stuck"]


class Life(msgspec.Struct):
    """What is known of one instance of the runtime. `again_at` is when a restart or another stop is due."""

    digest: Digest
    condition: Condition
    since: Monotonic
    again_at: Monotonic = Monotonic(0)
    delay_us: int = 0
    restart: bool = False
    renew: bool = False
    """To be stopped and started anew at once, through no fault of its own."""
    healthy: bool = False
    misses: int = 0
    probing: bool = False
    probe_at: Monotonic = Monotonic(0)
    probe_delay_us: int = 0
    starts: tuple[Monotonic, ...] = ()
    message: str = ""


class News(msgspec.Struct, frozen=True):
    """Something about an instance that a person may want to hear."""

    key: InstanceKey
    message: str


class Supervision:
    """The instances of this node. The owner calls `reconcile` after each batch of events."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.listed = False
        """Whether the runtime has said what it has; before that nothing is started or stopped."""
        self.lives: dict[InstanceKey, Life] = {}
        self.news: list[News] = []
        self.held: frozenset[InstanceKey] = frozenset()
        """Instances that wait for something before they start."""
        self._wanted: Mapping[InstanceKey, tuple[Digest, InstanceSpec]] = {}
        self._arranged: tuple[Digest, ...] | None = None
        self._arranging: tuple[Digest, ...] | None = None
        self._arrange_at = Monotonic(0)
        self._arrange_delay_us = 0

    # what came

    def found(self, event: FoundInstances, now: Monotonic) -> None:
        """Adopt what runs, whoever started it; what should run and does not has ended."""
        self.listed = True
        there = {f.key: f for f in event.found}
        for key, found in there.items():
            if key not in self.lives:
                condition: Condition = "running" if found.alive else "waiting"
                self.lives[key] = Life(found.spec, condition, now, again_at=now, probe_at=now)
        for key, life in self.lives.items():
            if life.condition == "running" and not (key in there and there[key].alive):
                self._ended(key, life, "ended while nobody looked", now)

    def started(self, key: InstanceKey, spec: Digest, now: Monotonic) -> None:
        """A start succeeded. One that nobody asked for is taken up, so that it will be stopped."""
        life = self.lives.get(key)
        if life is None:
            self.lives[key] = Life(spec, "running", now, probe_at=now)
        elif life.condition == "starting" and life.digest == spec:
            life.condition, life.since, life.probe_at = "running", now, now
            life.healthy, life.misses, life.probing, life.probe_delay_us = False, 0, False, 0

    def start_failed(self, key: InstanceKey, spec: Digest, message: str, now: Monotonic) -> None:
        """A start failed: again after the back-off."""
        life = self.lives.get(key)
        if life is not None and life.condition == "starting" and life.digest == spec:
            self._ended(key, life, f"not started: {message}", now)

    def exited(self, event: InstanceExited, now: Monotonic) -> None:
        """An instance ended by itself: again after the back-off. An end can be heard of before the start."""
        life = self.lives.get(event.key)
        if life is not None and life.condition in ("running", "starting") and life.digest == event.spec:
            code = "" if event.exit_code is None else f" with {event.exit_code}"
            self._ended(event.key, life, "out of memory" if event.out_of_memory else f"exited{code}", now)

    def stopped(self, key: InstanceKey, now: Monotonic) -> None:
        """Nothing of the instance is left."""
        life = self.lives.get(key)
        if life is None or life.condition not in ("stopping", "stuck"):
            return
        if life.restart:
            self._ended(key, life, life.message, now)
        else:
            del self.lives[key]

    def stop_failed(self, key: InstanceKey, message: str, now: Monotonic) -> None:
        """The instance may still run: try again after a back-off."""
        life = self.lives.get(key)
        if life is not None and life.condition == "stopping":
            life.condition, life.message = "stuck", f"not stopped: {message}"
            life.delay_us = self._longer(life.delay_us, self._policy.restart_first_us)
            life.again_at = _after(now, life.delay_us)
            self.news.append(News(key, life.message))

    def arranged(self, event: Arranged) -> None:
        """The network is that of these specifications."""
        if self._arranging == event.specs:
            self._arranged, self._arranging, self._arrange_delay_us = event.specs, None, 0

    def arrange_failed(self, event: ArrangeFailed, now: Monotonic) -> None:
        """No network: try again after a back-off."""
        if self._arranging == event.specs:
            self._arranged, self._arranging = None, None
            self._arrange_delay_us = self._longer(self._arrange_delay_us, self._policy.restart_first_us)
            self._arrange_at = _after(now, self._arrange_delay_us)
            for key in sorted(self._wanted):
                if key not in self.lives:
                    self.news.append(News(key, f"no network: {event.message}"))

    def probed(self, event: ProbeAnswered, now: Monotonic) -> None:
        """A probe came back; an instance that stays unhealthy is started anew."""
        life, wanted = self.lives.get(event.key), self._wanted.get(event.key)
        if (
            life is None
            or wanted is None
            or life.condition != "running"
            or not life.digest == event.spec == wanted[0]
        ):
            return
        check = wanted[1].config.health_check
        if check is None:
            return
        life.probing = False
        interval = max(check.interval.total_seconds() * SECOND, MICROSECOND)
        if event.healthy:
            life.healthy, life.misses, life.message, life.probe_delay_us = True, 0, "", int(interval)
        else:
            life.misses, life.message = life.misses + 1, f"unhealthy: {event.message}"
            first = life.probe_delay_us or self._policy.first_probe_us // 2
            life.probe_delay_us = int(interval) if life.healthy else min(first * 2, int(interval))
            if self._sick(life, check, now):
                life.restart, life.healthy = True, False
                life.delay_us = 0 if now - life.since >= self._policy.restart_reset_us else life.delay_us
        life.probe_at = _after(now, life.probe_delay_us)

    def retry_failed(self) -> None:
        """A person or a new target gives instances in a crash loop another chance."""
        for life in self.lives.values():
            if life.condition == "failed":
                life.condition, life.starts, life.delay_us, life.again_at = "waiting", (), 0, Monotonic(0)

    def renew(self, key: InstanceKey) -> None:
        """Stop the instance, if it runs, and start it anew without back-off."""
        life = self.lives.get(key)
        if life is not None and life.condition in ("starting", "running"):
            life.renew = True

    # what follows

    def reconcile(self, wanted: Mapping[InstanceKey, tuple[Digest, InstanceSpec]], now: Monotonic) -> list[Effect]:
        """Steps towards what is wanted: stop, then arrange the network, then start. At most one version of an item
        runs at a time (I3), so nothing of it starts before all of its old instances are gone.
        """
        self._wanted = wanted
        if not self.listed:
            return []
        effects: list[Effect] = list(self._stops(now))
        if any(life.condition == "stopping" for life in self.lives.values()):
            return effects
        fingerprint = tuple(wanted[key][0] for key in sorted(wanted))
        if self._arranged != fingerprint:
            if self._arranging is None and self._arrange_at <= now:
                self._arranging = fingerprint
                effects.append(Arrange(tuple(wanted[key][1] for key in sorted(wanted))))
            return effects
        return effects + self._starts(now) + self._probes(now)

    def _stops(self, now: Monotonic) -> Sequence[Stop]:
        stops = []
        for key, life in sorted(self.lives.items()):
            foreign = key not in self._wanted or self._wanted[key][0] != life.digest
            if foreign:
                life.restart = False
            if life.condition == "stopping" or (life.condition == "stuck" and now < life.again_at):
                continue
            if foreign or life.restart or life.renew or life.condition == "stuck":
                life.condition, life.since, life.probing, life.renew = "stopping", now, False, False
                stops.append(Stop(key))
        return stops

    def _starts(self, now: Monotonic) -> list[Effect]:
        starts: list[Effect] = []
        lingering = {key.item for key, life in self.lives.items() if life.condition == "stuck"}
        for key, (digest, spec) in sorted(self._wanted.items(), key=lambda w: (-w[1][1].priority, w[0])):
            life = self.lives.get(key)
            waits = key in self.held or key.item in lingering
            if waits or (life and (life.condition != "waiting" or now < life.again_at)):
                continue
            if life is None:
                life = self.lives[key] = Life(digest, "starting", now)
            life.condition, life.since, life.starts = "starting", now, (*life.starts, now)[-64:]
            starts.append(Start(spec))
        return starts

    def _probes(self, now: Monotonic) -> list[Effect]:
        probes: list[Effect] = []
        for key, (_, spec) in sorted(self._wanted.items()):
            life = self.lives.get(key)
            if life is None or life.condition != "running" or life.probing or spec.config.health_check is None:
                continue
            if life.probe_at <= now:
                life.probing = True
                probes.append(Probe(spec))
        return probes

    # what is so

    def proven(self, digest: Digest, spec: InstanceSpec, now: Monotonic) -> bool:
        """Whether the instance is healthy: by its check, or without one by having run for a while."""
        life = self.lives.get(spec.key)
        if life is None or not self.launched(digest, spec):
            return False
        if spec.config.health_check is not None:
            return life.healthy
        return now >= _after(life.since, self._policy.proven_after_us)

    def launched(self, digest: Digest, spec: InstanceSpec) -> bool:
        """Whether the instance runs."""
        life = self.lives.get(spec.key)
        return life is not None and life.digest == digest and life.condition == "running"

    def due(self) -> list[Monotonic]:
        """When `reconcile` or `proven` may have something new to say, by the clock alone."""
        times = [life.again_at for life in self.lives.values() if life.condition in ("waiting", "stuck")]
        if self._arranged is None and self._arranging is None and self._arrange_delay_us:
            times.append(self._arrange_at)
        for key, (_, spec) in self._wanted.items():
            life = self.lives.get(key)
            if life is None or life.condition != "running":
                continue
            checked = spec.config.health_check is not None
            times.append(life.probe_at if checked else _after(life.since, self._policy.proven_after_us))
        return times

    # how instances end

    def _ended(self, key: InstanceKey, life: Life, message: str, now: Monotonic) -> None:
        wanted = self._wanted.get(key)
        parameters = wanted[1].config.run_parameters if wanted else None
        pause = parameters.restart_interval if parameters else None
        first = int(pause.total_seconds() * SECOND) if pause else self._policy.restart_first_us
        ran_us = now - life.since if life.condition == "running" else 0
        life.delay_us = first if ran_us >= self._policy.restart_reset_us else self._longer(life.delay_us, first)
        life.condition, life.again_at = "waiting", _after(now, life.delay_us)
        life.restart, life.healthy, life.probing, life.message = False, False, False, message
        if parameters and parameters.start_burst and parameters.start_interval:
            within = int(parameters.start_interval.total_seconds() * SECOND)
            recent = [s for s in life.starts if now - s <= within]
            if len(recent) >= parameters.start_burst:
                life.condition, life.message = "failed", f"{message}, {len(recent)} starts in a row"
        self.news.append(News(key, life.message))

    def _longer(self, delay_us: int, first_us: int) -> int:
        return min(max(delay_us * 2, first_us), self._policy.restart_most_us)

    def _sick(self, life: Life, check: HealthCheck, now: Monotonic) -> bool:
        retries, interval = max(check.retries, 1), check.interval.total_seconds() * SECOND
        if life.healthy:
            return life.misses >= retries
        return now - life.since >= check.start_period.total_seconds() * SECOND + retries * interval


def _after(now: Monotonic, microseconds: int) -> Monotonic:
    return Monotonic(now + microseconds)

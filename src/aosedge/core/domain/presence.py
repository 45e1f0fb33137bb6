"""Whether the cloud is there, and since when not: some instances may not run long without it (offline TTL)."""

from collections.abc import Iterable

from aosedge.core.domain.instances import InstanceSpec
from aosedge.model.instants import SECOND, Instant, Monotonic, Now


class Presence:
    """Time offline, on the monotonic clock; what passed before this start is taken from the wall clock, once."""

    def __init__(self, offline_since: Instant | None) -> None:
        self.connected = False
        self._since = offline_since
        self._lost: Monotonic | None = None
        self._before_us = 0

    def begin(self, now: Now) -> None:
        """The first reading of the clocks: count from here on."""
        if self._lost is None and not self.connected:
            self._lost = now.mono
            self._before_us = max(0, now.wall - self._since) if self._since is not None else 0

    def found(self) -> None:
        """The cloud is there."""
        self.connected, self._lost, self._before_us = True, None, 0

    def lost(self, now: Now) -> None:
        """The cloud is gone."""
        self.connected, self._lost, self._before_us = False, now.mono, 0

    def expired(self, spec: InstanceSpec, now: Monotonic) -> bool:
        """Whether the instance has to rest until the cloud is back."""
        ends = self.ends(spec)
        return ends is not None and ends <= now

    def ends(self, spec: InstanceSpec) -> Monotonic | None:
        """When the instance has to rest; None while the cloud is there or where it may run without."""
        ttl = spec.config.offline_ttl
        if ttl is None or self._lost is None:
            return None
        return Monotonic(self._lost - self._before_us + int(ttl.total_seconds() * SECOND))

    def due(self, specs: Iterable[InstanceSpec]) -> list[Monotonic]:
        """When instances will have to rest."""
        return [ends for spec in specs if (ends := self.ends(spec)) is not None]

"""The way between a Unit and the cloud: late, doubled, lost, out of order; cut, or dead without anybody knowing."""

from collections.abc import Callable
from random import Random

import msgspec
from tests.simulation.world.timeline import Timeline, around

from aosedge.model.instants import MILLISECOND, SECOND


class Weather(msgspec.Struct):
    """How bad the network is. Shares from 0 to 1."""

    loss: float = 0.0
    doubled: float = 0.0
    delay_us: int = 50 * MILLISECOND
    """Frames come up to so late."""
    is_ordered: bool = True
    """As TCP keeps them; else each is late for itself, as a broken proxy may do it."""


class Connection:
    """One connection; each side believes in it until it hears of its end."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.to_unit: Callable[[bytes], None] = lambda raw: None
        self.to_cloud: Callable[[bytes], None] = lambda raw: None
        self.unit_ended: Callable[[], None] = lambda: None
        self.cloud_ended: Callable[[], None] = lambda: None
        self.last_us = {"up": 0, "down": 0}
        """When the last frame of each way arrives."""
        self.is_dead = False
        """Nothing passes any more, whatever the two sides believe."""


class Network:
    """The link of one Unit."""

    def __init__(self, timeline: Timeline, chance: Random) -> None:
        self._timeline, self._chance = timeline, chance
        self.weather = Weather()
        self.is_cut = False
        """Partition: no frame passes and no connection begins."""
        self.current: Connection | None = None
        self._made = 0

    def connect(self) -> Connection | None:
        """A new connection, None while there is no way."""
        if self.is_cut:
            return None
        self._made += 1
        self.current = Connection(self._made)
        return self.current

    def up(self, connection: Connection, raw: bytes) -> None:
        """A frame of the Unit."""
        self._carry(connection, "up", lambda: connection.to_cloud(raw))

    def down(self, connection: Connection, raw: bytes) -> None:
        """A frame of the cloud."""
        self._carry(connection, "down", lambda: connection.to_unit(raw))

    def drop(self, connection: Connection, most_us: int = SECOND) -> None:
        """The connection dies; each side hears of it some time later, by its pings at the latest."""
        if connection.is_dead:
            return
        connection.is_dead = True
        self._timeline.after(around(self._chance, most_us), lambda: connection.unit_ended())
        self._timeline.after(around(self._chance, most_us), lambda: connection.cloud_ended())

    def half_open(self) -> None:
        """The way is dead and nobody knows for up to a minute."""
        if self.current is not None:
            self.drop(self.current, 60 * SECOND)

    def _carry(self, connection: Connection, way: str, arrive: Callable[[], None]) -> None:
        copies = 1
        if self._chance.random() < self.weather.loss:
            copies = 0
        elif self._chance.random() < self.weather.doubled:
            copies = 2
        for _ in range(copies):
            when_us = self._timeline.now_us + around(self._chance, self.weather.delay_us)
            if self.weather.is_ordered:
                when_us = connection.last_us[way] = max(when_us, connection.last_us[way] + 1)
            self._timeline.at(when_us, lambda: self._arrive(connection, arrive))

    def _arrive(self, connection: Connection, arrive: Callable[[], None]) -> None:
        if not connection.is_dead and not self.is_cut:
            arrive()

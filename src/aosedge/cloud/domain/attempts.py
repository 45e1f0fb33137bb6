"""How often somebody may try to sign in, and how many failures the trail takes: both bounded (invariant I12)."""

from collections import OrderedDict
from ipaddress import ip_address
from typing import Final

import msgspec

from aosedge.model.instants import Monotonic

KEYS_MOST: Final = 10_000
EVERYBODY: Final = ""


class Rate(msgspec.Struct, frozen=True):
    """`burst` at once, and one more each `each_us`."""

    burst: int
    each_us: int


class Buckets:
    """A bucket of attempts for each key. Under more keys than it holds, the ones longest unused begin anew."""

    def __init__(self, rate: Rate, most: int = KEYS_MOST) -> None:
        self._rate, self._most = rate, most
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def take(self, key: str, now: Monotonic) -> int:
        """Take one; 0, or how many microseconds from now there is one again."""
        rate = self._rate
        full_at = max(self._full_at.get(key, 0), now) + rate.each_us
        wait = full_at - now - rate.burst * rate.each_us
        if wait > 0:
            return wait
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return 0

    def give_back(self, key: str, count: int = 1) -> None:
        """What was taken shall not count."""
        if key in self._full_at:
            self._full_at[key] -= count * self._rate.each_us


class Noting:
    """Which failures get a line of the audit trail: some from each place, some of all; the others are counted."""

    def __init__(self, of_a_place: Rate, of_all: Rate) -> None:
        self._places, self._all = Buckets(of_a_place), Buckets(of_all)
        self._passed_over = 0

    def take(self, place: str, now: Monotonic) -> int | None:
        """How many were passed over since the last line, or None: this one is passed over too."""
        if self._places.take(place, now) or self._all.take(EVERYBODY, now):
            self._passed_over += 1
            return None
        passed, self._passed_over = self._passed_over, 0
        return passed


def place_of(address: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 that one subscriber has of IPv6."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else ":".join(found.exploded.split(":")[:4])

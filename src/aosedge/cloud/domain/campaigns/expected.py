"""How long a wave is likely to take, by what was measured of members before; nothing is made up.

Measured between reports: from the offer until active, and where the Unit said when it began to download and to
install, these two apart. A Unit that is offline takes as long as it stays away, which nobody foretells here.
"""

from collections.abc import Iterable, Sequence
from statistics import median_low

import msgspec

from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.model.instants import MINUTE, SECOND, Instant


class Rates(msgspec.Struct, frozen=True):
    """What members took, from so many of them each; None where there are none. Medians.

    `bytes_per_s` counts what was planned to be downloaded over the time between its first report and the next phase.
    """

    update_us: int | None = None
    """From the offer until active."""
    updates: int = 0
    bytes_per_s: int | None = None
    downloads: int = 0
    install_us: int | None = None
    """From the first report of installing until active."""
    installs: int = 0
    failures: int = 0
    results: int = 0
    """Of members that got a result; `failures` among them."""
    newest_at: Instant | None = None
    """When the last of these was seen."""

    def one_us(self, download_bytes: int) -> int | None:
        """For one Unit with so much to download."""
        if self.bytes_per_s and self.install_us is not None:
            return download_bytes * SECOND // self.bytes_per_s + self.install_us
        return self.update_us


class Measured(msgspec.Struct, frozen=True):
    """A member that got through: when it was offered its content, when it first said what, and what it downloads."""

    offered_at: Instant
    active_at: Instant
    download_bytes: int
    downloading_at: Instant | None = None
    installing_at: Instant | None = None


def rates_of(measured: Sequence[Measured], failures: int, results: int) -> Rates:
    """What these took, with how many of how many results of theirs and others failed."""
    downloads = [
        member.download_bytes * SECOND // (member.installing_at - member.downloading_at)
        for member in measured
        if member.downloading_at is not None
        and member.installing_at is not None
        and member.installing_at > member.downloading_at
    ]
    installs = [m.active_at - m.installing_at for m in measured if m.installing_at is not None]
    return Rates(
        update_us=_middle(member.active_at - member.offered_at for member in measured),
        updates=len(measured),
        bytes_per_s=_middle(downloads),
        downloads=len(downloads),
        install_us=_middle(installs),
        installs=len(installs),
        failures=failures,
        results=results,
        newest_at=max((member.active_at for member in measured), default=None),
    )


def _middle(values: Iterable[int]) -> int | None:
    known = sorted(values)
    return median_low(known) if known else None


def expected_us(policy: Policy, rates: Rates, units: int, download_bytes: int) -> int | None:
    """A wave of so many Units that download so much together: within the limits, and then its soak.

    A ramp is not counted: a rehearsal knows it.
    """
    if not units:
        return 0
    one = rates.one_us(download_bytes // units)
    if one is None:
        return None
    limits, span = policy.limits, one
    if limits.at_once is not None:
        span = max(span, -(-units // limits.at_once) * one)
    if limits.starts_per_minute is not None:
        span = max(span, (units - 1) // limits.starts_per_minute * MINUTE + one)
    if limits.bytes_per_second is not None:
        span = max(span, download_bytes * SECOND // limits.bytes_per_second)
    return span + policy.gate.soak_us

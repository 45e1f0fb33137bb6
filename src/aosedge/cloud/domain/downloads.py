"""How fast the downloads of a Unit come forward."""

from collections.abc import Sequence

import msgspec

from aosedge.model.instants import SECOND, Instant, from_datetime
from aosedge.protocol.messages.from_unit import DownloadProgressAlert, UpdateStatus


class Coming(msgspec.Struct, frozen=True, omit_defaults=True):
    """Bytes of an update that are on the Unit, and since when, by its clock.

    `bytes_per_second` is what came between the last two reports that said more bytes, over the time between them;
    None before there are two of them, a second apart.
    """

    done_bytes: int
    at: Instant
    bytes_per_second: int | None = None


def coming(before: Coming | None, update: UpdateStatus | None, at: Instant) -> Coming | None:
    """After a report that was made then; None while nothing downloads."""
    if update is None or update.state != "downloading":
        return None
    done = sum(item.downloaded_bytes for item in update.items)
    if before is None or done < before.done_bytes or at < before.at:
        return Coming(done, at)
    if done == before.done_bytes or at - before.at < SECOND:
        return before
    return Coming(done, at, _rate(done - before.done_bytes, at - before.at))


def alerted_rate(last: Sequence[DownloadProgressAlert]) -> int | None:
    """Bytes a second between the last two alerts of one download, newest first; None where there are no two."""
    if not last[1:]:
        return None
    new, old = last[:2]
    took_us = from_datetime(new.timestamp) - from_datetime(old.timestamp)
    if took_us < SECOND or new.downloaded_bytes < old.downloaded_bytes:
        return None
    return _rate(new.downloaded_bytes - old.downloaded_bytes, took_us)


def _rate(done_bytes: int, took_us: int) -> int:
    return done_bytes * SECOND // took_us

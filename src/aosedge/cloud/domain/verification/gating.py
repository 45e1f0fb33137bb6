"""Whether a bundle may go to everyone, as far as its verification is concerned."""

from collections.abc import Iterable
from shlex import quote
from typing import Literal

import msgspec

from aosedge.cloud.domain.verification.state import Batch
from aosedge.model.ids import BatchId, FleetId


class Hindrance(msgspec.Struct, frozen=True):
    """Why it may not: nobody has verified it, or somebody has to approve; `batch` is the one that says so, if any."""

    kind: Literal["unverified", "unapproved"]
    words: str
    batch: BatchId | None = None


def cure_of(found: Hindrance, bundle: str) -> tuple[str, str]:
    """What lifts it, and the command for it."""
    if found.batch is None:
        return "A verification batch of the bundle passes.", f"aos verification create {quote(bundle)}"
    if found.kind == "unapproved":
        return "Somebody who may approves it.", f"aos verification approve {quote(bundle)}"
    return "Its batch passes, or another one.", f"aos verification show {quote(bundle)}"


def hindrance(fleet: FleetId | None, batches: Iterable[Batch]) -> Hindrance | None:
    """What keeps a bundle with these batches from a campaign for `fleet`, None for several fleets.

    One batch that has passed is enough: the organization's, or the fleet's own.
    """
    mine = [batch for batch in batches if batch.fleet is None or batch.fleet == fleet]
    if any(batch.state == "passed" for batch in mine):
        return None
    newest = max(mine, key=lambda batch: (batch.created_at, batch.id), default=None)
    if newest is None:
        return Hindrance("unverified", "its bundle is not verified: there is no batch of it")
    if newest.state == "awaiting_approval":
        words = f"its bundle waits for approval for {', '.join(newest.unapproved)}"
        return Hindrance("unapproved", words, newest.id)
    why = f": {newest.reason}" if newest.reason else ""
    return Hindrance("unverified", f"its bundle is not verified: the batch is {newest.state}{why}", newest.id)

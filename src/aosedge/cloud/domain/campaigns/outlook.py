"""What a campaign would change of a target: from the one compiled now to the one compiled with its bundle."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.campaigns.fitting import Cause
from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.targets import CompiledTarget, Reason, Refused, left_out
from aosedge.model.ids import ItemId
from aosedge.protocol.messages import DesiredStatus

_DEPENDENCIES: Final = ("no_such_version", "not_assigned")


class Outlook(msgspec.Struct, frozen=True):
    """What a target would be with the campaign's bundle: `same` if that is no change, or why it cannot be.

    `before` are the versions of the campaign's own items; `new` and `old` all that comes and goes, layers too.
    """

    kind: Literal["changes", "same", "refused"]
    before: Items = {}
    reason: str = ""
    cause: Cause = "intent"
    """Of a refusal."""
    no_way_back: str = ""
    """Why Units of this outlook could not go back to what they have; empty where they could."""
    new: Items = {}
    old: Items = {}
    instances: Mapping[ItemId, int] = {}


def outlook(brought: Mapping[str, str], now: CompiledTarget | Refused, then: CompiledTarget | Refused) -> Outlook:
    """What the items that the campaign brought would change."""
    if isinstance(then, Refused):
        return Outlook("refused", reason=then.problem)
    after = _items(then.document)
    if not brought.keys() & after.keys():
        return _refused(then, "none of its items is assigned to the Unit")
    if any(after.get(ItemId(item)) != version for item, version in brought.items()):
        return _refused(then, "the Unit would not have all of its items")
    instances: dict[ItemId, int] = {}
    for instance in then.document.instances:
        item = ItemId(str(instance.item.id))
        instances[item] = instances.get(item, 0) + instance.num_instances
    if isinstance(now, Refused):
        return Outlook("changes", no_way_back=f"what it has cannot be a target: {now.problem}", new=after)
    there = _items(now.document)
    before = {item: version for item, version in there.items() if item in brought}
    none = left_out(now.reasons) or "it has none of these items now"
    return Outlook(
        "same" if now.digest == then.digest else "changes",
        before,
        no_way_back="" if before else none,
        new={item: version for item, version in after.items() if there.get(item) != version},
        old={item: version for item, version in there.items() if after.get(item) != version},
        instances=instances,
    )


def _items(document: DesiredStatus) -> Items:
    return {ItemId(str(item.item.id)): item.version for item in document.items}


def _refused(then: CompiledTarget, otherwise: str) -> Outlook:
    return Outlook("refused", reason=left_out(then.reasons) or otherwise, cause=_cause(then.reasons))


def _cause(reasons: Iterable[Reason]) -> Cause:
    return "dependency" if any(reason.cause in _DEPENDENCIES for reason in reasons) else "intent"

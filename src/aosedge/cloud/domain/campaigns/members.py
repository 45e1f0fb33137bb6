"""Where a member of a campaign stands: one written predicate over its target and what it reports.

The first that holds counts:
- `rolled_back`: an item of the campaign failed or was given up, and the Unit has another version of one of its items.
- `failed`: an item of the campaign failed on the Unit, or the Unit gave this target up; or, once active, an instance
  of it is failed.
- `soaking`: for all items of the campaign, installed in its version; for all their instances, active; and the update,
  where the Unit reports one, is over.
- `held`: the Unit says what it waits for before the next step of the update under way, and until when; or its
  target pauses a node.
- `installing`, `downloading`: the Unit says so of the update under way, or of an item of the campaign.
- `activating`: the update is past installing, or all items are installed and an instance is not active yet.
- `offered`: anything else.

A member that was active stays `soaking` while an instance starts anew or the Unit is busy with what others brought;
`succeeded` once it has been active for its gate's soak time. What a member reports under a target that lacks the
campaign's items says nothing: it stays as it was. Once its target has been made without them, it is `skipped`.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from aosedge.cloud.domain.campaigns.state import MemberState
from aosedge.cloud.domain.deployment import Aim, paused_words
from aosedge.cloud.domain.statuses import Actual, name_of, waiting_words
from aosedge.model.ids import ItemId
from aosedge.protocol.messages.from_unit import InstanceStatus, ItemStatus
from aosedge.protocol.messages.parts import ErrorInfo, Identity

PHASES: Final[Mapping[str, MemberState]] = {
    "downloading": "downloading",
    "pending": "installing",
    "installing": "installing",
    "launching": "activating",
    "waiting_active": "activating",
    "finalizing": "activating",
}
"""States of an update, and of items of Units that report no update, as a member's."""

Items = dict[ItemId, str]
"""Items with the version of each."""
Wanted = Mapping[ItemId, str]
"""The campaign's items with their versions."""


class Progress(msgspec.Struct, frozen=True):
    """A member's state, and why where that is not plain from it."""

    state: MemberState
    reason: str = ""


def wanted_back(brought: Items, aim: Aim) -> Items:
    """What a member that goes back is to have of the items that the campaign brought: what its target says."""
    aimed = aim.document.items if aim.document is not None else ()
    return {ItemId(item.item.id or ""): item.version for item in aimed if item.item.id in brought}


def progress(was: MemberState, wanted: Wanted, aim: Aim, actual: Actual | None, *, made: bool = False) -> Progress:
    """The member's state after a report, or after its target was `made`; see the table above.

    `was` is one between the offer and the end.
    """
    active = was in ("soaking", "succeeded")
    still: MemberState = was if active else "offered"
    if aim.problem:
        return Progress(still, aim.problem)
    aimed = {item.item.id: item.version for item in aim.document.items} if aim.document is not None else {}
    if any(aimed.get(item) != version for item, version in wanted.items()):
        if made and was != "succeeded" and not aim.left_out:
            return Progress("skipped", "what is assigned to it has changed, or another campaign overtook")
        return Progress(still, aim.left_out or "its target is being made")
    if actual is None or not actual.whole:
        return Progress(still, "the Unit has not reported its whole status")
    statuses = [status for status in actual.items if status.item.id in wanted]
    installed = {status.item.id for status in statuses if _is_new(status, wanted) and status.state == "installed"}
    there = wanted.keys() <= installed
    failure = _failure(wanted, aim, actual, statuses, active=active, there=there)
    if failure and not made:
        went_back = any(s.version != wanted[ItemId(s.item.id or "")] and s.state == "installed" for s in statuses)
        return Progress("rolled_back" if went_back else "failed", failure)
    if there and (active or _is_over(aim, actual)):
        waits = _waits_for(wanted, aim, actual)
        if not waits:
            return Progress("soaking" if was != "succeeded" else "succeeded")
        return Progress(was if active else "activating", waits)
    paused = paused_words(aim.document)
    if paused:
        return Progress("held", paused)
    update = actual.update
    if update is not None and update.held is not None and update.generation == aim.generation:
        return Progress("held", waiting_words(update.held))
    return Progress(_phase(wanted, aim, actual, statuses))


def _failure(
    wanted: Wanted, aim: Aim, actual: Actual, statuses: list[ItemStatus], *, active: bool, there: bool
) -> str:
    update = actual.update
    gave_up = update is not None and update.state == "idle" and update.generation == aim.generation
    if update is not None and update.error_info and gave_up and not (active and there):
        return f"the Unit gave it up: {_words(update.error_info)}"
    before = update is not None and update.generation not in (None, aim.generation)
    for status in statuses if active or not before else ():  # it may be trying once more
        if _is_new(status, wanted) and status.state == "failed":
            return f"{_called(aim, status.item)} {status.version} failed: {_words(status.error_info)}"
    if active:
        for item, instance in _instances(wanted, actual):
            if instance.state == "failed":
                return f"instance {instance.instance} of {_called(aim, item)} failed: {_words(instance.error_info)}"
    return ""


def _waits_for(wanted: Wanted, aim: Aim, actual: Actual) -> str:
    """An item of which not all instances of the target are active; empty where there is none."""
    there = Counter(name_of(item) for item, instance in _instances(wanted, actual) if instance.state == "active")
    there.subtract(_asked(wanted, aim))
    missing = sorted(_called(aim, Identity(id=name)) for name in there if there[name] < 0)
    return f"not all instances of {missing[0]} are active yet" if missing else ""


def _asked(wanted: Wanted, aim: Aim) -> Counter[str]:
    asked: Counter[str] = Counter()
    for instance in aim.document.instances if aim.document is not None else ():
        if instance.item.id in wanted:
            asked[name_of(instance.item)] += instance.num_instances
    return asked


def _called(aim: Aim, item: Identity) -> str:
    """As people call it: its target says so, the Unit knows ids alone."""
    aimed = aim.document.items if aim.document is not None else ()
    return next((each.item.title for each in aimed if each.item.id == item.id and each.item.title), name_of(item))


def _instances(wanted: Wanted, actual: Actual) -> list[tuple[Identity, InstanceStatus]]:
    return [
        (group.item, instance)
        for group in actual.instances
        if wanted.get(ItemId(group.item.id or "")) == group.version
        for instance in group.instances
    ]


def _phase(wanted: Wanted, aim: Aim, actual: Actual, statuses: list[ItemStatus]) -> MemberState:
    update = actual.update
    if update is not None and update.generation is not None:
        return PHASES.get(update.state, "offered") if update.generation == aim.generation else "offered"
    said = [PHASES[status.state] for status in statuses if _is_new(status, wanted) and status.state in PHASES]
    return min(said, key=("downloading", "installing").index, default="offered")


def _is_over(aim: Aim, actual: Actual) -> bool:
    update = actual.update
    if update is None or update.generation is None:
        return True
    return update.state == "idle" and update.generation == aim.generation


def _is_new(status: ItemStatus, wanted: Wanted) -> bool:
    return wanted.get(ItemId(status.item.id or "")) == status.version


def _words(error: ErrorInfo | None) -> str:
    return error.message or f"error {error.aos_code}, exit code {error.exit_code}" if error else "no reason given"

"""The deployment axis of a Unit: one written predicate over target and actual state.

- `blocked`: intent could not become a target; or all is in sync, and an assignment was left out of the target; or the
  Unit would be `updating` or `degraded`, and the target pauses a node.
- `unknown`: no target was compiled yet, or the Unit never reported its whole status.
- `failed`: the Unit gave this target up; or there is an item of the target that is `failed` on the Unit.
- `updating`: the Unit reports another generation, or is busy with an update; or it has not said that it reached this
  generation, and there is an item of the target that is not `installed`, or an instance of it that is not there or
  `activating`, or an instance that it does not have.
- `degraded`: none of these, and there is an item of the target that is not `installed`, or an instance of it that is
  not `active`, or an instance that it does not have.
- `in_sync`: for all items of the target: installed; for all its instances: active; and there is no other instance.

The first that holds counts. A Unit has reached a generation when it reports it and is `idle`; Units in the field
report neither, so an instance of theirs that starts anew is `updating` until it is active or failed.
"""

from typing import Literal

import msgspec

from aosedge.cloud.domain.statuses import Actual, name_of, waiting_words
from aosedge.protocol.messages.from_cloud import DesiredItem, DesiredStatus
from aosedge.protocol.messages.from_unit import InstanceStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation

DeploymentState = Literal["in_sync", "updating", "blocked", "degraded", "failed", "unknown"]


class Deployment(msgspec.Struct, frozen=True):
    """The axis and why, in words."""

    state: DeploymentState
    reason: str = ""


class Aim(msgspec.Struct, frozen=True):
    """What the Unit shall be: `document` under `generation`; `problem` and `left_out` are the compiler's reasons."""

    document: DesiredStatus | None = None
    generation: Generation | None = None
    problem: str = ""
    left_out: str = ""


def deployment(aim: Aim, actual: Actual | None) -> Deployment:
    """Where the Unit stands; see the table above."""
    if aim.problem:
        return Deployment("blocked", aim.problem)
    if aim.document is None:
        return Deployment("unknown", "no target was compiled yet")
    if actual is None or not actual.whole:
        return Deployment("unknown", "the Unit has not reported its whole status")
    failed = _failed(aim.document, aim.generation, actual)
    if failed:
        return Deployment("failed", failed)
    updating, degraded = _differences(aim, aim.document, actual)
    paused = paused_words(aim.document)
    if paused and (updating or degraded):
        return Deployment("blocked", f"{paused}: {updating or degraded}")
    if updating:
        return Deployment("updating", updating)
    if degraded:
        return Deployment("degraded", degraded)
    if aim.left_out:
        return Deployment("blocked", aim.left_out)
    return Deployment("in_sync", "everything runs as wanted")


def paused_words(document: DesiredStatus | None) -> str:
    """Which node the target pauses; empty for none."""
    nodes = document.nodes if document is not None else ()
    return next((f"the node {name_of(node.item)} is paused" for node in nodes if node.state == "paused"), "")


def _failed(document: DesiredStatus, generation: Generation | None, actual: Actual) -> str:
    update = actual.update
    gave_up = update is not None and update.state == "idle" and update.error_info is not None
    if update is not None and gave_up and generation is not None and update.generation == generation:
        return f"the Unit gave the target up: {_words(update.error_info)}"
    wanted = {(item.item.id, item.version): item for item in document.items}
    for status in actual.items:
        item = wanted.get((status.item.id, status.version))
        if item is not None and status.state == "failed":
            return f"{_name(item)} {item.version} failed: {_words(status.error_info)}"
    return ""


def _differences(aim: Aim, document: DesiredStatus, actual: Actual) -> tuple[str, str]:
    """What is still to come, and what is there but not well; empty where there is nothing."""
    update = actual.update
    if update is not None and update.generation is not None and update.generation != aim.generation:
        return "the Unit has not taken this target yet", ""
    missing, unwell = _instances(document, actual)
    missing = _items(document, actual) or missing
    if update is None or update.generation is None:
        return missing, unwell
    if update.held is not None:
        return waiting_words(update.held), unwell
    if update.state != "idle":
        return missing or f"the Unit is {update.state.replace('_', ' ')}", unwell
    return "", unwell or missing


def _items(document: DesiredStatus, actual: Actual) -> str:
    """An item that is not installed."""
    installed = {(item.item.id, item.version): item for item in actual.items}
    for item in document.items:
        found = installed.get((item.item.id, item.version))
        if found is None or found.state != "installed":
            return f"{_name(item)} {item.version} is {'not there' if found is None else found.state}"
    return ""


def _instances(document: DesiredStatus, actual: Actual) -> tuple[str, str]:
    """An instance that may still come or go, and one that is not well."""
    items = {item.item.id: item for item in document.items}
    there: dict[tuple[str, str, str, int], InstanceStatus] = {
        (name_of(group.item), name_of(group.subject), group.version, instance.instance): instance
        for group in actual.instances
        for instance in group.instances
        if group.item.id is not None
    }
    missing, unwell = "", ""
    for wanted in document.instances:
        item, subject = items[wanted.item.id], name_of(wanted.subject)
        for number in range(wanted.num_instances):
            found = there.pop((name_of(item.item), subject, item.version, number), None)
            if found is not None and found.state == "active":
                continue
            name = f"instance {number} of {_name(item)}"
            if found is None:
                missing = missing or f"{name} is not there"
            elif found.state == "activating":
                why = f": {_words(found.error_info)}" if found.error_info else ""
                missing = missing or f"{name} is activating{why}"
            else:
                unwell = unwell or f"{name} is {found.state}: {_words(found.error_info)}"
    for id, _, version, number in there:
        name = _name(items[id]) if id in items else id
        missing = missing or f"instance {number} of {name} {version} is still there"
    return missing, unwell


def _name(item: DesiredItem) -> str:
    return item.item.title or name_of(item.item)


def _words(error: ErrorInfo | None) -> str:
    return error.message or f"error {error.aos_code}, exit code {error.exit_code}" if error else "no reason given"

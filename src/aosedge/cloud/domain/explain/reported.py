"""What the Unit itself says: whether it is there, how far its update is, what is wrong with items and instances."""

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from aosedge.cloud.domain.downloads import alerted_rate
from aosedge.cloud.domain.explain.known import Kind, Known, Step
from aosedge.cloud.domain.explain.rules import Code
from aosedge.cloud.domain.statuses import Actual, Status, name_of
from aosedge.model.ids import NodeName
from aosedge.model.instants import MINUTE, Instant, from_datetime
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredItem
from aosedge.protocol.messages.from_unit import DownloadProgressAlert, InstanceStatus, ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import NOT_PLACED, QUARANTINED, ErrorInfo, Waiting

SILENT_US = 5 * MINUTE
"""A download whose figures a connected Unit has not renewed for so long is stuck."""
_ALONE = "It goes on by itself."
_LETS_GO: Final[Mapping[str, tuple[str, str]]] = {
    "window": ("It goes on when its window opens.", ""),
    "precondition": ("It goes on when the signals on the Unit say so.", "aoscore signal NAME=VALUE"),
    "hold": ("It goes on when the hold ends, or somebody on the Unit releases it.", "aoscore release"),
}
_PHASES: dict[str, tuple[Code, str, str]] = {
    "pending": ("pending", "has all of it, and waits to install", "Its window opens, or what it waits for is over."),
    "installing": ("installing", "installs it", _ALONE),
    "launching": ("launching", "starts it", _ALONE),
    "waiting_active": (
        "waiting_healthy",
        "has started it, and waits until it is healthy",
        "It is healthy, or goes back by itself at the deadline.",
    ),
    "finalizing": ("finalizing", "has it, and tidies up", _ALONE),
}


def connection_step(known: Known, *, settled: bool) -> Step:
    """Whether it is there; a Unit that is away and `settled` is held up by nothing."""
    unit, name = known.unit, known.unit.system_uid
    if unit.connectivity != "Offline":
        return Step("online", "done", f"{name} is connected", "unit", unit.id, unit.last_seen)
    if unit.last_seen is None:
        cure = "It is switched on where it reaches the cloud.", "aoscore status"
        return Step("never_connected", "stopped", f"{name} has never connected", "unit", unit.id, None, None, *cure)
    words = f"{name} is offline: what follows is its last report"
    if settled:
        return Step("offline", "done", words, "unit", unit.id, unit.last_seen)
    cure = "It connects again; then it goes on by itself.", "aoscore status"
    return Step("offline", "waiting", words, "unit", unit.id, unit.last_seen, None, *cure)


def reported_steps(known: Known, document: DesiredStatus) -> Iterator[Step]:
    """The update under way, then all that is not well."""
    status, unit = known.status, known.unit
    if status is None and unit.last_seen is None and unit.connectivity == "Offline":
        return  # that it has never connected says it all
    if status is None or not status.actual.whole:
        words, at = "it has not reported its whole status", None if status is None else status.reported_at
        yield Step("not_reported", "waiting", words, "unit", known.unit.id, at, next="It connects and reports.")
        return
    actual, at, target = status.actual, status.reported_at, known.target
    update = actual.update
    if update is not None and update.generation is not None and target and update.generation != target.generation:
        words = f"it works on generation {update.generation.epoch}.{update.generation.number} still"
        yield Step("not_taken", "waiting", words, "target", "", at, next="It takes the new one when it hears of it.")
        return
    yield from _paused(known, document)
    yield from _update(known, status)
    wrong = [step for item in document.items for step in _item(known, item, actual, at)]
    yield from wrong
    gave_up = update is not None and update.state == "idle" and update.error_info is not None
    if gave_up and update is not None and known.item is None and not wrong:
        cure = "What it names is put right.", f"aos unit show {known.unit.system_uid}"
        words = f"it gave the target up: {words_of(update.error_info)}"
        yield Step("gave_up", "stopped", words, "unit", known.unit.id, at, None, *cure)
    busy = update is not None and update.state != "idle"
    yield from _instances(known, document, actual, at, busy=busy)


def _paused(known: Known, document: DesiredStatus) -> Iterator[Step]:
    registered = {node.name: node for node in known.nodes}
    for desired in document.nodes:
        name = name_of(desired.item)
        node = registered.get(NodeName(name))
        if desired.state == "paused" and node is not None:
            cure = "Somebody resumes it.", f"aos unit node resume {known.unit.system_uid} {name}"
            words = f"the node {name} is paused: {node.shall_why}"
            yield Step("node_paused", "stopped", words, "unit", known.unit.id, node.shall_since, None, *cure)


def _update(known: Known, status: Status) -> Iterator[Step]:
    update, at = status.actual.update, status.reported_at
    if update is None:
        yield from _alerted(known, status)
        return
    if update.state == "idle":
        return
    if update.held is not None:
        yield _held(known, update.held, at)
        return
    if update.state == "downloading":
        yield _download(known, status, update)
        return
    code, words, cure = _PHASES[update.state]
    why = f": {words_of(update.error_info)}" if update.error_info else ""
    yield Step(code, "waiting", f"it {words}{why}", "unit", known.unit.id, at, next=cure)


def _held(known: Known, held: Waiting, at: Instant) -> Step:
    until = None if held.until is None else from_datetime(held.until)
    cure, command = _LETS_GO[held.cause]
    return Step(held.cause, "waiting", f"it waits: {held.reason}", "unit", known.unit.id, at, until, cure, command)


def _download(known: Known, status: Status, update: UpdateStatus) -> Step:
    items = [item for item in update.items if known.concerns(frozenset((item.item.id,)))]  # type: ignore[arg-type]
    done, total = sum(item.downloaded_bytes for item in items), sum(item.total_bytes for item in items)
    figures = f"{done} of {total} bytes" if total else "nothing yet"
    coming = status.actual.download
    rate = coming.bytes_per_second if coming is not None else None
    last, why = _broken(known), words_of(update.error_info) if update.error_info else ""
    if not why and last is not None:
        why = last.reason or words_of(last.error_info)
        figures, rate = _figures(last), alerted_rate(known.downloads)
    silent_us = known.now - status.reported_at + (status.created_at - coming.at if coming is not None else 0)
    if not why and known.unit.connectivity != "Offline" and silent_us > SILENT_US and done < total:
        why = f"no further byte for {silent_us // MINUTE} min"
    if why:
        return _stuck(known, f"{figures}, {_at(rate, ' until then')}: {why}", status.reported_at)
    words = f"it downloads: {figures}" + (f", {_at(rate)}" if total else "")
    return Step("downloading", "waiting", words, "unit", known.unit.id, status.reported_at, next=_ALONE)


def _alerted(known: Known, status: Status) -> Iterator[Step]:
    """Units that report no update say of a download only by alerts."""
    last = _broken(known)
    if last is not None and any(item.state == "downloading" for item in status.actual.items):
        why, rate = last.reason or words_of(last.error_info), alerted_rate(known.downloads)
        yield _stuck(known, f"{_figures(last)}, {_at(rate, ' until then')}: {why}", status.reported_at)


def _broken(known: Known) -> DownloadProgressAlert | None:
    """The last alert of a download, if that does not go on."""
    last = known.downloads[0] if known.downloads else None
    return last if last is not None and last.state in ("interrupted", "paused") else None


def _figures(alert: DownloadProgressAlert) -> str:
    return f"{alert.downloaded_bytes} of {alert.total_bytes} bytes"


def _at(bytes_per_second: int | None, then: str = "") -> str:
    return "its rate was not measured" if bytes_per_second is None else f"{bytes_per_second} bytes a second{then}"


def _stuck(known: Known, how: str, at: Instant) -> Step:
    cure, command = (
        "It tries again by itself; the network or the blobs may need a look.",
        f"aos unit watch {known.unit.system_uid}",
    )
    words = f"its download is stuck at {how}"
    return Step("download_stuck", "waiting", words, "unit", known.unit.id, at, None, cure, command)


def _item(known: Known, wanted: DesiredItem, actual: Actual, at: Instant) -> Iterator[Step]:
    """What is wrong with an item of the target, and what the Unit has in its place."""
    name, id = known.name(name_of(wanted.item)), name_of(wanted.item)
    mine = [status for status in actual.items if name_of(status.item) == id]
    found = next((status for status in mine if status.version == wanted.version), None)
    if found is not None and found.state == "installed":
        return
    if found is None or found.state != "failed":
        if actual.update is None or actual.update.state == "idle":
            state = found.state if found is not None else "not there"
            words = f"{name} {wanted.version} is {state}"
            yield Step("item_coming", "waiting", words, "item", id, at, next=_ALONE)
        return
    idle = actual.update is not None and actual.update.state == "idle"
    error = found.error_info or (actual.update.error_info if idle and actual.update is not None else None)
    yield _failed(known, name, found, words_of(error), at)
    others = [status.version for status in mine if status.version != wanted.version and status.state == "installed"]
    if others:
        words = f"it went back to {name} {others[0]} by itself"
        yield Step("went_back", "done", words, "item", id, at)


def _failed(known: Known, name: str, found: ItemStatus, said: str, at: Instant) -> Step:
    what, id, unit = f"{name} {found.version}", name_of(found.item), known.unit.system_uid
    if said.startswith(QUARANTINED):
        cure = "Another version comes, or a person lets it try again on the Unit.", f"aoscore clear {name}"
        words = f"{what} is quarantined: {said.removeprefix(QUARANTINED)}"
        return Step("quarantined", "stopped", words, "item", id, at, None, *cure)
    if said.startswith(NOT_PLACED):
        cure = "A node has what the filter asks for, or the item asks for less.", f"aos unit show {unit}"
        words = f"no node takes {what}: {said.removeprefix(NOT_PLACED)}"
        return Step("not_placed", "stopped", words, "item", id, at, None, *cure)
    cure = "What it names is put right, or another version comes.", f"aos unit show {unit}"
    return Step("item_failed", "stopped", f"{what} failed: {said}", "item", id, at, None, *cure)


def _instances(known: Known, document: DesiredStatus, actual: Actual, at: Instant, *, busy: bool) -> Iterator[Step]:
    """Instances of installed items that are not well, and items that are to go."""
    versions = {name_of(item.item): item.version for item in document.items}
    there = {
        (name_of(group.item), name_of(group.subject), instance.instance): instance
        for group in actual.instances
        if versions.get(name_of(group.item)) == group.version
        for instance in group.instances
    }
    installed = {(name_of(s.item), s.version) for s in actual.items if s.state == "installed"}
    for wanted in document.instances:
        item = name_of(wanted.item)
        if (item, versions.get(item)) not in installed or busy:
            continue
        for number in range(wanted.num_instances):
            found = there.get((item, name_of(wanted.subject), number))
            yield from _instance(number, known.name(item), item, found, at)
    for status in actual.items:
        name = name_of(status.item)
        mine = status.item.id is not None and known.concerns(frozenset((status.item.id,)))  # type: ignore[arg-type]
        if mine and name not in versions:
            words = f"{known.name(name)} {status.version} is not in the target, and is {status.state}"
            yield Step("leaving", "waiting", words, "item", name, at, next="The Unit removes it by itself.")


def _instance(number: int, codename: str, item: str, found: InstanceStatus | None, at: Instant) -> Iterator[Step]:
    name = f"instance {number} of {codename}"
    where: tuple[Kind, str, Instant, None] = ("instance", item, at, None)
    if found is None:
        yield Step("instance_missing", "waiting", f"{name} is not there", *where, "The Unit starts it by itself.")
        return
    why = f": {words_of(found.error_info)}" if found.error_info else ""
    match found.state:
        case "active":
            return
        case "activating":
            yield Step("instance_starting", "waiting", f"{name} starts{why}", *where, "It is healthy, or gives up.")
        case "inactive":
            yield Step("instance_resting", "waiting", f"{name} rests{why}", *where, "Its node goes on, or connects.")
        case "failed" if not found.node.codename and not found.node.id:
            cure = "A node has what the filter asks for, or the item asks for less."
            yield Step("instance_unplaced", "stopped", f"no node takes {name}{why}", *where, cure)
        case "failed":
            cure = "A version without the fault comes; its log says more."
            yield Step("instance_failed", "stopped", f"{name} failed{why}", *where, cure, f"aoscore logs {codename}")
        case _:
            assert_never(found.state)


def words_of(error: ErrorInfo | None) -> str:
    """What went wrong, in the Unit's words or its codes."""
    if error is None:
        return "no reason given"
    return error.message or f"error {error.aos_code}, exit code {error.exit_code}"

"""Independent checks of what the rules made, run before anything is published.

Written from what a target must be, with nothing of the compiler's: a fault in one is not a fault in the other.
"""

from collections import Counter
from collections.abc import Iterator

from aosedge.cloud.domain.catalogue import ItemVersion
from aosedge.cloud.domain.targets import CompiledTarget, Intent
from aosedge.model.digests import sha256
from aosedge.model.versions import parse_range, parse_version
from aosedge.protocol.messages import DesiredStatus


def faults(intent: Intent, target: CompiledTarget) -> tuple[str, ...]:
    """What is wrong with a compiled target, in words; nothing, if it may be sent."""
    document = target.document
    chosen = _catalogued(intent, document)
    return (
        *_of_names(target),
        *_of_items(intent, document, chosen),
        *_of_bundles(intent, document, chosen),
        *_of_needs(intent, chosen),
        *_of_instances(intent, document),
        *_of_config(intent, document),
        *_of_sizes(document),
    )


def _catalogued(intent: Intent, document: DesiredStatus) -> dict[str, ItemVersion]:
    """The catalogue's version behind each item of the document that has one."""
    items = {str(item.id) for item in intent.catalogue.items.values()}
    known = {
        (str(version.item), version.version): version
        for version in intent.catalogue.versions
        if version.item in items
    }
    pairs = ((str(item.item.id), known.get((str(item.item.id), item.version))) for item in document.items)
    return {id: version for id, version in pairs if version is not None}


def _of_names(target: CompiledTarget) -> Iterator[str]:
    if target.digest != sha256(target.body):
        yield "the digest does not name the bytes"
    if target.document.generation is not None or target.document.target_digest is not None:
        yield "the shared document names a generation"


def _of_items(intent: Intent, document: DesiredStatus, chosen: dict[str, ItemVersion]) -> Iterator[str]:
    owners = {str(item.id): (item.owner, item.type) for item in intent.catalogue.items.values()}
    ids = [str(item.item.id) for item in document.items]
    for id, times in Counter(ids).items():
        if times > 1:
            yield f"item {id} is there {times} times"
    for item in document.items:
        id = str(item.item.id)
        version = chosen.get(id)
        if version is None or version.state != "ready":
            yield f"item {id} {item.version} is not a ready version"
        elif version.index_digest != item.index_digest:
            yield f"item {id} {item.version} has another index"
        if owners.get(id) != (item.owner.id, item.item.type):
            yield f"item {id} has another owner or type"
        if not _is_assigned(intent, id) and not _is_needed(intent, id, chosen):
            yield f"nobody asked for item {id}"
        unverified = version is not None and version.bundle in intent.unverified and not _is_named(intent, version)
        if unverified and not _is_needed(intent, id, chosen):
            yield f"item {id} {item.version} is not verified, and nobody named it"


def _is_assigned(intent: Intent, item: str) -> bool:
    bundles = {version.bundle for version in intent.catalogue.versions if version.item == item}
    return any(assignment.item == item or assignment.bundle in bundles for assignment in intent.assignments)


def _is_named(intent: Intent, version: ItemVersion) -> bool:
    return any(
        assignment.bundle == version.bundle
        or (assignment.item == version.item and assignment.version == version.version)
        for assignment in intent.assignments
    )


def _is_needed(intent: Intent, item: str, chosen: dict[str, ItemVersion]) -> bool:
    codenames = {i.codename for i in intent.catalogue.items.values() if i.id == item}
    return any(
        dependency.id == item or dependency.codename in codenames
        for version in chosen.values()
        for dependency in version.dependencies
    )


def _of_bundles(intent: Intent, document: DesiredStatus, chosen: dict[str, ItemVersion]) -> Iterator[str]:
    assigned = {assignment.bundle for assignment in intent.assignments}
    for bundle in document.bundles:
        if bundle.id not in assigned:
            yield f"nobody asked for bundle {bundle.id}"
        members = {str(version.item) for version in intent.catalogue.versions if version.bundle == bundle.id}
        if members != set(bundle.items):
            yield f"bundle {bundle.id} is not whole"
        for item in bundle.items:
            if item not in chosen or chosen[item].bundle != bundle.id:
                yield f"item {item} of bundle {bundle.id} is not the bundle's"


def _of_needs(intent: Intent, chosen: dict[str, ItemVersion]) -> Iterator[str]:
    items = {str(item.id): item for item in intent.catalogue.items.values()}
    for id, version in chosen.items():
        for need in version.dependencies:
            wanted = parse_range(need.versions, need.include_pre_release)
            met = (
                other
                for other, candidate in chosen.items()
                if (other == need.id if need.id else items[other].codename == need.codename)
                and items[other].type == need.type
                and parse_version(candidate.version) in wanted
            )
            if not any(met):
                yield f"item {id} needs {need.codename or need.id} {need.versions}, which is not there"


def _of_instances(intent: Intent, document: DesiredStatus) -> Iterator[str]:
    subjects = {str(subject.id) for subject in intent.subjects}
    if {str(subject.identity.id) for subject in document.subjects} != subjects:
        yield "the subjects are not the Unit's"
    services = {str(item.item.id) for item in document.items if item.item.type == "service"}
    seen = set()
    for instance in document.instances:
        pair = (str(instance.item.id), str(instance.subject.id))
        if pair in seen:
            yield f"instances of {pair[0]} for {pair[1]} are there twice"
        seen.add(pair)
        if pair[0] not in services:
            yield f"instances of {pair[0]}, which is no service of the target"
        if pair[1] not in subjects:
            yield f"instances for {pair[1]}, which is not a subject of the Unit"
        if instance.num_instances < 1:
            yield f"{instance.num_instances} instances of {pair[0]}"
    for id in sorted(services - {item for item, _ in seen}):
        yield f"service {id} has no instances"


def _of_config(intent: Intent, document: DesiredStatus) -> Iterator[str]:
    config, system = document.unit_config, intent.system
    if config is None or system is None:
        if (config is None) != (system is None):
            yield "a unit configuration without a kind of hardware, or the other way about"
        return
    if not config.version.endswith(f".{system.revision}"):
        yield "the unit configuration has another version"
    kinds = {kind.type: kind for kind in system.nodes}
    if {str(node.node_group_subject.codename) for node in config.nodes} != kinds.keys():
        yield "the unit configuration is of other node types"
        return
    for node in config.nodes:
        kind = kinds[str(node.node_group_subject.codename)]
        if (node.labels, node.priority) != (kind.labels, kind.priority):
            yield f"node type {kind.type} has other labels or another priority"
        if (node.alert_rules is None, node.resource_ratios is None) != (
            kind.alert_rules is None,
            kind.resource_ratios is None,
        ):
            yield f"node type {kind.type} has other alert rules or ratios"


def _of_sizes(document: DesiredStatus) -> Iterator[str]:
    if len(document.items) > 64 or len(document.subjects) > 64:
        yield "more items or subjects than a Unit holds"
    if sum(instance.num_instances for instance in document.instances) > 256:
        yield "more instances than a Unit holds"
    for item in document.items:
        if len(item.version) > 32 or len(str(item.item.id)) > 64:
            yield f"item {item.item.id} has a longer name or version than a Unit holds"

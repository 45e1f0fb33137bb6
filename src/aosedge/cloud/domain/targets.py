"""A Unit's target: compiled from intent, named by generation and digest.

Equal intent gives equal bytes, so Units that share intent share one document. Every assignment that is not in the
target has its reason. The document carries no generation: that is the Unit's own.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue, Dependency, ItemVersion
from aosedge.cloud.domain.dependencies import Impossible, Place, Versions, chosen, lacking, services_lacked
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.target_systems import UNIT_HOLDS, TargetSystem, unit_config
from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import AssignmentId, BundleId, ItemId, UnitId, VersionId
from aosedge.model.instants import Instant
from aosedge.model.versions import Version
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredBundle, DesiredInstance, DesiredItem, DesiredSubject
from aosedge.protocol.messages.parts import Generation, Identity

LIMITS: Final = UNIT_HOLDS
"""What real Units hold; over one of these they drop the whole message without an answer (REALUNITS, 9)."""


Cause = Literal[
    "bundle_not_ready",
    "not_ready",
    "none_ready",
    "taken_before",
    "no_such_version",
    "not_assigned",
    "doubled",
    "unverified",
    "",
]
"""The rule by which an assignment is not as it was asked for; empty for what was compiled before there were any."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an assignment is not as it was asked for: `left_out` altogether, or a `note`.

    `bundle` is the one that has to be verified first, where that is why.
    """

    kind: Literal["left_out", "note"]
    assignment: AssignmentId
    words: str
    cause: Cause = ""
    bundle: BundleId | None = None


class UnitTarget(msgspec.Struct, frozen=True):
    """What a Unit shall be: which document under which generation, what was left out and why.

    `problem` is why intent could not become a target; the digest is then the last good one's, or None.
    """

    unit: UnitId
    generation: Generation
    digest: Digest | None
    reasons: tuple[Reason, ...] = ()
    problem: str = ""
    compiled_at: Instant = Instant(0)


class Intent(msgspec.Struct, frozen=True):
    """All that a target is compiled from: subjects, what is assigned to them, the catalogue, the kind of hardware.

    `architectures` are those of the Unit's nodes, none where nobody said. `unverified` are bundles that the
    organization wants to see verified first: nothing of them comes unless named.
    """

    catalogue: Catalogue
    subjects: tuple[Subject, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    system: TargetSystem | None = None
    unverified: frozenset[BundleId] = frozenset()
    architectures: frozenset[str] = frozenset()


class CompiledTarget(msgspec.Struct, frozen=True):
    """A target that may be sent: `body` is the message's bytes without generation, `digest` their name."""

    document: DesiredStatus
    body: bytes
    digest: Digest
    reasons: tuple[Reason, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """Intent that cannot become a target, and why."""

    problem: str
    reasons: tuple[Reason, ...] = ()


def left_out(reasons: Iterable[Reason]) -> str:
    """Everything that was left out, in words; empty if nothing was."""
    return "; ".join(reason.words for reason in reasons if reason.kind == "left_out")


def compile_target(intent: Intent) -> CompiledTarget | Refused:
    """The target for this intent.

    Assignments are taken by priority, then the later one first; pinned versions before followed ones. One item has
    one version; a bundle is whole or left out; layers and components that are needed come along, as `dependencies`
    chooses them for everything together; a needed service must be assigned itself. What is followed is the newest
    that is verified, and so is all that comes along with it; with what was named comes what is verified, if any of
    that fits.
    """
    without: dict[AssignmentId, Reason] = {}
    barred: frozenset[VersionId] = frozenset()
    while True:
        choice = _Choice(intent, without, barred)
        if lacking := choice.lacking():
            barred |= lacking
        elif alone := choice.without_needed_services():
            without |= alone
        else:
            break
    document = choice.document()
    reasons = (*without.values(), *choice.reasons)
    counts = {
        "items": len(document.items),
        "instances": sum(instance.num_instances for instance in document.instances),
        "subjects": len(document.subjects),
    }
    for name, any_unit_holds in LIMITS.items():
        own = None if intent.system is None else getattr(intent.system.limits, name)
        whose, most = ("a Unit", any_unit_holds) if own is None else ("this kind of Unit", own)
        if counts[name] > most:
            return Refused(f"{whose} holds at most {most} {name}, and this target has {counts[name]}", reasons)
    body = msgspec.json.encode(document)
    return CompiledTarget(document, body, sha256(body), reasons)


class _LeftOut(Exception):
    def __init__(self, cause: Cause, words: str, bundle: BundleId | None = None) -> None:
        super().__init__(words)
        self.cause, self.bundle = cause, bundle


def _newest(known: Iterable[tuple[Version, ItemVersion]]) -> ItemVersion | None:
    """The first of these, newest first, that is no pre-release; a pre-release where there is nothing else."""
    every = list(known)
    released = (version for number, version in every if not number.prerelease)
    return next(released, every[0][1] if every else None)


class _Choice:
    """Which version of each item, for which assignments."""

    def __init__(self, intent: Intent, without: Iterable[AssignmentId], barred: frozenset[VersionId]) -> None:
        self._subjects = sorted(intent.subjects, key=lambda subject: subject.id)
        self._system = intent.system
        self._catalogue = intent.catalogue
        self._items = intent.catalogue.items
        self._unverified = intent.unverified
        self._place = Place(intent.catalogue, intent.architectures, intent.unverified, barred)
        self._given: Versions = {}
        self._chosen: Versions = {}
        self._taken: list[tuple[Assignment, tuple[ItemVersion, ...]]] = []
        self.reasons: list[Reason] = []
        skipped = set(without)
        order = sorted(intent.assignments, key=lambda a: (-(a.priority or 0), -a.created_at, a.id))
        for pinned in (True, False):
            for assignment in order:
                follows = assignment.bundle is None and assignment.version is None
                if assignment.id not in skipped and follows != pinned:
                    self._take(assignment, pinned=pinned)

    def _take(self, assignment: Assignment, *, pinned: bool) -> None:
        try:
            wanted = self._wanted(assignment)
            given = self._with(wanted)
            found = self._found(given, wanted, pinned=pinned)
        except _LeftOut as why:
            self.reasons.append(Reason("left_out", assignment.id, str(why), why.cause, why.bundle))
            return
        if not pinned and wanted[0].item not in self._chosen:
            self._note_newer(assignment, wanted[0])
        self._given, self._chosen = given, found
        self._taken.append((assignment, wanted))

    def _note_newer(self, assignment: Assignment, taken: ItemVersion) -> None:
        """Say which newer version would have been taken, were it verified."""
        newest = _newest(self._catalogue.ready(taken.item))
        if newest is not None and newest.id != taken.id and newest.bundle in self._unverified:
            words = f"{self._name(newest.item)} {newest.version} is not verified, and {taken.version} is taken"
            self.reasons.append(Reason("note", assignment.id, words, "unverified", newest.bundle))

    def _wanted(self, assignment: Assignment) -> tuple[ItemVersion, ...]:
        if assignment.bundle is not None:
            members = self._catalogue.members(assignment.bundle)
            if not members or any(version.state != "ready" for version in members):
                raise _LeftOut("bundle_not_ready", f"bundle {assignment.bundle} is not ready as a whole")
            return tuple(sorted(members, key=lambda version: version.item))
        item = assignment.item
        assert item is not None
        known = self._catalogue.ready(item)
        if assignment.version is not None:
            exact = [version for _, version in known if version.version == assignment.version]
            if not exact:
                raise _LeftOut("not_ready", f"{self._name(item)} {assignment.version} is not ready")
            return tuple(exact)
        if item in self._chosen:
            return (self._chosen[item],)
        newest = _newest(known)
        if newest is None:
            raise _LeftOut("none_ready", f"{self._name(item)} has no ready version")
        verified = _newest(pair for pair in known if pair[1].bundle not in self._unverified)
        if verified is None:
            words = f"{self._name(item)} {newest.version} is not verified, nor is any other version"
            raise _LeftOut("unverified", words, newest.bundle)
        return (verified,)

    def _with(self, wanted: Iterable[ItemVersion]) -> Versions:
        """What is given so far with these versions too. Raises _LeftOut where another one is."""
        given = dict(self._given)
        for version in wanted:
            other = given.setdefault(version.item, version)
            if other.id != version.id:
                name = self._name(version.item)
                words = f"{name} {version.version} is wanted, but {other.version} is taken before it"
                raise _LeftOut("taken_before", words)
        return given

    def _found(self, given: Versions, wanted: Iterable[ItemVersion], *, pinned: bool) -> Versions:
        """All that is given with what comes along, to which nothing unverified is added for what follows."""
        there = frozenset(version.id for version in self._chosen.values())
        found = chosen(self._place, given.values(), None if pinned else there)
        if not isinstance(found, Impossible):
            return found
        if not pinned:
            anything = chosen(self._place, given.values())
            if not isinstance(anything, Impossible):
                raise self._unverified_among(anything, there)
            found = anything
        self._raise_lacking(given)
        alone = chosen(self._place, wanted)
        cause: Cause = "no_such_version" if isinstance(alone, Impossible) else "taken_before"
        raise _LeftOut(cause, "; ".join(found.chain))

    def _unverified_among(self, found: Versions, there: frozenset[VersionId]) -> _LeftOut:
        """What follows would need one of these that is not verified."""
        words, bundle = min(
            (self._needs(version, need), needed.bundle)
            for version in found.values()
            for need in version.dependencies
            for needed in self._of(need, version, found)
            if needed.bundle in self._unverified and needed.id not in there
        )
        return _LeftOut("unverified", f"{words}, and no such version is verified", bundle)

    def _of(self, need: Dependency, version: ItemVersion, found: Versions) -> list[ItemVersion]:
        """What of these the version's need names."""
        item = self._catalogue.needed(version, need)
        return [found[item]] if item is not None and item in found else []

    def _raise_lacking(self, given: Versions) -> None:
        """Raises _LeftOut where it would all fit, were a service assigned."""
        found = chosen(replace(self._place, barred=frozenset()), given.values())
        if not isinstance(found, Impossible) and self._place.barred:
            _, words = min(
                (need not in services_lacked(self._catalogue, version, given), self._needs(version, need))
                for version in found.values()
                for need in version.dependencies
                if version.id in self._place.barred and need.type == "service"
            )
            raise _LeftOut("not_assigned", f"{words}, which is not assigned")

    def lacking(self) -> frozenset[VersionId]:
        """What came along and needs a service that is not assigned."""
        return lacking(self._catalogue, self._chosen, self._given)

    def without_needed_services(self) -> dict[AssignmentId, Reason]:
        """Assignments whose services need another one that is not assigned, with the reason."""
        found = {}
        for assignment, versions in self._taken:
            for version in versions:
                for need in services_lacked(self._catalogue, version, self._given):
                    words = f"{self._needs(version, need)}, which is not assigned"
                    found[assignment.id] = Reason("left_out", assignment.id, words, "not_assigned")
        return found

    def _needs(self, version: ItemVersion, dependency: Dependency) -> str:
        needed = dependency.codename or dependency.id
        return f"{self._name(version.item)} {version.version} needs {needed} {dependency.versions}"

    def _name(self, item: ItemId) -> str:
        return self._items[item].codename if item in self._items else item

    def document(self) -> DesiredStatus:
        """What was chosen, in an order that does not depend on how it came."""
        bundles = {
            assignment.bundle: DesiredBundle(id=assignment.bundle, items=tuple(sorted(v.item for v in versions)))
            for assignment, versions in self._taken
            if assignment.bundle is not None
        }
        return DesiredStatus(
            items=tuple(self._item(self._chosen[item]) for item in sorted(self._chosen)),
            instances=self._instances(),
            subjects=tuple(
                DesiredSubject(identity=Identity(id=subject.id), type=subject.kind) for subject in self._subjects
            ),
            bundles=tuple(bundles[id] for id in sorted(bundles)),
            unit_config=None if self._system is None else unit_config(self._system),
        )

    def _item(self, version: ItemVersion) -> DesiredItem:
        item = self._items[version.item]
        return DesiredItem(
            item=Identity(id=item.id, type=item.type, title=item.codename),
            version=version.version,
            owner=Identity(id=item.owner),
            index_digest=version.index_digest,
        )

    def _instances(self) -> tuple[DesiredInstance, ...]:
        found: dict[tuple[str, str], DesiredInstance] = {}
        for assignment, versions in self._taken:
            for version in versions:
                item = self._items[version.item]
                if item.type != "service":
                    continue
                if (item.id, assignment.subject) in found:
                    words = f"{item.codename} is assigned to the same subject before it"
                    self.reasons.append(Reason("note", assignment.id, words, "doubled"))
                    continue
                found[item.id, assignment.subject] = DesiredInstance(
                    item=Identity(id=item.id),
                    subject=Identity(id=assignment.subject),
                    priority=version.priority if assignment.priority is None else assignment.priority,
                    num_instances=(
                        version.num_instances if assignment.num_instances is None else assignment.num_instances
                    ),
                    labels=version.labels if assignment.labels is None else assignment.labels,
                )
        return tuple(found[key] for key in sorted(found))


def next_generation(epoch: int, floor: Generation) -> Generation:
    """The generation after `floor` in the installation's `epoch`; always higher than the floor (invariant I2)."""
    return Generation(floor.epoch, floor.number + 1) if epoch <= floor.epoch else Generation(epoch, 1)

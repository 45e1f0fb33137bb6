"""The versions that come along with what is wanted: the one answer that batches, plans and targets share.

resolvelib searches; what it asks is answered from the catalogue. What is wanted is given; layers and components that
it needs are taken as new as their ranges let them be, of the same owner, ready, with an image for where they are
needed, and verified, unless nothing verified will do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers.resolution import Resolution as Solution
from resolvelib.structs import RequirementInformation

from aosedge.cloud.domain.catalogue import Catalogue, Dependency, ItemVersion
from aosedge.model.ids import BundleId, ItemId, VersionId
from aosedge.model.versions import parse_range, parse_version

ROUNDS_MOST: Final = 10_000
NAMED_MOST: Final = 5


class Place(msgspec.Struct, frozen=True):
    """Where versions are wanted: the nodes' architectures, none where nobody said, and what is not verified there.

    Nothing `barred` comes along.
    """

    catalogue: Catalogue
    architectures: frozenset[str] = frozenset()
    unverified: frozenset[BundleId] = frozenset()
    barred: frozenset[VersionId] = frozenset()


class Impossible(msgspec.Struct, frozen=True):
    """No set of versions fits together: from what is wanted to what cannot be had, line by line."""

    chain: tuple[str, ...]


Versions = Mapping[ItemId, ItemVersion]


def chosen(
    place: Place, given: Iterable[ItemVersion], let: frozenset[VersionId] | None = None, taken: str = "{} is taken"
) -> Versions | Impossible:
    """The given versions, one an item, with the layers and components that they need; the same for equal facts.

    Of what is unverified only what is `let` comes; with None anything may, where nothing verified will do. `taken`
    words a given version that is in the way.
    """
    return _found(place, {version.item: version for version in given}, let, taken, services=False)


def with_services(place: Place, given: Iterable[ItemVersion], taken: str) -> Versions | Impossible:
    """As `chosen`, on a Unit to which the services that all of it needs are assigned as well."""
    wanted = {version.item: version for version in given}
    found = _found(place, wanted, None, taken, services=True)
    if isinstance(found, Impossible):
        return found
    items = place.catalogue.items
    services = {item: version for item, version in found.items() if items[item].type == "service"}
    assigned = wanted | services
    while True:
        found = chosen(place, assigned.values(), None, taken)
        alone = frozenset() if isinstance(found, Impossible) else lacking(place.catalogue, found, assigned)
        if not alone:
            return found
        place = replace(place, barred=place.barred | alone)


def lacking(catalogue: Catalogue, found: Versions, given: Versions) -> frozenset[VersionId]:
    """Those that came along and need a service that is not given."""
    along = (version for version in found.values() if version.item not in given)
    return frozenset(version.id for version in along if services_lacked(catalogue, version, given))


def services_lacked(catalogue: Catalogue, version: ItemVersion, given: Versions) -> list[Dependency]:
    """What the version needs of services that is not given."""
    return [
        need
        for need in version.dependencies
        if need.type == "service" and not _is_there(catalogue.needed(version, need), need, given)
    ]


def _is_there(item: ItemId | None, need: Dependency, given: Versions) -> bool:
    if item is None or item not in given:
        return False
    return parse_version(given[item].version) in parse_range(need.versions, need.include_pre_release)


def _found(
    place: Place, given: Versions, let: frozenset[VersionId] | None, taken: str, *, services: bool
) -> Versions | Impossible:
    if not any(services or need.type != "service" for version in given.values() for need in version.dependencies):
        return given
    verified = _Search(place, given, let or frozenset(), taken, services=services)
    found = verified.result()
    if let is None and place.unverified and isinstance(found, Impossible):
        return _Search(place, given, None, taken, services=services).result()
    return found


def architectures_of(versions: Iterable[ItemVersion]) -> frozenset[str]:
    """Those that there is an image for."""
    return frozenset(image.platform.architecture for version in versions for image in version.images)


def listed(names: Iterable[str]) -> str:
    """The first of them, and how many more."""
    every = list(names)
    more = f" and {len(every) - NAMED_MOST} more" if len(every) > NAMED_MOST else ""
    return ", ".join(every[:NAMED_MOST]) + more


class _Need(msgspec.Struct, frozen=True):
    """A version that is given, or one in a range that `by` needs."""

    name: str
    """The item's id, or what it is called where there is none."""
    version: ItemVersion | None = None
    dependency: Dependency | None = None
    by: ItemVersion | None = None


class _Search(AbstractProvider[_Need, ItemVersion, str]):
    """Answers resolvelib's questions for one place."""

    def __init__(
        self, place: Place, given: Versions, let: frozenset[VersionId] | None, taken: str, *, services: bool
    ) -> None:
        self._place, self._catalogue, self._given, self._let = place, place.catalogue, given, let
        self._taken, self._services = taken, services

    def result(self) -> Versions | Impossible:
        """The given versions and what they need of what was found: backtracking may have left more."""
        wanted = [_Need(item, version=self._given[item]) for item in sorted(self._given)]
        try:
            # not Resolver: putting its result together, 1.2 goes round for ever in a circle that backtracking left
            pinned = Solution[_Need, ItemVersion, str](self, BaseReporter()).resolve(wanted, ROUNDS_MOST).mapping
        except ResolutionImpossible as why:
            return Impossible(tuple(self._explained(list(why.causes))))
        except ResolutionTooDeep:
            return Impossible((f"after {ROUNDS_MOST} attempts no set of versions was found that fits together",))
        found = dict(self._given)
        waiting = list(found.values())
        while waiting:
            for need in self.get_dependencies(waiting.pop()):
                version = pinned[need.name]
                if version.item not in found:
                    found[version.item] = version
                    waiting.append(version)
        return found

    def identify(self, requirement_or_candidate: _Need | ItemVersion) -> str:
        if isinstance(requirement_or_candidate, _Need):
            return requirement_or_candidate.name
        return requirement_or_candidate.item

    def get_preference(self, identifier: str, *_: Any, **__: Any) -> str:
        return identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[_Need]],
        incompatibilities: Mapping[str, Iterator[ItemVersion]],
    ) -> list[ItemVersion]:
        meets = [self._meets(need) for need in requirements[identifier]]
        not_these = {each.id for each in incompatibilities[identifier]}
        return [
            version
            for version in self._known(ItemId(identifier))
            if version.id not in not_these and all(met(version) for met in meets)
        ]

    def is_satisfied_by(self, requirement: _Need, candidate: ItemVersion) -> bool:
        return self._meets(requirement)(candidate)

    def get_dependencies(self, candidate: ItemVersion) -> list[_Need]:
        needs = candidate.dependencies
        return [self._need(candidate, need) for need in needs if self._services or need.type != "service"]

    def _need(self, version: ItemVersion, dependency: Dependency) -> _Need:
        item = self._catalogue.needed(version, dependency)
        called = f"{dependency.type} {dependency.codename or dependency.id}"
        return _Need(item or called, dependency=dependency, by=version)

    def _known(self, item: ItemId) -> list[ItemVersion]:
        """What is given; else the verified ones, newest first, and then those that are let."""
        if item in self._given:
            return [self._given[item]]
        ready = [version for _, version in self._catalogue.ready(item) if version.id not in self._place.barred]
        unverified = [version for version in ready if version.bundle in self._place.unverified]
        verified = [version for version in ready if version.bundle not in self._place.unverified]
        return verified + [version for version in unverified if self._let is None or version.id in self._let]

    def _meets(self, need: _Need) -> Callable[[ItemVersion], bool]:
        """Whether a version is one that is needed, and has an image for where it is needed if it is not given."""
        if need.dependency is None:
            return lambda candidate: candidate == need.version
        wanted = parse_range(need.dependency.versions, need.dependency.include_pre_release)
        where = self._where(need)

        def met(candidate: ItemVersion) -> bool:
            in_range = parse_version(candidate.version) in wanted
            return in_range and (candidate.item in self._given or _fits(candidate, where))

        return met

    def _where(self, need: _Need) -> frozenset[str]:
        """The architectures that a need is for: a service may run on another node than what needs it."""
        nodes = self._place.architectures
        if need.by is None or (need.dependency is not None and need.dependency.type == "service"):
            return nodes
        has = architectures_of((need.by,))
        return has & nodes or has or nodes

    def _called(self, version: ItemVersion) -> str:
        return f"{self._catalogue.items[version.item].codename} {version.version}"

    def _explained(self, causes: Sequence[RequirementInformation[_Need, ItemVersion]]) -> Iterator[str]:
        needs = sorted({cause.requirement for cause in causes}, key=msgspec.json.encode)
        said: dict[str, None] = {}
        for need in needs:
            way = self._way_to(need.by) if need.by is not None else ()
            said |= dict.fromkeys(self._words(step) for step in (*way, need))
        yield from said
        if needs[0].name not in self._given:
            yield self._outcome(needs[0].name, [need for need in needs if need.name == needs[0].name])

    def _way_to(self, version: ItemVersion) -> tuple[_Need, ...]:
        """The needs that lead from what is given to this version, the fewest."""
        ways: dict[str, tuple[_Need, ...]] = {given.id: () for given in self._given.values()}
        waiting = list(self._given.values())
        for known in waiting:  # grows while it is walked
            for need in self.get_dependencies(known):
                met = self._meets(need)
                for found in self._known(ItemId(need.name)):
                    if found.id not in ways and met(found):
                        ways[found.id] = (*ways[known.id], need)
                        waiting.append(found)
        return ways.get(version.id, ())

    def _words(self, need: _Need) -> str:
        if need.by is None or need.dependency is None:
            return "" if need.version is None else self._taken.format(self._called(need.version))
        wanted = need.dependency
        return f"{self._called(need.by)} needs {wanted.codename or need.name} {wanted.versions}"

    def _outcome(self, name: str, needs: Sequence[_Need]) -> str:
        item = self._catalogue.items.get(ItemId(name))
        if item is None:
            return f"there is no {name} of this owner"
        known = self._known(item.id)
        if not known:
            return f"{item.codename} has no ready version"
        ranges = [
            parse_range(need.dependency.versions, need.dependency.include_pre_release)
            for need in needs
            if need.dependency is not None
        ]
        admitted = [v for v in known if all(parse_version(v.version) in wanted for wanted in ranges)]
        if not admitted:
            numbers = listed(version.version for version in known)
            return f"no version of {item.codename} fits all of that: there is {numbers}"
        places = [self._where(need) for need in needs]
        unfit = [v for v in admitted if not all(_fits(v, where) for where in places)]
        if not unfit:
            numbers = listed(version.version for version in admitted)
            return f"{item.codename} {numbers} would fit, but not together with all that it needs itself"
        where = sorted(frozenset().union(*places))
        return f"{item.codename} {listed(version.version for version in unfit)} has no image for {listed(where)}"


def _fits(version: ItemVersion, where: frozenset[str]) -> bool:
    has = architectures_of((version,))
    return not has or not where or not has.isdisjoint(where)

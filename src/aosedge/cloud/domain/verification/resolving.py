"""Whether what a bundle needs can be had on a kind of hardware; if not, a chain of reasons that a person understands.

resolvelib searches; what it asks is answered from the catalogue. A bundle's own versions are given; what they need is
taken as new as their ranges let it be, of the same owner, ready, and with an image for the hardware.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers.resolution import Resolution as Solution
from resolvelib.structs import RequirementInformation

from aosedge.cloud.domain.catalogue import Dependency, ItemVersion
from aosedge.cloud.domain.targets import Catalogue
from aosedge.cloud.domain.verification.state import Chosen, Resolution
from aosedge.model.approvals import Part, approved_digest
from aosedge.model.digests import Digest
from aosedge.model.ids import BundleId, ItemId, TargetSystemId
from aosedge.model.versions import parse_range, parse_version

ROUNDS_MOST: Final = 10_000
NAMED_MOST: Final = 5
ANY: Final = "any"
"""The architecture of a bundle without an image of its own."""


class System(msgspec.Struct, frozen=True):
    """A kind of hardware; of no `architectures`, where no Unit of it has said what it is."""

    id: TargetSystemId | None
    title: str
    architectures: tuple[str, ...] = ()


class Need(msgspec.Struct, frozen=True):
    """A version that is given, or one in a range that `by` needs."""

    name: str
    """The item's id, or what it is called where there is none."""
    version: ItemVersion | None = None
    dependency: Dependency | None = None
    by: ItemVersion | None = None

    def admits(self, candidate: ItemVersion) -> bool:
        """Whether this version would do."""
        if self.dependency is None:
            return candidate == self.version
        wanted = parse_range(self.dependency.versions, self.dependency.include_pre_release)
        return parse_version(candidate.version) in wanted


def content_of(members: Sequence[ItemVersion], systems: Iterable[Resolution]) -> dict[str, Digest]:
    """By architecture that the bundle resolves on, the digest over exactly what is approved for it."""
    resolved = [each for each in systems if each.outcome == "resolved"]
    architectures = {name for each in resolved for name in each.architectures}
    found = {}
    for architecture in sorted(architectures):
        parts = (
            Part(
                version.item,
                version.version,
                version.index_digest,
                tuple(image.manifest for image in version.images if image.platform.architecture == architecture),
            )
            for version in members
        )
        found[architecture] = approved_digest(architecture, parts)
    return found


def resolve(bundle: BundleId, catalogue: Catalogue, system: System) -> Resolution:
    """Whether the bundle can be had on this kind of hardware, with what beside it, and where it runs there."""
    members = catalogue.members(bundle)
    for member in members:
        has = _offered((member,))
        if system.architectures and has and has.isdisjoint(system.architectures):
            name, nodes = catalogue.items[member.item].codename, _listed(system.architectures)
            words = f"{name} {member.version} has images for {_listed(sorted(has))}, and the nodes are {nodes}"
            return Resolution(system.id, system.title, "not_for_it", chain=(words,))
    offered = _offered(members) or {ANY}
    here = tuple(sorted(offered & set(system.architectures) or offered))
    search = _Search(catalogue, frozenset(here))
    given = [Need(member.item, version=member) for member in members]
    try:
        # not Resolver: putting its result together, 1.2 goes round for ever in a circle that backtracking left behind
        pinned = Solution[Need, ItemVersion, str](search, BaseReporter()).resolve(given, ROUNDS_MOST).mapping
    except ResolutionImpossible as why:
        chain = tuple(search.explained(list(why.causes), members))
        return Resolution(system.id, system.title, "unsatisfiable", here, chain=chain)
    except ResolutionTooDeep:
        chain = (f"after {ROUNDS_MOST} attempts no set of versions was found that fits together",)
        return Resolution(system.id, system.title, "unsatisfiable", here, chain=chain)
    chosen = sorted((search.called(version), version.version) for version in search.reached(members, pinned))
    return Resolution(
        system.id, system.title, "resolved", here, tuple(Chosen(name, number) for name, number in chosen)
    )


def _offered(members: Iterable[ItemVersion]) -> set[str]:
    """Architectures that there is an image for."""
    return {image.platform.architecture for member in members for image in member.images}


class _Search(AbstractProvider[Need, ItemVersion, str]):
    """Answers resolvelib's questions for one kind of hardware."""

    def __init__(self, catalogue: Catalogue, architectures: frozenset[str]) -> None:
        self._catalogue, self._architectures = catalogue, architectures

    def identify(self, requirement_or_candidate: Need | ItemVersion) -> str:
        if isinstance(requirement_or_candidate, Need):
            return requirement_or_candidate.name
        return requirement_or_candidate.item

    def get_preference(self, identifier: str, *_: Any, **__: Any) -> str:
        return identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Need]],
        incompatibilities: Mapping[str, Iterator[ItemVersion]],
    ) -> list[ItemVersion]:
        needs, not_these = list(requirements[identifier]), {each.id for each in incompatibilities[identifier]}
        return [
            version
            for version in self._known(identifier, needs)
            if version.id not in not_these and all(need.admits(version) for need in needs)
        ]

    def is_satisfied_by(self, requirement: Need, candidate: ItemVersion) -> bool:
        return requirement.admits(candidate)

    def get_dependencies(self, candidate: ItemVersion) -> list[Need]:
        return [self._need(candidate, dependency) for dependency in candidate.dependencies]

    def _need(self, version: ItemVersion, dependency: Dependency) -> Need:
        item = self._catalogue.needed(version, dependency)
        called = f"{dependency.type} {dependency.codename or dependency.id}"
        return Need(item or called, dependency=dependency, by=version)

    def _known(self, identifier: str, needs: Iterable[Need]) -> list[ItemVersion]:
        given = [need.version for need in needs if need.version is not None]
        ready = [version for _, version in self._catalogue.ready(ItemId(identifier)) if self._fits(version)]
        return given or ready

    def _fits(self, version: ItemVersion) -> bool:
        has = {image.platform.architecture for image in version.images}
        return not has or ANY in self._architectures or not has.isdisjoint(self._architectures)

    def reached(self, members: Iterable[ItemVersion], pinned: Mapping[str, ItemVersion]) -> Iterable[ItemVersion]:
        """The members and what they need of what is pinned: backtracking may have left more."""
        found = {member.item: member for member in members}
        waiting = list(found.values())
        while waiting:
            for need in self.get_dependencies(waiting.pop()):
                version = pinned[need.name]
                if version.item not in found:
                    found[version.item] = version
                    waiting.append(version)
        return found.values()

    def called(self, version: ItemVersion) -> str:
        """The item's codename."""
        return self._catalogue.items[version.item].codename

    def explained(
        self, causes: Sequence[RequirementInformation[Need, ItemVersion]], members: Sequence[ItemVersion]
    ) -> Iterator[str]:
        """From the bundle to what cannot be had, line by line."""
        needs = sorted({cause.requirement for cause in causes}, key=msgspec.json.encode)
        said: dict[str, None] = {}
        for need in needs:
            way = self._way_to(need.by, members) if need.by is not None else ()
            said |= dict.fromkeys(self._words(step) for step in (*way, need))
        yield from said
        name = needs[0].name
        yield self._outcome(name, [need for need in needs if need.name == name])

    def _way_to(self, version: ItemVersion, members: Sequence[ItemVersion]) -> tuple[Need, ...]:
        """The needs that lead from the bundle to this version, the fewest."""
        ways: dict[str, tuple[Need, ...]] = {member.id: () for member in members}
        waiting = list(members)
        for known in waiting:  # grows while it is walked
            for need in self.get_dependencies(known):
                for found in self._catalogue.ready(ItemId(need.name)):
                    if found[1].id not in ways and need.admits(found[1]):
                        ways[found[1].id] = (*ways[known.id], need)
                        waiting.append(found[1])
        return ways.get(version.id, ())

    def _words(self, need: Need) -> str:
        if need.by is None or need.dependency is None:
            version = need.version
            return "" if version is None else f"the bundle brings {self.called(version)} {version.version}"
        wanted = need.dependency
        return f"{self.called(need.by)} {need.by.version} needs {wanted.codename or need.name} {wanted.versions}"

    def _outcome(self, name: str, needs: Sequence[Need]) -> str:
        item = self._catalogue.items.get(ItemId(name))
        if item is None:
            return f"there is no {name} of this owner"
        ready = [version for _, version in self._catalogue.ready(item.id)]
        numbers = _listed([version.version for version in ready])
        if not ready:
            return f"{item.codename} has no ready version"
        admitted = [version for version in ready if all(need.admits(version) for need in needs)]
        if not admitted:
            return f"no version of {item.codename} fits all of that: there is {numbers}"
        unfit = [version.version for version in admitted if not self._fits(version)]
        return f"{item.codename} {_listed(unfit or [v.version for v in admitted])} has no image for " + _listed(
            sorted(self._architectures)
        )


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - NAMED_MOST} more" if len(every) > NAMED_MOST else ""
    return ", ".join(every[:NAMED_MOST]) + more

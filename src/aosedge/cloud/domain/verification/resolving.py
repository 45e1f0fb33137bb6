"""Whether what a bundle needs can be had on a kind of hardware; if not, a chain of reasons for a person."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from aosedge.cloud.domain.catalogue import Catalogue, ItemVersion
from aosedge.cloud.domain.dependencies import Impossible, Place, architectures_of, listed, with_services
from aosedge.cloud.domain.verification.state import Chosen, Resolution
from aosedge.model.approvals import Part, approved_digest
from aosedge.model.digests import Digest
from aosedge.model.ids import BundleId, TargetSystemId

ANY: Final = "any"
"""The architecture of a bundle without an image of its own."""


class System(msgspec.Struct, frozen=True):
    """A kind of hardware: Units of one target system with the same `architectures`; none where they did not say."""

    id: TargetSystemId | None
    title: str
    architectures: tuple[str, ...] = ()


def kinds_of(id: TargetSystemId | None, title: str, said: Iterable[tuple[str, ...]]) -> Iterator[System]:
    """One for each set of architectures that Units of a target system have, named apart where there are several."""
    every = sorted(set(said)) or [()]
    for architectures in every:
        apart = f" ({', '.join(architectures) or 'not said'})" if len(every) > 1 else ""
        yield System(id, f"{title}{apart}", architectures)


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


def resolve(
    bundle: BundleId, catalogue: Catalogue, system: System, unverified: frozenset[BundleId] = frozenset()
) -> Resolution:
    """Whether the bundle can be had on this kind of hardware, with what beside it, and where it runs there.

    What it says is chosen is what a Unit of that kind has to which the bundle and these services are assigned.
    """
    members = catalogue.members(bundle)
    for member in members:
        has = architectures_of((member,))
        if system.architectures and has and has.isdisjoint(system.architectures):
            name, nodes = catalogue.items[member.item].codename, listed(system.architectures)
            words = f"{name} {member.version} has images for {listed(sorted(has))}, and the nodes are {nodes}"
            return Resolution(system.id, system.title, "not_for_it", chain=(words,))
    offered = architectures_of(members) or {ANY}
    here = tuple(sorted(offered & set(system.architectures) or offered))
    place = Place(catalogue, frozenset(system.architectures), unverified)
    found = with_services(place, members, "the bundle brings {}")
    if isinstance(found, Impossible):
        return Resolution(system.id, system.title, "unsatisfiable", here, chain=found.chain)
    named = sorted((catalogue.items[version.item].codename, version.version) for version in found.values())
    return Resolution(system.id, system.title, "resolved", here, tuple(Chosen(*each) for each in named))

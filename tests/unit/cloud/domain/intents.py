"""Intent in few words, and random intent."""

from hypothesis import strategies as st

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue, Dependency, Item, ItemVersion
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.targets import Intent
from aosedge.model.digests import sha256
from aosedge.model.ids import AssignmentId, BundleId, ItemId, OrgId, SubjectId, VersionId
from aosedge.model.instants import Instant

TYPES = {"s": "service", "l": "layer", "c": "component"}


def item(name: str, owner: str = "sp") -> Item:
    """`s1` is a service, `l1` a layer, `c1` a component."""
    return Item(ItemId(name), OrgId(owner), f"code-{name}", TYPES[name[0]], Instant(1))  # type: ignore[arg-type]


def version(name: str, number: str, *needs: Dependency, bundle: str = "b", **values: object) -> ItemVersion:
    return ItemVersion(
        VersionId(f"{name}/{number}"), ItemId(name), number, sha256(f"{name}{number}".encode()), BundleId(bundle),
        Instant(1), dependencies=needs, **values,
    )  # type: ignore[arg-type]  # fmt: skip


def needs(name: str, versions: str = "*", *, by_id: bool = False, **values: object) -> Dependency:
    named = {"id": name} if by_id else {"codename": f"code-{name}"}
    return Dependency(TYPES[name[0]], versions, **named, **values)  # type: ignore[arg-type]


def subject(name: str = "sub", kind: str = "group") -> Subject:
    return Subject(SubjectId(name), OrgId("oem"), name, kind, Instant(1))  # type: ignore[arg-type]


def assigned(what: str, version: str | None = None, *, at: int = 1, to: str = "sub", **values: object) -> Assignment:
    """`what` beginning with `b` is a bundle."""
    named = {"bundle": BundleId(what)} if what[0] == "b" else {"item": ItemId(what)}
    name = f"{what}@{version}@{at}@{to}"
    return Assignment(
        AssignmentId(name), OrgId("oem"), SubjectId(to), Instant(at), version=version, **named, **values,
    )  # type: ignore[arg-type]  # fmt: skip


def intent(items: str, versions: list[ItemVersion], assignments: list[Assignment], *subjects: Subject) -> Intent:
    catalogue = Catalogue([item(name) for name in items.split()], versions)
    return Intent(catalogue, subjects or (subject(),), tuple(assignments))


NUMBERS = ("1.0.0", "1.1.0", "2.0.0", "2.1.0-rc.1")
RANGES = ("*", ">=1.0.0", "<2.0.0", ">=2.0.0,<3.0.0", "1.1.0", "!=1.0.0")


@st.composite
def intents(draw: st.DrawFn) -> Intent:
    """Few items, versions, bundles and needs, so that they meet and clash."""
    names = draw(st.lists(st.sampled_from(["s1", "s2", "s3", "l1", "l2", "c1"]), unique=True, min_size=1))
    need = st.builds(
        needs,
        st.sampled_from(["s1", "s2", "l1", "l2", "c1"]),
        st.sampled_from(RANGES),
        by_id=st.booleans(),
        include_pre_release=st.booleans(),
    )
    versions = [
        version(
            name, number, *draw(st.lists(need, max_size=2)), bundle=draw(st.sampled_from(["b1", "b2", number])),
            state=draw(st.sampled_from(["ready", "ready", "ready", "withdrawn"])),
            num_instances=draw(st.integers(1, 3)),
        )
        for name in names
        for number in draw(st.lists(st.sampled_from(NUMBERS), unique=True))
    ]  # fmt: skip
    seen: set[tuple[str, str]] = set()
    kept = []
    for each in versions:  # a bundle has one version of an item
        if (each.item, each.bundle) not in seen:
            kept.append(each)
            seen.add((each.item, each.bundle))
    to = draw(st.lists(st.sampled_from(["sub1", "sub2"]), unique=True, min_size=1))
    number = st.one_of(st.none(), st.sampled_from(NUMBERS))
    assignments = draw(
        st.lists(
            st.one_of(
                st.builds(
                    assigned, st.sampled_from(names), number, at=st.integers(1, 3), to=st.sampled_from(to),
                    priority=st.sampled_from([None, 0, 5]), num_instances=st.sampled_from([None, 1, 200]),
                ),
                st.builds(assigned, st.sampled_from(["b1", "b2", "b3"]), at=st.just(2), to=st.sampled_from(to)),
            ),
            max_size=6,
            unique_by=lambda assignment: assignment.id,
        )
    )  # fmt: skip
    unverified = draw(st.frozensets(st.sampled_from([BundleId("b1"), BundleId("b2"), *map(BundleId, NUMBERS)])))
    catalogue = Catalogue([item(name) for name in names], kept)
    return Intent(catalogue, tuple(map(subject, to)), tuple(assignments), unverified=unverified)

"""What comes along with what is wanted: one answer for the batch that reports it, the plan, and the Unit's target."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.unit.cloud.domain.intents import NUMBERS, RANGES, assigned, item, needs, subject, version

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.outlook import outlook
from aosedge.cloud.domain.catalogue import Catalogue, ImageOfVersion, ItemVersion
from aosedge.cloud.domain.soundness import faults
from aosedge.cloud.domain.targets import CompiledTarget, Intent, Refused, compile_target
from aosedge.cloud.domain.verification.resolving import System, resolve
from aosedge.model.digests import sha256
from aosedge.model.ids import BundleId
from aosedge.model.oci import Platform

NEW = "b-new"
OTHERS = ("b1", "b2", "b3", "b4")
ITEMS = ["s1", "s2", "s3", "l1", "l2", "c1"]
HARDWARE = st.sampled_from([(), ("amd64",), ("arm64",), ("amd64", "arm64")])


class Facts:
    """A catalogue, what of it is not verified, and a kind of hardware."""

    def __init__(self, versions: list[ItemVersion], unverified: frozenset[str], nodes: tuple[str, ...] = ()) -> None:
        self.catalogue = Catalogue([item(name) for name in ITEMS], versions)
        self.unverified = frozenset(map(BundleId, unverified))
        self.system = System(None, "gateway", nodes)

    def __repr__(self) -> str:
        """For hypothesis to show."""
        return f"Facts({self.catalogue.versions}, {self.unverified}, {self.system.architectures})"

    def sent(self, *assignments: Assignment) -> CompiledTarget:
        intent = Intent(
            self.catalogue,
            (subject(),),
            assignments,
            unverified=self.unverified,
            architectures=frozenset(self.system.architectures),
        )
        target = compile_target(intent)
        assert not isinstance(target, Refused)
        assert faults(intent, target) == ()
        return target


def images(architectures: tuple[str, ...]) -> tuple[ImageOfVersion, ...]:
    return tuple(ImageOfVersion(Platform(a, "linux"), sha256(a.encode()), 1) for a in architectures)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A bundle that is new, and older versions of few items that need each other in ranges that meet and clash."""
    need = st.builds(
        needs, st.sampled_from(ITEMS), st.sampled_from(RANGES), by_id=st.booleans(), include_pre_release=st.booleans()
    )
    pairs = st.tuples(st.sampled_from(ITEMS), st.sampled_from(NUMBERS))
    brought = draw(st.lists(st.sampled_from(ITEMS), unique=True, min_size=1, max_size=3))
    there = draw(st.lists(pairs, unique=True, max_size=12))
    both = [(name, "3.0.0", NEW) for name in brought] + [(*pair, draw(st.sampled_from(OTHERS))) for pair in there]
    versions = []
    for name, number, bundle in both:
        has = images(draw(HARDWARE)) if name[0] != "s" else ()
        versions.append(version(name, number, *draw(st.lists(need, max_size=2)), bundle=bundle, images=has))
    return Facts(versions, draw(st.frozensets(st.sampled_from((NEW, *OTHERS)))), draw(HARDWARE))


@settings(max_examples=400)
@given(facts())
def test_what_a_batch_says_is_chosen_is_what_a_plan_says_and_what_a_unit_is_sent(known: Facts) -> None:
    found = resolve(BundleId(NEW), known.catalogue, known.system, known.unverified)
    assume(found.outcome == "resolved")
    says = {each.codename.removeprefix("code-"): each.version for each in found.chosen}
    members = {member.item: member.version for member in known.catalogue.members(BundleId(NEW))}
    services = [assigned(i, number) for i, number in says.items() if i[0] == "s" and i not in members]
    sent = known.sent(assigned(NEW), *services)
    assert {str(each.item.id): each.version for each in sent.document.items} == says
    planned = outlook(members, known.sent(), sent)
    assert (planned.kind, planned.new) == ("changes", says)


@settings(max_examples=200)
@given(
    facts(), st.lists(st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.sampled_from([None, *NUMBERS])), max_size=3)
)
def test_what_a_batch_cannot_resolve_comes_to_no_unit(known: Facts, services: list[tuple[str, str | None]]) -> None:
    found = resolve(BundleId(NEW), known.catalogue, known.system, known.unverified)
    assume(found.outcome == "unsatisfiable")
    sent = known.sent(assigned(NEW, at=9), *(assigned(*each, at=n) for n, each in enumerate(services)))
    assert sent.document.bundles == ()
    assert [r.kind for r in sent.reasons if r.assignment == assigned(NEW, at=9).id] == ["left_out"]


LAYERS = (
    version("l1", "1.0.0", bundle="b1"),
    version("l1", "2.0.0", needs("l2", ">=2.0.0"), bundle="b2"),
    version("l2", "1.0.0", bundle="b1"),
    version("l2", "2.0.0", bundle="b3"),
)


def items_of(target: CompiledTarget) -> dict[str, str]:
    return {str(each.item.id): each.version for each in target.document.items}


def test_an_older_layer_is_sent_where_the_newest_clashes_further_on() -> None:
    known = Facts([version("s1", "1.0.0", needs("l1"), needs("l2", "<2.0.0")), *LAYERS], frozenset())
    assert items_of(known.sent(assigned("s1"))) == {"s1": "1.0.0", "l1": "1.0.0", "l2": "1.0.0"}


def test_what_all_verified_versions_can_do_is_not_done_with_one_that_is_not() -> None:
    """The newest verified layer needs an unverified one; an older one needs none."""
    known = Facts([version("s1", "1.0.0", needs("l1"), bundle="b1"), *LAYERS], frozenset({"b3"}))
    assert items_of(known.sent(assigned("s1", "1.0.0"))) == {"s1": "1.0.0", "l1": "1.0.0"}


def test_two_services_share_the_layer_that_fits_both_and_the_lesser_one_is_left_out_where_none_does() -> None:
    both = [
        version("s1", "1.0.0", needs("l2")),
        version("s2", "1.0.0", needs("l2", "<2.0.0")),
        version("s3", "1.0.0", needs("l2", ">=2.0.0")),
    ]
    known = Facts([*both, *LAYERS], frozenset())
    assert items_of(known.sent(assigned("s1", priority=2), assigned("s2", priority=1)))["l2"] == "1.0.0"
    clash = known.sent(assigned("s2", priority=2), assigned("s3", priority=1))
    assert items_of(clash) == {"s2": "1.0.0", "l2": "1.0.0"}
    [why] = clash.reasons
    assert (why.cause, why.words) == (
        "taken_before",
        "code-s2 1.0.0 needs code-l2 <2.0.0; code-s3 1.0.0 needs code-l2 >=2.0.0; "
        "no version of code-l2 fits all of that: there is 2.0.0, 1.0.0",
    )


def test_a_layer_without_an_image_for_the_nodes_is_not_sent() -> None:
    layers = [
        version("l1", "1.0.0", bundle="b1", images=images(("amd64",))),
        version("l1", "2.0.0", bundle="b2", images=images(("arm64",))),
    ]
    service = version("s1", "1.0.0", needs("l1"))
    for nodes, expected in ((("amd64",), "1.0.0"), (("arm64",), "2.0.0"), ((), "2.0.0")):
        assert items_of(Facts([service, *layers], frozenset(), nodes).sent(assigned("s1")))["l1"] == expected
    nothing = Facts([service, *layers], frozenset(), ("riscv64",)).sent(assigned("s1"))
    assert nothing.reasons[0].words == "code-s1 1.0.0 needs code-l1 *; code-l1 2.0.0, 1.0.0 has no image for riscv64"


def test_what_follows_gets_nothing_more_that_is_not_verified_than_what_was_named_brought() -> None:
    wanting = [version("s1", "1.0.0", needs("l2", ">=2.0.0")), version("s2", "1.0.0", needs("l2"))]
    known = Facts([*wanting, *LAYERS], frozenset({"b3"}))
    assert items_of(known.sent(assigned("s2")))["l2"] == "1.0.0"
    assert items_of(known.sent(assigned("s2"), assigned("s1", "1.0.0"))) == {
        "s1": "1.0.0",
        "s2": "1.0.0",
        "l2": "2.0.0",
    }


def test_a_version_that_fails_by_what_it_needs_itself_is_told_so() -> None:
    known = Facts(
        [
            version("s1", "1.0.0", needs("l1"), bundle=NEW),
            version("l1", "1.0.0", needs("s2")),
            version("l1", "2.0.0", needs("l1", "<2.0.0")),
            version("s2", "1.0.0", needs("s3", ">=2.0.0")),
            version("s3", "1.0.0"),
        ],
        frozenset(),
    )
    assert resolve(BundleId(NEW), known.catalogue, known.system).chain == (
        "code-s1 1.0.0 needs code-l1 *",
        "code-l1 2.0.0 needs code-l1 <2.0.0",
        "code-l1 1.0.0 would fit, but not together with all that it needs itself",
    )


SERVED = (
    version("s1", "1.0.0", needs("l1"), bundle=NEW),
    version("l1", "1.0.0", bundle="b1"),
    version("l1", "2.0.0", needs("s2"), needs("s3"), bundle="b2"),
    version("s2", "1.0.0", bundle="b3"),
    version("s3", "1.0.0", bundle="b3"),
)


def test_a_layer_that_needs_a_service_comes_only_where_that_is_assigned() -> None:
    known = Facts([*SERVED], frozenset())
    assert items_of(known.sent(assigned("s1"))) == {"s1": "1.0.0", "l1": "1.0.0"}
    all_of_it = known.sent(assigned("s1"), assigned("s2"), assigned("s3"))
    assert items_of(all_of_it)["l1"] == "2.0.0"
    only_new = Facts([each for each in SERVED if each.id != "l1/1.0.0"], frozenset())
    left = only_new.sent(assigned("s1"), assigned("s2", priority=9))
    assert [(why.cause, why.words) for why in left.reasons] == [
        ("not_assigned", "code-l1 2.0.0 needs code-s3 *, which is not assigned")
    ]


def test_a_batch_takes_a_layer_that_does_without_where_the_service_cannot_be_had() -> None:
    known = Facts([each for each in SERVED if each.item != "s3"], frozenset())
    found = resolve(BundleId(NEW), known.catalogue, known.system)
    assert [(each.codename, each.version) for each in found.chosen] == [("code-l1", "1.0.0"), ("code-s1", "1.0.0")]

"""The target compiler, and the independent look at what it made."""

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cloud.domain.intents import assigned, intent, intents, item, needs, subject, version

from aosedge.cloud.domain.soundness import faults
from aosedge.cloud.domain.targets import (
    CompiledTarget,
    Intent,
    Reason,
    Refused,
    compile_target,
    left_out,
    next_generation,
)
from aosedge.model.digests import sha256
from aosedge.model.ids import AssignmentId, BundleId
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.parts import Generation


def compiled(given: Intent) -> CompiledTarget:
    target = compile_target(given)
    assert isinstance(target, CompiledTarget)
    assert faults(given, target) == ()
    return target


def versions_of(target: CompiledTarget) -> dict[str | None, str]:
    return {each.item.id: each.version for each in target.document.items}


def words(target: CompiledTarget) -> list[str]:
    return [reason.words for reason in target.reasons if reason.kind == "left_out"]


def test_nothing_assigned_is_an_empty_target() -> None:
    target = compiled(intent("", [], []))
    assert target.document.items == target.document.instances == ()
    assert target.digest == sha256(target.body)
    assert target.reasons == ()


def test_without_a_version_the_newest_release_is_followed() -> None:
    known = [version("s1", number) for number in ("1.2.0", "1.10.0", "2.0.0-rc.1")]
    assert versions_of(compiled(intent("s1", known, [assigned("s1")]))) == {"s1": "1.10.0"}
    assert versions_of(compiled(intent("s1", known[2:], [assigned("s1")]))) == {"s1": "2.0.0-rc.1"}


def test_a_pinned_version_is_taken_and_followers_go_with_it() -> None:
    known = [version("s1", number) for number in ("1.0.0", "2.0.0")]
    both = [assigned("s1", at=9, to="a"), assigned("s1", "1.0.0", to="b")]
    target = compiled(intent("s1", known, both, subject("a"), subject("b")))
    assert versions_of(target) == {"s1": "1.0.0"}
    assert [each.subject.id for each in target.document.instances] == ["a", "b"]


def test_what_is_not_ready_is_left_out_with_the_reason() -> None:
    known = [version("s1", "1.0.0", state="withdrawn")]
    target = compiled(intent("s1", known, [assigned("s1"), assigned("s1", "1.0.0"), assigned("b"), assigned("b9")]))
    assert versions_of(target) == {}
    assert sorted(words(target)) == [
        "bundle b is not ready as a whole",
        "bundle b9 is not ready as a whole",
        "code-s1 1.0.0 is not ready",
        "code-s1 has no ready version",
    ]
    assert words(compiled(intent("", [], [assigned("s9")]))) == ["s9 has no ready version"]


def unverified(of: Intent, *bundles: str) -> Intent:
    return msgspec.structs.replace(of, unverified=frozenset(map(BundleId, bundles)))


def test_what_is_followed_is_the_newest_that_is_verified_and_says_what_waits() -> None:
    known = [version("s1", "1.0.0", bundle="old"), version("s1", "2.0.0", bundle="new")]
    follows = intent("s1", known, [assigned("s1")])
    waits = compiled(unverified(follows, "new"))
    assert versions_of(waits) == {"s1": "1.0.0"}
    words = "code-s1 2.0.0 is not verified, and 1.0.0 is taken"
    assert waits.reasons == (Reason("note", follows.assignments[0].id, words, "unverified", BundleId("new")),)
    assert compiled(follows).reasons == ()
    nothing = compiled(unverified(follows, "new", "old"))
    assert versions_of(nothing) == {}
    assert left_out(nothing.reasons) == "code-s1 2.0.0 is not verified, nor is any other version"


def test_a_verified_pre_release_is_followed_before_a_release_that_is_not() -> None:
    known = [version("s1", "1.0.0-rc.1", bundle="old"), version("s1", "1.0.0", bundle="new")]
    assert versions_of(compiled(unverified(intent("s1", known, [assigned("s1")]), "new"))) == {"s1": "1.0.0-rc.1"}


def test_what_somebody_names_comes_as_it_is_and_followers_go_with_it() -> None:
    known = [version("s1", number, bundle=number) for number in ("1.0.0", "2.0.0", "3.0.0")]
    named = intent("s1", known, [assigned("s1", "2.0.0"), assigned("s1", to="two")], subject(), subject("two"))
    found = compiled(unverified(named, "2.0.0", "3.0.0"))
    assert (versions_of(found), found.reasons) == ({"s1": "2.0.0"}, ())
    bundle = compiled(unverified(intent("s1", known, [assigned("b")]), "b"))
    assert versions_of(bundle) == {}
    whole = [version("s1", "4.0.0")]
    assert versions_of(compiled(unverified(intent("s1", whole, [assigned("b")]), "b"))) == {"s1": "4.0.0"}


def test_what_comes_along_is_verified_where_that_fits_and_with_followers_always() -> None:
    layers = [version("l1", "1.0.0", bundle="old"), version("l1", "2.0.0", bundle="new")]
    needing = version("s1", "1.0.0", needs("l1", ">=1.0.0"), bundle="fine")
    only_new = version("s2", "1.0.0", needs("l1", ">=2.0.0"), bundle="fine")
    either = unverified(intent("s1 l1", [needing, *layers], [assigned("s1", "1.0.0")]), "new")
    assert versions_of(compiled(either)) == {"s1": "1.0.0", "l1": "1.0.0"}
    named = unverified(intent("s2 l1", [only_new, *layers], [assigned("s2", "1.0.0")]), "new")
    assert versions_of(compiled(named)) == {"s2": "1.0.0", "l1": "2.0.0"}
    follows = compiled(unverified(intent("s2 l1", [only_new, *layers], [assigned("s2")]), "new"))
    assert versions_of(follows) == {}
    assert left_out(follows.reasons) == "code-s2 1.0.0 needs code-l1 >=2.0.0, and no such version is verified"
    assert follows.reasons[0].bundle == "new"


def test_a_bundles_own_layer_comes_before_a_newer_one_of_another() -> None:
    known = [version("s1", "1.0.0", needs("c1")), version("c1", "1.0.0", needs("l1")), version("l1", "1.0.0")]
    newer = [version("c1", "2.0.0", bundle="other"), version("l1", "2.0.0", bundle="other")]
    found = compiled(intent("s1 c1 l1", [*known, *newer], [assigned("b")]))
    assert (versions_of(found), found.reasons) == ({"s1": "1.0.0", "c1": "1.0.0", "l1": "1.0.0"}, ())


def test_of_two_pinned_versions_the_more_important_then_the_later_wins() -> None:
    known = [version("s1", number) for number in ("1.0.0", "2.0.0")]
    old, new = assigned("s1", "1.0.0", at=1), assigned("s1", "2.0.0", at=2)
    target = compiled(intent("s1", known, [old, new]))
    assert versions_of(target) == {"s1": "2.0.0"}
    assert words(target) == ["code-s1 1.0.0 is wanted, but 2.0.0 is taken before it"]
    assert left_out(target.reasons) == words(target)[0]
    important = msgspec.structs.replace(old, priority=5)
    assert versions_of(compiled(intent("s1", known, [important, new]))) == {"s1": "1.0.0"}


def test_a_bundle_is_whole_or_left_out() -> None:
    """I5, in the target."""
    known = [version("s1", "1.0.0"), version("s2", "1.0.0"), version("s1", "2.0.0", bundle="other")]
    target = compiled(intent("s1 s2", known, [assigned("b")]))
    assert [(each.id, each.items) for each in target.document.bundles] == [("b", ("s1", "s2"))]
    clash = compiled(intent("s1 s2", known, [assigned("b"), assigned("s1", "2.0.0", at=5)]))
    assert versions_of(clash) == {"s1": "2.0.0"}
    assert clash.document.bundles == ()


def test_layers_and_components_come_along_without_instances() -> None:
    known = [
        version("s1", "1.0.0", needs("l1", "<2.0.0"), needs("c1", by_id=True)),
        version("l1", "1.0.0", needs("l1")),
        version("l1", "1.5.0"),
        version("l1", "2.0.0"),
        version("c1", "3.0.0"),
    ]
    target = compiled(intent("s1 l1 c1", known, [assigned("s1")]))
    assert versions_of(target) == {"s1": "1.0.0", "l1": "1.5.0", "c1": "3.0.0"}
    assert [each.item.id for each in target.document.instances] == ["s1"]
    alone = compiled(intent("l1", known, [assigned("l1", "1.0.0")]))
    assert versions_of(alone) == {"l1": "1.0.0"}


def test_a_chosen_version_that_fits_is_kept_for_a_need() -> None:
    known = [version("s1", "1.0.0", needs("l1")), version("l1", "1.0.0"), version("l1", "2.0.0")]
    both = [assigned("s1"), assigned("l1", "1.0.0")]
    assert versions_of(compiled(intent("s1 l1", known, both)))["l1"] == "1.0.0"


def test_a_need_that_cannot_be_met_leaves_the_assignment_out() -> None:
    known = [version("s1", "1.0.0", needs("l1", ">=2.0.0")), version("l1", "1.0.0"), version("l1", "2.0.0")]
    assert words(compiled(intent("s1 l1", known[:2], [assigned("s1")]))) == [
        "code-s1 1.0.0 needs code-l1 >=2.0.0; no version of code-l1 fits all of that: there is 1.0.0"
    ]
    target = compiled(intent("s1 l1", known, [assigned("s1"), assigned("l1", "1.0.0")]))
    assert words(target) == ["code-s1 1.0.0 needs code-l1 >=2.0.0; code-l1 1.0.0 is taken"]
    assert target.reasons[0].cause == "taken_before"
    nobody = [version("s1", "1.0.0", needs("l7", by_id=True))]
    assert words(compiled(intent("s1", nobody, [assigned("s1")])))[0].endswith("there is no layer l7 of this owner")


def test_a_need_is_never_met_by_another_owners_item() -> None:
    known = [version("s1", "1.0.0", needs("l1", by_id=True)), version("l1", "1.0.0")]
    foreign = intent("s1", known, [assigned("s1")])
    catalogue = type(foreign.catalogue)([item("s1"), item("l1", "somebody else")], known)
    assert words(compiled(msgspec.structs.replace(foreign, catalogue=catalogue)))
    other_type = [
        version("s1", "1.0.0", msgspec.structs.replace(needs("l1", by_id=True), type="component")),
        known[1],
    ]
    assert words(compiled(intent("s1 l1", other_type, [assigned("s1")])))


def test_a_needed_service_must_be_assigned_itself() -> None:
    known = [
        version("s1", "1.0.0", needs("s2", ">=1.0.0")),
        version("s2", "1.0.0"),
        version("s3", "1.0.0", needs("s1")),
    ]
    alone = compiled(intent("s1 s2 s3", known, [assigned("s1"), assigned("s3")]))
    assert versions_of(alone) == {}
    assert sorted(words(alone)) == [
        "code-s1 1.0.0 needs code-s2 >=1.0.0, which is not assigned",
        "code-s3 1.0.0 needs code-s1 *, which is not assigned",
    ]
    together = compiled(intent("s1 s2 s3", known, [assigned("s1"), assigned("s3"), assigned("s2")]))
    assert len(versions_of(together)) == 3
    unknown = [version("s1", "1.0.0", needs("s9", by_id=True))]
    assert words(compiled(intent("s1", unknown, [assigned("s1")]))) == [
        "code-s1 1.0.0 needs s9 *, which is not assigned"
    ]


def test_numbers_are_the_assignments_or_the_versions() -> None:
    known = [version("s1", "1.0.0", num_instances=3, priority=7, labels=("x",))]
    [plain] = compiled(intent("s1", known, [assigned("s1")])).document.instances
    assert (plain.num_instances, plain.priority, plain.labels) == (3, 7, ("x",))
    own = assigned("s1", num_instances=1, priority=0, labels=("y", "z"))
    [said] = compiled(intent("s1", known, [own])).document.instances
    assert (said.num_instances, said.priority, said.labels) == (1, 0, ("y", "z"))


def test_the_same_service_twice_for_a_subject_is_noted() -> None:
    known = [version("s1", "1.0.0")]
    target = compiled(intent("s1", known, [assigned("b", at=2), assigned("s1", at=1, num_instances=5)]))
    assert [each.num_instances for each in target.document.instances] == [1]
    assert [reason.kind for reason in target.reasons] == ["note"]
    assert left_out(target.reasons) == ""


def test_more_than_a_unit_holds_is_refused_naming_the_limit() -> None:
    many = [f"s{number}" for number in range(65)]
    known = [version(name, "1.0.0") for name in many]
    refused = compile_target(intent(" ".join(many), known, [assigned(name) for name in many]))
    assert isinstance(refused, Refused)
    assert refused.problem == "a Unit holds at most 64 items, and this target has 65"
    crowd = [assigned(name, num_instances=100) for name in many[:3]]
    refused = compile_target(intent(" ".join(many), known, crowd))
    assert isinstance(refused, Refused)
    assert refused.problem == "a Unit holds at most 256 instances, and this target has 300"
    joined = [subject(f"sub{number}") for number in range(65)]
    refused = compile_target(intent("s0", known, [], *joined))
    assert isinstance(refused, Refused)
    assert "64 subjects" in refused.problem


@settings(max_examples=200)
@given(intents())
def test_every_compiled_target_is_sound(given_intent: Intent) -> None:
    target = compile_target(given_intent)
    if isinstance(target, CompiledTarget):
        assert faults(given_intent, target) == ()
        left = {reason.assignment for reason in target.reasons if reason.kind == "left_out"}
        assert left <= {assignment.id for assignment in given_intent.assignments}


@settings(max_examples=100)
@given(intents(), st.randoms(use_true_random=False))
def test_equal_intent_has_an_equal_digest_in_whatever_order_it_comes(one: Intent, chance: random.Random) -> None:
    def shuffled(things: object) -> tuple[object, ...]:
        rest = list(things)  # type: ignore[call-overload]
        chance.shuffle(rest)
        return tuple(rest)

    catalogue = type(one.catalogue)(shuffled(one.catalogue.items.values()), shuffled(one.catalogue.versions))  # type: ignore[arg-type]
    other = Intent(catalogue, shuffled(one.subjects), shuffled(one.assignments), unverified=one.unverified)  # type: ignore[arg-type]
    first, second = compile_target(one), compile_target(other)
    assert type(first) is type(second)
    if isinstance(first, CompiledTarget) and isinstance(second, CompiledTarget):
        assert first.digest == second.digest
        assert set(first.reasons) == set(second.reasons)
        assert msgspec.json.decode(first.body, type=DesiredStatus) == first.document


@given(st.integers(0, 5), st.builds(Generation, st.integers(0, 5), st.integers(0, 5)))
def test_the_next_generation_is_always_higher(epoch: int, floor: Generation) -> None:
    """I2."""
    assert next_generation(epoch, floor) > floor


def spoiled(**changes: object) -> tuple[str, ...]:
    """What the independent look finds in a target that was changed after it was compiled."""
    known = [version("s1", "1.0.0", needs("l1")), version("s2", "1.0.0"), version("l1", "1.0.0", bundle="x")]
    fine = intent("s1 s2 l1", [*known, version("l1", "2.0.0", bundle="y", state="withdrawn")], [assigned("b")])
    target = compile_target(fine)
    assert isinstance(target, CompiledTarget)
    document = msgspec.structs.replace(target.document, **changes)
    body = msgspec.json.encode(document)
    return faults(fine, CompiledTarget(document, body, sha256(body)))


def test_a_spoiled_target_is_found() -> None:
    known = [version("s1", "1.0.0", needs("l1")), version("s2", "1.0.0"), version("l1", "1.0.0", bundle="x")]
    fine = intent("s1 s2 l1", known, [assigned("b")])
    target = compiled(fine)
    document = target.document
    layer, service, second = document.items
    one, two = document.instances
    [bundle] = document.bundles
    replace = msgspec.structs.replace
    assert spoiled() == ()
    assert "the digest does not name the bytes" in faults(fine, replace(target, digest=sha256(b"")))
    assert "the shared document names a generation" in spoiled(generation=Generation(1, 1))
    assert "the shared document names a generation" in spoiled(target_digest=sha256(b""))
    assert "item s1 is there 2 times" in spoiled(items=(*document.items, service))
    assert "item l1 9.0.0 is not a ready version" in spoiled(items=(replace(layer, version="9.0.0"), service, second))
    withdrawn = replace(layer, version="2.0.0", index_digest=sha256(b"l12.0.0"))
    assert "item l1 2.0.0 is not a ready version" in spoiled(items=(withdrawn, service, second))
    assert "item l1 1.0.0 has another index" in spoiled(
        items=(replace(layer, index_digest=sha256(b"")), service, second)
    )
    stolen = replace(layer, owner=replace(layer.owner, id="thief"))
    assert "item l1 has another owner or type" in spoiled(items=(stolen, service, second))
    assert "item s1 needs code-l1 *, which is not there" in spoiled(items=(service, second))
    assert "bundle b is not whole" in spoiled(bundles=(replace(bundle, items=("s1",)),))
    assert "item s2 of bundle b is not the bundle's" in spoiled(items=(layer, service))
    assert "item l1 of bundle b is not the bundle's" in spoiled(bundles=(replace(bundle, items=("l1", "s1", "s2")),))
    assert "nobody asked for bundle z" in spoiled(bundles=(replace(bundle, id="z"),))
    assert "the subjects are not the Unit's" in spoiled(subjects=())
    assert "instances of s1 for sub are there twice" in spoiled(instances=(one, one, two))
    other = replace(one, item=replace(one.item, id="l1"))
    assert "instances of l1, which is no service of the target" in spoiled(instances=(one, two, other))
    foreign = replace(one, subject=replace(one.subject, id="else"))
    assert "instances for else, which is not a subject of the Unit" in spoiled(instances=(one, two, foreign))
    assert "0 instances of s1" in spoiled(instances=(replace(one, num_instances=0), two))
    assert "service s2 has no instances" in spoiled(instances=(one,))
    assert "more instances than a Unit holds" in spoiled(instances=(replace(one, num_instances=256), two))
    assert "more items or subjects than a Unit holds" in spoiled(items=(service,) * 65)
    long = replace(layer, version="1" * 33)
    assert "item l1 has a longer name or version than a Unit holds" in spoiled(items=(long, service, second))
    assert faults(unverified(fine, "b", "x"), target) == ()
    followed = intent("s1", [version("s1", "1.0.0")], [assigned("s1")])
    assert faults(unverified(followed, "b"), compiled(followed)) == (
        "item s1 1.0.0 is not verified, and nobody named it",
    )
    named = msgspec.structs.replace(followed, assignments=(assigned("s1", "1.0.0"),))
    assert faults(unverified(named, "b"), compiled(named)) == ()
    unasked = intent("s1 s2", [version("s1", "1.0.0"), version("s2", "1.0.0", bundle="x")], [assigned("s1")])
    both = compiled(msgspec.structs.replace(unasked, assignments=(assigned("s1"), assigned("s2"))))
    assert "nobody asked for item s2" in faults(unasked, both)


def test_a_need_by_id_is_checked_by_id() -> None:
    known = [version("s1", "1.0.0", needs("l1", by_id=True)), version("l1", "1.0.0")]
    fine = intent("s1 l1", known, [assigned("s1")])
    target = compiled(fine)
    document = msgspec.structs.replace(target.document, items=target.document.items[1:])
    body = msgspec.json.encode(document)
    found = faults(fine, CompiledTarget(document, body, sha256(body)))
    assert found == ("item s1 needs l1 *, which is not there",)


def test_reasons_name_their_assignment() -> None:
    assert left_out([Reason("left_out", AssignmentId("a"), "one"), Reason("left_out", AssignmentId("b"), "two")]) == (
        "one; two"
    )

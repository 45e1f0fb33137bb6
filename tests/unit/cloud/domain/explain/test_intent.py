"""From the Unit to its target: every reason that intent can give."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.unit.cloud.domain.explain.chains import (
    GENERATION,
    NOW,
    THEN,
    TICK,
    TOCK,
    UNIT,
    codes,
    document,
    given,
    known,
    one,
    part,
    steps,
)
from tests.unit.cloud.domain.intents import assigned, intent, needs, version

from aosedge.cloud.domain.explain.chain import explain
from aosedge.cloud.domain.explain.known import Member
from aosedge.cloud.domain.explain.rules import CODES, RULES
from aosedge.cloud.domain.targets import CompiledTarget, Reason, UnitTarget, compile_target
from aosedge.cloud.domain.verification.gating import Hindrance
from aosedge.model.digests import sha256
from aosedge.model.ids import AssignmentId, BatchId, BundleId
from aosedge.model.instants import Instant


def test_a_unit_that_is_as_it_should_be_is_explained_to_the_end_and_nothing_is_open() -> None:
    found = explain(known())
    assert [step.code for step in found.steps] == ["unit_provisioned", "assigned", "compiled", "online", "in_sync"]
    assert (found.state, found.open) == ("in_sync", ())
    assert all(step.rule for step in found.steps)


def test_every_reason_has_a_rule_and_the_documents_have_them_all() -> None:
    assert set(RULES) == set(CODES)
    page = (Path(__file__).parents[5] / "docs" / "explain.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("| `")] == [
        f"| `{code}` | {rule} |" for code, rule in RULES.items()
    ]


def test_nothing_follows_from_a_unit_that_takes_no_part() -> None:
    for lifecycle, code in (("new", "unit_new"), ("deprovisioned", "unit_deprovisioned")):
        found = steps(unit=replace(UNIT, lifecycle=lifecycle))
        assert [(step.code, step.outcome) for step in found] == [(code, "stopped")]
        assert found[0].command.startswith("aos unit provision")


def test_without_a_subject_nothing_is_assigned() -> None:
    step = one("no_subject", subjects=(), given=())
    assert (step.outcome, step.command) == ("stopped", "aos subject add-unit SUBJECT truck")


def test_what_is_not_assigned_says_to_which_subjects_it_could_be() -> None:
    step = one("not_assigned", item=TOCK)
    assert (step.reason, step.command) == ("tock is not assigned to clocks", "aos subject assign clocks --item tock")
    assert one("not_assigned", given=()).reason == "nothing is assigned to clocks"


def test_a_layer_that_something_needs_comes_along() -> None:
    assert one("comes_along", item=TOCK, document=document(s1="1.0.0", s2="1.0.0")).outcome == "done"
    assert one("not_assigned", item=TOCK, document=None).outcome == "stopped"


S1, S2 = version("s1", "1.0.0", bundle="b1"), version("s1", "2.0.0", bundle="b2")


@pytest.mark.parametrize(
    ("cause", "of", "versions", "assignments"),
    [
        ("bundle_not_ready", "b1", [replace(S1, state="withdrawn")], [assigned("b1")]),
        ("not_ready", "s1", [S1], [assigned("s1", "9.0.0")]),
        ("none_ready", "s1", [], [assigned("s1")]),
        ("taken_before", "b1", [S1, S2], [assigned("b1"), assigned("b2", at=2)]),
        ("no_such_version", "b1", [version("s1", "1.0.0", needs("l1"), bundle="b1")], [assigned("b1")]),
        ("not_assigned", "b1", [version("s1", "1.0.0", needs("s2"), bundle="b1")], [assigned("b1")]),
    ],
)
def test_each_rule_that_leaves_an_assignment_out_is_told_with_its_cure(
    cause: str, of: str, versions: list, assignments: list
) -> None:  # type: ignore[type-arg]
    compiled = compile_target(intent("s1 s2 l1", versions, assignments))
    assert [reason.cause for reason in compiled.reasons] == [cause]
    target = UnitTarget(UNIT.id, known().target.generation, None, compiled.reasons)  # type: ignore[union-attr]
    left = next(each for each in assignments if each.id == compiled.reasons[0].assignment)
    step = one("left_out", target=target, given=(given(left),))
    assert compiled.reasons[0].words in step.reason
    assert (step.outcome, step.id, bool(step.next), bool(step.command)) == ("stopped", left.id, True, True)


def test_a_reason_from_before_there_were_causes_is_told_too() -> None:
    target = replace(known().target, reasons=(Reason("left_out", assigned("b1").id, "why"),))  # type: ignore[type-var]
    assert "why" in one("left_out", target=target).reason


def test_an_item_that_is_assigned_twice_to_a_subject_runs_once() -> None:
    twice = [assigned("b1"), assigned("s1", at=2)]
    compiled = compile_target(intent("s1", [S1], twice))
    assert isinstance(compiled, CompiledTarget)
    target = UnitTarget(UNIT.id, known().target.generation, None, compiled.reasons)  # type: ignore[union-attr]
    step = one("doubled", target=target, given=tuple(given(each) for each in twice))
    assert (step.outcome, compiled.reasons[0].cause) == ("done", "doubled")


def test_what_a_person_assigns_after_a_campaigns_offer_counts_as_it_is() -> None:
    offered = part("running", Member(0, "skipped", "changed", offered_at=Instant(5)))
    late = assigned("b1", at=6)
    step = one("overtaken", parts=(offered,), given=(given(late),))
    assert (step.id, step.reason) == (late.id, "tick-1.0.0 was assigned after spring offered tick-2.0.0")
    for harmless in (given(assigned("b1", at=4)), given(late, "tock-1.0.0", TOCK)):
        assert "overtaken" not in codes(parts=(offered,), given=(harmless,))
    assert "overtaken" not in codes(parts=(part("running", Member(0, "pending")),), given=(given(late),))


def test_a_target_is_told_with_its_generation_and_what_it_has() -> None:
    assert one("compiled").reason == "generation 1.7 has 1 item"
    assert one("compiled", document=document(s1="1.0.0", s2="1.0.0")).reason == "generation 1.7 has 2 items"
    assert one("compiled", item=TICK).reason == "generation 1.7 has tick 1.0.0"
    assert one("compiled", item=TOCK).reason == "generation 1.7 is without tock"
    assert one("compiled", document=None).reason == "generation 1.7 has 0 items"


def test_before_its_target_is_compiled_a_unit_waits_for_that() -> None:
    assert codes(target=None, document=None)[-1] == "no_target"
    dirty = explain(known(unit=replace(UNIT, target_dirty=True)))
    assert "compiling" in [step.code for step in dirty.open]
    assert dirty.state == "updating"


def test_intent_over_a_limit_is_refused_and_the_last_good_target_stays() -> None:
    target = replace(known().target, problem="a Unit holds at most 1 items, and this target has 2")  # type: ignore[type-var]
    found = explain(known(target=target, unit=replace(UNIT, deployment="blocked", reason="why")))
    assert [step.code for step in found.open] == ["refused"]
    assert "at most 1 items" in found.open[0].reason


def test_an_item_is_judged_as_if_the_target_had_no_other() -> None:
    broken = document(s1="1.0.0", s2="9.0.0")
    assert explain(known(item=TICK, document=broken, unit=replace(UNIT, deployment="degraded"))).state == "in_sync"
    assert explain(known(item=TOCK, document=broken)).state == "degraded"
    assert explain(known(item=TOCK, document=broken, status=None)).state == "unknown"
    absent = explain(known(item=TOCK, now=NOW))
    assert absent.steps[-1].reason == "no tock, as wanted"
    assert explain(known(item=TICK)).steps[-1].reason == "tick 1.0.0 runs as wanted"


def test_what_is_left_out_holds_its_own_item_up_and_no_other() -> None:
    reasons = (Reason("left_out", AssignmentId("a"), "tock has no ready version", "none_ready"),)
    target = replace(known().target, reasons=reasons)  # type: ignore[type-var]
    both = (given(), given(replace(assigned("s2"), id=AssignmentId("a")), "tock", TOCK))
    assert explain(known(item=TICK, target=target, given=both)).state == "in_sync"
    assert explain(known(item=TOCK, target=target, given=both)).state == "blocked"


def test_a_newer_version_that_waits_for_verification_is_told_by_what_it_waits_for_now() -> None:
    follows, bundle = assigned("s1"), BundleId("b2")
    words = "tick 2.0.0 is not verified, and 1.0.0 is taken"
    note = Reason("note", follows.id, words, "unverified", bundle)
    target = UnitTarget(UNIT.id, GENERATION, sha256(b"d"), (note,), compiled_at=THEN)
    of = {"given": (given(follows, "tick"),), "target": target}
    unapproved = Hindrance("unapproved", "it waits", BatchId("b"))
    waits = one("not_approved", **of, held={bundle: ("tick-2.0.0", unapproved)})
    assert (waits.outcome, waits.command) == ("stopped", "aos verification approve tick-2.0.0")
    assert waits.reason == f"tick, assigned to clocks: {words}; it waits"
    none = one("not_verified", **of, held={bundle: ("tick-2.0.0", Hindrance("unverified", "no batch"))})
    assert (none.outcome, none.command) == ("stopped", "aos verification create tick-2.0.0")
    passed = one("not_verified", **of)
    assert (passed.outcome, passed.command) == ("waiting", "")

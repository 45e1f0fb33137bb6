"""From the Unit and its subjects to the target: what is intended, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote
from typing import Final, assert_never

from msgspec.structs import replace

from aosedge.cloud.domain.explain.known import Given, Kind, Known, Step
from aosedge.cloud.domain.explain.rules import code_of
from aosedge.cloud.domain.releases import overtaken
from aosedge.cloud.domain.targets import Cause, Reason
from aosedge.cloud.domain.verification.gating import cure_of
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant

_NEXT: Final[Mapping[Cause, tuple[str, str]]] = {
    "bundle_not_ready": ("A bundle of which every version is ready is assigned instead.", "aos bundle list"),
    "not_ready": ("That version is uploaded, or the assignment names another one.", "aos item list"),
    "none_ready": ("Its owner uploads a bundle with it.", "aos item list"),
    "taken_before": (
        "One of the two is unassigned, or this one gets a higher priority.",
        "aos subject show {subject}",
    ),
    "no_such_version": ("The owner of what is needed uploads a version that fits.", "aos item list"),
    "not_assigned": ("What is needed is assigned too.", "aos subject assign {subject} --item ITEM"),
    "doubled": ("", ""),
    "unverified": ("", ""),
    "": ("What it names is put right.", "aos subject show {subject}"),
}
"""What would change an assignment's fate, and the command for it."""


def unit_step(known: Known) -> Step:
    """Whether the Unit takes part at all."""
    unit, name = known.unit, known.unit.system_uid
    match unit.lifecycle:
        case "new":
            cure = "It is provisioned.", "aos unit provision ADDRESS"
            return Step("unit_new", "stopped", "not provisioned", "unit", unit.id, unit.created_at, None, *cure)
        case "deprovisioned":
            cure = "It is provisioned anew.", "aos unit provision ADDRESS"
            return Step("unit_deprovisioned", "stopped", "decommissioned", "unit", unit.id, None, None, *cure)
        case "provisioned":
            words = f"{name} is provisioned"
            return Step("unit_provisioned", "done", words, "unit", unit.id, unit.created_at)
        case _:
            assert_never(unit.lifecycle)


def assigned_steps(known: Known) -> Iterator[Step]:
    """What its subjects give it, and what of that is left out."""
    if not known.subjects:
        cure = "It joins a subject.", f"aos subject add-unit SUBJECT {known.unit.system_uid}"
        yield Step("no_subject", "stopped", "no subject joins it", "unit", known.unit.id, None, None, *cure)
        return
    given = [each for each in known.given if known.concerns(each.items)]
    if not given:
        yield from _not_assigned(known)
    reasons = {reason.assignment: reason for reason in known.target.reasons} if known.target else {}
    for each in given:
        yield _assigned(known, each, reasons.get(each.assignment.id))
    for part in known.parts:
        if part.member is not None and part.member.offered_at is not None:
            late = [each for each in given if _replaces(each, part.brought.keys(), part.member.offered_at)]
            for each in late:
                words = f"{each.title} was assigned after {part.campaign.title} offered {part.bundle}"
                yield Step("overtaken", "done", words, "assignment", each.assignment.id, each.assignment.created_at)


def _not_assigned(known: Known) -> Iterator[Step]:
    subjects = ", ".join(subject.title for subject in known.subjects)
    if known.item is None:
        words, what = f"nothing is assigned to {subjects}", "--bundle BUNDLE"
    elif known.document is not None and known.item in {item.item.id for item in known.document.items}:
        yield Step("comes_along", "done", "needed by what is assigned", "item", known.item)
        return
    else:
        words, what = f"{known.name(known.item)} is not assigned to {subjects}", f"--item {known.name(known.item)}"
    cure = "It is assigned to a subject of the Unit.", f"aos subject assign {quote(known.subjects[0].title)} {what}"
    yield Step("not_assigned", "stopped", words, "subject", known.subjects[0].id, None, None, *cure)


def _assigned(known: Known, given: Given, reason: Reason | None) -> Step:
    assignment = given.assignment
    where: tuple[Kind, str, Instant] = ("assignment", assignment.id, assignment.created_at)
    if reason is None:
        words = f"{given.title} is assigned to {given.subject}"
        return Step("assigned", "done", words, *where)
    if reason.cause == "unverified":
        return _unverified(known, given, reason)
    if reason.kind == "note":
        return Step("doubled", "done", f"{given.title}, assigned to {given.subject}: {reason.words}", *where)
    cure, command = _NEXT[reason.cause]
    words = f"{given.title}, assigned to {given.subject}, is left out: {reason.words}"
    return Step("left_out", "stopped", words, *where, None, cure, command.format(subject=quote(given.subject)))


def _unverified(known: Known, given: Given, reason: Reason) -> Step:
    """A newer version, or the only one, waits for its verification; by what that waits for now."""
    assignment = given.assignment
    words = f"{given.title}, assigned to {given.subject}: {reason.words}"
    step = Step("not_verified", "stopped", words, "assignment", assignment.id, assignment.created_at)
    held = known.held.get(reason.bundle) if reason.bundle is not None else None
    if held is None:
        return replace(step, outcome="waiting", next="It has passed by now, and the target is made anew.")
    bundle, why = held
    cure, command = cure_of(why, bundle)
    return replace(step, code=code_of(why), reason=f"{words}; {why.words}", next=cure, command=command)


def _replaces(given: Given, brought: Iterable[ItemId], offered_at: Instant) -> bool:
    return not given.items.isdisjoint(brought) and overtaken(offered_at, given.assignment)


def target_steps(known: Known) -> Iterator[Step]:
    """What intent was compiled to, and when."""
    target, unit = known.target, known.unit
    if target is None:
        yield Step("no_target", "waiting", "no target yet", "target", next="It is compiled within seconds.")
        return
    at = target.compiled_at
    if unit.target_dirty:
        yield Step(
            "compiling", "waiting", "intent changed since", "target", "", at, None, "It is compiled in seconds."
        )
    if target.problem:
        cure = "Less is assigned, or the limits of its target system are raised.", "aos target-system list"
        yield Step("refused", "stopped", f"no target: {target.problem}", "target", "", at, None, *cure)
        return
    generation = f"generation {target.generation.epoch}.{target.generation.number}"
    yield Step("compiled", "done", f"{generation} {_has(known)}", "target", target.digest or "", at)


def _has(known: Known) -> str:
    items = known.document.items if known.document is not None else ()
    if known.item is None:
        return f"has {len(items)} item{'' if len(items) == 1 else 's'}"
    version = next((item.version for item in items if item.item.id == known.item), None)
    return f"has {known.name(known.item)} {version}" if version else f"is without {known.name(known.item)}"

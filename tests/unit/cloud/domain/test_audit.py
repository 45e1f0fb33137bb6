"""The audit chain: whoever changes, removes or inserts a line is seen, and the line is named."""

import msgspec
import pytest

from aosedge.cloud.domain.audit import (
    Along,
    AuditLine,
    Chain,
    Change,
    Fault,
    FaultKind,
    Follower,
    beginning,
    faults,
    sealed,
)
from aosedge.model.instants import Instant

LENGTH = 5


def made(*, first: int = 1, before: str = "") -> tuple[Chain, list[AuditLine]]:
    """A chain of five lines, the second of which says what changed."""
    lines: list[AuditLine] = []
    for number in range(first, first + LENGTH):
        changes = '[{"of":"fleets"}]' if number == 2 else ""
        line = AuditLine("oem", number, Instant(number), "user:u", "fleets_create", "r", "done", changes=changes)
        lines.append(sealed(line, lines[-1].hash if lines else before))
    return Chain("oem", first, before, lines[-1].number, lines[-1].hash), lines


def found(chain: Chain, lines: list[AuditLine]) -> list[tuple[int, FaultKind]]:
    """What is found, by whoever goes along in one or in parts of any size."""
    whole = list(faults(chain, lines))
    for size in range(1, len(lines) + 1):
        assert in_parts(chain, lines, size) == whole, size
    return [(fault.number, fault.kind) for fault in whole]


def in_parts(chain: Chain, lines: list[AuditLine], size: int) -> list[Fault]:
    seen, along = [], None
    for begin in range(0, len(lines), size):
        follower = Follower(chain, along)
        seen += [fault for line in lines[begin : begin + size] for fault in follower.follow(line)]
        along = follower.along
        assert along.read == lines[begin : begin + size][-1].number
    return [*seen, *Follower(chain, along).end()]


def renumbered(lines: list[AuditLine], by: int) -> list[AuditLine]:
    return [msgspec.structs.replace(line, number=line.number + by) for line in lines]


def test_a_chain_that_was_not_touched_holds() -> None:
    assert found(Chain("oem", 1, "", 0, ""), []) == []
    assert found(*made()) == []
    assert found(*made(first=7, before="anchor")) == []


def test_a_line_without_changes_has_the_hash_it_had_before_there_were_any() -> None:
    line = AuditLine("oem", 1, Instant(1), "user:u", "fleets_create", "r", "done")
    assert sealed(line, "").hash == "0f28ee35b53512d86200adf1bfd5de1921c00a18688de3f667fe38c318975901"


@pytest.mark.parametrize("at", range(LENGTH))
def test_a_changed_line_is_named(at: int) -> None:
    chain, lines = made()
    changed = msgspec.structs.replace(lines[at], outcome="denied")
    assert found(chain, [*lines[:at], changed, *lines[at + 1 :]]) == [(at + 1, "changed")]
    changed = msgspec.structs.replace(changed, hash="0" * 64)
    assert found(chain, [*lines[:at], changed, *lines[at + 1 :]]) == [(at + 1, "changed")]
    changed = sealed(changed, changed.previous)
    assert found(chain, [*lines[:at], changed, *lines[at + 1 :]]) == [(at + 1, "changed")]


@pytest.mark.parametrize("at", range(LENGTH))
def test_a_removed_line_is_named(at: int) -> None:
    chain, lines = made()
    assert found(chain, lines[:at] + lines[at + 1 :]) == [(at + 1, "removed")]


@pytest.mark.parametrize("at", range(LENGTH - 1))
def test_a_removed_line_is_named_even_if_the_others_close_up(at: int) -> None:
    chain, lines = made()
    assert found(chain, lines[:at] + renumbered(lines[at + 1 :], -1)) == [(at + 1, "removed")]


@pytest.mark.parametrize("at", range(1, LENGTH))
def test_an_inserted_line_is_named_even_if_the_others_make_room(at: int) -> None:
    chain, lines = made()
    false = sealed(msgspec.structs.replace(lines[at], who="user:false"), lines[at - 1].hash)
    shown = found(chain, [*lines[:at], false, *renumbered(lines[at:], 1)])
    assert (at + 1, "inserted") in shown or (at + 2, "inserted") in shown


def test_a_line_beyond_the_ends_is_an_inserted_one() -> None:
    chain, lines = made(first=3, before="anchor")
    late = sealed(msgspec.structs.replace(lines[-1], number=8), lines[-1].hash)
    early = sealed(msgspec.structs.replace(lines[0], number=2), "")
    assert found(chain, [early, *lines, late]) == [(2, "inserted"), (8, "inserted")]


def test_removing_the_first_or_all_lines_is_seen_at_the_anchor() -> None:
    chain, lines = made()
    assert found(chain, lines[2:]) == [(1, "removed"), (2, "removed")]
    assert found(chain, []) == [(number, "removed") for number in range(1, LENGTH + 1)]


def test_a_first_line_that_does_not_follow_from_the_anchor_is_named() -> None:
    chain, lines = made(first=3, before="anchor")
    assert found(msgspec.structs.replace(chain, before="another"), lines) == [(3, "changed")]


def test_who_comes_back_after_old_lines_were_let_go_of_begins_where_the_chain_does_now() -> None:
    chain, lines = made()
    follower = Follower(chain)
    assert list(follower.follow(lines[0])) == []
    left = Chain("oem", 4, lines[2].hash, chain.last, chain.hash)
    again = Follower(left, follower.along)
    assert again.along == beginning(left)
    assert [fault for line in lines[3:] for fault in again.follow(line)] + list(again.end()) == []


@pytest.mark.parametrize("shift", [LENGTH + 1, -LENGTH - 1, 10**12])
def test_who_says_that_more_was_renumbered_than_there_is_begins_anew(shift: int) -> None:
    chain, _ = made()
    assert Follower(chain, Along(2, "h", shift=shift)).along == beginning(chain)
    assert Follower(chain, Along(2, "h", shift=1)).along.shift == 1


def test_a_line_gives_back_what_it_changed() -> None:
    change = Change("fleets", {"id": "f"}, {"title": "old"}, {"title": "new"})
    line = AuditLine("oem", 1, Instant(1), "user:u", "fleets_update", "r", "done")
    assert line.changed() == ()
    changed = msgspec.structs.replace(line, changes=msgspec.json.encode([change]).decode())
    assert changed.changed() == (change,)

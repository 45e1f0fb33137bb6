"""A second root takes the first one's place: who trusts one of them can follow."""

from pathlib import Path
from typing import Any

import pytest

from aosedge.core.identity.chains import checked_leaf, roots_of
from aosedge.model.errors import Conflict, NotFound, Untrusted
from aosedge.model.ids import SystemId, UnitId
from aosedge.model.instants import DAY, SECOND, Instant
from aosedge.trust import csr, files, roots
from aosedge.trust.certificates import Authority, parse_pem, parse_pems, serial_of, verify_chain

NOW = Instant(1_800_000_000_000_000)
LATER = Instant(NOW + DAY)
UNIT = SystemId("unit-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Authority.create(tmp_path / "ca", "example.org", NOW)
    return tmp_path / "ca"


def issued(folder: Path) -> list[Any]:
    key = csr.new_key()
    request = csr.unit_request(key, UNIT, "online")
    given = Authority.load(folder).issue_unit(request, UnitId("u"), UNIT, "online", LATER)
    chain = parse_pems(given.chain_pem)
    return [key.public_key(), *chain]


def server(folder: Path) -> Any:
    return parse_pem(Authority.load(folder).issue_server(csr.new_key().public_key(), ["example.org"], LATER).pem)


def test_who_trusts_the_old_root_alone_learns_the_new_one_from_a_new_certificate(folder: Path) -> None:
    old = list(roots.read(folder).trusted)
    held = roots.add(folder, NOW)
    key, *chain = issued(folder)
    assert len(chain) == 4 and serial_of(held.issuing.certificate) == serial_of(chain[1])
    checked_leaf(chain, key, UNIT, old, LATER)
    assert {serial_of(root) for root in roots_of(chain, LATER)} == {serial_of(root) for root in held.trusted}


def test_a_root_that_the_old_one_does_not_vouch_for_is_not_learned(folder: Path, tmp_path: Path) -> None:
    old = list(roots.read(folder).trusted)
    other = Authority.create(tmp_path / "other", "example.org", NOW)
    key, *chain = issued(tmp_path / "other")
    with pytest.raises(Untrusted):
        checked_leaf([*chain, *old], key, UNIT, old, LATER)
    mine_key, *mine = issued(folder)
    checked_leaf([*mine, *other.roots], mine_key, UNIT, old, LATER)
    assert roots_of([*mine, *other.roots], LATER) == old


def test_servers_show_a_certificate_by_the_old_root_until_it_is_retired(folder: Path) -> None:
    old = roots.read(folder)
    held = roots.add(folder, NOW)
    assert Authority.load(folder).serves(server(folder))
    verify_chain(server(folder), [old.issuing.certificate], LATER)
    roots.retire(folder, old.issuing.serial)
    verify_chain(server(folder), [held.issuing.certificate], LATER)
    with pytest.raises(Untrusted):
        verify_chain(server(folder), [old.issuing.certificate], LATER)


def test_a_retired_root_leaves_no_key_behind(folder: Path) -> None:
    first = roots.read(folder).issuing.serial
    second = roots.add(folder, NOW).issuing.serial
    roots.retire(folder, first)
    third = roots.add(folder, Instant(NOW + SECOND)).issuing.serial
    roots.retire(folder, second)
    assert roots.read(folder).issuing.serial == third
    assert sorted(path.name for path in folder.rglob("*.key")) == [f"{third}.key"]
    assert roots.exist(folder) and len(issued(folder)) == 3


def test_one_root_is_replaced_at_a_time_and_never_the_issuing_one_retired(folder: Path) -> None:
    held = roots.add(folder, NOW)
    with pytest.raises(Conflict, match="being replaced"):
        roots.add(folder, NOW)
    with pytest.raises(Conflict, match="issues"):
        roots.retire(folder, held.issuing.serial)
    with pytest.raises(NotFound):
        roots.retire(folder, "00")


class Cut(Exception):
    """The power."""


@pytest.mark.parametrize("at", range(4))
def test_beginning_a_root_may_be_cut_short_before_every_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """I8: there is an authority that issues what its own root verifies, wherever the power went."""
    before, steps, write = roots.read(folder).issuing.serial, iter(range(at)), files.write_whole

    def cut(path: Path, content: bytes, mode: int = files.PRIVATE) -> None:
        if next(steps, None) is None:
            raise Cut
        write(path, content, mode)

    monkeypatch.setattr(files, "write_whole", cut)
    with pytest.raises(Cut):
        roots.add(folder, NOW)
    monkeypatch.undo()
    assert roots.read(folder).issuing.serial == before
    key, *chain = issued(folder)
    checked_leaf(chain, key, UNIT, roots.read(folder).trusted, LATER)
    held = roots.add(folder, NOW)
    assert held.replaced is not None and held.replaced.serial == before
    assert held.issuing.serial != before

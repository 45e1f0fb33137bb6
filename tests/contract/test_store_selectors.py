"""Selectors: as SQL they select what the domain's do, versions sort as versions."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.set_place import NAMES, VALUES, Place, settled
from tests.contract.store_world import (
    unit,
)

from aosedge.cloud.domain.selectors import Selector, matches, parse_selector
from aosedge.cloud.store import Session, Store
from aosedge.cloud.store.selecting import order_key
from aosedge.model.ids import (
    UnitId,
)
from aosedge.model.versions import Version, parse_version


@pytest.fixture
async def place(store: Store) -> Place:
    return await settled(store)


requirements = st.one_of(
    st.builds("{}".format, st.sampled_from(NAMES)),
    st.builds("!{}".format, st.sampled_from(NAMES)),
    st.builds("{}{}{}".format, st.sampled_from(NAMES), st.sampled_from(["=", "!="]), st.sampled_from(VALUES)),
    st.builds(
        "{} {} ({})".format,
        st.sampled_from(NAMES),
        st.sampled_from(["in", "notin"]),
        st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(",".join),
    ),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(NAMES),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.sampled_from([value for value in VALUES if value[-1].isdigit()]),
    ),
)
selectors = st.lists(requirements, min_size=1, max_size=3).map(",".join).map(parse_selector)
labelled = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES))


async def test_a_selector_as_sql_is_the_selector_of_the_domain(place: Place) -> None:
    tried: list[tuple[list[dict[str, str]], list[Selector]]] = []

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(labelled, min_size=8, max_size=8), st.lists(selectors, min_size=12, max_size=12))
    def draw(labels: list[dict[str, str]], asked: list[Selector]) -> None:
        tried.append((labels, asked))

    draw()
    names = [UnitId(f"u{number}") for number in range(8)]
    await place.oem(lambda session: [session.units.add(unit(name)) for name in names])
    for labels, asked in tried:
        given_ = dict(zip(names, labels, strict=True))

        def compare(
            session: Session, asked: list[Selector] = asked, given_: dict[UnitId, dict[str, str]] = given_
        ) -> list[tuple[Selector, set[UnitId], set[UnitId]]]:
            for name, mine in given_.items():
                session.labels.put(name, mine)
            everything = {each.id: session.labels.of(each.id) for each in session.units.page().items}
            return [
                (
                    selector,
                    {each.id for each in session.units.page(selector=selector).items},
                    {name for name, mine in everything.items() if matches(selector, mine)},
                )
                for selector in asked
            ]

        for selector, by_sql, by_domain in await place.oem(compare):
            assert by_sql == by_domain, selector


parts = st.from_regex(r"\A(0|[1-9][0-9]{0,12}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]{0,5})\Z")
versions = st.builds(
    Version,
    *(st.integers(0, 10**12) | st.integers(0, 12) for _ in range(3)),
    prerelease=st.lists(parts, max_size=3).map(tuple),
)


@given(versions, versions)
def test_a_version_s_key_sorts_as_the_version_does(one: Version, other: Version) -> None:
    one, other = parse_version_of(one), parse_version_of(other)
    assert (order_key(one) < order_key(other)) is (one < other)
    assert (order_key(one) == order_key(other)) is (one == other)


def parse_version_of(version: Version) -> Version:
    """As it would be read, if it is not too long to be."""
    text = str(version)
    return parse_version(text) if len(text) <= 32 else version

"""Tickets count for one purpose and a short time."""

from aosedge.cloud.domain.tickets import LIFE_US, ticket
from aosedge.model.instants import HOUR, Instant

NOW = Instant(1_000 * HOUR)


def test_a_ticket_counts_for_its_purpose_until_it_expires() -> None:
    made = ticket("hash", "link", None, NOW)
    end = NOW + LIFE_US["link"]
    assert made.good("link", Instant(end - 1))
    assert not made.good("link", Instant(end))
    assert not made.good("choice", NOW)

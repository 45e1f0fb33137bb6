"""Keys of commands: which are taken, and what makes two requests the same."""

import pytest

from aosedge.cloud.domain.access.operations import OPERATIONS
from aosedge.cloud.domain.repeats import ONCE, Answer, check_same, checked_key, command
from aosedge.model.errors import Invalid, Reused
from aosedge.model.instants import Instant

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def test_a_key_is_taken_with_its_quotes_and_without() -> None:
    assert checked_key("campaigns_halt", KEY) == checked_key("campaigns_halt", f'"{KEY}"') == KEY


@pytest.mark.parametrize(
    "key",
    ["", "short", '"short"', "a" * 129, "eight lo", "ei\u00e4htlong", f'"{KEY}', 'eight"lo', "eight\\lo"],
)
def test_what_is_no_key_is_refused_by_the_headers_name(key: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_key("campaigns_halt", key)
    assert refused.value.element == "Idempotency-Key"


def test_operations_that_take_no_key_say_so() -> None:
    with pytest.raises(Invalid, match="api_tokens_create takes no key"):
        checked_key("api_tokens_create", KEY)


def test_every_command_of_a_campaign_and_of_a_batch_takes_a_key() -> None:
    changing = {name for name, row in OPERATIONS.items() if row.effect == "changes"}
    assert changing >= ONCE
    nouns = ("campaigns_", "verification_batches_")
    assert {name for name in changing if name.startswith(nouns)} <= ONCE


def test_another_request_under_the_same_key_is_refused() -> None:
    asked = command("campaigns_halt", KEY, b"/a/", b"body")
    answer = Answer(asked.asked, Instant(0), "{}")
    check_same(answer, command("campaigns_halt", KEY, b"/a/", b"body"))
    for other in (
        command("campaigns_pause", KEY, b"/a/", b"body"),
        command("campaigns_halt", KEY, b"/a/b", b"ody"),
        command("campaigns_halt", KEY, b"/a/", b"other"),
    ):
        with pytest.raises(Reused):
            check_same(answer, other)

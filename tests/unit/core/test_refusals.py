"""What a Unit says of the cloud's refusals."""

import httpx
import pytest

from aosedge.core.identity.provisioning import _refusal
from aosedge.model.errors import AosError, Conflict, Invalid, NotAllowed, Unauthenticated

SENTENCE = "key: no such enrolment key (ask for a new one)"


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Invalid), (401, Unauthenticated), (403, NotAllowed), (409, Conflict), (500, Invalid)]
)
def test_the_clouds_sentence_is_said_once(status: int, kind: type[AosError]) -> None:
    said = {"message": SENTENCE, "element": "key", "cure": "ask for a new one"}
    error = _refusal(httpx.Response(status, json=said))
    assert type(error) is kind
    assert str(error) == SENTENCE


def test_an_answer_that_says_nothing_is_named_by_its_status() -> None:
    assert str(_refusal(httpx.Response(502, content=b"<html>"))) == "status 502"

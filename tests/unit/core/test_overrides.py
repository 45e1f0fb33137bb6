"""Environment variables that the cloud sets for a while: who gets them, until when, and what is refused."""

from datetime import datetime

import msgspec
import pytest
from tests.unit.core.playbook import Play, given, key, running, target

from aosedge.core.domain.effects import Report
from aosedge.core.domain.state import State
from aosedge.model.instants import MINUTE, SECOND, Instant, to_datetime
from aosedge.protocol.messages import OverrideEnvVars, OverrideEnvVarsStatus
from aosedge.protocol.messages.from_cloud import EnvVar, EnvVarsOverride
from aosedge.protocol.messages.parts import Identity
from aosedge.protocol.variables import LETTERS_MOST, VARIABLES_MOST


def variables(
    *variables: EnvVar, item: str = "a", subject: str | None = None, number: int | None = None
) -> OverrideEnvVars:
    named = Identity(id=subject) if subject is not None else None
    return OverrideEnvVars(
        correlation_id="c", items=(EnvVarsOverride(Identity(id=item), named, number, tuple(variables)),)
    )


def told(play: Play) -> list[tuple[str | None, str | None, int, str, str]]:
    [answer] = [e.message for e in play.of(Report) if isinstance(e.message, OverrideEnvVarsStatus)]
    assert answer.correlation_id == "c"
    return [
        (s.item.id, s.subject.id, s.instance, s.name, s.error_info.message if s.error_info else "")
        for s in answer.statuses
    ]


def environment(play: Play, item: str = "a", number: int = 0) -> tuple[str, ...]:
    return play.running[key(item, number)].run.env


def at(play: Play, seconds: float) -> datetime:
    return to_datetime(Instant(play.now.wall + int(seconds * SECOND)))


def test_an_instance_starts_anew_with_its_variables_and_without_them_when_their_time_is_over() -> None:
    play = running("a1", "b1")
    before = dict(play.running)
    play.receive(variables(EnvVar("LEVEL", "debug", at(play, 90))))
    assert told(play) == [("a", "s", 0, "LEVEL", "")]
    play.pass_time(20)
    assert environment(play) == ("LEVEL=debug",)
    assert play.running[key("b")] == before[key("b")]
    play.pass_time(60)
    assert environment(play) == ("LEVEL=debug",)
    play.pass_time(15)
    assert (play.running, play.state.overrides) == (before, ())


def test_they_survive_a_restart_and_a_clock_that_is_set_ends_them() -> None:
    play = running("a1")
    play.receive(variables(EnvVar("LEVEL", "debug", at(play, 3600)))).settle()
    kept = msgspec.json.decode(msgspec.json.encode(play.persisted()[-1]), type=State)
    again = given(kept).booted().pass_time(5)
    assert environment(again) == ("LEVEL=debug",)
    due = again.engine.due()
    assert due is not None and due <= again.now.mono + MINUTE
    again.now = msgspec.structs.replace(again.now, wall=Instant(again.now.wall + 3600 * SECOND))
    again.pass_time(60)
    assert environment(again) == ()


def test_the_newest_message_has_them_all_and_an_empty_one_clears() -> None:
    play = running("a1", "b1")
    play.receive(variables(EnvVar("ONE", "1"))).pass_time(5)
    play.receive(variables(EnvVar("TWO", "2"), EnvVar("TWO", "3"), item="b")).pass_time(5)
    assert (environment(play), environment(play, "b")) == ((), ("TWO=3",))
    play.receive(OverrideEnvVars(correlation_id="c"))
    assert told(play) == []
    play.pass_time(5)
    assert environment(play, "b") == ()


def test_they_are_for_the_instances_that_match_and_for_those_that_come_later() -> None:
    play = running("a1")
    play.receive(variables(EnvVar("ONE", "1"), subject="s", number=1))
    assert told(play) == [("a", "s", 1, "ONE", "no such instance here yet")]
    play.receive(target("a1", counts={"a": 2})).pass_time(10)
    assert (environment(play), environment(play, number=1)) == ((), ("ONE=1",))
    play.receive(variables(EnvVar("TWO", "2"), subject="other"))
    assert told(play) == [("a", "other", 0, "TWO", "no such instance here yet")]


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        (EnvVar("", "1"), "not the name"),
        (EnvVar("A=B", "1"), "not the name"),
        (EnvVar("AOS_ITEM_ID", "other"), "who an instance is"),
        (EnvVar("A", "1\0"), "not a value"),
        (EnvVar("A", "x" * (LETTERS_MOST + 1)), "not a value"),
        (EnvVar("A", "1", datetime.fromisoformat("2020-01-01T00:00:00Z")), "its time is over"),
    ],
)
def test_what_is_no_variable_is_refused_with_the_reason_and_the_others_count(variable: EnvVar, words: str) -> None:
    play = running("a1").receive(variables(variable, EnvVar("GOOD", "1")))
    (item, subject, number, name, why), good = told(play)
    assert (item, subject, number, name) == ("a", None, 0, variable.name) and words in why
    assert good == ("a", "s", 0, "GOOD", "")
    play.pass_time(5)
    assert environment(play) == ("GOOD=1",)


def test_there_are_not_too_many() -> None:
    """I12."""
    play = running("a1").receive(variables(*(EnvVar(f"V{n}", "") for n in range(VARIABLES_MOST + 1))))
    assert "at most" in told(play)[-1][-1]
    assert len(play.state.overrides) == VARIABLES_MOST


def test_the_same_value_again_restarts_nothing() -> None:
    play = running("a1")
    play.receive(variables(EnvVar("LEVEL", "debug"))).pass_time(5)
    begun = play.running[key("a")]
    play.receive(variables(EnvVar("LEVEL", "debug", at(play, 60))))
    assert not play.open
    assert play.running[key("a")] is begun

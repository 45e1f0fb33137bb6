"""What a campaign would change of a target, by the compiler's own word."""

from tests.unit.cloud.domain.intents import assigned, intent, needs, version

from aosedge.cloud.domain.campaigns.outlook import Outlook, outlook
from aosedge.cloud.domain.targets import Refused, compile_target
from aosedge.model.ids import ItemId

WANTED = {"s1": "2.0.0"}
S1 = ItemId("s1")
OLD, NEW = version("s1", "1.0.0", bundle="b1"), version("s1", "2.0.0", bundle="b2", num_instances=3)
VERSIONS = [OLD, NEW, version("s2", "1.0.0", needs("s3"), bundle="b3")]


def compiled(bundle: str):  # type: ignore[no-untyped-def]
    return compile_target(intent("s1 s2", VERSIONS, [assigned(bundle)]))


def test_it_is_what_the_compiler_would_make() -> None:
    now, then = compiled("b1"), compiled("b2")
    found = outlook(WANTED, now, then)
    assert found == Outlook("changes", {S1: "1.0.0"}, new={S1: "2.0.0"}, old={S1: "1.0.0"}, instances={S1: 3})
    assert outlook(WANTED, then, then).kind == "same"
    assert outlook(WANTED, now, Refused("too many")) == Outlook("refused", reason="too many")
    assert outlook(WANTED, now, now).reason == "the Unit would not have all of its items"
    nothing = compile_target(intent("s1", VERSIONS, []))
    assert outlook(WANTED, now, nothing).reason == "none of its items is assigned to the Unit"


def test_a_missing_dependency_is_named_with_its_range() -> None:
    found = outlook(WANTED, compiled("b1"), compiled("b3"))
    assert (found.kind, found.cause) == ("refused", "dependency")
    assert found.reason == "code-s2 1.0.0 needs code-s3 *, which is not assigned"


def test_who_has_nothing_to_go_back_to_is_told_so() -> None:
    then = compiled("b2")
    assert outlook(WANTED, Refused("too many"), then).no_way_back == "what it has cannot be a target: too many"
    withdrawn = [version("s1", "1.0.0", bundle="b1", state="withdrawn"), NEW]
    gone = compile_target(intent("s1", withdrawn, [assigned("b1")]))
    assert outlook(WANTED, gone, then).no_way_back == "bundle b1 is not ready as a whole"
    nothing = compile_target(intent("s1", VERSIONS, []))
    assert outlook(WANTED, nothing, then).no_way_back == "it has none of these items now"
    assert outlook(WANTED, compiled("b1"), then).no_way_back == ""

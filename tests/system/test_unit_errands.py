"""Variables for a while and paused nodes, from a person's command to a running instance and back: all of it real."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.made_bundles import CONFIG_TEXT, Signer, bundle, config, file
from tests.system.field import Field
from tests.system.provisioned import NewUnit
from tests.system.waiting import until

from aosedge.trust import certificates

pytestmark = pytest.mark.slow

SAYS = b"""#!/bin/sh
echo has ${LEVEL:-none} ${OTHER:-none}
while :; do sleep 1; done
"""
TEXT = CONFIG_TEXT.replace("cmd: /bin/serve --loud", "cmd: /bin/serve").replace(
    "{quotas:", "{hostname: says, quotas:"
)


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    field = Field(tmp_path / "cloud")
    field.cloud.start()
    yield field
    field.cloud.stop()


@pytest.fixture
def unit(field: Field, tmp_path: Path) -> Iterator[NewUnit]:
    """A Unit that runs a service of one subject, which says what its variable is."""
    key, leaf, roots = certificates.load_p12((field.cloud.folder / "users" / "sp.p12").read_bytes())
    made = bundle(Signer(key, leaf, tuple(roots)), config("says", text=TEXT), [file("./says/amd64/bin/serve", SAYS)])
    field.call("sp", "POST", "/deployment-bundles/upload/", files={"file": ("says.tar.gz", made)})
    with NewUnit(tmp_path / "unit") as unit:
        done = field.cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30")
        assert done.returncode == 0, done.stderr
        subject = field.call("oem", "POST", "/subjects/", json={"title": "all"})["id"]
        field.call("oem", "POST", f"/subjects/{subject}/assignments/", json={"item_id": field.item("says")})
        field.call("oem", "PUT", f"/subjects/{subject}/units/{unit.card.system_id}/")
        until(lambda: has(field, unit) == "none none")
        yield unit


def has(field: Field, unit: NewUnit) -> str:
    """What the instance said at its last start."""
    done = field.cloud.run("aosedge.cli.aoscore", "logs", "says", "--state", str(unit.folder))
    return "".join(line.removeprefix("has ") for line in done.stdout.splitlines()[-1:])


def variables(field: Field, unit: NewUnit) -> list[tuple[str, str, int]]:
    done = field.cloud.aos("oem", "unit", "variable", "list", unit.card.system_id, "--json")
    assert done.returncode == 0, done.stderr
    return [(one["name"], one["state"], one["instances"]) for one in json.loads(done.stdout)]


def set_(field: Field, unit: NewUnit, *words: str) -> None:
    done = field.cloud.aos("oem", "unit", "variable", "set", unit.card.system_id, "says", *words)
    assert done.returncode == 0, done.stderr


def test_an_instance_has_a_variable_until_its_time_is_over(field: Field, unit: NewUnit) -> None:
    set_(field, unit, "LEVEL=debug", "--for", "PT15S")
    until(lambda: has(field, unit) == "debug none")
    until(lambda: variables(field, unit) == [("LEVEL", "applied", 1)])
    until(lambda: has(field, unit) == "none none")
    assert variables(field, unit) == []


def test_it_survives_a_restart_and_is_taken_back_from_a_unit_that_is_away(field: Field, unit: NewUnit) -> None:
    set_(field, unit, "LEVEL=secret-debug", "OTHER=1")
    until(lambda: has(field, unit) == "secret-debug 1")
    unit.end(signal.SIGKILL)
    unit.launch()
    unit.until("connected")
    set_(field, unit, "OTHER=2")
    until(lambda: has(field, unit) == "secret-debug 2")
    unit.end(signal.SIGKILL)
    done = field.cloud.aos("oem", "unit", "variable", "clear", unit.card.system_id, "--item", "says")
    assert done.returncode == 0, done.stderr
    unit.launch()
    until(lambda: has(field, unit) == "none none")
    trail = field.cloud.aos("oem", "audit", "list", "--json").stdout
    assert "unit_variables_set" in trail and "unit_variables_clear" in trail
    assert "secret-debug" not in trail


def test_what_is_no_variable_is_refused_with_the_cure(field: Field, unit: NewUnit) -> None:
    for words, why in (
        (["LEVEL"], "NAME=VALUE"),
        (["A-B=1"], "not the name"),
        (["LEVEL=1", "--for", "P31D"], "until"),
        (["LEVEL=1", "--instance", "7"], "no such instance"),
    ):
        done = field.cloud.aos("oem", "unit", "variable", "set", unit.card.system_id, "says", *words)
        assert done.returncode != 0 and why in done.stderr, (words, done.stderr)
    assert variables(field, unit) == []


def show(field: Field, unit: NewUnit) -> dict[str, Any]:
    return field.call("oem", "GET", f"/units/{unit.card.system_id}/")


def node(field: Field, unit: NewUnit, *words: str) -> str:
    verb, *rest = words
    done = field.cloud.aos("oem", "unit", "node", verb, unit.card.system_id, *rest)
    return done.stdout + done.stderr


def test_nothing_runs_on_a_paused_node_until_it_is_resumed(field: Field, unit: NewUnit) -> None:
    assert "reason" in node(field, unit, "pause", "main", "--reason", " ")
    assert "no such node" in node(field, unit, "pause", "other", "--reason", "test")
    until(lambda: show(field, unit)["deployment"] == "in_sync")
    assert "is paused" in node(field, unit, "pause", "main", "--reason", "brakes are looked at")
    until(lambda: [each["state"] for each in show(field, unit)["instances"]] == ["inactive"])
    shown = show(field, unit)
    assert (shown["deployment"], shown["reason"].split(":")[0]) == ("blocked", "the node main is paused")
    (main,) = shown["nodes"]
    assert (main["state"], main["paused_reason"]) == ("paused", "brakes are looked at")
    why = field.cloud.aos("oem", "explain", "unit", unit.card.system_id).stdout
    assert "the node main is paused: brakes are looked at" in why
    assert f"aos unit node resume {unit.card.system_id} main" in why
    unit.end(signal.SIGKILL)
    assert "goes on" in node(field, unit, "resume", "main")
    assert "goes on" in node(field, unit, "resume", "main")  # again is free
    unit.launch()
    until(lambda: show(field, unit)["deployment"] == "in_sync")
    trail = json.loads(field.cloud.aos("oem", "audit", "list", "--json").stdout)
    said = [line["operation"] for line in trail if line["operation"].startswith("unit_nodes_")]
    assert {"unit_nodes_pause", "unit_nodes_resume"} <= set(said)

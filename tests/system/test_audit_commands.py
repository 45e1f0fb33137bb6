"""The audit trail from the command line of whoever runs the installation, on a real database."""

import json
import sqlite3
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess


@pytest.fixture
def cloud(tmp_path: Path) -> CloudProcess:
    """An installation where a fleet was made, at rest."""
    cloud = CloudProcess(tmp_path / "cloud")
    cloud.init()
    cloud.start()
    try:
        for title in ("north", "south"):
            done = cloud.aos("oem", "fleet", "create", title)
            assert done.returncode == 0, done.stderr
    finally:
        cloud.stop()
    return cloud


def aoscloud(cloud: CloudProcess, *words: str) -> tuple[int, str, str]:
    done = cloud.run("aosedge.cli.aoscloud", "audit", *words)
    return done.returncode, done.stdout, done.stderr


def test_the_trail_says_what_changed_and_a_line_that_was_tampered_with_is_named(cloud: CloudProcess) -> None:
    assert aoscloud(cloud, "verify")[0] == 0
    code, exported, _ = aoscloud(cloud, "export")
    made = [line for line in map(json.loads, exported.splitlines()) if line["operation"] == "fleets_create"]
    assert (code, len(made)) == (0, 2)
    assert "north" in made[0]["changes"]
    assert aoscloud(cloud, "export", "--until", "2000-01-01") == (0, "", "")
    with sqlite3.connect(cloud.folder / "aoscloud.db") as database:
        changed = database.execute(
            "UPDATE audit SET changes = replace(changes, 'north', 'mine!') WHERE operation = 'fleets_create'"
        )
        assert changed.rowcount == 2
    database.close()
    code, _, said = aoscloud(cloud, "verify")
    assert code == 1
    assert f"line {made[0]['number']} was changed" in said
    assert f"line {made[1]['number']} was" not in said


def test_a_wrong_instant_is_refused_by_the_name_of_its_option(cloud: CloudProcess) -> None:
    code, out, said = aoscloud(cloud, "export", "--since", "yesterday")
    assert (code != 0, out) == (True, "")
    assert "--since" in said
    assert "Traceback" not in said

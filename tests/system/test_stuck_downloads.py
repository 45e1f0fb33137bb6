"""A download over a line that breaks and stays broken: `aos explain` says how far, how fast and why. All real."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.broken_line import Line, State
from tests.system.field import Field
from tests.system.provisioned import NewUnit
from tests.system.waiting import until

pytestmark = pytest.mark.slow

CONTENT = b"#!/bin/sh\nwhile :; do sleep 1; done\n" + random.Random(7).randbytes(3_000_000)
BREAKS_AT = 1_000_000
LOST_MOST = 300_000
"""What may be on its way when the line breaks, with what is asked for beside the image."""


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    field = Field(tmp_path / "cloud")
    yield field
    field.cloud.stop()


def explained(field: Field, unit: NewUnit) -> dict[str, str]:
    """Codes of the chain with their words."""
    done = field.cloud.aos("oem", "explain", "unit", unit.card.system_id, "--json")
    assert done.returncode == 0, done.stderr
    return {step["code"]: step["reason"] for step in json.loads(done.stdout)["steps"]}


@pytest.mark.parametrize(
    ("breaks", "error"),
    [("resets", r".*connection.*"), ("silent", r".*slow retrieval given up.*got 0 bytes")],
)
def test_a_stuck_download_is_explained_and_goes_on_where_it_stopped_once_the_line_is_mended(
    field: Field, tmp_path: Path, breaks: State, error: str
) -> None:
    port = int(field.cloud.environment["AOSCLOUD_BLOB_HTTP_PORT"])
    with (
        Line(port, breaks=breaks, after_bytes=BREAKS_AT, bytes_per_second=400_000) as line,
        NewUnit(tmp_path / "unit") as unit,
    ):
        field.cloud.environment["AOSCLOUD_BLOB_URL_BASE"] = f"http://localhost:{line.port}"
        field.cloud.start()
        done = field.cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30")
        assert done.returncode == 0, done.stderr
        unit_id = unit.card.system_id
        field.upload("says", "1.0.0", CONTENT)
        field.assign("all", field.item("says"), unit_id)
        words = until(lambda: explained(field, unit).get("download_stuck"))
        said = re.fullmatch(
            rf"its download is stuck at (\d+) of (\d+) bytes, (\d+) bytes a second until then: {error}", words
        )
        assert said is not None, words
        done_bytes, total, rate = map(int, said.groups())
        assert BREAKS_AT // 2 < done_bytes < BREAKS_AT + LOST_MOST < len(CONTENT) < total
        assert rate > 0 and words in field.cloud.aos("oem", "explain", "unit", unit_id).stdout
        line.mend()
        until(lambda: field.view(unit_id)["deployment"] == "in_sync")
        assert "download_stuck" not in explained(field, unit)
        assert max(line.offsets) > BREAKS_AT // 2, "it went on where it stopped"
        assert line.came < total + LOST_MOST, "nothing came twice but what the broken line lost"

"""Log lines of a real AosCloud: one a request, with its id, in the format that is set."""

import json
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess


@pytest.mark.parametrize("format", ["json", "text"])
def test_a_request_is_a_line_with_its_id(tmp_path: Path, format: str) -> None:
    cloud = CloudProcess(tmp_path)
    cloud.environment |= {"AOSCLOUD_LOG_LEVEL": "debug", "AOSCLOUD_LOG_FORMAT": format}
    assert cloud.run("aosedge.cli.aoscloud", "init").returncode == 0
    cloud.start()
    with cloud.nobody() as client:
        answer = client.get("/users/me/", headers={"x-request-id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert cloud.stop() == 0
    (line,) = [line for line in cloud.lines if "mine-1" in line]
    if format == "json":
        said = json.loads(line)
        assert (said["request_id"], said["method"], said["status"]) == ("mine-1", "GET", 401)
        assert said["path"] == "/api/v11/users/me/"
    else:
        assert "request_id=mine-1" in line
        assert "status=401" in line
        assert "\x1b" not in line

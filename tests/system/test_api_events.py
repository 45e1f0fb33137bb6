"""Server-sent events of a real AosCloud: one's own Units only, and an end with the process."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.system.cloud_process import CloudProcess, registration


@pytest.fixture
def cloud(tmp_path: Path) -> CloudProcess:
    made = CloudProcess(tmp_path / "cloud")
    made.init()
    made.start()
    return made


class Listener:
    """Hears events in a thread of its own."""

    def __init__(self, client: httpx.Client) -> None:
        self.heard: list[dict[str, object]] = []
        self.begun, self.news, self.ended = threading.Event(), threading.Event(), threading.Event()
        self._client = client
        threading.Thread(target=self._listen, daemon=True).start()
        assert self.begun.wait(10)

    def _listen(self) -> None:
        try:
            with self._client.stream("GET", "/events/", timeout=60) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                self._read(answer.iter_lines())
        except httpx.TransportError:
            pass
        self.ended.set()

    def _read(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.begun.set()
            if line.startswith("data: "):
                self.heard.append(json.loads(line.removeprefix("data: ")))
                self.news.set()


def test_people_hear_of_their_own_units_only_and_the_stream_ends_with_the_process(cloud: CloudProcess) -> None:
    with cloud.person("oem") as mine, cloud.person("stranger") as other:
        listeners = {"oem": Listener(mine), "stranger": Listener(other)}
        with cloud.person("oem") as client:
            unit = client.post("/units/provisioning/", json=registration("heard")).json()["id"]
            subject = client.post("/subjects/", json={"title": "heard"}).json()["id"]
            client.put(f"/subjects/{subject}/units/{unit}/").raise_for_status()
        assert listeners["oem"].news.wait(10)
        assert {event["unit_id"] for event in listeners["oem"].heard} == {unit}
        assert listeners["oem"].heard[0]["system_uid"] == "heard"
        assert listeners["stranger"].heard == []
        assert cloud.stop() == 0
        assert all(listener.ended.wait(3) for listener in listeners.values())


def test_what_was_acknowledged_is_there_after_a_kill(cloud: CloudProcess) -> None:  # I4
    import signal

    with cloud.person("oem") as client:
        made = client.post("/fleets/", json={"title": "kept"}).json()
    cloud.stop(signal.SIGKILL)
    cloud.lines.clear()
    cloud.start()
    with cloud.person("oem") as client:
        assert made.items() <= client.get(f"/fleets/{made['id']}/").json().items()
    assert cloud.stop() == 0


def test_a_forgotten_unit_is_gone_with_its_certificates(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        client.post("/units/provisioning/", json=registration("gone")).raise_for_status()
        assert client.delete("/units/gone/").status_code == 204
        assert client.get("/units/gone/").status_code == 404
        assert client.post("/units/provisioning/", json=registration("gone")).status_code == 201
    assert cloud.stop() == 0

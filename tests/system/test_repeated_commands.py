"""Commands that are sent again, over HTTP and by `aos`: done once, and answered the same."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.system.field import Field, Json

from aosedge.cli import client as cli
from aosedge.model.errors import Unavailable
from aosedge.trust import tls

KEY = {"idempotency-key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    made = Field(Path(tmp_path_factory.mktemp("repeated")) / "cloud", plain=False)
    made.cloud.start()
    made.upload("tick", "1.0.0")
    yield made
    assert made.cloud.stop() == 0


def spring(field: Field, title: str = "spring") -> Json:
    [bundle] = field.call("oem", "GET", "/deployment-bundles/")["items"]
    fleet = field.call("oem", "GET", "/fleets/")["items"][0]["id"]
    return {"title": title, "bundle_id": bundle["id"], "selection": {"fleets": [fleet]}, "policy": {}}


def test_a_command_with_a_key_is_done_once_and_answered_the_same_byte_for_byte(field: Field) -> None:
    with field.cloud.person("oem") as oem:
        body = spring(field)
        first, again = (oem.post("/campaigns/", json=body, headers=KEY) for _ in range(2))
        assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
        assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
        assert again.headers["content-type"] == first.headers["content-type"]
        path = f"/campaigns/{first.json()['id']}/"
        edits = [oem.put(path, json={"priority": 3}, headers={"idempotency-key": "edit-once"}) for _ in range(2)]
        assert edits[0].content == edits[1].content
        plans = [oem.post(f"{path}plan/", headers={"idempotency-key": "plan-once"}) for _ in range(2)]
        assert (plans[0].status_code, plans[1].content) == (200, plans[0].content)
        gone = [oem.delete(path, headers={"idempotency-key": "gone-once"}) for _ in range(2)]
        assert [(answer.status_code, answer.content) for answer in gone] == [(204, b"")] * 2
        assert oem.delete(path).status_code == 404


def test_the_key_of_another_request_or_a_bad_one_is_refused_naming_the_header(field: Field) -> None:
    headers = {"idempotency-key": "a-fleet-of-mine"}
    with field.cloud.person("oem") as oem:
        assert oem.post("/fleets/", json={"title": "north"}, headers=headers).status_code == 201
        for title, key, path, status in (
            ("south", "a-fleet-of-mine", "/fleets/", 422),
            ("south", "short", "/fleets/", 400),
            ("south", "not a key at all", "/fleets/", 400),
            ("a token", "a-token-of-mine", "/api-tokens/", 400),
        ):
            answer = oem.post(path, json={"title": title}, headers={"idempotency-key": key})
            assert (answer.status_code, answer.json()["element"]) == (status, "Idempotency-Key"), answer.text
        assert {fleet["title"] for fleet in oem.get("/fleets/").json()["items"]} == {"default", "north"}
    with field.cloud.person("owner") as other:
        assert other.post("/fleets/", json={"title": "north"}, headers=headers).status_code == 403


class Losing(BaseHTTPRequestHandler):
    """Hears commands, and breaks the line before it has answered the first of them."""

    heard: list[str] = []
    losses = 1

    def do_POST(self) -> None:
        """Take the command."""
        self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(self.headers["idempotency-key"])
        if len(self.heard) > self.losses:
            body = json.dumps({"done": True}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("losses", "heard"), [(1, 2), (9, 3)])
def test_aos_repeats_a_command_whose_answer_is_lost_under_the_same_key(
    field: Field, monkeypatch: pytest.MonkeyPatch, losses: int, heard: int
) -> None:
    monkeypatch.setattr(cli, "AGAIN_S", 0)
    monkeypatch.setattr(Losing, "heard", [])
    monkeypatch.setattr(Losing, "losses", losses)
    server = HTTPServer(("127.0.0.1", 0), Losing)
    mine = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    mine.load_cert_chain(*(field.cloud.folder / "tls" / name for name in ("server.pem", "server.key")))
    server.socket = mine.wrap_socket(server.socket, server_side=True)
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            context = tls.client_context((field.cloud.folder / "root.pem").read_text())
            asking = cli.Client(f"https://localhost:{server.server_port}", context)
            if losses < heard:
                assert asking.command("campaigns/1/halt/", {}) == {"done": True}
            else:
                with pytest.raises(Unavailable):
                    asking.command("campaigns/1/halt/", {})
        finally:
            server.shutdown()
            thread.join()
    assert len(Losing.heard) == heard
    assert len(set(Losing.heard)) == 1

"""Providers of OpenID Connect that misbehave, are gone, or are set up wrongly."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt
from tests.system.browser import Browser
from tests.system.cloud_process import CloudProcess
from tests.system.openid_place import (
    HTML,
    give_address,
    leave,
    made,
    words_of,
)

from aosedge.clock import SystemClock

pytestmark = pytest.mark.slow


class Misbehaving(BaseHTTPRequestHandler):
    """A provider under whose answers are what a test says: by path, a status and a body."""

    answers: dict[str, tuple[int, bytes]] = {}

    def do_GET(self) -> None:
        status, body = self.answers.get(self.path, (404, b"nothing"))
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CloudProcess, str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://localhost:{server.server_port}"
    cloud = made(tmp_path_factory.mktemp("cloud"), url)
    give_address(cloud, "oem", "oem@example.org")
    yield cloud, url
    assert cloud.stop() == 0
    server.shutdown()
    server.server_close()
    thread.join()


def described(url: str, **changes: Any) -> tuple[int, bytes]:
    said = {
        "issuer": url,
        "authorization_endpoint": url + "/authorize",
        "token_endpoint": url + "/token",
        "jwks_uri": url + "/jwks",
    }
    return 200, json.dumps(said | changes).encode()


DESCRIPTION = "/.well-known/openid-configuration"


def test_a_provider_that_does_not_describe_itself_is_refused_in_words(misbehaving: tuple[CloudProcess, str]) -> None:
    cloud, url = misbehaving
    with Browser(cloud) as browser:
        for answer, words in (
            ((500, b"{}"), "answers 500"),
            ((200, b"<html>"), "no JSON"),
            ((200, b"[]"), "no object"),
            ((200, b"{}"), "tells too little"),
            ((200, b"[" * 100_000), "no JSON"),
            ((200, b'"' + b"x" * 600_000 + b'"'), "too large"),
            (described(url, issuer="https://evil.example"), "is another"),
            (described(url, token_endpoint="http://evil.example/token"), "not a safe address"),
        ):
            Misbehaving.answers = {DESCRIPTION: answer}
            assert words in words_of(leave(browser)), words
            program = browser.client.get("/sign-in/openid/")
            assert program.status_code in (400, 503)
            assert "Traceback" not in program.text


def test_a_token_that_does_not_hold_lets_nobody_in(misbehaving: tuple[CloudProcess, str]) -> None:
    cloud, url = misbehaving
    key, other = jwk.RSAKey.generate_key(2048), jwk.RSAKey.generate_key(2048)
    public = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    now = SystemClock().wall() // 1_000_000
    good = {"iss": url, "aud": "aoscloud", "sub": "s", "exp": now + 60, "iat": now, "email": "oem@example.org"}
    good["email_verified"] = True
    secret = jwk.OctKey.import_key("the provider's secret, long enough for this")

    def answered(browser: Browser, claims: dict[str, Any], **how: Any) -> httpx.Response:
        asked = parse_qs(urlsplit(leave(browser).headers["location"]).query)
        token = how.get("token") or jwt.encode(
            {"alg": how.get("alg", "RS256")}, {"nonce": asked["nonce"][0]} | claims, how.get("key", key)
        )
        Misbehaving.answers["/token"] = (200, json.dumps({"id_token": token}).encode())
        params = {"state": asked["state"][0], "code": "c"}
        return browser.client.get("/sign-in/openid/callback/", params=params, headers=HTML)

    Misbehaving.answers = {DESCRIPTION: described(url), "/jwks": (200, public)}
    with Browser(cloud) as browser:
        assert answered(browser, good).headers["location"] == "/units"
        browser.client.cookies.clear()
        for claims, how in (
            (good | {"nonce": "replayed"}, {}),
            (good | {"aud": "another"}, {}),
            (good | {"iss": "https://evil.example"}, {}),
            (good | {"exp": now - 3600}, {}),
            (good, {"key": other}),
            (good, {"key": secret, "alg": "HS256"}),
            (good, {"token": "not a token"}),
            (good, {"token": "eyJhbGciOiJub25lIn0.e30."}),
            (good, {"token": 7}),
        ):
            assert "hold" in (said := words_of(answered(browser, claims, **how))) or "no token" in said
        for path, answer in (("/token", (400, b'{"error":"invalid_grant"}')), ("/jwks", (200, b'{"keys":[{}]}'))):
            kept = dict(Misbehaving.answers)
            asked = parse_qs(urlsplit(leave(browser).headers["location"]).query)
            Misbehaving.answers[path] = answer
            params = {"state": asked["state"][0], "code": "c"}
            assert words_of(browser.client.get("/sign-in/openid/callback/", params=params, headers=HTML))
            Misbehaving.answers = kept
        assert browser.me().status_code == 401


def test_a_provider_that_is_gone_is_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        cloud = made(tmp_path, f"http://localhost:{free.getsockname()[1]}")
    try:
        with Browser(cloud) as browser:
            assert "cannot be reached" in words_of(leave(browser))
            program = browser.client.get("/sign-in/openid/")
            assert (program.status_code, program.headers["retry-after"]) == (503, "10")
    finally:
        assert cloud.stop() == 0


def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    cloud = CloudProcess(tmp_path)
    cloud.init()
    cloud.start()
    try:
        with Browser(cloud) as browser:
            assert browser.client.get("/sign-in/").json()["openid"] is None
            assert browser.client.get("/sign-in/openid/").status_code == 404
            assert browser.client.get("/sign-in/openid/callback/").status_code == 404
    finally:
        assert cloud.stop() == 0


@pytest.mark.parametrize(
    ("settings", "element"),
    [
        ({"AOSCLOUD_OPENID_ISSUER": "http://id.example"}, "openid_issuer"),
        (
            {"AOSCLOUD_OPENID_ISSUER": "https://id.example", "AOSCLOUD_OPENID_SECRET_FILE": "/missing"},
            "openid_secret_file",
        ),
        ({"AOSCLOUD_OPENID_NEW_USERS_ROLE": "king"}, "openid_new_users_role"),
    ],
)
def test_wrong_settings_are_refused_by_name(tmp_path: Path, settings: dict[str, str], element: str) -> None:
    cloud = CloudProcess(tmp_path)
    cloud.init()
    said = cloud.run("aosedge.cli.aoscloud", "serve", **settings)
    assert (said.returncode, element in said.stderr) == (1, True), said.stderr

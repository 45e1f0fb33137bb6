"""OpenID Connect against a real provider, and providers that misbehave."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt
from tests.system.browser import COOKIE, Browser
from tests.system.cloud_process import API, CloudProcess
from tests.system.test_sessions import database, lines

from aosedge.clock import SystemClock

pytestmark = pytest.mark.slow

HTML = {"accept": "text/html"}
WAIT_S = 30


@contextmanager
def provider() -> Iterator[str]:
    """A real one, as a process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    clock = SystemClock()
    end = clock.monotonic() + WAIT_S * 1_000_000
    try:
        while True:
            try:
                httpx.get(url + "/jwks", trust_env=False)
                break
            except httpx.HTTPError:
                assert clock.monotonic() < end, "the provider does not start"
        yield url
    finally:
        process.terminate()
        process.wait(WAIT_S)


def made(folder: Path, issuer: str, **settings: str) -> CloudProcess:
    cloud = CloudProcess(folder)
    secret = folder / "secret.txt"
    secret.write_text("the provider's secret\n")
    cloud.init()
    cloud.environment |= {
        "AOSCLOUD_OPENID_ISSUER": issuer,
        "AOSCLOUD_OPENID_CLIENT_ID": "aoscloud",
        "AOSCLOUD_OPENID_SECRET_FILE": str(secret),
        "AOSCLOUD_OPENID_TITLE": "Corporate account",
        "AOSCLOUD_SIGN_IN_ATTEMPTS": "10000",
        **{f"AOSCLOUD_OPENID_{name.upper()}": value for name, value in settings.items()},
    }
    cloud.start()
    return cloud


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as url:
        yield url


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[CloudProcess]:
    cloud = made(tmp_path_factory.mktemp("cloud"), issuer)
    yield cloud
    assert cloud.stop() == 0


def account(issuer: str, sub: str, **claims: Any) -> None:
    """Somebody whom the provider knows."""
    httpx.put(f"{issuer}/users/{sub}", json=claims, trust_env=False).raise_for_status()


def give_address(cloud: CloudProcess, username: str, email: str) -> None:
    database(cloud, "UPDATE users SET email = ? WHERE username = ?", email, username)


def leave(browser: Browser, next: str = "/units") -> httpx.Response:
    return browser.client.get("/sign-in/openid/", params={"next": next}, headers=HTML)


def at_provider(answer: httpx.Response, sub: str, action: str = "authorize") -> str:
    """What the person does there; gives where they are sent back to, as the API's path."""
    assert answer.status_code == 302, answer.text
    there = httpx.post(answer.headers["location"], data={"sub": sub, "action": action}, trust_env=False)
    assert there.status_code == 302, there.text
    return str(there.headers["location"]).partition(API)[2]


def there_and_back(browser: Browser, sub: str, next: str = "/units") -> httpx.Response:
    return browser.client.get(at_provider(leave(browser, next), sub), headers=HTML)


def words_of(answer: httpx.Response) -> str:
    """What the sign-in page is to show."""
    assert answer.status_code == 302, answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    place, _, words = answer.headers["location"].partition("#error=")
    assert place == "/sign-in"
    return unquote(words)


def test_a_verified_address_signs_in_and_leads_to_the_page_that_was_wanted(cloud: CloudProcess, issuer: str) -> None:
    give_address(cloud, "oem", "Oem@Example.org")
    account(issuer, "s-oem", email="oem@example.org", email_verified=True)
    with Browser(cloud) as browser:
        gone = leave(browser, "/units?state=failed")
        asked = parse_qs(urlsplit(gone.headers["location"]).query)
        back = browser.client.get(at_provider(gone, "s-oem"), headers=HTML)
        me = browser.me().json()
        ways = browser.client.get("/sign-in/").json()
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert (back.status_code, back.headers["location"]) == (302, "/units?state=failed")
    assert (me["username"], me["session"]["how"], ways["openid"]) == ("oem", "openid", "Corporate account")
    assert lines(cloud, "oem", "sign_in_openid")[0]["outcome"] == "done"


def test_whoever_came_once_is_known_by_their_subject_until_the_user_s_address_changes(
    cloud: CloudProcess, issuer: str
) -> None:
    give_address(cloud, "auditor", "auditor@example.org")
    account(issuer, "s-auditor", email="auditor@example.org", email_verified=True)
    with Browser(cloud) as browser, cloud.person("oem") as oem:
        assert there_and_back(browser, "s-auditor").headers["location"] == "/units"
        account(issuer, "s-auditor", email="renamed@example.org", email_verified=True)
        assert there_and_back(browser, "s-auditor").headers["location"] == "/units"
        user = oem.get("/users/", params={"username": "auditor"}).json()["items"][0]
        changed = oem.put(f"/users/{user['id']}/", json={"role": "auditor", "email": "other@example.org"})
        assert changed.status_code == 200, changed.text
        assert "nobody here has your address" in words_of(there_and_back(browser, "s-auditor"))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email": "unknown@example.org", "email_verified": True}, "nobody here has your address"),
        ({"email": "oem@example.org", "email_verified": False}, "has not verified"),
        ({"email": "oem@example.org"}, "has not verified"),
        ({}, "has not verified"),
    ],
)
def test_an_unknown_or_unverified_address_is_refused(
    cloud: CloudProcess, issuer: str, claims: dict[str, Any], words: str
) -> None:
    account(issuer, "s-unknown", **claims)
    with Browser(cloud) as browser:
        assert words in words_of(there_and_back(browser, "s-unknown"))
        assert browser.me().status_code == 401


def test_a_suspended_user_is_refused(cloud: CloudProcess, issuer: str) -> None:
    with cloud.person("oem") as oem:
        body = {"username": "resting", "role": "auditor", "email": "resting@example.org"}
        user = oem.post("/users/", json=body).json()
        assert oem.post(f"/users/{user['id']}/suspend/").status_code == 200
    account(issuer, "s-resting", email="resting@example.org", email_verified=True)
    with Browser(cloud) as browser:
        assert "suspended" in words_of(there_and_back(browser, "s-resting"))
    assert user["id"] in lines(cloud, "oem", "sign_in_openid")[0]["target"]


def test_somebody_of_several_organizations_chooses(cloud: CloudProcess, issuer: str) -> None:
    for username in ("owner", "stranger"):
        give_address(cloud, username, "several@example.org")
    account(issuer, "s-several", email="several@example.org", email_verified=True)
    with Browser(cloud) as browser:
        place, _, token = there_and_back(browser, "s-several", "/fleets").headers["location"].partition("#choice=")
        assert (place, browser.me().status_code) == ("/sign-in", 401)
        offered = browser.client.post("/sign-in/choices/", json={"token": token}).json()["items"]
        assert {(each["username"], each["organization"]) for each in offered} == {
            ("owner", "First OEM"), ("stranger", "Other OEM"),
        }  # fmt: skip
        with cloud.person("sp") as sp:
            foreign = sp.get("/users/me/").json()["id"]
        refused = browser.client.post("/sign-in/choice/", json={"token": token, "user_id": foreign})
        assert (refused.status_code, "not one of your choices" in refused.json()["message"]) == (401, True)
        mine = next(each["user_id"] for each in offered if each["username"] == "stranger")
        answer = browser.client.post("/sign-in/choice/", json={"token": token, "user_id": mine})
        assert answer.status_code == 200, answer.text
        assert browser.began(answer)["next"] == "/fleets"
        assert browser.me().json()["username"] == "stranger"
        again = browser.client.post("/sign-in/choice/", json={"token": token, "user_id": mine})
        unknown = browser.client.post("/sign-in/choices/", json={"token": "aostick_unknown"})
    assert (again.status_code, unknown.status_code) == (401, 401)


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil.example", "evil"])
def test_nobody_is_sent_elsewhere(cloud: CloudProcess, next: str) -> None:
    with Browser(cloud) as browser:
        assert "leads elsewhere" in words_of(leave(browser, next))
        program = browser.client.get("/sign-in/openid/", params={"next": next})
    assert (program.status_code, program.json()["element"]) == (400, "next")


def test_a_way_back_is_good_once_in_the_same_browser_and_for_minutes(cloud: CloudProcess, issuer: str) -> None:
    account(issuer, "s-oem", email="oem@example.org", email_verified=True)
    with Browser(cloud) as browser, Browser(cloud) as other:
        back = at_provider(leave(browser), "s-oem")
        assert "another browser" in words_of(other.client.get(back, headers=HTML))
        assert "was done already" in words_of(browser.client.get(back, headers=HTML)), "it is spent"
        back = at_provider(leave(browser), "s-oem")
        assert browser.client.get(back, headers=HTML).headers["location"] == "/units"
        assert "was done already" in words_of(browser.client.get(back, headers=HTML))
        late = at_provider(leave(browser), "s-oem")
        database(cloud, "UPDATE tickets SET expires_at = 1")
        assert "took too long" in words_of(browser.client.get(late, headers=HTML))
        bare = browser.client.get("/sign-in/openid/callback/")
    assert (bare.status_code, bare.json()["kind"]) == (401, "unauthenticated")


def test_what_the_provider_says_against_it_is_told(cloud: CloudProcess, issuer: str) -> None:
    with Browser(cloud) as browser:
        gone = leave(browser)
        state = parse_qs(urlsplit(gone.headers["location"]).query)["state"][0]
        denied = browser.client.get(
            "/sign-in/openid/callback/", params={"state": state, "error": "access_denied"}, headers=HTML
        )
        assert "access_denied" in words_of(denied)
        for more in ({"code": "made up"}, {"iss": "https://evil.example", "code": "x"}, {}):
            state = parse_qs(urlsplit(leave(browser).headers["location"]).query)["state"][0]
            params = {"state": state, **more}
            answer = browser.client.get("/sign-in/openid/callback/", params=params, headers=HTML)
            assert words_of(answer)
    assert database(cloud, "SELECT count(*) FROM audit WHERE operation = 'sign_in_openid' AND chain = ''")[0][0] > 0


def test_newcomers_become_users_where_a_setting_says_so(tmp_path: Path, issuer: str) -> None:
    account(issuer, "s-new", email="newcomer@example.org", email_verified=True, preferred_username="new.comer")
    account(issuer, "s-bad", email="odd name@example.org", email_verified=True)
    cloud = made(tmp_path, issuer)
    org = database(cloud, "SELECT id FROM organizations WHERE kind = 'oem' AND title = 'First OEM'")[0][0]
    assert cloud.stop() == 0
    cloud.lines.clear()
    cloud.environment |= {"AOSCLOUD_OPENID_NEW_USERS": org, "AOSCLOUD_OPENID_NEW_USERS_ROLE": "auditor"}
    cloud.start()
    try:
        with Browser(cloud) as browser:
            assert there_and_back(browser, "s-new").headers["location"] == "/units"
            me = browser.me().json()
            assert "no user could be made" in words_of(there_and_back(browser, "s-bad"))
    finally:
        assert cloud.stop() == 0
    assert (me["username"], me["role"], me["email"]) == ("new.comer", "auditor", "newcomer@example.org")


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

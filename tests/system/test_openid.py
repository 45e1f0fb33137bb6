"""OpenID Connect against a real provider."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.system.browser import Browser
from tests.system.cloud_process import CloudProcess
from tests.system.openid_place import (
    HTML,
    account,
    at_provider,
    give_address,
    leave,
    made,
    provider,
    there_and_back,
    words_of,
)
from tests.system.test_sessions import database, lines

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as url:
        yield url


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[CloudProcess]:
    cloud = made(tmp_path_factory.mktemp("cloud"), issuer)
    yield cloud
    assert cloud.stop() == 0


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
    give_address(cloud, "oem", "oem@example.org")
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

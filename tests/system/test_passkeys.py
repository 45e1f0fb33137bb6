"""Passkeys through the real API, with an authenticator in software."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.system.authenticator import MAY_SYNC, PRESENT, SYNCED, VERIFIED, Authenticator
from tests.system.browser import COOKIE, Browser, by_link
from tests.system.cloud_process import CloudProcess
from tests.system.test_sessions import database, lines


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    made = CloudProcess(tmp_path_factory.mktemp("cloud"))
    made.environment["AOSCLOUD_SIGN_IN_ATTEMPTS"] = "10000"
    made.init()
    made.start()
    yield made
    assert made.stop() == 0


@pytest.fixture(autouse=True)
def nobody_has_one(cloud: CloudProcess) -> None:
    """One user may have twenty, and the tests share theirs."""
    database(cloud, "DELETE FROM passkeys")


def enrol(browser: Browser, device: Authenticator, title: str = "phone") -> dict[str, Any]:
    options = browser.client.post("/users/me/passkeys/options/").json()
    body = {"title": title, "credential": device.create(options)}
    answer = browser.client.post("/users/me/passkeys/", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def asked(browser: Browser) -> dict[str, Any]:
    answer = browser.client.post("/sign-in/passkey/options/")
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.json()
    return options


def sign_in(browser: Browser, device: Authenticator, **changes: Any) -> Any:
    return browser.client.post("/sign-in/passkey/", json={"credential": device.get(asked(browser), **changes)})


def invited(cloud: CloudProcess, username: str, role: str = "oem") -> tuple[dict[str, Any], dict[str, str]]:
    with cloud.person("oem") as oem:
        user = oem.post("/users/", json={"username": username, "role": role}).json()
        token = oem.post(f"/users/{user['id']}/invitations/", json={}).json()["token"]
    return user, {"authorization": f"Token {token}"}


@pytest.mark.parametrize("fmt", ["none", "packed"])
def test_a_passkey_is_enrolled_and_signs_in_without_a_user_name(cloud: CloudProcess, fmt: str) -> None:
    device = Authenticator(cloud.url, fmt=fmt)
    with by_link(cloud, "oem") as browser:
        made = enrol(browser, device)
    with Browser(cloud) as browser:
        begun = browser.began(sign_in(browser, device))
        me = browser.me().json()
        again = browser.client.get("/users/me/passkeys/").json()["items"]
    assert (begun["username"], me["session"]["how"]) == ("oem", "passkey")
    assert device.residents[0].name == "oem (First OEM)", "an authenticator shows which organization it is for"
    used = next(each for each in again if each["id"] == made["id"])
    assert (made["last_used_at"], made["title"], made["synced"]) == (None, "phone", False)
    assert used["last_used_at"] is not None


def test_one_who_is_invited_comes_in_with_a_passkey_and_no_certificate(cloud: CloudProcess) -> None:
    user, token = invited(cloud, "passkey-only")
    device = Authenticator(cloud.url)
    with Browser(cloud) as browser:
        options = browser.client.post("/invitations/passkey/options/", headers=token).json()
        body = {"title": "laptop", "credential": device.create(options)}
        answer = browser.client.post("/invitations/passkey/", json=body, headers=token)
        assert answer.status_code == 201, answer.text
        browser.began(answer)
        assert browser.me().json()["username"] == "passkey-only"
        again = browser.client.post("/invitations/passkey/options/", headers=token)
    with Browser(cloud) as browser, cloud.person("oem") as oem:
        browser.began(sign_in(browser, device))
        assert oem.get("/user-certificates/", params={"user_id": user["id"]}).json()["total"] == 0
        state = oem.get("/invitations/", params={"user_id": user["id"]}).json()["items"][0]["state"]
        assert [one["title"] for one in oem.get("/passkeys/", params={"user_id": user["id"]}).json()["items"]] == [
            "laptop"
        ]
    assert (again.status_code, state) == (403, "used")
    found = lines(cloud, "oem", "invited_passkeys_create")
    assert {line["outcome"] for line in found if user["id"] in line["target"]} == {"done", "denied"}


def test_an_invitation_s_challenge_is_for_that_invitation(cloud: CloudProcess) -> None:
    _, first = invited(cloud, "invited-1")
    _, second = invited(cloud, "invited-2")
    device = Authenticator(cloud.url)
    with Browser(cloud) as browser:
        options = browser.client.post("/invitations/passkey/options/", headers=first).json()
        body = {"title": "x", "credential": device.create(options)}
        assert browser.client.post("/invitations/passkey/", json=body, headers=second).status_code == 400
        unknown = {"authorization": "Token aosinv_unknown"}
        assert browser.client.post("/invitations/passkey/options/", headers=unknown).status_code == 403
        assert browser.client.post("/invitations/passkey/", json=body, headers=unknown).status_code == 403
        assert browser.client.post("/invitations/passkey/options/").status_code == 401
        assert COOKIE not in browser.client.cookies


def test_a_challenge_is_good_once(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        options = browser.client.post("/users/me/passkeys/options/").json()
        body = {"title": "x", "credential": device.create(options)}
        assert browser.client.post("/users/me/passkeys/", json=body).status_code == 201
        assert "was used" in browser.client.post("/users/me/passkeys/", json=body).json()["message"]
        credential = {"credential": device.get(asked(browser))}
        browser.began(browser.client.post("/sign-in/passkey/", json=credential))
        replayed = browser.client.post("/sign-in/passkey/", json=credential)
    assert replayed.status_code == 401
    assert "challenge was used" in replayed.json()["message"]


def test_a_challenge_is_spent_by_a_wrong_answer(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        enrol(browser, device)
        options = asked(browser)
        wrong = {"credential": device.get(options, origin="https://evil.example")}
        assert browser.client.post("/sign-in/passkey/", json=wrong).status_code == 401
        right = browser.client.post("/sign-in/passkey/", json={"credential": device.get(options)})
    assert "challenge was used" in right.json()["message"]


def test_an_expired_challenge_is_refused(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        enrol(browser, device)
        options = asked(browser)
        database(cloud, "UPDATE tickets SET expires_at = 1")
        answer = browser.client.post("/sign-in/passkey/", json={"credential": device.get(options)})
    assert (answer.status_code, "has expired" in answer.json()["message"]) == (401, True)


def test_another_user_s_challenge_is_refused(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as oem, by_link(cloud, "stranger") as stranger:
        options = oem.client.post("/users/me/passkeys/options/").json()
        body = {"title": "x", "credential": device.create(options)}
        answer = stranger.client.post("/users/me/passkeys/", json=body)
        assert oem.client.post("/users/me/passkeys/", json=body).status_code == 400, "it is spent"
        assert stranger.client.get("/users/me/passkeys/").json()["total"] == 0
    assert (answer.status_code, "somebody else's" in answer.json()["message"]) == (400, True)
    assert lines(cloud, "stranger", "own_passkeys_create")[0]["outcome"] == "denied"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origin": "https://evil.example"}, "origin"),
        ({"origin": "https://localhost:1"}, "origin"),
        ({"rp_id": "evil.example"}, "RP ID"),
        ({"type": "webauthn.create"}, "client data type"),
        ({"challenge": "AAAA"}, "challenge was used"),
        ({"key": ec.generate_private_key(ec.SECP256R1())}, "signature"),
        ({"user_id": b"somebody else"}, "another user's"),
        ({"user_id": b"\xff"}, "not an answer"),
        ({"challenge": 7}, "not an answer"),
    ],
)
def test_an_answer_that_does_not_hold_is_refused_and_noted(
    cloud: CloudProcess, changes: dict[str, Any], words: str
) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        enrol(browser, device)
    with Browser(cloud) as browser:
        answer = sign_in(browser, device, **changes)
        assert COOKIE not in browser.client.cookies
    assert answer.status_code == 401
    assert words in answer.json()["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origin": "https://evil.example"}, "origin"),
        ({"rp_id": "evil.example"}, "RP ID"),
        ({"type": "webauthn.get"}, "client data type"),
        ({"signature": b"0"}, "does not hold"),
    ],
)
def test_an_enrolment_that_does_not_hold_is_refused(cloud: CloudProcess, changes: dict[str, Any], words: str) -> None:
    device = Authenticator(cloud.url, fmt="packed")
    with by_link(cloud, "oem") as browser:
        options = browser.client.post("/users/me/passkeys/options/").json()
        body = {"title": "x", "credential": device.create(options, **changes)}
        answer = browser.client.post("/users/me/passkeys/", json=body)
    assert (answer.status_code, words in answer.json()["message"]) == (400, True), answer.text


def test_an_authenticator_must_have_verified_its_person(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        enrol(browser, device)
        device.flags = PRESENT
        assert "verif" in sign_in(browser, device).json()["message"]
        options = browser.client.post("/users/me/passkeys/options/").json()
        device.residents.clear()
        body = {"title": "x", "credential": device.create(options)}
        assert browser.client.post("/users/me/passkeys/", json=body).status_code == 400


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": 1},
        {"response": {"clientDataJSON": "e30"}},
        {"response": {"clientDataJSON": "%%%"}},
        {"response": {"clientDataJSON": "W10"}, "rawId": 1},
        {"response": {"clientDataJSON": "x" * 100_001}},
    ],
)
def test_what_is_no_answer_of_a_passkey_is_refused(cloud: CloudProcess, credential: dict[str, Any]) -> None:
    with Browser(cloud) as browser:
        answer = browser.client.post("/sign-in/passkey/", json={"credential": credential})
    assert answer.status_code == 401, answer.text
    with by_link(cloud, "oem") as browser:
        answer = browser.client.post("/users/me/passkeys/", json={"title": "x", "credential": credential})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("part", ["rawId", "id", "authenticatorData", "signature"])
def test_an_answer_with_a_broken_part_is_refused(cloud: CloudProcess, part: str) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        enrol(browser, device)
        for broken in ("", "AA", "é", 5, None, {"a": 1}):
            credential = device.get(asked(browser))
            (credential if part in credential else credential["response"])[part] = broken
            answer = browser.client.post("/sign-in/passkey/", json={"credential": credential})
            assert answer.status_code == 401, (broken, answer.text)


def test_a_copied_passkey_is_noticed_by_its_count(cloud: CloudProcess) -> None:
    cloud.stop()  # the failures of the tests before may have used up the lines that one address has
    cloud.lines.clear()
    cloud.start()
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as browser:
        enrol(browser, device)
        browser.began(sign_in(browser, device, count=9))
        answer = sign_in(browser, device, count=9)
        again = sign_in(browser, device, count=3)
    assert (answer.status_code, again.status_code) == (401, 401)
    assert "sign count" in answer.json()["message"]
    assert any("sign count" in line["detail"] for line in lines(cloud, "oem", "sign_in_passkey"))


def test_an_authenticator_that_syncs_does_not_count(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url, counts=False, flags=PRESENT | VERIFIED | MAY_SYNC | SYNCED)
    with by_link(cloud, "oem") as browser:
        assert enrol(browser, device)["synced"] is True
        for _ in range(2):
            browser.began(sign_in(browser, device))


def test_passkeys_are_renamed_and_removed_and_end_their_sessions(cloud: CloudProcess) -> None:
    device = Authenticator(cloud.url)
    with by_link(cloud, "oem") as keeper, Browser(cloud) as browser:
        made = enrol(keeper, device)
        path = f"/users/me/passkeys/{made['id']}/"
        browser.began(sign_in(browser, device))
        assert keeper.client.put(path, json={"title": "desk"}).json()["title"] == "desk"
        assert keeper.client.put(path, json={"title": ""}).status_code == 400
        assert keeper.client.delete(path).status_code == 204
        assert browser.me().status_code == 401
        assert keeper.me().status_code == 200
        assert "no such passkey" in sign_in(browser, device).json()["message"]
        assert keeper.client.delete(path).status_code == 404


def test_a_last_way_in_is_not_removed(cloud: CloudProcess) -> None:
    user, token = invited(cloud, "one-way")
    device, second = Authenticator(cloud.url), Authenticator(cloud.url)
    with Browser(cloud) as browser, cloud.person("oem") as oem:
        options = browser.client.post("/invitations/passkey/options/", headers=token).json()
        body = {"title": "only", "credential": device.create(options)}
        browser.began(browser.client.post("/invitations/passkey/", json=body, headers=token))
        only = browser.client.get("/users/me/passkeys/").json()["items"][0]["id"]
        refused = browser.client.delete(f"/users/me/passkeys/{only}/")
        assert (refused.status_code, "last way in" in refused.json()["message"]) == (409, True)
        enrol(browser, second, "another")
        assert browser.client.delete(f"/users/me/passkeys/{only}/").status_code == 204
        other = oem.get("/passkeys/", params={"user_id": user["id"]}).json()["items"][0]["id"]
        assert oem.delete(f"/passkeys/{other}/").status_code == 204, "whoever manages users can invite again"


def test_passkeys_of_others_are_out_of_reach(cloud: CloudProcess) -> None:
    with by_link(cloud, "stranger") as stranger, by_link(cloud, "oem") as oem:
        made = enrol(stranger, Authenticator(cloud.url))
        for path in (f"/users/me/passkeys/{made['id']}/", f"/passkeys/{made['id']}/"):
            assert oem.client.delete(path).status_code == 404
        assert oem.client.put(f"/users/me/passkeys/{made['id']}/", json={"title": "x"}).status_code == 404
        assert made["id"] not in oem.client.get("/passkeys/").text
        assert stranger.client.delete(f"/passkeys/{made['id']}/").status_code == 409


def test_a_token_may_not_enrol_a_passkey(cloud: CloudProcess) -> None:
    with by_link(cloud, "oem") as browser, cloud.nobody() as program:
        made = browser.client.post("/api-tokens/", json={"title": "t", "scopes": ["passkeys_list"]}).json()
        program.headers["authorization"] = f"Bearer {made['token']}"
        assert program.post("/users/me/passkeys/options/").status_code == 403
        assert program.post("/users/me/passkeys/", json={"title": "x", "credential": {}}).status_code == 403


def test_the_same_passkey_is_enrolled_once_and_there_are_twenty_at_most(cloud: CloudProcess) -> None:
    with by_link(cloud, "owner") as browser:
        for number in range(20):
            enrol(browser, Authenticator(cloud.url), f"key {number}")
        answer = browser.client.post("/users/me/passkeys/options/")
    assert (answer.status_code, answer.json()["expected"]) == (409, "at most 20")

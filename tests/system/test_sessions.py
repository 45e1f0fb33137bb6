"""Sessions of people in a browser: how they begin, what they need, and how they end; over HTTPS against AosCloud."""

import sqlite3
from typing import Any

import pytest
from tests.system.browser import COOKIE, Browser, by_link, link_token
from tests.system.cloud_process import CloudProcess
from tests.system.test_api_events import Listener

from aosedge.trust import secrets


def database(cloud: CloudProcess, statement: str, *values: object) -> list[Any]:
    """Straight into the rows: time that has passed, and what is kept of secrets."""
    with sqlite3.connect(cloud.folder / "aoscloud.db", timeout=30) as connection:
        return list(connection.execute(statement, values))


def lines(cloud: CloudProcess, user: str, operation: str) -> list[dict[str, Any]]:
    with cloud.person(user) as client:
        found: list[dict[str, Any]] = client.get("/audit/", params={"operation": operation}).json()["items"]
    return found


def test_a_certificate_begins_a_session_whose_cookie_is_for_this_host_and_no_script(cloud: CloudProcess) -> None:
    with Browser(cloud, cloud.person("oem")) as browser:
        answer = browser.client.post("/sign-in/certificate/")
        said = answer.headers["set-cookie"]
        assert answer.status_code == 200, answer.text
        begun = browser.began(answer)
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/", "Max-Age=43200", f"{COOKIE}={secrets.SESSION}"):
        assert word in said
    assert "Domain" not in said
    assert begun["session"]["how"] == "certificate"
    assert browser.secret not in answer.text
    assert lines(cloud, "oem", "sign_in_certificate")[0]["outcome"] == "done"


def test_a_session_alone_lets_in_and_users_me_tells_of_it(cloud: CloudProcess) -> None:
    with by_link(cloud, "oem") as browser:
        me = browser.me().json()
    assert (me["username"], me["signed_in_by"], me["organization"]) == ("oem", "session", me["oem"])
    assert me["session"]["csrf_token"] == browser.client.headers["x-csrf-token"]
    assert (me["session"]["device"], me["session"]["address"]) == ("Browser/1.0", "127.0.0.1")


def test_users_me_tells_of_a_certificate_without_a_session(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        me = client.get("/users/me/").json()
    assert me["signed_in_by"] == "certificate"
    assert "session" not in me


def test_of_a_session_the_database_has_no_secret(cloud: CloudProcess) -> None:
    with by_link(cloud, "oem") as browser:
        kept = database(cloud, "SELECT * FROM web_sessions")
    assert browser.secret not in repr(kept)
    assert secrets.hash_of(browser.secret) in repr(kept)


def test_a_link_signs_in_once(cloud: CloudProcess) -> None:
    made = cloud.run("aosedge.cli.aoscloud", "sign-in-link", "auditor")
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip().partition("#link=")[2]
    with Browser(cloud) as browser, Browser(cloud) as second:
        assert browser.sign_in("/sign-in/link/", {"token": token})["username"] == "auditor"
        again = second.client.post("/sign-in/link/", json={"token": token})
    assert again.status_code == 401
    assert "was used or has expired" in again.json()["message"]


def test_an_expired_a_foreign_and_a_wrong_link_are_refused(cloud: CloudProcess) -> None:
    token = link_token(cloud, "oem")
    database(cloud, "UPDATE tickets SET expires_at = 1")
    with Browser(cloud) as browser:
        for wrong in (token, "aoslink_" + "0" * 64, "", "x" * 100_000):
            assert browser.client.post("/sign-in/link/", json={"token": wrong}).status_code == 401
        assert browser.client.post("/sign-in/link/", json={"token": 1}).status_code == 400
        assert COOKIE not in browser.client.cookies


def test_a_link_is_for_somebody_who_is_there_and_may_come_in(cloud: CloudProcess) -> None:
    nobody = cloud.run("aosedge.cli.aoscloud", "sign-in-link", "nobody")
    assert (nobody.returncode, "no such user" in nobody.stderr) == (3, True)


def test_without_a_certificate_none_signs_in(cloud: CloudProcess) -> None:
    with Browser(cloud) as browser:
        answer = browser.client.post("/sign-in/certificate/")
    assert (answer.status_code, answer.json()["element"]) == (401, "client certificate")


def test_a_change_in_a_session_needs_the_session_s_token(cloud: CloudProcess) -> None:
    with by_link(cloud, "oem") as browser, by_link(cloud, "oem") as other:
        right = browser.client.headers.pop("x-csrf-token")
        assert browser.me().status_code == 200, "reading needs none"
        missing = browser.client.post("/fleets/", json={"title": "csrf"})
        wrong = browser.client.post(
            "/fleets/", json={"title": "csrf"}, headers={"x-csrf-token": other.client.headers["x-csrf-token"]}
        )
        good = browser.client.post("/fleets/", json={"title": "csrf"}, headers={"x-csrf-token": right})
    assert (missing.status_code, wrong.status_code, good.status_code) == (403, 403, 201)
    assert missing.json()["element"] == wrong.json()["element"] == "X-CSRF-Token"
    assert "users/me/" in missing.json()["cure"]


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("how", ["session", "certificate"])
def test_a_change_that_another_site_asks_for_is_refused(cloud: CloudProcess, how: str, said: dict[str, str]) -> None:
    browser = by_link(cloud, "oem") if how == "session" else Browser(cloud, cloud.person("oem"))
    with browser:
        del browser.client.headers["origin"]
        answer = browser.client.post("/fleets/", json={"title": "foreign"}, headers=said)
        link = browser.client.post("/sign-in/link/", json={"token": "x"}, headers=said)
    assert (answer.status_code, link.status_code) == (403, 403)
    assert "another site asked for this" in answer.json()["message"]


def test_a_session_goes_before_a_certificate_and_a_token_before_both(cloud: CloudProcess) -> None:
    with Browser(cloud, cloud.person("auditor")) as browser:
        assert browser.me().json()["username"] == "auditor"
        browser.sign_in("/sign-in/link/", {"token": link_token(cloud, "oem")})
        assert browser.me().json()["username"] == "oem"
        made = browser.client.post("/api-tokens/", json={"title": "t", "scopes": ["fleets_list"]}).json()
        bearer = {"authorization": f"Bearer {made['token']}"}
        me = browser.client.get("/users/me/", headers=bearer).json()
        assert (me["signed_in_by"], "session" in me) == ("token", False)
        assert browser.client.post("/sign-out/").status_code == 204
        assert browser.me().json()["username"] == "auditor", "the cookie is gone"
        stale = browser.client.get("/users/me/", headers={"cookie": f"{COOKIE}=aosses_ended"})
    assert stale.status_code == 401, "a session that has ended does not fall back to the certificate"


def test_a_token_may_not_touch_sessions(cloud: CloudProcess) -> None:
    with by_link(cloud, "oem") as browser, cloud.nobody() as program:
        refused = browser.client.post("/api-tokens/", json={"title": "t", "scopes": ["own_sessions_list"]})
        made = browser.client.post("/api-tokens/", json={"title": "t", "scopes": ["sessions_list"]}).json()
        program.headers["authorization"] = f"Bearer {made['token']}"
        assert program.get("/users/me/sessions/").status_code == 403
        assert program.delete("/users/me/sessions/").status_code == 403
        assert program.get("/sessions/").status_code == 200
    assert refused.status_code == 403


@pytest.mark.parametrize("secret", ["x", "aosses_" + "0" * 64, '"', "é".encode().decode("latin-1"), "a" * 4000])
def test_a_cookie_that_was_tampered_with_lets_nobody_in(cloud: CloudProcess, secret: str) -> None:
    with Browser(cloud) as browser:
        answer = browser.client.get("/users/me/", headers={"cookie": f"{COOKIE}={secret}".encode("latin-1")})
    assert answer.status_code == 401


def test_a_session_ends_unused_and_at_last(cloud: CloudProcess) -> None:
    for column in ("idle_expires_at", "expires_at"):
        with by_link(cloud, "auditor") as browser:
            mine = browser.me().json()["session"]["id"]
            database(cloud, f"UPDATE web_sessions SET {column} = 1 WHERE id = ?", mine)
            answer = browser.me()
        assert (answer.status_code, answer.json()["element"]) == (401, "session")


def test_use_is_written_down_to_the_minute_and_keeps_a_session_from_falling_idle(cloud: CloudProcess) -> None:
    with by_link(cloud, "auditor") as browser:
        before = browser.me().json()["session"]
        database(
            cloud,
            "UPDATE web_sessions SET last_used_at = created_at - 90000000, idle_expires_at = created_at + 60000000"
            " WHERE id = ?",
            before["id"],
        )
        browser.me()
        after = browser.me().json()["session"]
    assert after["last_used_at"] >= before["last_used_at"]
    assert after["idle_expires_at"] >= before["idle_expires_at"]
    assert after["expires_at"] == before["expires_at"]


def test_what_a_page_asks_with_nobody_before_it_keeps_no_session_from_falling_idle(cloud: CloudProcess) -> None:
    with by_link(cloud, "auditor") as browser:
        mine = browser.me().json()["session"]["id"]
        database(
            cloud,
            "UPDATE web_sessions SET last_used_at = 1, idle_expires_at = created_at + 60000000 WHERE id = ?",
            mine,
        )
        alone = {"x-unattended": "true"}
        unused = browser.client.get("/users/me/", headers=alone).json()["session"]
        assert browser.client.get("/units/", headers=alone).status_code == 200
        assert browser.client.get("/users/me/", headers=alone).json()["session"] == unused
        assert browser.client.get("/units/").status_code == 200
        used = browser.client.get("/users/me/", headers=alone).json()["session"]
    assert used["last_used_at"] > unused["last_used_at"] and used["idle_expires_at"] > unused["idle_expires_at"]


def test_one_sees_and_ends_one_s_own_sessions(cloud: CloudProcess) -> None:
    with by_link(cloud, "owner") as here, by_link(cloud, "owner") as there, by_link(cloud, "oem") as other:
        listed = here.client.get("/users/me/sessions/").json()
        ids = {each["id"]: each["current"] for each in listed["items"]}
        mine, second = here.me().json()["session"]["id"], there.me().json()["session"]["id"]
        assert (ids[mine], ids[second]) == (True, False)
        foreign = other.me().json()["session"]["id"]
        assert here.client.delete(f"/users/me/sessions/{foreign}/").status_code == 404
        assert here.client.delete(f"/users/me/sessions/{second}/").status_code == 204
        assert (here.me().status_code, there.me().status_code) == (200, 401)
        with by_link(cloud, "owner") as third:
            ended = third.client.delete("/users/me/sessions/", params={"but_this": True})
            assert ended.json()["revoked"] >= 1
            assert (third.me().status_code, here.me().status_code) == (200, 401)
            assert third.client.delete("/users/me/sessions/").status_code == 200
            assert third.me().status_code == 401
        assert other.me().status_code == 200


def test_who_manages_users_sees_and_ends_their_sessions_and_no_others(cloud: CloudProcess) -> None:
    with by_link(cloud, "owner") as owner, by_link(cloud, "stranger") as stranger, cloud.person("oem") as oem:
        mine, foreign = owner.me().json()["session"], stranger.me().json()["session"]
        listed = oem.get("/sessions/", params={"user_id": mine["user_id"]}).json()["items"]
        assert mine["id"] in [each["id"] for each in listed]
        assert oem.get("/sessions/", params={"user_id": foreign["user_id"]}).json()["total"] == 0
        assert oem.delete(f"/sessions/{foreign['id']}/").status_code == 404
        assert owner.client.get("/sessions/").json()["items"][0]["user_id"] == mine["user_id"]
        assert oem.delete(f"/sessions/{mine['id']}/").status_code == 204
        assert (owner.me().status_code, stranger.me().status_code) == (401, 200)
    assert lines(cloud, "oem", "sessions_revoke")[0]["target"] == f"{mine['id']} of {mine['user_id']}"


def test_a_new_session_ends_the_one_before_it_in_the_same_browser(cloud: CloudProcess) -> None:
    with by_link(cloud, "auditor") as browser:
        old = browser.secret
        browser.sign_in("/sign-in/link/", {"token": link_token(cloud, "oem")})
        assert browser.secret != old
    with Browser(cloud) as thief:
        answer = thief.client.get("/users/me/", headers={"cookie": f"{COOKIE}={old}"})
    assert answer.status_code == 401


def test_signing_out_ends_the_session_and_its_cookie(cloud: CloudProcess) -> None:
    with by_link(cloud, "oem") as browser:
        secret = browser.secret
        answer = browser.client.post("/sign-out/")
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert browser.client.get("/users/me/", headers={"cookie": f"{COOKIE}={secret}"}).status_code == 401
    with cloud.person("oem") as client:
        assert client.post("/sign-out/").status_code == 409, "with a certificate there is nothing to sign out of"
    assert lines(cloud, "oem", "sign_out")[1]["outcome"] == "done"


def test_failed_sign_ins_are_in_the_trail(cloud: CloudProcess) -> None:
    serial = cloud.serial_of("sp")
    cloud.revoke(serial)
    with Browser(cloud, cloud.person("sp")) as browser:
        assert browser.client.post("/sign-in/certificate/").status_code == 401
    with cloud.nobody() as client:
        assert client.post("/fleets/", json={"title": "x"}, headers={"x-request-id": "nobody-1"}).status_code == 401
    found = database(
        cloud, "SELECT chain, operation, outcome, detail, origin FROM audit WHERE outcome IN (?, ?)",
        "unauthenticated", "denied",
    )  # fmt: skip
    assert any(
        chain and operation == "sign_in_certificate" and serial in said for chain, operation, _, said, _ in found
    )
    assert ("", "fleets_create", "unauthenticated", "127.0.0.1") in [(c, o, x, where) for c, o, x, _, where in found]


def test_the_commands_list_and_end_sessions_and_passkeys(cloud: CloudProcess) -> None:
    with by_link(cloud, "auditor") as browser:
        mine = browser.me().json()["session"]["id"]
        listed = cloud.aos("auditor", "session", "list")
        assert (listed.returncode, mine in listed.stdout, "Browser/1.0" in listed.stdout) == (0, True, True)
        assert "auditor" not in cloud.aos("oem", "session", "list", "--user", "auditor", "--json").stderr
        assert cloud.aos("oem", "session", "revoke", mine).returncode == 0
        assert browser.me().status_code == 401
    assert cloud.aos("auditor", "session", "revoke").returncode == 1
    assert "sessions ended" in cloud.aos("auditor", "session", "revoke", "--all").stdout
    assert cloud.aos("auditor", "passkey", "list").returncode == 0
    assert cloud.aos("auditor", "passkey", "remove", "missing").returncode == 3


def test_another_role_and_a_suspension_are_in_force_with_the_next_request_of_a_session(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = oem.post("/users/", json={"username": "changing", "role": "oem"}).json()
        with by_link(cloud, "changing") as browser:
            assert browser.client.post("/fleets/", json={"title": "changing"}).status_code == 201
            assert oem.put(f"/users/{user['id']}/", json={"role": "auditor"}).status_code == 200
            assert browser.client.post("/fleets/", json={"title": "again"}).status_code == 403
            assert browser.me().json()["role"] == "auditor"
            assert oem.post(f"/users/{user['id']}/suspend/").status_code == 200
            assert browser.me().status_code == 401
            assert oem.post(f"/users/{user['id']}/activate/").status_code == 200
            assert browser.me().status_code == 401, "a suspension ends sessions"
        token = link_token(cloud, "changing")
        assert oem.post(f"/users/{user['id']}/suspend/").status_code == 200
        with Browser(cloud) as browser:
            refused = browser.client.post("/sign-in/link/", json={"token": token})
    assert (refused.status_code, "suspended" in refused.json()["message"]) == (401, True)
    assert cloud.run("aosedge.cli.aoscloud", "sign-in-link", "changing").returncode == 3


@pytest.mark.slow
def test_streams_of_a_session_end_with_it_and_with_what_it_began_with(cloud: CloudProcess) -> None:
    with Browser(cloud, cloud.person("stranger")) as certified, by_link(cloud, "owner") as linked:
        certified.sign_in("/sign-in/certificate/")
        mine = linked.me().json()["session"]["id"]
        listeners = [Listener(certified.client), Listener(linked.client)]
        cloud.revoke(cloud.serial_of("stranger"))
        with cloud.person("oem") as oem:
            assert oem.delete(f"/sessions/{mine}/").status_code == 204
        assert certified.me().status_code == 401
        assert all(listener.ended.wait(40) for listener in listeners), "a stream lives for 60 s otherwise"


def test_a_flood_of_attempts_is_slowed_down_and_does_not_fill_the_trail(cloud: CloudProcess) -> None:
    before = database(cloud, "SELECT count(*) FROM audit")[0][0]
    with Browser(cloud) as browser:
        answers = [browser.client.post("/sign-in/link/", json={"token": "x"}) for _ in range(120)]
        changes = [browser.client.post("/fleets/", json={"title": "x"}).status_code for _ in range(60)]
    after = database(cloud, "SELECT count(*) FROM audit")[0][0]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0].headers["retry-after"]) <= 120
    assert refused[0].json()["kind"] == "too_many"
    assert set(changes) == {401}
    assert after - before < 60

"""Users, what they may, and the organizations that they are of, over HTTP against a real AosCloud."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.system.cloud_process import API, CloudProcess
from tests.system.people import invite, make, signed_in

MISSING = "00000000-0000-4000-8000-000000000000"


def test_a_suspended_user_is_out_with_the_next_request_and_back_when_active(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "suspended")
        with signed_in(cloud, invite(oem, user)) as client:
            assert client.get("/users/me/").status_code == 200
            assert oem.post(f"/users/{user['id']}/suspend/").json()["active"] is False
            assert client.get("/users/me/").status_code == 401
            assert oem.post(f"/users/{user['id']}/invitations/", json={}).status_code == 409
            assert oem.get("/users/", params={"active": False}).json()["total"] == 1
            assert oem.post(f"/users/{user['id']}/activate/").json()["active"] is True
            assert client.get("/users/me/").status_code == 200
            oem.put(f"/users/{user['id']}/", json={"role": "auditor"}).raise_for_status()
            assert client.post("/fleets/", json={"title": "no more"}).status_code == 403
            serial = oem.get("/user-certificates/", params={"user_id": user["id"]}).json()["items"][0]["serial"]
            assert oem.delete(f"/user-certificates/{serial}/").status_code == 204
            assert client.get("/users/me/").status_code == 401
        assert oem.delete(f"/users/{user['id']}/").status_code == 204
        assert oem.get(f"/users/{user['id']}/").status_code == 404


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_second_of_two_who_change_a_user_hears_of_the_first(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        fleets = sorted(oem.post("/fleets/", json={"title": title}).json()["id"] for title in ("one", "two", "three"))
        body = {"username": "shared", "role": "fleet owner", "fleet_ids": fleets}
        user = oem.post("/users/", json=body).json()["id"]
        seen = {oem.get(f"/users/{user}/").headers["etag"] for _ in range(3)}
        assert len(seen) == 1
        mark = {"if-match": seen.pop()}
        newer = oem.put(f"/users/{user}/", json={"role": "auditor"}, headers=mark)
        assert newer.status_code == 200
        refused = oem.put(f"/users/{user}/", json={"role": "oem"}, headers=mark)
        assert (refused.status_code, refused.json()["kind"], refused.json()["element"]) == (412, "stale", "if-match")
        again = oem.get(f"/users/{user}/")
        assert again.json()["role"] == "auditor" and again.headers["etag"] == newer.headers["etag"]
    assert cloud.aos("oem", "user", "change", "shared", "--email", "shared@example.org").returncode == 0


def test_a_stream_ends_within_a_minute_of_a_suspension(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "listener")
        with (
            signed_in(cloud, invite(oem, user)) as client,
            client.stream("GET", "/events/", timeout=60) as stream,
        ):
            assert stream.status_code == 200
            lines = stream.iter_lines()
            next(lines)
            oem.post(f"/users/{user['id']}/suspend/").raise_for_status()
            begun = datetime.now(UTC)
            for _line in lines:
                pass
    assert datetime.now(UTC) - begun < timedelta(seconds=45)


def test_a_user_has_what_they_were_given_and_gives_no_more(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        given = ["users_create", "users_list", "users_read", "users_update", "invitations_create", "users_delete"]
        deputy = make(oem, "deputy", permission_groups=[], permissions=given)
        boss = make(oem, "boss")
        with signed_in(cloud, invite(oem, deputy)) as client:
            me = client.get("/users/me/").json()
            assert (me["permission_groups"], set(me["permissions"])) == ([], set(given))
            assert client.get("/fleets/").status_code == 403
            some = make(client, "some", permission_groups=[], permissions=["users_list"])
            refusals = [
                client.post("/users/", json={"username": "all", "role": "oem"}),
                client.post("/users/", json={"username": "all", "role": "admin"}),
                client.put(
                    f"/users/{some['id']}/",
                    json={"role": "oem", "permission_groups": [], "permissions": ["fleets_list"]},
                ),
                client.post(f"/users/{boss['id']}/invitations/", json={}),
                client.delete(f"/users/{boss['id']}/"),
            ]
            assert [answer.status_code for answer in refusals] == [403, 400, 403, 403, 403]
            oneself = client.put(f"/users/{deputy['id']}/", json={"role": "oem"})
            assert (oneself.status_code, oneself.json()["element"]) == (409, "user")


@pytest.mark.parametrize(
    ("changes", "status", "element"),
    [
        ({"username": "a b"}, 400, "username"),
        ({"username": "oem"}, 409, "username"),
        ({"role": "sp"}, 400, "role"),
        ({"role": "king"}, 400, "role"),
        ({"role": "fleet owner"}, 400, "fleet_ids"),
        ({"role": "fleet owner", "fleet_ids": [MISSING]}, 404, "fleet"),
        ({"email": "nowhere"}, 400, "email"),
        ({"permissions": ["units_explode"]}, 400, "permissions"),
        ({"permission_groups": ["wizards"]}, 400, "permission_groups"),
        ({"organization_id": MISSING}, 404, "organization"),
        ({"colour": "red"}, 400, "data"),
    ],
)
def test_a_bad_user_is_refused_by_field(
    cloud: CloudProcess, changes: dict[str, Any], status: int, element: str
) -> None:
    with cloud.person("oem") as oem:
        answer = oem.post("/users/", json={"username": "nobody", "role": "oem", **changes})
        assert (answer.status_code, answer.json()["element"]) == (status, element), answer.text
        assert oem.get("/users/", params={"username": "nobody"}).json()["total"] == 0


def test_a_fleet_owner_is_of_fleets_of_their_own_oem(cloud: CloudProcess) -> None:
    with cloud.person("stranger") as stranger:
        foreign = stranger.get("/fleets/").json()["items"][0]["id"]
    with cloud.person("oem") as oem:
        mine = oem.get("/fleets/", params={"title": "default"}).json()["items"][0]["id"]
        refused = oem.post("/users/", json={"username": "f", "role": "fleet owner", "fleet_ids": [foreign]})
        assert refused.status_code == 404
        owner = make(oem, "fleet-owner", "fleet owner", fleet_ids=[mine])
        with signed_in(cloud, invite(oem, owner)) as client:
            me = client.get("/users/me/").json()
            assert client.get("/users/").status_code == 403
            assert client.get("/user-certificates/").json()["total"] == 1, "only their own"
    assert (me["role"], [fleet["title"] for fleet in me["fleets"]]) == ("fleet owner", ["default"])


def test_an_admin_makes_organizations_and_lets_in_their_first_user_alone(cloud: CloudProcess) -> None:
    with cloud.person("admin") as admin:
        made = admin.post("/organizations/", json={"title": "New OEM", "kind": "oem"}).json()
        assert admin.post("/organizations/", json={"title": "New OEM", "kind": "sp"}).status_code == 409
        user = make(admin, "first-of-new", organization_id=made["id"])
        with signed_in(cloud, invite(admin, user)) as client:
            assert client.get("/users/me/").json()["oem"]["title"] == "New OEM"
            second = admin.post(
                "/users/", json={"username": "second-of-new", "role": "oem", "organization_id": made["id"]}
            )
            assert (second.status_code, second.json()["element"]) == (409, "organization")
            assert admin.post(f"/users/{user['id']}/invitations/", json={}).status_code == 409
            assert admin.get("/units/").status_code == 403, "no tenant's data"
            assert client.post("/users/", json={"username": "second-of-new", "role": "oem"}).status_code == 201
            path = f"/organizations/{made['id']}/"
            assert admin.post(path + "suspend/").json()["active"] is False
            assert client.get("/users/me/").status_code == 401
            assert admin.post(path + "activate/").json()["active"] is True
            assert client.get("/users/me/").status_code == 200
            in_use = admin.delete(path)
            assert (in_use.status_code, in_use.json()["got"]) == (409, "2 users")
            for each in admin.get("/users/", params={"organization_id": made["id"]}).json()["items"]:
                assert admin.delete(f"/users/{each['id']}/").status_code == 204
            assert admin.put(path, json={"title": "Old OEM"}).json()["title"] == "Old OEM"
            assert admin.delete(path).status_code == 204
            assert admin.get(path).status_code == 404
        own = admin.get("/organizations/", params={"kind": "platform"}).json()["items"][0]["id"]
        assert admin.post(f"/organizations/{own}/suspend/").status_code == 409
        assert admin.delete(f"/organizations/{own}/").status_code == 409


def test_a_grant_is_given_shown_to_both_and_taken_back(cloud: CloudProcess) -> None:
    with cloud.person("admin") as admin, cloud.person("oem") as oem, cloud.person("stranger") as stranger:
        provider = admin.post("/organizations/", json={"title": "Granted SP", "kind": "sp"}).json()["id"]
        assert oem.post("/grants/", json={"service_provider_id": MISSING}).status_code == 404
        not_sp = oem.get("/users/me/").json()["oem"]["id"]
        assert oem.post("/grants/", json={"service_provider_id": not_sp}).status_code == 404
        assert oem.post("/grants/", json={"service_provider_id": provider}).status_code == 201
        assert oem.post("/grants/", json={"service_provider_id": provider}).status_code == 409
        assert oem.get(f"/organizations/{provider}/").json()["title"] == "Granted SP"
        assert stranger.get("/grants/").json()["total"] == 0
        assert stranger.delete(f"/grants/{provider}/").status_code == 404
        in_use = admin.delete(f"/organizations/{provider}/")
        assert (in_use.status_code, in_use.json()["got"]) == (409, "1 grants to it")
        assert oem.delete(f"/grants/{provider}/").status_code == 204
        assert oem.get(f"/organizations/{provider}/").status_code == 404
        assert admin.delete(f"/organizations/{provider}/").status_code == 204


def test_lists_are_filtered_sorted_and_cut(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        for name in ("list-a", "list-b"):
            invite(oem, make(oem, name, "auditor"))
            oem.post("/api-tokens/", json={"title": name, "scopes": ["fleets_list"]}).raise_for_status()
        for path, filters, orders in (
            ("/users/", {"role": "auditor"}, ("username", "-created_at", "email")),
            ("/invitations/", {"state": "open"}, ("created_at", "-expires_at")),
            ("/user-certificates/", {"state": "active"}, ("-not_after", "created_at")),
            ("/api-tokens/", {}, ("title", "-last_used_at")),
            ("/organizations/", {"active": True}, ("-title", "kind")),
            ("/grants/", {}, ("created_at",)),
        ):
            everything = oem.get(path).json()["total"]
            for order in orders:
                whole = oem.get(path, params={**filters, "ordering": order}).json()
                part = oem.get(path, params={**filters, "ordering": order, "limit": 1, "offset": 1}).json()
                assert 0 < whole["total"] <= everything, path
                assert (part["total"], part["items"]) == (whole["total"], whole["items"][1:2]), path
            assert oem.get(path, params={"ordering": "token_hash"}).status_code == 400
        assert {u["role"] for u in oem.get("/users/", params={"role": "auditor"}).json()["items"]} == {"auditor"}
        assert oem.get("/users/", params={"role": "king"}).status_code == 400


def test_of_a_foreign_user_nothing_can_be_seen_or_changed(cloud: CloudProcess) -> None:
    with cloud.person("stranger") as stranger:
        user = make(stranger, "foreign")
        invite(stranger, user)
        invitation = stranger.get("/invitations/").json()["items"][0]["id"]
        token = stranger.post("/api-tokens/", json={"title": "t", "scopes": ["fleets_list"]}).json()["id"]
        serial = stranger.get("/user-certificates/").json()["items"][0]["serial"]
        before = [stranger.get(path).json() for path in ("/users/", "/invitations/", "/api-tokens/")]
    asks: list[tuple[str, str, str, Any]] = [
        ("GET", "/users/{}/", user["id"], None),
        ("PUT", "/users/{}/", user["id"], {"role": "oem"}),
        ("POST", "/users/{}/suspend/", user["id"], None),
        ("POST", "/users/{}/activate/", user["id"], None),
        ("POST", "/users/{}/invitations/", user["id"], {}),
        ("DELETE", "/users/{}/", user["id"], None),
        ("DELETE", "/invitations/{}/", invitation, None),
        ("DELETE", "/api-tokens/{}/", token, None),
        ("DELETE", "/user-certificates/{}/", serial, None),
    ]
    with cloud.person("oem") as oem:
        for method, path, id, body in asks:
            answers = [
                oem.request(method, path.format(each), json=body, headers={"x-request-id": "same"})
                for each in (id, MISSING)
            ]
            assert (answers[0].status_code, answers[0].content) == (404, answers[1].content), path
        for path in ("/users/", "/invitations/", "/api-tokens/", "/user-certificates/"):
            shown = oem.get(path).text
            assert not [each for each in (user["id"], invitation, token, serial) if each in shown], path
    with cloud.person("stranger") as stranger:
        after = [stranger.get(path).json() for path in ("/users/", "/invitations/", "/api-tokens/")]
    assert after == before


def test_a_foreign_root_is_not_let_in_by_a_token(cloud: CloudProcess, tmp_path: Path) -> None:
    """The one-time token is in a header: the client checks the server first, as aos-keys does."""
    with (
        httpx.Client(verify=ssl.create_default_context(), trust_env=False) as client,
        pytest.raises(httpx.ConnectError),
    ):
        client.post(f"{cloud.url}{API}/user-certificates/", json={"csr": ""}, headers={"Authorization": "Token x"})

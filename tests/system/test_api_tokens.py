"""API tokens, over HTTP against a real AosCloud."""

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.people import bearer, database, invite, make, signed_in


def test_an_api_token_does_what_its_scopes_say_until_it_ends(cloud: CloudProcess) -> None:
    body = {"title": "ci", "scopes": ["fleets_list", "fleets_create"], "valid_days": 1}
    with cloud.person("oem") as oem:
        made = oem.post("/api-tokens/", json=body).json()
        with bearer(cloud, made["token"]) as client:
            assert client.get("/fleets/").status_code == 200
            assert client.post("/fleets/", json={"title": "by token"}).status_code == 201
            refused = client.get("/units/")
            me = client.get("/users/me/").json()
            assert set(me["effective_permissions"]) == {"fleets_list", "fleets_create", "users_me_read"}
            listed = oem.get("/api-tokens/").json()["items"]
            assert [t["last_used_at"] is not None for t in listed if t["id"] == made["id"]] == [True]
            line = oem.get("/audit/", params={"operation": "fleets_create"}).json()["items"][0]
            assert line["origin"].endswith(f"token:{made['id']}")
            database(cloud, "UPDATE api_tokens SET expires_at = 1 WHERE id = ?", made["id"])
            assert client.get("/fleets/").status_code == 401
    assert (refused.status_code, refused.json()["operation"]) == (403, "units_list")
    assert "not among your permissions" in refused.json()["message"]


def test_an_api_token_ends_with_its_revocation_its_user_and_its_role(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "program")
        with signed_in(cloud, invite(oem, user)) as client:
            made = [client.post("/api-tokens/", json={"title": "t", "scopes": ["fleets_list"]}).json() for _ in "ab"]
            more = client.post("/api-tokens/", json={"title": "t", "scopes": ["organizations_create"]})
            assert (more.status_code, more.json()["element"]) == (403, "scopes")
        first, second = (bearer(cloud, each["token"]) for each in made)
        with first, second:
            assert (first.get("/fleets/").status_code, second.get("/fleets/").status_code) == (200, 200)
            oem.put(
                f"/users/{user['id']}/", json={"role": "oem", "permission_groups": [], "permissions": ["units_list"]}
            ).raise_for_status()
            assert first.get("/fleets/").status_code == 403, "no more than its user"
            oem.put(f"/users/{user['id']}/", json={"role": "oem"}).raise_for_status()
            assert oem.delete(f"/api-tokens/{made[0]['id']}/").status_code == 204
            assert (first.get("/fleets/").status_code, second.get("/fleets/").status_code) == (401, 200)
            oem.delete(f"/users/{user['id']}/").raise_for_status()
            assert second.get("/fleets/").status_code == 401


@pytest.mark.parametrize("header", ["Bearer aos_guessed", "Bearer", "bearer x y", "Basic b2VtOm9lbQ==", "Token x"])
def test_a_wrong_authorization_is_refused_beside_a_good_certificate_too(cloud: CloudProcess, header: str) -> None:
    for client in (cloud.person("oem"), cloud.nobody()):
        with client:
            assert client.get("/fleets/", headers={"authorization": header}).status_code == 401


def test_a_token_does_not_let_its_holder_become_its_user(cloud: CloudProcess) -> None:
    scopes = ["users_list", "users_create", "invitations_create", "api_tokens_create"]
    with cloud.person("oem") as oem:
        boss = make(oem, "boss-2")
        made = oem.post("/api-tokens/", json={"title": "t", "scopes": scopes}).json()
        with bearer(cloud, made["token"]) as client:
            assert client.post(f"/users/{boss['id']}/invitations/", json={}).status_code == 403
            assert client.post("/users/", json={"username": "free", "role": "oem"}).status_code == 403
            wider = client.post("/api-tokens/", json={"title": "t", "scopes": ["fleets_list"]})
            assert (wider.status_code, wider.json()["got"]) == (403, "fleets_list")

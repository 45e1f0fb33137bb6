"""How people are made, invited, let in and looked up, over HTTP."""

import sqlite3
from typing import Any

import httpx
from tests.system.cloud_process import API, CloudProcess

from aosedge.trust import certificates, csr, tls


def make(client: httpx.Client, username: str, role: str = "oem", **more: Any) -> dict[str, Any]:
    answer = client.post("/users/", json={"username": username, "role": role, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def invite(client: httpx.Client, user: dict[str, Any]) -> str:
    answer = client.post(f"/users/{user['id']}/invitations/", json={})
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def redeem(cloud: CloudProcess, token: str, request: bytes | None = None, **more: str) -> httpx.Response:
    """As aos-keys does."""
    pem = csr.user_request(csr.new_key()) if request is None else request
    headers = {"Authorization": f"Token {token}", "Referer": "https://localhost"}
    with cloud.nobody() as client:
        return client.post("/user-certificates/", json={"csr": pem.decode(), **more}, headers=headers)


def signed_in(cloud: CloudProcess, token: str) -> httpx.Client:
    """A client of whoever has this one-time token."""
    key = csr.new_key()
    answer = redeem(cloud, token, csr.user_request(key))
    assert answer.status_code == 201, answer.text
    chain = answer.json()["certificate"]
    context = tls.client_context((cloud.folder / "root.pem").read_text(), chain, certificates.key_pem(key))
    return httpx.Client(base_url=cloud.url + API, verify=context, trust_env=False)


def bearer(cloud: CloudProcess, token: str) -> httpx.Client:
    client = cloud.nobody()
    client.headers["authorization"] = f"Bearer {token}"
    return client


def database(cloud: CloudProcess, statement: str, *values: object) -> list[Any]:
    """Straight into the rows: time that has passed, and what is kept of secrets."""
    connection = sqlite3.connect(cloud.folder / "aoscloud.db", timeout=10)
    with connection:
        found = connection.execute(statement, values).fetchall()
    connection.close()
    return found

"""A Unit that is not in yet, as far as the API sees it: keys, requests and proofs, all real."""

from typing import Any

import httpx
from tests.system.cloud_process import registration

from aosedge.trust import csr, possession
from aosedge.trust.csr import PrivateKey

Json = dict[str, Any]


class Newcomer:
    """One Unit with a fresh online key."""

    def __init__(self, client: httpx.Client, system_uid: str) -> None:
        self.client, self.system_uid = client, system_uid
        self.key: PrivateKey = csr.new_key("p384")
        self.body: Json = registration(system_uid) | {
            "online_public_csr": csr.unit_request(self.key, system_uid, "online").decode()
        }

    def challenge(self) -> str:
        answer = self.client.post("/units/challenge/")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["challenge"])

    def said(self, key: PrivateKey | None = None) -> Json:
        """The registration with a fresh proof, by this key or the new one."""
        challenge = self.challenge()
        parts = [self.body["system_uid"], self.body["online_public_csr"]]
        parts += [self.body[name] for name in ("offline_public_csr",) if self.body.get(name)]
        parts += [each["csr"] for each in self.body.get("additional_csrs", ())]
        return self.body | {"challenge": challenge, "proof": possession.sign(key or self.key, challenge, parts)}

    def enrol(self, secret: str, said: Json | None = None) -> httpx.Response:
        headers = {"Authorization": f"Token {secret}"}
        return self.client.post("/units/enrol/", json=said or self.said(), headers=headers)

    def collect(self, id: str) -> httpx.Response:
        challenge = self.challenge()
        proof = possession.sign(self.key, challenge, ("units_collect", id))
        return self.client.post(f"/units/waiting/{id}/", json={"challenge": challenge, "proof": proof})

"""Invitations and the certificates that people take for them, over HTTP against a real AosCloud."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tests.system.cloud_process import CloudProcess
from tests.system.people import database, invite, make, redeem, signed_in

from aosedge.trust import certificates


def test_an_invited_user_comes_in_and_is_who_they_were_made(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "invited", email="invited@example.org")
        token = invite(oem, user)
        with signed_in(cloud, token) as client:
            me = client.get("/users/me/").json()
            assert client.get("/fleets/").status_code == 200
        listed = oem.get("/invitations/", params={"user_id": user["id"]}).json()
        certificate = oem.get("/user-certificates/", params={"user_id": user["id"]}).json()
        lines = oem.get("/audit/", params={"operation": "user_certificates_create"}).json()["items"]
    assert (me["username"], me["role"], me["email"]) == ("invited", "oem", "invited@example.org")
    assert [i["state"] for i in listed["items"]] == ["used"]
    assert (certificate["total"], certificate["items"][0]["state"]) == (1, "active")
    assert any(line["target"] == f"{user['id']} invited" and line["outcome"] == "done" for line in lines)


def test_a_certificate_from_an_invitation_has_its_whole_chain_and_identity(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        answer = redeem(cloud, invite(oem, make(oem, "chain")))
    leaf, root = certificates.parse_pems(answer.json()["certificate"])
    leaf.verify_directly_issued_by(root)
    peer = certificates.peer_of(leaf.public_bytes(Encoding.DER))
    assert (peer.name, peer.domain) == ("chain", "localhost")


def test_a_token_lets_in_once(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        token = invite(oem, make(oem, "once"))
        assert redeem(cloud, token).status_code == 201
        again = redeem(cloud, token)
        lines = oem.get("/audit/", params={"operation": "user_certificates_create"}).json()["items"]
    assert again.status_code == 403
    assert "was used already" in again.json()["message"]
    assert any(line["outcome"] == "denied" and "once" in line["target"] for line in lines)


def test_of_many_with_one_token_at_once_one_comes_in(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "race")
        token = invite(oem, user)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: redeem(cloud, token).status_code, range(8)))
        assert sorted(answers) == [201] + [403] * 7
        assert oem.get("/user-certificates/", params={"user_id": user["id"]}).json()["total"] == 1


def test_an_expired_a_withdrawn_and_an_unknown_token_are_refused(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "late")
        first, second = invite(oem, user), invite(oem, user)
        assert "was withdrawn" in redeem(cloud, first).json()["message"], "a new invitation ends the old one"
        database(cloud, "UPDATE invitations SET expires_at = 1 WHERE user = ? AND NOT withdrawn", user["id"])
        expired = redeem(cloud, second)
        listed = oem.get("/invitations/", params={"user_id": user["id"], "state": "expired"}).json()
        third = invite(oem, user)
        open_ = oem.get("/invitations/", params={"user_id": user["id"], "state": "open"}).json()["items"]
        assert oem.delete(f"/invitations/{open_[0]['id']}/").status_code == 204
        withdrawn = redeem(cloud, third)
    assert (expired.status_code, listed["total"]) == (403, 1)
    assert "has expired" in expired.json()["message"]
    assert (withdrawn.status_code, redeem(cloud, "aosinv_guessed").status_code) == (403, 403)
    with cloud.nobody() as client:
        assert client.post("/user-certificates/", json={"csr": "x"}).status_code == 401


def test_a_token_is_for_the_role_it_was_made_for(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        user = make(oem, "roles")
        token = invite(oem, user)
        named = redeem(cloud, token, role="service provider")
        oem.put(f"/users/{user['id']}/", json={"role": "auditor"}).raise_for_status()
        changed = redeem(cloud, token)
        oem.put(f"/users/{user['id']}/", json={"role": "oem"}).raise_for_status()
        assert redeem(cloud, token, role="oem").status_code == 201
    for refused in (named, changed):
        assert (refused.status_code, "another role" in refused.json()["message"]) == (403, True)


def request(key: Any = None, name: str = "", *extensions: x509.ExtensionType) -> bytes:
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    made = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return made.public_bytes(Encoding.PEM)


BAD_REQUESTS = {
    "a foreign name": lambda: request(None, "admin"),
    "an authority": lambda: request(None, "", x509.BasicConstraints(ca=True, path_length=None)),
    "1024-bit RSA": lambda: request(rsa.generate_private_key(65537, 1024)),
    "an extra name": lambda: request(None, "", x509.SubjectAlternativeName([x509.DNSName("localhost")])),
    "another identity": lambda: request(
        None, "", x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:aos:user:u")])
    ),
    "no request": lambda: b"-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
    "a long one": lambda: b"x" * 20_000,
}


def test_a_bad_request_is_refused_by_name_and_the_token_stays_good(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        token = invite(oem, make(oem, "careless"))
    for what, make_request in BAD_REQUESTS.items():
        answer = redeem(cloud, token, make_request())
        assert (answer.status_code, answer.json()["element"]) == (400, "csr"), what
    assert redeem(cloud, token).status_code == 201


def test_secrets_are_shown_once_and_kept_as_hashes(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        invitation = invite(oem, make(oem, "hashed"))
        made = oem.post("/api-tokens/", json={"title": "hashed", "scopes": ["fleets_list"]}).json()
        shown = oem.get("/invitations/").text + oem.get("/api-tokens/").text + oem.get("/audit/").text
    kept = "\n".join(map(str, database(cloud, "SELECT * FROM invitations UNION ALL SELECT *, 0 FROM api_tokens")))
    stored = b"".join(path.read_bytes() for path in cloud.folder.glob("aoscloud.db*"))
    for secret in (invitation, made["token"]):
        assert len(secret) > 64
        assert secret not in shown + kept + "\n".join(cloud.lines)
        assert secret.encode() not in stored

"""A Unit that is not in yet, before the cloud's people door: challenge, application, and how it stands."""

import ssl

import msgspec

from aosedge.core.identity.provisioning import Registrar
from aosedge.model.errors import Invalid
from aosedge.trust import csr, possession

COLLECT = "units_collect"


class Applied(msgspec.Struct, frozen=True):
    """What the cloud answers. `certificates` by type, once the Unit is let in."""

    id: str
    state: str
    reason: str = ""
    retry_after_s: int = 10
    fingerprint: str = ""
    certificates: dict[str, str] = {}


class _Challenge(msgspec.Struct, frozen=True):
    challenge: str


class Applicant(Registrar):
    """Over TLS in which only the cloud shows a certificate. Raises what the cloud said, Unavailable without one."""

    def __init__(self, cloud: str, context: ssl.SSLContext) -> None:
        super().__init__(cloud, context)

    def apply(
        self, path: str, body: dict[str, object], requests: dict[str, str], key: csr.PrivateKey, token: str = ""
    ) -> Applied:
        """Ask to be let in; the proof is by this key."""
        challenge = self._challenge()
        parts = [str(body["system_uid"]), *requests.values()]
        said = body | {"challenge": challenge, "proof": possession.sign(key, challenge, parts)}
        return self._answer(self._ask("POST", path, said, token))

    def collect(self, id: str, online: csr.PrivateKey) -> Applied:
        """How it stands, by the new online key."""
        challenge = self._challenge()
        said: dict[str, object] = {
            "challenge": challenge,
            "proof": possession.sign(online, challenge, (COLLECT, id)),
        }
        return self._answer(self._ask("POST", f"/units/waiting/{id}/", said))

    def _challenge(self) -> str:
        try:
            return msgspec.json.decode(self._ask("POST", "/units/challenge/", None), type=_Challenge).challenge
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"not a challenge: {error}", element="challenge") from error

    def _answer(self, content: bytes) -> Applied:
        try:
            return msgspec.json.decode(content, type=Applied)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"not an answer to an application: {error}", element="answer") from error


def body_of(
    system_id: str, node: str, model: str, info: dict[str, object], requests: dict[str, str]
) -> dict[str, object]:
    """A registration with these signing requests by type, in the order that the proof is over."""
    further = [{"cert_type": type, "csr": requests[type], "node_id": node} for type in requests if type not in _FIRST]
    body: dict[str, object] = {
        "hardware_id": system_id,
        "system_uid": system_id,
        "model_name": model,
        "model_version": "1.0",
        "provisioning_software": "aoscore",
        "nodes": [info],
        "online_public_csr": requests["online"],
        "online_public_node_id": node,
        "additional_csrs": further,
    }
    if "offline" in requests:
        body |= {"offline_public_csr": requests["offline"], "offline_public_node_id": node}
    return body


_FIRST = ("online", "offline")

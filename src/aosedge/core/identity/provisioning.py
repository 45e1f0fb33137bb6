"""Provisioning: keys are born here, the cloud signs them. Repeating it goes on where it stopped."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import httpx
import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from aosedge.core.identity import FOLDER, Card, read_card, write_card
from aosedge.core.identity.chains import checked_leaf
from aosedge.core.identity.keys import IN_FILES, make_key, signer
from aosedge.model.errors import AosError, Conflict, Invalid, NotAllowed, Unauthenticated, Unavailable
from aosedge.model.ids import Ids, NodeName, SystemId
from aosedge.model.instants import Clock
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.trust import certificates, csr, files

Kind = Literal["online", "offline"]
_KINDS: Final[tuple[Kind, ...]] = ("online", "offline")
_ANSWER_BYTES_MOST = 256 * 1024
DISCOVERY_PORT = 9000


class Answer(msgspec.Struct, frozen=True):
    """What the cloud answers to a registration: certificates as PEM chains down to the root."""

    system_uid: str
    online_certificate: str
    offline_certificate: str


class Registrar:
    """The cloud as a person with a user certificate sees it."""

    def __init__(self, cloud: str, context: ssl.SSLContext) -> None:
        self._url = f"{cloud.rstrip('/')}/api/v11"
        self._context = context

    def register(self, request: dict[str, object]) -> Answer:
        """Have the Unit's keys signed; raises what the cloud said."""
        content = self._ask("POST", "/units/provisioning/", request)
        try:
            return msgspec.json.decode(content, type=Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"not an answer to a registration: {error}", element=self._url) from error

    def roots(self) -> str:
        """The cloud's root certificates, PEM."""
        return self._ask("GET", "/root-certificate/", None).decode()

    def _ask(self, method: str, path: str, body: dict[str, object] | None, token: str = "") -> bytes:
        headers = {"Authorization": f"Token {token}"} if token else {}
        try:
            with httpx.Client(verify=self._context, timeout=30, trust_env=False) as client:
                answer = client.request(method, self._url + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable(f"no answer from {self._url}: {error}", cure="is AosCloud running there?") from error
        if answer.is_success and len(answer.content) <= _ANSWER_BYTES_MOST:
            return answer.content
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> AosError:
    try:
        said = msgspec.json.decode(answer.content, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = {}
    words = str(said.get("message") or said.get("detail") or f"status {answer.status_code}")[:500]
    kinds: dict[int, type[AosError]] = {401: Unauthenticated, 403: NotAllowed, 409: Conflict}
    kind = kinds.get(answer.status_code, Invalid)
    return kind(words)  # a whole sentence: element and cure are in it


def provision(
    state_folder: Path,
    registrar: Registrar,
    node: NodeStatus,
    model: str,
    clock: Clock,
    ids: Ids,
    secret: Callable[[], str],
    store: str = IN_FILES,
) -> Card:
    """Register this Unit, whose keys are born in this store; a provisioned one is left as it is.

    Raises what the cloud, the disk or the token said.
    """
    card = read_card(state_folder)
    if card is not None and card.provisioned:
        return card
    card = card or born(state_folder, node.identity.codename, ids)
    folder = state_folder / FOLDER
    keys = {kind: _key(folder, kind, card.system_id, store) for kind in _KINDS}
    password = _secret(folder, secret)
    answer = registrar.register(_request(card, node, model, password, keys))
    roots_pem = registrar.roots()
    chains: dict[Kind, str] = {"online": answer.online_certificate, "offline": answer.offline_certificate}
    roots = certificates.parse_pems(roots_pem, "root-certificate")
    now = clock.wall()
    leaves = {
        kind: checked_leaf(
            certificates.parse_pems(chain, "certificate"), keys[kind].public_key(), card.system_id, roots, now
        )
        for kind, chain in chains.items()
    }
    files.write_whole(folder / "roots.pem", roots_pem.encode(), files.PUBLIC)
    for kind, chain in chains.items():
        files.write_whole(folder / f"{kind}.pem", chain.encode(), files.PUBLIC)
    card = msgspec.structs.replace(card, provisioned=True, discovery_url=discovery_url(leaves["online"]))
    write_card(state_folder, card)
    return card


def born(state_folder: Path, node: str | None, ids: Ids) -> Card:
    """The card of a Unit that has none yet: it gets the id that it keeps for life."""
    card = Card(SystemId(ids.new()), NodeName(node or "main"))
    write_card(state_folder, card)
    return card


def discovery_url(certificate: x509.Certificate) -> str:
    """Where the Unit's cloud is: the first URI of the issuer alternative name (OID 2.5.29.18), else port 9000 of the
    first organization in the subject. Raises Invalid for a certificate that has neither.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.IssuerAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except x509.ExtensionNotFound:
        uris = []
    if uris:
        return uris[0]
    organizations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if not organizations:
        raise Invalid("the online certificate does not say where the cloud is", element="online certificate")
    return f"https://{organizations[0].value!s}:{DISCOVERY_PORT}"


def _key(folder: Path, kind: Kind, owner: SystemId, store: str) -> csr.PrivateKey:
    path = folder / f"{kind}.key"
    if not path.exists():
        files.write_whole(path, make_key(kind, owner, store, folder).encode())
    return signer(path.read_text(), str(path))


def _secret(folder: Path, secret: Callable[[], str]) -> str:
    path = folder / "node.secret"
    if not path.exists():
        files.write_whole(path, secret().encode())
    return path.read_text()


def _request(
    card: Card, node: NodeStatus, model: str, password: str, keys: dict[Kind, csr.PrivateKey]
) -> dict[str, object]:
    requests = {kind: csr.unit_request(key, card.system_id, kind).decode() for kind, key in keys.items()}
    secrets = {"version": "2.0.0", "nodes": {card.node: password}}
    return {
        "hardware_id": card.system_id,
        "system_uid": card.system_id,
        "model_name": model,
        "model_version": "1.0",
        "provisioning_software": "aoscore",
        "nodes": [node_view(card.node, node)],
        "secure_data": msgspec.json.encode(secrets).decode(),
        "online_public_csr": requests["online"],
        "online_public_node_id": card.node,
        "offline_public_csr": requests["offline"],
        "offline_public_node_id": card.node,
        "additional_csrs": [],
    }


def node_view(name: NodeName, node: NodeStatus) -> dict[str, object]:
    """The node as a registration describes it."""
    return {
        "id": name,
        "type": node.node_group_subject.codename,
        "name": node.identity.title,
        "cpus": [
            {
                "modelName": cpu.model_name,
                "totalNumCores": cpu.total_num_cores,
                "totalNumThreads": cpu.total_num_threads,
                "arch": cpu.arch_info.architecture if cpu.arch_info else "",
                "archFamily": (cpu.arch_info.variant or "") if cpu.arch_info else "",
            }
            for cpu in node.cpus
        ],
        "maxDmips": node.max_dmips,
        "totalRam": node.total_ram,
        "osType": node.os_info.os if node.os_info else "linux",
        "attrs": node.attrs,
        "partitions": [{"name": p.name, "types": list(p.types), "totalSize": p.total_size} for p in node.partitions],
        "status": "provisioned",
        "errorInfo": None,
    }

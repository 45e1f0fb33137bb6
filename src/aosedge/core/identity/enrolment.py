"""A new Unit registers itself with an enrolment key and waits to be let in, one step at a time.

What is under way lies aside like what a tool stages (`staged/`); after a crash at any step the next call goes on.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from aosedge.core.identity import FOLDER, keys
from aosedge.core.identity.applicant import Applicant, Applied, body_of
from aosedge.core.identity.provisioning import node_view
from aosedge.core.identity.staging import Staging
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.trust import certificates, files

ROOT_MOST = 64 * 1024


class _Note(msgspec.Struct, frozen=True):
    """What was made for this attempt. `id`: the application, once the cloud has it."""

    password: str
    requests: dict[str, str]
    id: str = ""


class Enrolment:
    """Of the Unit of this staging. Raises AosError and OSError; then the next step tries the same again."""

    def __init__(
        self,
        staging: Staging,
        node: NodeStatus,
        model: str,
        cloud: Applicant,
        roots: str,
        secret: str,
        password: Callable[[], str],
    ) -> None:
        self._staging, self._node, self._model = staging, node, model
        self._cloud, self._roots, self._secret, self._password = cloud, roots, secret, password
        self._folder = staging.state_folder / FOLDER / "staged"

    def step(self) -> Applied:
        """One step; `approved` once the Unit is provisioned."""
        note = self._note() or self._begin()
        online = keys.signer((self._folder / "online.key").read_text(), "online.key")
        if not note.id:
            card = self._staging.card
            secrets = msgspec.json.encode({"version": "2.0.0", "nodes": {card.node: note.password}}).decode()
            info = node_view(card.node, self._node)
            body = body_of(card.system_id, card.node, self._model, info, note.requests) | {"secure_data": secrets}
            applied = self._cloud.apply("/units/enrol/", body, note.requests, online, self._secret)
            note = msgspec.structs.replace(note, id=applied.id)
            self._keep(note)
        applied = self._cloud.collect(note.id, online)
        if applied.state in ("rejected", "expired"):
            self._path().unlink(missing_ok=True)  # the next attempt begins with new keys
        elif applied.state == "approved":
            for type, chain in applied.certificates.items():
                self._staging.apply(type, chain)
            self._staging.finish(note.password)
        return applied

    def _begin(self) -> _Note:
        password = self._password()
        self._staging.start(password)
        roots = certificates.parse_pems(self._roots, "cloud_root")
        self._staging.take_roots([certificates.describe(root).pem for root in roots])
        requests: dict[str, str] = {type: self._staging.create_key(type, password) for type in self._staging.types}
        note = _Note(password, requests)
        self._keep(note)
        return note

    def _note(self) -> _Note | None:
        try:
            return msgspec.json.decode(self._path().read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _keep(self, note: _Note) -> None:
        files.write_whole(self._path(), msgspec.json.encode(note))

    def _path(self) -> Path:
        return self._folder / ".application.json"

"""The process behind `wayback`: one step of the way back of a Unit whose certificates have expired, and it is gone.

It proves its old key, waits in the cloud until a person lets it in, and then takes its new certificates. What is
under way lies in `identity/return.json`, key by key as they are made; after a crash the next step goes on.
"""

import sys
from pathlib import Path

import msgspec

from aosedge.clock import SystemClock
from aosedge.core.identity import FOLDER, cabinet_of, forge, keys, read_card
from aosedge.core.identity.applicant import Applicant, Applied, body_of
from aosedge.core.identity.cabinet import TYPES, Cabinet, Pair
from aosedge.core.identity.smith import Check, Checked
from aosedge.core.identity.wayback import Question, Standing
from aosedge.model.errors import AosError, Invalid, Untrusted
from aosedge.model.ids import SystemId
from aosedge.trust import csr, files, tls


class _Note(msgspec.Struct, frozen=True):
    """New keys and their requests by type, and the application once the cloud has it."""

    keys: dict[str, str] = {}
    requests: dict[str, str] = {}
    id: str = ""


class Return:
    """Of the Unit of this state folder."""

    def __init__(self, question: Question) -> None:
        self._folder = question.state_folder
        card = read_card(self._folder)
        old = cabinet_of(self._folder).current("online")
        if card is None or old is None:
            raise Invalid("no Unit with certificates lives here", element=str(self._folder))
        self._card, self._old, self._question = card, old, question
        self._cabinet: Cabinet = cabinet_of(self._folder)
        self._path = self._folder / FOLDER / "return.json"
        self._cloud = Applicant(question.cloud, tls.client_context(old.roots))

    def step(self) -> Applied:
        """Go one step. Raises AosError and OSError."""
        note = self._with_keys(self._note())
        online = keys.signer(note.keys["online"])
        if not note.id:
            old = keys.signer(self._old.key)
            body = self._body(note)
            applied = self._cloud.apply("/units/return/", body, note.requests, old)
            note = msgspec.structs.replace(note, id=applied.id)
            self._keep(note)
        applied = self._cloud.collect(note.id, online)
        if applied.state == "approved":
            self._take(note, applied.certificates, self._old)
        if applied.state != "waiting":
            self._path.unlink(missing_ok=True)
        return applied

    def _with_keys(self, note: _Note) -> _Note:
        for type in TYPES:
            if type in note.keys or self._cabinet.current(type) is None:
                continue
            identity = self._folder / FOLDER
            key = keys.make_key(type, self._card.system_id, self._question.keys, identity)
            request = csr.unit_request(keys.signer(key), self._card.system_id, type).decode()
            note = _Note(note.keys | {type: key}, note.requests | {type: request})
            self._keep(note)
        return note

    def _body(self, note: _Note) -> dict[str, object]:
        card = self._card
        info: dict[str, object] = {"id": card.node, "attrs": {"MainNode": ""}}
        body = body_of(card.system_id, card.node, self._question.model, info, note.requests)
        return body | {"certificate": self._old.chain}

    def _take(self, note: _Note, chains: dict[str, str], old: Pair) -> None:
        """Every pair, the online one last: until then the Unit has yet to come back."""
        now = SystemClock().wall()
        for type in sorted(TYPES, key=lambda one: one == "online"):
            if type not in note.keys or type not in chains:
                continue
            question = Check(type, SystemId(self._card.system_id), note.keys[type], chains[type], old.roots, now)
            found = forge.answer(question)
            if not isinstance(found, Checked):
                raise Untrusted("a certificate that is not for this Unit", element=type)
            self._cabinet.begin(type, note.keys[type], note.requests[type], now)
            self._cabinet.take(type, chains[type], found.roots, found.facts, now)
            self._cabinet.adopt(type)

    def _note(self) -> _Note:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return _Note()

    def _keep(self, note: _Note) -> None:
        files.write_whole(self._path, msgspec.json.encode(note))


def main() -> None:
    """Answer the question on standard input."""
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question, dec_hook=lambda kind, value: Path(value))
    try:
        applied = Return(question).step()
        found = Standing(applied.state, applied.fingerprint, applied.reason, applied.retry_after_s)
    except (AosError, OSError) as error:
        found = Standing("failed", why=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()

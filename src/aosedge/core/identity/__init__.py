"""Who the Unit is: keys, certificates, and where its cloud is. Below `identity/` of the state folder, mode 0600.

`unit.json` is written last: it is what makes the keys and certificates beside it count.
"""

import shutil
import ssl
from collections.abc import Callable
from pathlib import Path

import msgspec

from aosedge.core.cloudlink.resumption import ResumingContext
from aosedge.core.identity.cabinet import Cabinet
from aosedge.core.store.disk import OsDisk
from aosedge.model.errors import Invalid
from aosedge.model.ids import NodeName, SystemId
from aosedge.trust import files, tls

FOLDER, CARD = "identity", "unit.json"
_PASSWORD = "node.secret"


class Card(msgspec.Struct, frozen=True):
    """`unit.json`: the id that the Unit was born with, and once it is provisioned, where its cloud is."""

    system_id: SystemId
    node: NodeName
    provisioned: bool = False
    discovery_url: str = ""
    leaving: bool = False
    """Deprovisioned: what the Unit has and runs is to be cleared away before anything else."""
    settled: bool = True
    """False while a secondary node has its certificates and its main node may still be provisioned anew."""


class Identity(msgspec.Struct, frozen=True):
    """A provisioned Unit's identity as it lies on the disk."""

    system_id: SystemId
    node: NodeName
    discovery_url: str
    roots_pem: str
    chain_pem: str
    key_pem: bytes
    password: str = ""
    """Of this node, which the cloud was told at the registration."""

    def client_context(self) -> ssl.SSLContext:
        """TLS to the cloud, with the online certificate."""
        return tls.client_context_of(ResumingContext, self.roots_pem, self.chain_pem, self.key_pem)

    def content_context(self) -> ssl.SSLContext:
        """TLS to whoever serves content: the cloud's own root or a publicly trusted one; no client certificate."""
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=self.roots_pem)
        return context


def read_card(state_folder: Path) -> Card | None:
    """The Unit's card, None before its birth; raises Invalid for a damaged one."""
    path = state_folder / FOLDER / CARD
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"not a Unit's card: {error}", element=str(path)) from error


def write_card(state_folder: Path, card: Card) -> None:
    """Put the card there, whole and durable."""
    files.write_whole(state_folder / FOLDER / CARD, msgspec.json.encode(card))


def take_leave(state_folder: Path) -> None:
    """From here the Unit is deprovisioned, whatever happens; `forget` ends it."""
    card = read_card(state_folder)
    if card is not None and card.provisioned:
        write_card(state_folder, msgspec.structs.replace(card, provisioned=False, leaving=True))


def forget(state_folder: Path, let_go: Callable[[Card], None] = lambda _: None) -> None:
    """Of a Unit that leaves, only the name it was born with stays. May be cut short and repeated.

    `let_go` removes keys that are elsewhere, once no file names them.
    """
    card = read_card(state_folder)
    if card is None or not card.leaving:
        return
    folder = state_folder / FOLDER
    for path in sorted(folder.iterdir()):
        if path.name == CARD:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    files.sync_folder(folder)
    let_go(card)
    write_card(state_folder, Card(card.system_id, card.node))


def load(state_folder: Path) -> Identity:
    """The identity; raises Invalid with the cure for a Unit that is not provisioned or misses a file."""
    card = read_card(state_folder)
    cure = f"aoscore provision --state {state_folder} --cloud https://HOST:10000 --user FILE.p12"
    if card is None or not card.provisioned:
        raise Invalid("this Unit is not provisioned", element=str(state_folder), cure=cure)
    folder = state_folder / FOLDER
    try:
        online = cabinet_of(state_folder).current("online")
        password = (folder / _PASSWORD).read_text() if (folder / _PASSWORD).exists() else ""
    except OSError as error:
        raise Invalid(f"can't read the Unit's identity: {error.strerror}", element=str(folder), cure=cure) from error
    if online is None:
        raise Invalid("the Unit has no online certificate", element=str(folder), cure=cure)
    return Identity(
        system_id=card.system_id,
        node=card.node,
        discovery_url=card.discovery_url,
        roots_pem=online.roots,
        chain_pem=online.chain,
        key_pem=online.key.encode(),
        password=password,
    )


def cabinet_of(state_folder: Path) -> Cabinet:
    """Where the Unit's certificates lie."""
    return Cabinet(OsDisk(state_folder / FOLDER))

"""With what the nodes of a Unit know each other: the `iam` certificate of each."""

from pathlib import Path

import msgspec

from aosedge.core.identity import FOLDER, cabinet_of
from aosedge.model.errors import Invalid


class LocalPair(msgspec.Struct, frozen=True):
    """With what the nodes of a Unit show each other who they are: the `iam` certificate and its key, PEM."""

    roots_pem: str
    chain_pem: str
    key_pem: bytes


def local_pair(state_folder: Path) -> LocalPair:
    """Raises Invalid where it is missing."""
    folder = str(state_folder / FOLDER)
    try:
        pair = cabinet_of(state_folder).current("iam")
    except OSError as error:
        raise Invalid(f"can't read the node's certificate: {error.strerror}", element=folder) from error
    if pair is None:
        raise Invalid("the node has no certificate for the others", element=folder)
    return LocalPair(pair.roots, pair.chain, pair.key.encode())

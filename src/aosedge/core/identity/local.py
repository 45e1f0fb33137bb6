"""With what the nodes of a Unit know each other: the `iam` certificate of each."""

from pathlib import Path

import msgspec

from aosedge.core.identity import FOLDER
from aosedge.model.errors import Invalid


class LocalPair(msgspec.Struct, frozen=True):
    """With what the nodes of a Unit show each other who they are: the `iam` certificate and its key, PEM."""

    roots_pem: str
    chain_pem: str
    key_pem: bytes


def local_pair(state_folder: Path) -> LocalPair:
    """Raises Invalid where it is missing."""
    folder = state_folder / FOLDER
    try:
        roots, chain = ((folder / name).read_text() for name in ("roots.pem", "iam.pem"))
        return LocalPair(roots, chain, (folder / "iam.key").read_bytes())
    except OSError as error:
        raise Invalid(f"can't read the node's certificate: {error.strerror}", element=str(folder)) from error

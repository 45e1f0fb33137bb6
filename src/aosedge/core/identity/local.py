"""With what the nodes of a Unit know each other: the `iam` certificate of each."""

from pathlib import Path

from aosedge.core.identity import cabinet_of
from aosedge.core.identity.cabinet import Pair
from aosedge.model.errors import Invalid


def local_pair(state_folder: Path) -> Pair:
    """The one in use now. Raises Invalid where it is missing."""
    pair = cabinet_of(state_folder).current("iam")
    if pair is None:
        raise Invalid("the node has no certificate", element="iam", got=str(state_folder))
    return pair

"""How a Unit stands whose agent does not run: what it wrote down last."""

from pathlib import Path

from aosedge.core import identity
from aosedge.core.domain.state import State
from aosedge.core.local import StatusView, free_bytes, hold_view, item_names, quarantine_views
from aosedge.core.store.disk import OsDisk
from aosedge.core.store.ledger import Ledger
from aosedge.core.store.spool import FOLDER
from aosedge.model.errors import Invalid
from aosedge.protocol.messages.from_unit import ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import Identity

STORE = "store"


def written_down(state_folder: Path) -> StatusView:
    """The state in the ledger. Raises Invalid for a folder that no Unit lives in, or a damaged ledger."""
    card = identity.read_card(state_folder)
    if card is None:
        raise Invalid("no Unit lives here", element=str(state_folder), cure="name its state folder with --state")
    disk = OsDisk(state_folder / STORE)
    state = Ledger(disk).load() or State(unit=card.system_id)
    target, update = state.target, state.update
    return StatusView(
        system_id=state.unit,
        agent=False,
        connected=False,
        node=card.node,
        runtime="",
        update=UpdateStatus(update.phase if update else "idle", target.generation if target else None),
        items=tuple(ItemStatus(Identity(id=i.item, type=i.type), i.version, "installed") for i in state.good.items),
        instances=(),
        names=item_names(state),
        quarantine=quarantine_views(state),
        free_bytes=free_bytes(state_folder),
        waiting_reports=len(disk.names(FOLDER)),
        dropped_reports=0,
        hold=hold_view(state),
    )

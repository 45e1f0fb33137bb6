"""What a Unit does before it is provisioned: it waits for a tool, and for nothing else."""

import asyncio
import signal

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.settings import Settings


def waits(settings: Settings) -> bool:
    """Whether the Unit of this state folder has to be provisioned first and its settings let tools do it."""
    card = identity.read_card(settings.state_folder)
    return (settings.provisioning_port > 0 or enrols(settings)) and (card is None or not card.provisioned)


def enrols(settings: Settings) -> bool:
    """Whether a new Unit registers itself; then no tool can provision it."""
    return bool(settings.cloud and (settings.enrolment_key or settings.enrolment_key_file))


def leaves(settings: Settings) -> bool:
    """Whether the Unit is deprovisioned and has yet to clear away what it had."""
    card = identity.read_card(settings.state_folder)
    return card is not None and card.leaving


async def wait_for_tool(settings: Settings) -> bool:
    """Serve the provisioning interface until the Unit is provisioned; False when a signal came first.

    Raises Conflict where another AosCore has the state folder, Invalid for a taken port.
    """
    # what provisions takes 16 MiB that an agent shall not carry along for ever
    from aosedge.core.app import alone
    from aosedge.core.identity.door import Door
    from aosedge.core.identity.provisioning import born
    from aosedge.core.identity.staging import Staging
    from aosedge.core.resources.node import describe

    folder = settings.state_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(folder):
        card = identity.read_card(folder) or born(folder, settings.node, RandomIds())
        node = describe(card.node, settings.node_type, "", folder, max_dmips=settings.max_dmips)
        clock = SystemClock()
        door = Door(Staging(folder, card, clock, store=settings.keys), node, settings.model, clock)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, door.close)
        await door.serve(
            settings.provisioning_host, settings.provisioning_port, settings.nodes_host, settings.nodes_port
        )
    return not waits(settings)

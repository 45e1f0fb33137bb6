"""What a secondary node does: it holds its identity and tells its main node what it is. It runs no instances."""

import asyncio
import secrets
import signal

import msgspec

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.app import alone
from aosedge.core.identity.desk import Desk
from aosedge.core.identity.provisioning import born
from aosedge.core.identity.secondary import Secondary
from aosedge.core.identity.staging import SECONDARY_TYPES, Staging
from aosedge.core.identity.succession import Succession
from aosedge.core.journal import Journal
from aosedge.core.resources.node import describe
from aosedge.core.settings import Settings
from aosedge.core.store.disk import OsDisk
from aosedge.model.ids import NodeName
from aosedge.protocol.messages.from_unit import NodeStatus

log = Journal("aoscore")


async def serve(settings: Settings) -> None:
    """Be on the line to the main node until a signal. Raises Conflict where another AosCore has the state folder."""
    folder = settings.state_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(folder):
        identity.forget(folder)  # where power went while it did
        card = identity.read_card(folder) or born(folder, settings.node, RandomIds())
        if not card.provisioned and card.node != settings.node:
            card = msgspec.structs.replace(card, node=NodeName(settings.node))
            identity.write_card(folder, card)
        clock = SystemClock()
        staging = Staging(folder, card, clock, SECONDARY_TYPES, settings.keys)
        identity_folder = folder / identity.FOLDER
        succession = Succession(OsDisk(identity_folder), SECONDARY_TYPES, clock, settings.keys, identity_folder)
        succession.sweep()
        desk = Desk(staging, _described(settings, card), clock, succession)
        node = Secondary(desk, succession, settings.main_node, _chance)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, node.close)
        log.info("AosCore", node=card.node, main=settings.main_node, provisioned=card.provisioned)
        await node.run()


def _described(settings: Settings, card: identity.Card) -> NodeStatus:
    whole = describe(card.node, settings.node_type, "", settings.state_folder, max_dmips=settings.max_dmips)
    return msgspec.structs.replace(whole, attrs={"AosComponents": "iam"}, runtimes=())


def _chance() -> float:
    return secrets.SystemRandom().random()

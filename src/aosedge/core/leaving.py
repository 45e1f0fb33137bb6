"""What a deprovisioned Unit does: it stops everything, forgets everything, and opens provisioning again.

The decision is durable before the cloud hears of it; what follows may be cut short at any point and is done again.
"""

import shutil

from aosedge.core import identity
from aosedge.core.app import IMAGES, INSTANCES, RUN, STORE, alone, end
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.core.settings import Settings

log = Journal("aoscore")


async def leave(settings: Settings) -> None:
    """Clear away whatever the Unit had. Raises AosError where instances cannot be stopped, OSError from the disk."""
    log.info("deprovisioned", instances=await end(settings))
    folder = settings.state_folder

    def clear() -> None:
        for name in (STORE, IMAGES, INSTANCES, RUN):
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        identity.forget(folder)

    with alone(folder):
        await in_thread(clear)

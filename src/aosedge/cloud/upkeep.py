"""What is done to an installation that need not be serving: it is set up, migrated, opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import Store, open_store
from aosedge.cloud.usecases import installation
from aosedge.cloud.usecases.installation import Installed
from aosedge.cloud.usecases.signing_in import new_link


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The store, brought to this program's schema."""
    store = open_store(settings.database_url)
    try:
        await store.migrate()
        yield store
    finally:
        await store.close()


async def init(settings: Settings) -> Installed:
    """Set the installation up; what is there stays. Gives what was made."""
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = SystemClock()
    authority, made_authority = installation.ready_authority(settings, clock.wall())
    made_secret = installation.ready_secret(settings)
    installation.write_roots(settings, authority)
    async with opened(settings) as store:
        installed = await installation.install(settings, authority, store, clock, RandomIds())
    first = [words for words, made in (("certificate authority", made_authority), ("secret", made_secret)) if made]
    return msgspec.structs.replace(installed, made=(*first, *installed.made))


async def migrate(settings: Settings) -> None:
    """Bring the database to this program's schema."""
    async with opened(settings):
        pass


async def sign_in_link(settings: Settings, username: str) -> str:
    """A one-time address that signs this user in; raises NotFound, and Unauthenticated for a suspended one."""
    async with opened(settings) as store:
        token = await new_link(store, SystemClock(), RandomIds(), username)
    return f"{settings.api_url}/sign-in#link={token}"  # after a #, a browser keeps it to itself

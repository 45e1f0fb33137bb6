"""The only room that knows SQL."""

from aosedge.cloud.store.database import Store, open_store
from aosedge.cloud.store.session import EverySession, Session, UnitsSession

__all__ = ["EverySession", "Session", "Store", "UnitsSession", "open_store"]

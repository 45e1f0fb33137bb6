"""Work nobody asked for: idempotent, woken by signal and by period, never overlapping."""

from aosedge.cloud.ports import Bus
from aosedge.cloud.reconcilers.audit import LetGoOfAuditLines
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.reconcilers.driver import Driver, Run
from aosedge.cloud.reconcilers.outbox import CarryOutEffects
from aosedge.cloud.reconcilers.renewals import EndOverdueRenewals
from aosedge.cloud.reconcilers.retention import LetGo
from aosedge.cloud.reconcilers.sessions import LetGoOfSessions
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.reconcilers.verification import ResolveBatches
from aosedge.cloud.store import Store
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock


def driver_for(
    store: Store, bus: Bus, clock: Clock, ids: Ids, audit_kept_days: int = 0, runs: dict[str, Run] | None = None
) -> Driver:
    """Every task, woken by the store's signals once `run` runs; `runs` gets the last of each."""
    tasks = (
        CompileTargets(store, bus, clock, ids),
        ResolveBatches(store, clock, ids),
        DriveCampaigns(store, clock, ids, bus),
        CarryOutEffects(store, bus, clock, ids),
        LetGo(store, clock, ids),
        EndOverdueRenewals(store, clock, ids),
        LetGoOfSessions(store, clock, ids),
        LetGoOfAuditLines(store, clock, ids, audit_kept_days),
    )
    driver = Driver(tasks, clock, runs)
    store.on_signal(driver.wake)
    return driver

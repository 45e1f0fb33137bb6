"""What people do with Units."""

from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session
from aosedge.model.ids import UnitId


def delete(session: Session, id: UnitId) -> Unit:
    """Forget a Unit with everything that hangs on it; its certificates open no door any more. Raises NotFound.

    The floor of its generations stays: should the same machine come back, it is not sent an old one (invariant I2).
    """
    unit = session.units.get(id)
    session.certificates.revoke_of_unit(id)
    session.units.delete(id)
    return unit

"""Bundles that organizations want to see verified before anything of them comes to whoever follows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from aosedge.cloud.domain.catalogue import ItemVersion
from aosedge.cloud.store.verification_tables import verification_batches, verification_settings
from aosedge.model.ids import BundleId, OrgId


def unverified_of(
    connection: Connection, tenants: Iterable[OrgId], versions: Iterable[ItemVersion]
) -> dict[OrgId, frozenset[BundleId]]:
    """Of these versions' bundles, by organization; what was in the catalogue before it asked for verification is not
    among them, nor what a batch for the whole of it has passed of."""
    settings, batch = verification_settings.c, verification_batches.c
    query = select(settings.tenant, settings.since).where(
        settings.tenant.in_(set(tenants)), settings.since.is_not(None)
    )
    asked = {row.tenant: row.since for row in connection.execute(query)}
    if not asked:
        return {}
    first = min(asked.values())
    came = {version.bundle: version.created_at for version in versions if version.created_at > first}
    passed = select(batch.tenant, batch.bundle).where(
        batch.tenant.in_(asked), batch.bundle.in_(came), batch.state == "passed", batch.fleet.is_(None)
    )
    fine = {tuple(row) for row in connection.execute(passed)}
    return {
        tenant: frozenset(bundle for bundle, at in came.items() if at > since and (tenant, bundle) not in fine)
        for tenant, since in asked.items()
    }

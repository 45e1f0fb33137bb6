"""Taking the steps, by Alembic."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from aosedge.model.errors import Invalid


def take(connection: Connection, folder: Path) -> None:
    """Take those that are missing; raises Invalid for a database that a newer program has changed."""
    steps = ScriptDirectory(str(folder))
    known = {step.revision for step in steps.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise Invalid(
            "the database was changed by a newer program",
            element="database",
            expected=f"schema {steps.get_current_head()} or older",
            got=current,
            cure="run the newer program, or restore a back-up from before it",
        )

    def missing(revision: Any, context: MigrationContext) -> Any:
        return steps._upgrade_revs("head", revision)

    environment = EnvironmentContext(Config(), steps, fn=missing)
    environment.configure(connection=connection)
    with environment.begin_transaction():
        environment.run_migrations()

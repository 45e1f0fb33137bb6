"""Who there is, what there is to run, and what shall run where."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _organizations()
    _grants()
    _users()
    _certificates()
    _fleets()
    _user_fleets()
    _units()
    _nodes()
    _subjects()
    _subject_units()
    _items()
    _bundles()
    _versions()
    _blobs()
    _blob_refs()
    _assignments()


def _organizations() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("oem", sa.Text(), nullable=False),
        sa.Column("sp", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["oem"], ["organizations.id"], name=op.f("fk_grants_oem")),
        sa.ForeignKeyConstraint(["sp"], ["organizations.id"], name=op.f("fk_grants_sp")),
        sa.PrimaryKeyConstraint("oem", "sp", name=op.f("pk_grants")),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["org"], ["organizations.id"], name=op.f("fk_users_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index(op.f("ix_users_org"), "users", ["org"])


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_certificates")),
    )
    op.create_index(op.f("ix_certificates_kind_owner"), "certificates", ["kind", "owner"])


def _fleets() -> None:
    op.create_table(
        "fleets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_fleets_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleets")),
        sa.UniqueConstraint("tenant", "title", name=op.f("uq_fleets_tenant_title")),
    )


def _user_fleets() -> None:
    op.create_table(
        "user_fleets",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("fleet", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fleet"], ["fleets.id"], name=op.f("fk_user_fleets_fleet"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_user_fleets_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "fleet", name=op.f("pk_user_fleets")),
    )


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("fleet", sa.Text(), nullable=False),
        sa.Column("system_uid", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("connectivity", sa.Text(), nullable=False),
        sa.Column("deployment", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("target_dirty", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("connection", sa.Text(), server_default="", nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["fleet"], ["fleets.id"], name=op.f("fk_units_fleet")),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_units_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("system_uid", name=op.f("uq_units_system_uid")),
    )
    op.create_index(
        "ix_units_dirty",
        "units",
        ["id"],
        sqlite_where=sa.text("target_dirty"),
        postgresql_where=sa.text("target_dirty"),
    )
    op.create_index(op.f("ix_units_fleet"), "units", ["fleet"])
    op.create_index(op.f("ix_units_tenant_fleet"), "units", ["tenant", "fleet"])


def _nodes() -> None:
    op.create_table(
        "nodes",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("main", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("info", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_nodes_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "name", name=op.f("pk_nodes")),
    )


def _subjects() -> None:
    op.create_table(
        "subjects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_subjects_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("tenant", "title", name=op.f("uq_subjects_tenant_title")),
    )


def _subject_units() -> None:
    op.create_table(
        "subject_units",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject"], ["subjects.id"], name=op.f("fk_subject_units_subject"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_subject_units_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subject", "unit", name=op.f("pk_subject_units")),
    )
    op.create_index(op.f("ix_subject_units_unit_subject"), "subject_units", ["unit", "subject"])


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("codename", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["organizations.id"], name=op.f("fk_items_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("owner", "codename", "type", name=op.f("uq_items_owner_codename_type")),
    )


def _bundles() -> None:
    op.create_table(
        "bundles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejections", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["organizations.id"], name=op.f("fk_bundles_owner")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_bundles_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundles")),
    )
    op.create_index(op.f("ix_bundles_owner_created_at"), "bundles", ["owner", "created_at"])


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("index_digest", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("images", sa.Text(), nullable=False),
        sa.Column("dependencies", sa.Text(), nullable=False),
        sa.Column("num_instances", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("priority", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_versions_bundle")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_versions_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("item", "version", name=op.f("uq_versions_item_version")),
    )
    op.create_index(op.f("ix_versions_bundle"), "versions", ["bundle"])
    op.create_index(op.f("ix_versions_index_digest"), "versions", ["index_digest"])


def _blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sha3_256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blobs")),
    )


def _blob_refs() -> None:
    op.create_table(
        "blob_refs",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"], name=op.f("fk_blob_refs_digest")),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name=op.f("fk_blob_refs_version"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version", "digest", name=op.f("pk_blob_refs")),
    )
    op.create_index(op.f("ix_blob_refs_digest"), "blob_refs", ["digest"])


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("bundle", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("num_instances", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("labels", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_assignments_bundle")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_assignments_item")),
        sa.ForeignKeyConstraint(
            ["subject"], ["subjects.id"], name=op.f("fk_assignments_subject"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_assignments_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_bundle"), "assignments", ["bundle"])
    op.create_index(op.f("ix_assignments_item"), "assignments", ["item"])
    op.create_index(op.f("ix_assignments_subject"), "assignments", ["subject"])

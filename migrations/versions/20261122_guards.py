"""Guards: no resource taken twice, and facts that are only ever added.

Works with the release before it: yes.
"""

from alembic import op

revision = "20261122_guards"
down_revision = "20261122_first"
branch_labels = None
depends_on = None

ONLY_ADDED = ("history", "answers", "attendances", "tallies", "evidence", "closings", "delivery_attempts")

OVERLAP_POSTGRESQL = """
ALTER TABLE occupancies ADD CONSTRAINT ex_occupancies_overlap EXCLUDE USING gist (
  int8range(resource_id, resource_id, '[]') WITH =,
  tstzrange(occupied_from, occupied_until) WITH &&
) DEFERRABLE INITIALLY IMMEDIATE
"""

# Stored rows never overlap, so only the row that ends first after the new start can be in the way.
OVERLAP_SQLITE = """
CREATE TRIGGER {name} BEFORE {event} ON occupancies
BEGIN
  SELECT RAISE(ABORT, 'ex_occupancies_overlap') WHERE (
    SELECT occupied_from FROM occupancies
    WHERE resource_id = NEW.resource_id AND occupied_until > NEW.occupied_from {other}
    ORDER BY occupied_until LIMIT 1
  ) < NEW.occupied_until;
END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(OVERLAP_POSTGRESQL)
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = '23000'; END $$"
        )
        for table in ONLY_ADDED:
            op.execute(
                f"CREATE TRIGGER only_added_{table} BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(
                f"CREATE TRIGGER not_emptied_{table} BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        return
    op.execute(OVERLAP_SQLITE.format(name="ex_occupancies_overlap_insert", event="INSERT", other=""))
    op.execute(OVERLAP_SQLITE.format(name="ex_occupancies_overlap_update", event="UPDATE", other="AND id <> OLD.id"))
    for table in ONLY_ADDED:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER only_added_{table}_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )


def downgrade() -> None:
    message = "Muster goes forward only; restore the backup taken before the upgrade"
    raise NotImplementedError(message)

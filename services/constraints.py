"""Database refusals as domain errors, by the name of the constraint that refused."""

import re

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.schema import UniqueConstraint

from models.errors import Conflict, DomainError, Invalid, Unavailable
from models.rules.verdicts import Reason
from models.tables import metadata
from models.tables.resources import OVERLAP

SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)$")
SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")
PG_BUSY = {"55P03", "40001", "40P01", "57014", "57P01", "57P03"}  # lock, serialisation, deadlock, timeout, shutdown


def constraint_name(error: DBAPIError) -> str | None:
    """Return the name of the constraint that refused; None where the driver does not tell."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        name: str | None = diagnosis.constraint_name
        return name
    message = str(error.orig)
    if OVERLAP in message:
        return OVERLAP
    if found := SQLITE_CHECK.search(message):
        return found.group(1)
    if found := SQLITE_UNIQUE.search(message):
        return _unique_name([part.strip() for part in found.group(1).split(",")])
    return None


def _unique_name(columns: list[str]) -> str | None:
    table_name = columns[0].partition(".")[0]
    wanted = {column.partition(".")[2] for column in columns}
    table = metadata.tables.get(table_name)
    for constraint in table.constraints if table is not None else ():
        if isinstance(constraint, UniqueConstraint) and {c.name for c in constraint.columns} == wanted:
            return str(constraint.name)
    return f"pk_{table_name}"


def domain_error(error: DBAPIError) -> DomainError | None:
    """Translate a driver's error; None where it is a fault of ours and must stay loud."""
    if isinstance(error, IntegrityError):
        return _refused(constraint_name(error))
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, OperationalError) and (state in PG_BUSY or _is_busy_sqlite(error)):
        return Unavailable(Reason("database_busy"))
    return Unavailable(Reason("database_busy")) if state in PG_BUSY else None


def _is_busy_sqlite(error: OperationalError) -> bool:
    message = str(error.orig)
    return "database is locked" in message or "disk is full" in message or "disk I/O error" in message


def _refused(name: str | None) -> DomainError | None:
    if name is None:
        return Invalid(Reason("reference_missing"))
    if name == OVERLAP:
        return Conflict(Reason("resource_taken"))
    if name.startswith(("uq_", "pk_")):
        field = name.split("_")[-1]
        return Conflict(Reason("already_there", {"constraint": name, "field": field}))
    if name.startswith("fk_"):
        return Invalid(Reason("reference_missing", {"constraint": name}))
    if name.startswith("ck_"):
        return Invalid(Reason("value_refused", {"constraint": name}))
    return None

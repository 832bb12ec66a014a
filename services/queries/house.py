"""What the house is called, and how its scheduler is."""

from sqlmodel import col, select

from models.enums import OrgKind
from models.tables.orgs import Org
from services.unit_of_work import Tx


def house_name(tx: Tx) -> str:
    """Return the name of the federation at the top of the tree; empty in an empty house."""
    found = tx.session.exec(
        select(Org.name)
        .where(col(Org.parent_id).is_(None), col(Org.kind) == OrgKind.union)
        .order_by(col(Org.id))
        .limit(1)
    ).first()
    return found or ""

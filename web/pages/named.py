"""Rows by the names that people type: orgs, venues and people, looked up by name or code."""

from services.queries.orgs import list_orgs
from services.queries.paging import MAX_LIMIT
from services.queries.people import list_people
from services.queries.venues import list_venues
from services.unit_of_work import Tx


def org_ids(tx: Tx, typed: str) -> list[int]:
    """Return the orgs of exactly that name or code."""
    return [row.id for row in list_orgs(tx, q=typed, limit=MAX_LIMIT).items if typed in (row.name, row.code)]


def venue_ids(tx: Tx, typed: str) -> list[int]:
    """Return the venues of exactly that name or code."""
    return [row.id for row in list_venues(tx, q=typed, limit=MAX_LIMIT).items if typed in (row.name, row.code)]


def person_ids(tx: Tx, typed: str) -> list[int]:
    """Return the people of exactly that name or code whom the actor may see."""
    return [row.id for row in list_people(tx, q=typed, limit=MAX_LIMIT).items if typed in (row.name, row.code)]


def org_names(tx: Tx) -> list[str]:
    """Return names to choose from while typing, those that come first; all others are found by their whole name."""
    return [row.name for row in list_orgs(tx, limit=MAX_LIMIT).items]

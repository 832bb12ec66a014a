"""Every table module, so that the metadata is complete for migrations."""

from models.tables import (
    activities,
    assignments,
    attendance,
    bookings,
    deliveries,
    evidence,
    history,
    imports,
    notifications,
    orgs,
    people,
    reminders,
    resources,
    tallies,
    teams,
    topics,
    tours,
    users,
    venues,
    workers,
)
from models.tables.base import add_word_and_length_checks, metadata

add_word_and_length_checks()

__all__ = [
    "activities",
    "assignments",
    "attendance",
    "bookings",
    "deliveries",
    "evidence",
    "history",
    "imports",
    "metadata",
    "notifications",
    "orgs",
    "people",
    "reminders",
    "resources",
    "tallies",
    "teams",
    "topics",
    "tours",
    "users",
    "venues",
    "workers",
]

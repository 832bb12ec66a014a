"""Routes for programs: thin functions that check, call one service and answer with a schema."""

from fastapi import APIRouter

from api.routes import (
    activities,
    assignments,
    bookings,
    calendars,
    counting,
    deliveries,
    figures,
    health,
    me,
    memberships,
    orgs,
    people,
    programmes,
    teams,
    topics,
    tours,
    venues,
)

#: Routers below `/api/v1`, one line per module.
ROUTERS: tuple[APIRouter, ...] = (
    activities.router,
    assignments.router,
    bookings.router,
    counting.router,
    deliveries.router,
    figures.router,
    me.router,
    memberships.router,
    orgs.router,
    people.router,
    programmes.router,
    teams.router,
    topics.router,
    tours.router,
    calendars.router,  # before venues: `/venues/available` is no id
    venues.router,
)
#: Routers of programs outside of it.
ROOT_ROUTERS: tuple[APIRouter, ...] = (health.router,)

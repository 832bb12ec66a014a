"""Routes for programs: thin functions that check, call one service and answer with a schema."""

from fastapi import APIRouter

from api.routes import (
    absences,
    activities,
    assignments,
    booking_series,
    bookings,
    calendars,
    calls,
    counting,
    deliveries,
    equipment,
    figures,
    health,
    me,
    memberships,
    orgs,
    people,
    programmes,
    reminder_plans,
    stand_ins,
    teams,
    topics,
    tours,
    venue_lists,
    venues,
    waits,
)

#: Routers below `/api/v1`, one line per module.
ROUTERS: tuple[APIRouter, ...] = (
    absences.router,
    activities.router,
    assignments.router,
    booking_series.router,  # before bookings: `/bookings/series` is no id
    bookings.router,
    calls.router,
    counting.router,
    deliveries.router,
    equipment.router,
    figures.router,
    me.router,
    memberships.router,
    orgs.router,
    people.router,
    programmes.router,
    stand_ins.router,
    teams.router,
    topics.router,
    tours.router,
    calendars.router,  # before venues: `/venues/available` is no id
    venues.router,
    reminder_plans.router,
    venue_lists.router,
    waits.router,
)
#: Routers of programs outside of it.
ROOT_ROUTERS: tuple[APIRouter, ...] = (health.router,)

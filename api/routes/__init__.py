"""Routes for programs: thin functions that check, call one service and answer with a schema."""

from fastapi import APIRouter

from api.routes import (
    absences,
    activities,
    assignments,
    booking_series,
    bookings,
    broadcasts,
    calendars,
    calls,
    counting,
    deliveries,
    endpoints,
    equipment,
    feeds,
    figures,
    health,
    me,
    memberships,
    messages,
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
    broadcasts.router,
    calls.router,
    counting.router,
    deliveries.router,
    endpoints.webhooks,
    endpoints.messengers,
    equipment.router,
    feeds.router,
    figures.router,
    me.router,
    memberships.router,
    messages.router,
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

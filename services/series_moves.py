"""Give a date of a series its window: book it, move its booking, or exchange that for one elsewhere."""

from models.errors import Conflict, require
from models.rules import booking_states
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.series import SeriesDate
from models.values import TimeWindow
from services import booking_rows, series_rows, venue_locks
from services.attempts import attempt
from services.prospects import Prospects
from services.series_rows import is_open
from services.unit_of_work import Tx

#: Why a booking was given back for another one of the same date.
EXCHANGED = "venue_changed"


def place(
    tx: Tx, row: SeriesDate, booking: Booking | None, prospects: Prospects, window: TimeWindow
) -> tuple[Reason, ...]:
    """Give a date the window at the venue of `prospects`; return everything that stands against it, empty where done.

    An open booking of the date is moved there, or given back once there is a new one; else it stays as it was.
    """
    try:
        booking_id = _placed(tx, booking, prospects, window)
    except Conflict as error:
        return error.reasons
    series_rows.settle(row, booking_id)
    return ()


def _placed(tx: Tx, booking: Booking | None, prospects: Prospects, window: TimeWindow) -> int:
    if booking is None or not is_open(booking):
        return prospects.book(window)
    venue = venue_locks.lock(tx, booking.venue_id)
    require(booking_states.may_move(booking_rows.facts_of(tx, booking, venue), tx.now))
    if booking.venue_id == prospects.venue_id:
        prospects.shift(booking, window)
        return booking.id
    with attempt(tx):
        booking_rows.cancel(tx, booking, EXCHANGED)
        return prospects.book(window, leaving=booking.id)

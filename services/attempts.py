"""A part of a transaction that leaves nothing behind where it fails, or where it was only to be looked at."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.unit_of_work import Tx


@contextmanager
def attempt(tx: Tx, *, is_trial: bool = False) -> Iterator[None]:
    """Run the body in a savepoint; where it raises, its rows and its events are as if it had not begun.

    A trial is taken back in any case: what it showed is what would happen. Rows that the body changed
    are read anew afterwards, so whatever is to be kept of a trial has to be copied before it ends.
    """
    tx.session.flush()
    heard = len(tx.events)
    savepoint = tx.session.begin_nested()
    try:
        yield
        tx.session.flush()
    except BaseException:
        savepoint.rollback()
        del tx.events[heard:]
        raise
    if is_trial:
        savepoint.rollback()
        del tx.events[heard:]
    else:
        savepoint.commit()

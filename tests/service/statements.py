"""Count the statements that a piece of code sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from services.unit_of_work import UnitOfWork


@contextmanager
def counted(uow: UnitOfWork) -> Iterator[list[str]]:
    """Yield the list that every statement sent meanwhile is added to."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    event.listen(uow.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(uow.database.engine, "before_cursor_execute", note)

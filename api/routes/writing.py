"""How routes change something: one transaction, answered with the row as it is then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Concatenate, ParamSpec

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.access import Actor
from services.unit_of_work import Tx, UnitOfWork
from web.deps import ActorDep, UowDep, run_write

P = ParamSpec("P")
#: Returns a row as it stands in the transaction.
Tell = Callable[[Tx, int], BaseModel]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who sent a change, and where it is written; take it as `WriterDep`."""

    request: Request
    uow: UnitOfWork
    actor: Actor

    def write(self, change: Callable[[Tx], BaseModel | None], *, status: int = 200) -> Response:
        """Run a change and answer with what it returns; repetition as `run_write` says."""
        return run_write(self.request, self.uow, self.actor, change, status=status)

    def create(
        self, make: Callable[Concatenate[Tx, P], int], tell: Tell, /, *args: P.args, **values: P.kwargs
    ) -> Response:
        """Run a service that makes a row, with its arguments, and answer 201 with that row."""
        return self.write(lambda tx: tell(tx, make(tx, *args, **values)), status=201)

    def act(
        self,
        do: Callable[Concatenate[Tx, int, P], object],
        tell: Tell,
        row_id: int,
        /,
        *args: P.args,
        **values: P.kwargs,
    ) -> Response:
        """Run a service on a row, with its further arguments, and answer with that row."""

        def change(tx: Tx) -> BaseModel:
            do(tx, row_id, *args, **values)
            return tell(tx, row_id)

        return self.write(change)


async def _writer(request: Request, uow: UowDep, actor: ActorDep) -> Writer:
    return Writer(request, uow, actor)


WriterDep = Annotated[Writer, Depends(_writer)]

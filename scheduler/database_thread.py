"""Database steps of the worker, one after another in a thread of their own, so that the event loop never waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from services.access import WORKER, Actor
from services.unit_of_work import Tx, UnitOfWork

R = TypeVar("R")


class DatabaseThread:
    """Runs each step as one short transaction; steps of one worker never overlap."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")

    async def write(self, step: Callable[[Tx], R], *, actor: Actor = WORKER) -> R:
        """Run a step in a write transaction, as the worker unless told otherwise; return its result after the commit."""

        def run() -> R:
            with self._uow.write(actor) as tx:
                return step(tx)

        return await self.call(run)

    async def read(self, step: Callable[[Tx], R]) -> R:
        """Run a step on one snapshot."""

        def run() -> R:
            with self._uow.read(WORKER) as tx:
                return step(tx)

        return await self.call(run)

    async def call(self, function: Callable[[], R]) -> R:
        """Run anything in the thread; it sees the correlation id of its caller."""
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: context.run(function))

    def close(self) -> None:
        """Wait for the step that is running; take no more."""
        self._pool.shutdown(wait=True)

"""The worker process: `python -m scheduler`, or `muster worker`.

Ends with 0 after SIGTERM or SIGINT, 1 on a fault, 2 where it cannot start as it was asked to.
With `--with-parent` it also ends in order when its standard input is closed, which the kernel
does when the process that started it is gone (see scheduler/supervise.py).
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import DomainError
from muster import log as logging_setup
from muster.roots import check_roots
from muster.settings import Settings, SettingsError, hide_password, load_settings
from notifications.addresses import BadAddress
from notifications.channels.factory import BadMailUrl
from notifications.dkim import BadDkimKey
from scheduler.bootstrap import NotReady, WorkerProcess
from scheduler.liveness import AlreadyRunning

EXIT_FINE, EXIT_FAULT, EXIT_WRONG_USE = 0, 1, 2
STDIN = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker until it is told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scheduler", description="Keeps time and delivers.")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    options = parser.parse_args(arguments)
    try:
        check_roots()
        settings = load_settings()
    except RuntimeError as error:
        return _refuse(str(error))
    except SettingsError as error:
        return _refuse(*error.reasons)
    return run(settings, with_parent=options.with_parent)


def run(settings: Settings, *, with_parent: bool = False) -> int:
    """Run a worker with these settings; return the exit code."""
    logging_setup.configure(json=settings.log_json)
    for talkative in ("alembic", "apscheduler", "httpx", "httpcore"):  # they tell of every look, run and address
        logging.getLogger(talkative).setLevel(logging.WARNING)
    try:
        asyncio.run(_run(settings, with_parent=with_parent))
    except (AlreadyRunning, NotReady, BadMailUrl, BadAddress, BadDkimKey) as error:
        return _refuse(str(error))
    except (SQLAlchemyError, DomainError) as error:
        structlog.get_logger(__name__).error(
            "worker.failed", database=hide_password(settings.database_url), reason=type(error).__name__
        )
        return EXIT_FAULT
    return EXIT_FINE


async def _run(settings: Settings, *, with_parent: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if with_parent:
        loop.add_reader(STDIN, _read_parent, loop, stopping)
    await WorkerProcess(settings).run(stopping)


def _read_parent(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """Stop at the end of standard input; whatever the parent may write is of no interest."""
    if not os.read(STDIN, 1024):
        loop.remove_reader(STDIN)
        stopping.set()


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        sys.stderr.write(f"{reason}\n")
    return EXIT_WRONG_USE


if __name__ == "__main__":
    sys.exit(main())

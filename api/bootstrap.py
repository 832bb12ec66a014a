"""The composition root of the web process: settings in, application out."""

import logging

from fastapi import FastAPI

from api.app import create_app
from muster import log
from muster.roots import check_roots
from muster.settings import Settings
from services.house import open_house


def open_web(settings: Settings) -> FastAPI:
    """Build the web application of one process; its connections close when the server stops.

    Raises:
        RuntimeError: another installed package would run in place of one of ours.
        StaticFilesMissing: the assets were not built.
    """
    check_roots()
    log.configure(settings.log_json)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # or every look at /readyz leaves two lines
    uow = open_house(settings)
    return create_app(settings, uow=uow, on_close=uow.database.dispose)

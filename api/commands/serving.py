"""`muster serve` and `muster worker`: the processes of a running house."""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from api.commands import accounts, opening
from api.commands.refusals import FINE, FOUND, Refused
from muster import log
from scheduler import __main__ as scheduler
from scheduler.supervise import Supervisor
from services.backup import BackupRefused
from services.tenancy import occupied
from web.static_files import StaticFilesMissing, load_built_files

#: How long open requests may take to end before they are cut off.
GRACE_SECONDS = 20
BACKLOG = 2048
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - these are looked for, not listened on


def serve(
    host: str, port: int, workers: int, *, with_scheduler: bool, announce: Callable[[], None] | None = None
) -> int:
    """Serve until SIGINT or SIGTERM, then end the web and after it the scheduler; return the exit code."""
    use_address(host, port)
    speaker = opening.console()
    with opening.desk() as desk, ExitStack() as ending:
        accounts.require_secret(desk.uow, speaker, desk.settings.base_url, _url(host, port))
        # From here on the process answers a signal by ending what it has begun, in order.
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            load_built_files()
            listening = ending.enter_context(_listen(host, port))
            ending.enter_context(occupied(desk.uow.database))
            if with_scheduler:
                supervisor = Supervisor()
                ending.callback(supervisor.stop)
                supervisor.start()
            say = announce or (
                lambda: speaker.line(
                    speaker.gettext("Serving %(address)s; Ctrl-C ends it.", address=desk.settings.base_url)
                )
            )
            return _run(host, port, workers, listening, say)
        except StaticFilesMissing as error:
            raise Refused(str(error)) from error
        except BackupRefused as error:
            raise Refused(
                speaker.gettext("%(name)s: a backup is being restored here", name=error.params["name"])
            ) from error
        except KeyboardInterrupt:
            return FINE


def work() -> int:
    """Run a worker until SIGINT or SIGTERM; return the exit code."""
    with opening.desk() as desk:
        settings = desk.settings
    return scheduler.run(settings)


def use_address(host: str, port: int) -> None:
    """Let links lead to where this house is served, unless the settings say where people reach it."""
    if "base_url" in opening.settings().model_fields_set:
        return
    os.environ["MUSTER_BASE_URL"] = _url(WILDCARDS.get(host, host), port)
    opening.settings.cache_clear()  # the processes started from here read the environment too


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Says so once it is listening."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._say()


def _run(host: str, port: int, workers: int, listening: socket.socket, say: Callable[[], None]) -> int:
    config = uvicorn.Config(
        "api.asgi:build",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        log_level="warning",
        access_log=False,  # addresses of answer links are secrets
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    if workers > 1:
        say()
        Multiprocess(config, sockets=[listening]).run()
        return FINE
    log.configure(opening.settings().log_json)
    server = _Server(config, say)
    server.run(sockets=[listening])
    return FINE if server.started else FOUND


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound; uvicorn would end the process with a traceback instead of a line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Refused(f"{host}:{port}: {error.strerror or error}") from error
    listening.set_inheritable(True)
    return listening


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

"""Log set-up: events with values, as JSON lines or for a terminal, on standard error.

Everything goes through one handler, so that libraries which use `logging` come out in the
same form, with the same correlation id, and without what is nobody's business: values of
personal keys, mail addresses and mobile numbers are withheld.
"""

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_correlation: ContextVar[str | None] = ContextVar("correlation_id", default=None)

#: Keys whose values never reach a log, whatever they are.
PERSONAL_KEYS = frozenset({"name", "email", "mail", "phone", "mobile", "address", "password", "secret", "token"})
WITHHELD = "[withheld]"
_PERSONAL_TEXT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\d)(?:\+86)?1[3-9]\d{9}(?!\d)")


def bind_correlation(correlation_id: str | None) -> None:
    """Give every following log line of this request, or this tick, the same id; None ends that."""
    _correlation.set(correlation_id)


def correlation_id() -> str | None:
    """Return the id bound to the current request or tick."""
    return _correlation.get()


def configure(json: bool, *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Set logging up for this process; calling it again replaces the earlier set-up.

    `json` writes one JSON object a line, otherwise lines for a terminal. `stream` is
    standard error unless given. A server that brings a set-up of its own (uvicorn's
    `log_config`) must be told to leave it.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation,
    ]
    render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if not json:
        # The rich traceback is the default and prints the values of local variables, names included.
        plain = structlog.dev.plain_traceback
        render = structlog.dev.ConsoleRenderer(exception_formatter=plain, colors=(stream or sys.stderr).isatty())
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _drop_colours,
            _withhold,
            render,
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _add_correlation(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if (bound := correlation_id()) is not None:
        event["correlation_id"] = bound
    return event


def _drop_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop uvicorn's second copy of its message, made for terminals."""
    event.pop("color_message", None)
    return event


def _withhold(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: object, value: object) -> object:
    """Blank out what must not be kept, at any depth."""
    if key in PERSONAL_KEYS:
        return WITHHELD
    if isinstance(value, str):
        return _PERSONAL_TEXT.sub(WITHHELD, value)
    if isinstance(value, Mapping):
        return {inner: _clean(inner, item) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(None, item) for item in value]
    return value

"""How a command ends that could not do what it was asked: exit code and one line, never a traceback."""

import traceback
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from models.errors import DomainError, NotFound, Unavailable
from models.rules.verdicts import Reason
from muster.i18n import Translator, load_translator
from muster.localtime import LocalTimeError, zone
from muster.settings import Settings, SettingsError

FINE, FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


class Refused(Exception):
    """Wrong use or bad input; the text is the line to print."""


class Found(Exception):
    """Everything was done as asked, and a problem was found; the text, if any, is the last line to print."""


def ending(error: Exception, settings: Callable[[], Settings]) -> tuple[int, str]:
    """Return the exit code of an error, and its line."""
    match error:
        case Found():
            return FOUND, str(error)
        case Refused():
            return WRONG_USE, str(error)
        case SettingsError():
            return WRONG_USE, "; ".join(error.reasons)
        case DomainError():
            return FOUND if isinstance(error, Unavailable) else WRONG_USE, _said(error, settings())
        case DBAPIError():
            return FOUND, first_line(error)
        case OSError():
            return WRONG_USE, f"{error.filename or ''}: {error.strerror or error}".removeprefix(": ")
        case ArgumentError() | NoSuchModuleError() | LocalTimeError():
            return WRONG_USE, str(error).splitlines()[0]
    return FOUND, unexpected(error)


def first_line(error: SQLAlchemyError) -> str:
    """Return what a driver says, on one line, without the statement."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0] if said else type(error).__name__


def unexpected(error: Exception) -> str:
    """Return where a mistake of ours shows itself, for the report about it."""
    steps = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(steps[-1].filename).name}:{steps[-1].lineno})" if steps else ""
    said = str(error).splitlines()
    return f"a mistake in Muster: {type(error).__name__}: {said[0] if said else ''}{place}"


def translator_of(settings: Settings) -> Translator:
    """Return the translator of the house's language."""
    return load_translator(settings.locale)


def sentence(reason: Reason, settings: Settings) -> str:
    """Return a reason in words."""
    # Reasons are spoken where pages are made, which takes a while to load; only a refusal has to wait for that.
    from web.problems import say  # noqa: PLC0415 - see the line above

    return say(reason, translator_of(settings), zone(settings.zone))


def _said(error: DomainError, settings: Settings) -> str:
    lines = []
    for reason in error.reasons:
        values = reason.params
        named = (values.get("row"), values.get("column") or values.get("field"))
        place = "/".join(str(part) for part in named if part)
        if reason.code == NotFound.code:
            place = f"{values['noun']} {values['id']}"
        lines.append(f"{place}: {sentence(reason, settings)}" if place else sentence(reason, settings))
    return " ".join(dict.fromkeys(lines))

"""Message catalogues: plain .po files under `locale/<language>/LC_MESSAGES`, one per domain.

They are read as they are; nothing is compiled. A message id is the English sentence, or the
stable code of a word (`BookingState.held`) or of a reason (`venue_taken`). Both languages
hold every message; tests/unit/kernel/test_catalogues.py names each missing or unused one.
"""

import gettext
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

#: Languages by their name on the web, with the folder of their catalogues.
LOCALES = {"zh-CN": "zh_CN", "en": "en"}
LOCALE_FOLDER = Path(__file__).with_name("locale")


@dataclass(frozen=True, slots=True)
class Messages:
    """All messages of one language: singular ones by id, plural ones by the singular's id.

    `plural_form` tells which of a plural message's forms a number takes.
    """

    single: dict[str, str]
    plural: dict[str, tuple[str, ...]]
    plural_form: Callable[[int], int]


def mark(msgid: str) -> str:
    """Return the id unchanged; tells the catalogue test of a message that is looked up elsewhere."""
    return msgid


def word_id(member: StrEnum) -> str:
    """Return the message id of an enum member, e.g. `BookingState.held`."""
    return f"{type(member).__name__}.{member.value}"


def domain_files(locale: str) -> list[Path]:
    """Return the .po files of a locale, by domain name."""
    return sorted((LOCALE_FOLDER / LOCALES[locale] / "LC_MESSAGES").glob("*.po"))


def read_catalogue(path: Path) -> Catalog:
    """Read one .po file; a malformed one raises Babel's `PoFileError`."""
    with path.open("rb") as file:
        return read_po(file, domain=path.stem, abort_invalid=True)


def load_messages(locale: str) -> Messages:
    """Read all domains of `zh-CN` or `en` into one table."""
    return merge(read_catalogue(path) for path in domain_files(locale))


def merge(catalogues: Iterable[Catalog]) -> Messages:
    """Put catalogues of one language together, leaving out what is not translated."""
    single: dict[str, str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    plural_expression = "0"
    for catalogue in catalogues:
        plural_expression = catalogue.plural_expr
        for message in catalogue:
            if not message.id or not message.string:
                continue
            if isinstance(message.id, tuple | list):
                plural[message.id[0]] = tuple(message.string)
            else:
                single[message.id] = str(message.string)
    return Messages(single, plural, gettext.c2py(plural_expression))

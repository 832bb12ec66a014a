"""Translators: one per language, passed on explicitly; there is no "current language"."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from muster.catalogue import LOCALES, Messages, load_messages, mark, word_id
from muster.phrasing import Phrasing

__all__ = ["LOCALES", "Translator", "load_translator", "mark", "negotiate"]


class Translator(Phrasing):
    """Speaks one language: sentences, words, numbers, and (see `Phrasing`) days and times."""

    def __init__(self, locale: str, messages: Messages) -> None:
        self.locale = locale
        self._messages = messages

    def lookup(self, msgid: str) -> str:
        """Return the pattern of a message with its `%(name)s` still in it; the id where there is none.

        `lookup` and `lookup_plural` are what Jinja's `install_gettext_callables(newstyle=True)`
        wants: Jinja fills patterns in itself.
        """
        return self._messages.single.get(msgid, msgid)

    def lookup_plural(self, one: str, many: str, n: int) -> str:
        """Return the pattern of a message about n things; the English one where there is none."""
        forms = self._messages.plural.get(one)
        if forms is None:
            return one if n == 1 else many
        return forms[self._messages.plural_form(n)]

    def gettext(self, msgid: str, /, **params: object) -> str:
        """Translate a sentence and fill in its `%(name)s`; without params a `%` means itself."""
        pattern = self.lookup(msgid)
        return pattern % _Params(params) if params else pattern

    def ngettext(self, one: str, many: str, n: int, /, **params: object) -> str:
        """Translate a sentence about n things; `%(n)s` is the number unless params say otherwise."""
        return self.lookup_plural(one, many, n) % _Params({"n": self.number(n), **params})

    def word(self, member: StrEnum) -> str:
        """Return the word that people read for a state or kind."""
        return self._messages.single.get(word_id(member), member.value)

    def number(self, value: float) -> str:
        """Return a number with its thousands set apart, `1,204`."""
        return f"{value:,}"

    def listed(self, items: Iterable[str]) -> str:
        """Return items in a row, `甲、乙` or `A, B`."""
        return self.gettext(", ").join(items)


class _Params(dict[str, object]):
    """Values of a pattern; a missing one shows as a gap instead of breaking the page it is on."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def load_translator(locale: str) -> Translator:
    """Return the translator of `zh-CN` or `en`; the files are read once in a process.

    Raises:
        KeyError: any other locale; `negotiate` returns none such.
    """
    return Translator(locale, load_messages(locale))


def negotiate(accept_language: str | None, default: str) -> str:
    """Choose a locale for an Accept-Language header: any Chinese reads zh-CN, any English en.

    `default` answers for a missing or malformed header and for other languages.
    """
    best, best_quality = default, 0.0
    for entry in (accept_language or "").split(","):
        tag, _, parameters = entry.partition(";")
        language = tag.strip().partition("-")[0].lower()
        quality = _quality(parameters)
        for locale in LOCALES:
            if language == locale.partition("-")[0] and quality > best_quality:
                best, best_quality = locale, quality
    return best


def _quality(parameters: str) -> float:
    """Return the weight of a header entry: 1 where none is given, 0 where it makes no sense."""
    if not parameters.strip():
        return 1.0
    name, _, value = parameters.partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0

"""How a reader wants pages to look and in which language: words kept in one cookie.

The cookie is set by the server (a form in the foot and head of every page) and by `muster.js`, which toggles size and
theme without a request. It holds no secret and needs no CSRF proof: the worst a forged request does is dim a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

COOKIE = "muster_modes"
COOKIE_LIFE = timedelta(days=365)
#: Every field with the words it may hold; no word stands for two fields, so that the cookie is a plain list of words.
WORDS: Mapping[str, tuple[str, ...]] = {
    "size": ("normal", "large"),
    "theme": ("light", "dark"),
    "contrast": ("plain", "more"),
    "lang": ("zh-CN", "en"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """The reader's choices; an absent one (None) is left to the device, or for `lang` to the browser and the house."""

    size: str | None = None
    theme: str | None = None
    contrast: str | None = None
    lang: str | None = None

    @classmethod
    def read(cls, cookie: str | None) -> Self:
        """Read a cookie; unknown words are dropped, the last of two rivals wins."""
        return cls().changed(
            {field: word for word in (cookie or "").split(".") for field in WORDS if word in WORDS[field]}
        )

    def changed(self, choices: Mapping[str, str]) -> Self:
        """Return the modes with the valid ones among the given choices (a submitted form) put in."""
        return replace(self, **{field: word for field, word in choices.items() if word in WORDS.get(field, ())})

    @property
    def cookie(self) -> str:
        """The value to store under `COOKIE`; empty where nothing was chosen."""
        return ".".join(word for field in WORDS if (word := getattr(self, field)) is not None)


def own_path(address: str | None, otherwise: str = "/") -> str:
    """Return the address where it is a path of this house, else `otherwise`: never send a reader to another site."""
    if not address or not address.startswith("/") or "\\" in address or not address.isprintable():
        return otherwise
    parts = urlsplit(address)
    return otherwise if parts.scheme or parts.netloc or address.startswith("//") else address

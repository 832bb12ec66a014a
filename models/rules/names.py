"""Names of people and things: one spelling on the way in."""

import re
import unicodedata

MIDDLE_DOT = "·"
#: Dots that people type between the parts of a name when they mean U+00B7.
_DOTS = "•‧∙⋅・･．●"
_DOTTED = re.compile(rf"(?<=[^\W\d_])\s*[{_DOTS}{MIDDLE_DOT}]\s*(?=[^\W\d_])")
_NAME_SIGNS = frozenset(" ·-.'’()（）")
#: Signs without width or meaning that come along when text is pasted.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U000323af·])\s+(?=[\u3400-\u9fff\U00020000-\U000323af·])")


def tidy(text: str) -> str:
    """Return text on one line: composed, nothing invisible, every run of white space one plain space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def tidy_lines(text: str) -> str:
    """Return text with its line breaks kept, each line tidied, none empty at either end."""
    return "\n".join(map(tidy, text.splitlines())).strip("\n")


def is_clean(text: str) -> bool:
    """Tell whether every character can be stored and shown: no control characters, no halves of pairs."""
    return not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text if sign != "\n")


def person_name(text: str) -> str:
    """Return a person's name as it is stored.

    Printed lists pad two-character names (张　三) and typists write any dot between the parts of
    minority names: Chinese names come out unspaced, with U+00B7 for the dot.
    """
    return _BETWEEN_HAN.sub("", _DOTTED.sub(MIDDLE_DOT, tidy(text)))


def is_person_name(text: str) -> bool:
    """Tell whether a text holds only what names of people have; `填表人：张三` is none."""
    has_letter = any(sign.isalpha() for sign in text)
    return has_letter and all(sign in _NAME_SIGNS or unicodedata.category(sign)[0] in "LMN" for sign in text)

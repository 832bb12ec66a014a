"""Numbers and codes that people are reached or bodies are known by."""

import re
import unicodedata

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: Who registered the body: first character of a unified social credit code.
CREDIT_REGISTRARS = "123456789ANY"
UNION_REGISTRAR = "8"
#: Kinds (second character) that trade unions register: 1 grass-roots union, 9 other.
UNION_KINDS = "19"
CREDIT_LENGTH = 18

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_FOREIGN = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_LANDLINE = re.compile(r"(?:(0\d{2,3})-?)?([2-9]\d{6,7})(?:[-x转](\d{1,6}))?", re.ASCII)
_SERVICE = re.compile(r"(?:[48]00-?\d{3}-?\d{4}|12\d{3}|95\d{3}|11[09]|12[02])", re.ASCII)
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9.-]+)", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LONGEST_EMAIL, _LONGEST_LOCAL_PART = 254, 64
_DIVISION = re.compile(r"\d{6}(?:\d{3}){0,2}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?", re.ASCII)


def half_width(text: str) -> str:
    """Return the text as a keyboard in Latin mode writes it: full-width digits, letters and signs become plain."""
    return unicodedata.normalize("NFKC", text).strip()


def phone_number(text: str) -> str | None:
    """Return a telephone number as it is stored; None where it is none.

    Chinese mobiles and numbers with a leading `+` come out in E.164; landlines keep their
    national form, `0714-8720000`, since only people dial them.
    """
    plain = re.sub(r"[\s().·]|(?<=^\+86)-|(?<=\d)-(?=\d{4}$)|(?<=^1\d\d)-", "", half_width(text).replace("—", "-"))
    if found := _MOBILE.fullmatch(plain.replace("-", "")):
        return f"+86{found.group(1)}"
    if found := _LANDLINE.fullmatch(plain):
        area, number, extension = found.groups()
        return "-".join(part for part in (area, number, extension) if part)
    if _FOREIGN.fullmatch(plain.replace("-", "")):
        return plain.replace("-", "")
    return plain if _SERVICE.fullmatch(plain) else None


def email_address(text: str) -> str | None:
    """Return a mail address in lower case; None where no mail server would take it."""
    plain = half_width(text).lower()
    found = _EMAIL.fullmatch(plain)
    if found is None or len(plain) > _LONGEST_EMAIL or plain.index("@") > _LONGEST_LOCAL_PART:
        return None
    labels = found.group(1).split(".")
    has_top = len(labels) > 1 and not labels[-1].isdigit()
    return plain if has_top and all(_LABEL.fullmatch(label) for label in labels) else None


def short_code(text: str) -> str | None:
    """Return our own short code; None where it holds more than plain letters, digits and `._/-`."""
    plain = half_width(text)
    return plain if _CODE.fullmatch(plain) else None


def division_code(text: str) -> str | None:
    """Return a GB/T 2260 code of 6 digits, or an extension of 9 (town) or 12 (village); None where it is none."""
    plain = half_width(text)
    return plain if _DIVISION.fullmatch(plain) and plain[0] in "12345678" else None


def credit_code(text: str) -> str | None:
    """Return a unified social credit code (GB 32100-2015) in upper case; None where its check fails."""
    plain = half_width(text).upper()
    if len(plain) != CREDIT_LENGTH or any(sign not in CREDIT_ALPHABET for sign in plain):
        return None
    is_known = plain[0] in CREDIT_REGISTRARS and (plain[0] != UNION_REGISTRAR or plain[1] in UNION_KINDS)
    is_placed = plain[2:8].isdigit()
    return plain if is_known and is_placed and plain[-1] == credit_check(plain[:-1]) else None


def credit_check(first_seventeen: str) -> str:
    """Return the check character of the first seventeen of a unified social credit code."""
    total = sum(CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_seventeen))
    return CREDIT_ALPHABET[-total % 31]

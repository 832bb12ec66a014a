"""Every code that a rule or a checker hands out has a sentence in both languages, and its values in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import audit
import models.rules
from models import errors
from muster.catalogue import LOCALES, domain_files, read_catalogue

NAMED = re.compile(r"%\((\w+)\)s")
FOLDERS = [Path(package.__path__[0]) for package in (models.rules, audit)]
#: Cleaners of register values; their codes are tested with the registers.
ELSEWHERE = {"fields", "hours", "identifiers", "names", "rosters", "teams"}
#: What hands a code out as its first argument, and which argument holds the values; None: the named ones.
CALLS = {"Reason": 1, "Finding": 3, "_fault": None}


def handed_out() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield each code written in a call, with the names of its values where they are written there too."""
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.py")):
            if path.stem in ELSEWHERE:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                    code = node.args[0] if node.args else None
                    if isinstance(code, ast.Constant):
                        yield str(code.value), _names(node, CALLS[node.func.id])


def _names(call: ast.Call, params_at: int | None) -> frozenset[str] | None:
    if params_at is None:
        if any(keyword.arg is None for keyword in call.keywords):
            return None
        return frozenset({"seq", *(keyword.arg or "" for keyword in call.keywords)})
    if len(call.args) <= params_at:
        return frozenset()
    params = call.args[params_at]
    if not isinstance(params, ast.Dict):
        return None
    return frozenset(str(key.value) for key in params.keys if isinstance(key, ast.Constant))


HANDED_OUT = sorted(set(handed_out()), key=str)


def sentences(locale: str) -> dict[str, str]:
    return {
        str(message.id): str(message.string)
        for path in domain_files(locale)
        for message in read_catalogue(path)
        if message.id
    }


def test_codes_are_found() -> None:
    assert {"too_many_people", "entry_changed", "row_added"} <= {code for code, _ in HANDED_OUT}


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_every_code_has_a_sentence_with_values_that_it_gets(locale: str) -> None:
    known = sentences(locale)
    for code, names in HANDED_OUT:
        assert known.get(code), code
        if names is not None:
            assert set(NAMED.findall(known[code])) <= names, code


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_every_error_has_a_sentence(locale: str) -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DomainError)]
    codes = {kind.code for kind in kinds} - {errors.DomainError.code}
    assert len(codes) == 10
    assert codes <= sentences(locale).keys()


def test_both_languages_use_the_same_values() -> None:
    zh, en = sentences("zh-CN"), sentences("en")
    for code, _ in HANDED_OUT:
        assert set(NAMED.findall(zh[code])) == set(NAMED.findall(en[code])), code


def test_chinese_sentences_keep_the_house_voice() -> None:
    zh = sentences("zh-CN")
    for code, _ in HANDED_OUT:
        assert not re.search(r"[你！!]|系统|错误|失败|成功", zh[code]), code
        assert not re.search(r"[\u4e00-\u9fff] [%\d]|[\d)s] [\u4e00-\u9fff]", zh[code]), code

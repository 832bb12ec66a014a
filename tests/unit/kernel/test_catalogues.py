"""Both languages hold every message that the code asks for, and nothing else."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from muster.catalogue import LOCALES, domain_files, read_catalogue
from muster.roots import ROOTS
from tests.unit.kernel.messages_in_use import (
    TEMPLATE_FOLDERS,
    Found,
    Use,
    all_uses,
    in_enums,
    in_python,
    in_templates,
    names_in,
    possible_words,
    project_names,
    read_module,
    read_template,
)

#: What is read of the whole tree is kept: one worker reads it, not each.
pytestmark = pytest.mark.xdist_group("catalogues")
DOMAINS = sorted({path.stem for locale in LOCALES for path in domain_files(locale)})
#: An id that is a code and not a sentence: `venue_taken`, `spoken.half`, `BookingState.held`.
CODE = re.compile(r"[a-z]+([._][a-z0-9_]+)+|[a-z]+|[A-Z]\w+\.\w+")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@cache
def catalogue(locale: str, domain: str) -> Catalog:
    path = next((path for path in domain_files(locale) if path.stem == domain), None)
    return Catalog() if path is None else read_catalogue(path)


def messages(locale: str, domain: str) -> dict[str, Message]:
    """Return the messages of a domain by id; a plural one by its singular."""
    found = (message for message in catalogue(locale, domain) if message.id)
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in found}


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@cache
def translated(locale: str) -> dict[str, Message]:
    """Return all messages of a locale that have every one of their strings."""
    every = (item for domain in DOMAINS for item in messages(locale, domain).items())
    return {msgid: message for msgid, message in every if strings(message) and all(strings(message))}


def lacking(uses: Iterable[Use]) -> list[str]:
    """Return one line for each message that a language does not have as it is asked for."""
    places: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for use in uses:
        places[use.msgid, use.plural].append(use.place)
    lines = []
    for (msgid, plural), where in sorted(places.items(), key=str):
        wanted = msgid if plural is None else (msgid, plural)
        without = [locale for locale in LOCALES if _id_of(locale, msgid) != wanted]
        if without:
            more = f" and {len(where) - 1} more" if len(where) > 1 else ""
            lines.append(f"{msgid!r} is not in {', '.join(without)}: {where[0]}{more}")
    return lines


def _id_of(locale: str, msgid: str) -> str | tuple[str, ...] | None:
    message = translated(locale).get(msgid)
    if message is None:
        return None
    return message.id if isinstance(message.id, str) else tuple(message.id)


def report(lines: list[str]) -> None:
    if lines:
        pytest.fail("\n".join([f"{len(lines)} to mend:", *lines]), pytrace=False)


@pytest.mark.parametrize("root", ROOTS)
def test_every_message_in_python_is_translated(root: str) -> None:
    found = in_python(root)
    report(found.faults + lacking(found.uses))


@pytest.mark.parametrize("folder", TEMPLATE_FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_message_in_templates_is_translated(folder: Path) -> None:
    found = in_templates(folder)
    report(found.faults + lacking(found.uses))


def test_every_state_and_kind_has_its_word() -> None:
    report(lacking(in_enums()))


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_message_is_left_over(domain: str) -> None:
    used = {use.msgid for use in all_uses()} | possible_words()
    unused = {msgid for locale in LOCALES for msgid in messages(locale, domain)} - used
    report([f"{domain}.po: nobody asks for {msgid!r}" for msgid in sorted(unused)])


@pytest.mark.parametrize("locale", LOCALES)
def test_domains_do_not_contradict_each_other(locale: str) -> None:
    said: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
    for domain in DOMAINS:
        for msgid, message in messages(locale, domain).items():
            said[msgid].add((strings(message), domain))
    report(
        [
            f"{msgid!r}: " + ", ".join(f"{domain} says {' / '.join(texts)}" for texts, domain in sorted(ways))
            for msgid, ways in sorted(said.items())
            if len({texts for texts, _ in ways}) > 1
        ]
    )


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_hold_the_same_messages(domain: str) -> None:
    ids = {locale: {_key(message) for message in messages(locale, domain).values()} for locale in LOCALES}
    everything = set().union(*ids.values())
    report([f"{domain}.po of {locale} lacks {key}" for locale in LOCALES for key in sorted(everything - ids[locale])])


def _key(message: Message) -> str:
    return repr(message.id) if isinstance(message.id, str) else repr(tuple(message.id))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_files_are_in_good_order(domain: str, locale: str) -> None:
    """Nothing empty, fuzzy, obsolete or twice; the header says language and plural forms."""
    path = next((path for path in domain_files(locale) if path.stem == domain), None)
    assert path is not None, f"{domain}.po is missing in {locale}"
    read = catalogue(locale, domain)
    faults = [f"{msgid!r} is empty" for msgid, message in messages(locale, domain).items() if not all(strings(message))]
    faults += [f"{message.id!r} is fuzzy" for message in read if message.id and message.fuzzy]
    faults += [f"{msgid!r} is obsolete" for msgid in read.obsolete]
    written = re.findall(r'^msgid (".*"(?:\n".*")*)', path.read_text(encoding="utf-8"), re.MULTILINE)
    faults += [f"{text} is there twice" for text in {text for text in written if written.count(text) > 1}]
    if read.locale_identifier != LOCALES[locale] or read.num_plurals != (1 if locale == "zh-CN" else 2):
        faults.append("the header names another language or other plural forms")
    report([f"{domain}.po of {locale}: {fault}" for fault in faults])


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_translations_take_the_values_they_are_given(domain: str, locale: str) -> None:
    """A sentence keeps exactly its `%(name)s`; forms of a plural may leave some out."""
    faults = []
    for msgid, message in messages(locale, domain).items():
        for text in strings(message):
            given, wanted = set(PLACEHOLDER.findall(text)), set(PLACEHOLDER.findall(f"{message.id}"))
            if (given or wanted) and "%" in PLACEHOLDER.sub("", text).replace("%%", ""):
                faults.append(f"{text!r} has a % that is no %(name)s")
            if CODE.fullmatch(msgid):
                continue
            if given - wanted or (isinstance(message.id, str) and wanted - given):
                faults.append(f"{text!r} does not take the values of {msgid!r}")
    report([f"{domain}.po of {locale}: {fault}" for fault in faults])


def test_the_search_sees_every_way_of_asking_in_python() -> None:
    source = """
speaker.gettext("one")
_("two" if late else "three")
ngettext("cat", "cats", n)
mark("four"), Reason("five", {}), Reason("six" if late else "seven"), Conflict(code="eight"), Finding(code="nine")
class Conflict(DomainError):
    code = "ten"
class Clash(Conflict):
    code = "eleven"
def refuse(field, why):
    return Reason(why, {"field": field})
refuse("name", "twelve"), refuse(why="thirteen", field="name")
gettext(variable), Reason(variable), other("a"), other.refuse("name", "b"), Clash("c")
gettext(f"d {n}"), gettext("e" + "f")
class Other:
    code = "g"
"""
    tree, found = ast.parse(source), Found()
    classes = tuple(node for node in tree.body if isinstance(node, ast.ClassDef))
    functions = tuple(node for node in tree.body if isinstance(node, ast.FunctionDef))
    read_module(tree, "x.py", names_in(classes, functions), found)
    expected = "one two three cat four five six seven eight nine ten eleven twelve thirteen"
    assert sorted(use.msgid for use in found.uses) == sorted(expected.split(" "))
    assert Use("cat", "cats", "x.py:4") in found.uses
    assert found.faults == ["x.py:14 puts a message together from pieces"] * 2


def test_the_search_sees_every_way_of_asking_in_templates() -> None:
    source = """
{{ _("one") }} {{ _("two" if late else "three") }} {{ t.gettext("four") }} {{ ngettext("cat", "cats", n) }}
{% trans name=person %}Hello {{ name }}{% endtrans %}
{% trans n=2 %}One dog{% pluralize %}{{ n }} dogs{% endtrans %}
{{ _(variable) }} {{ other("five") }} {{ _("a" ~ "b") }}
"""
    found = Found()
    read_template(source, "x.html", found)
    assert {(use.msgid, use.plural) for use in found.uses} == {
        *((name, None) for name in ("one", "two", "three", "four", "Hello %(name)s")),
        ("cat", "cats"),
        ("One dog", "%(n)s dogs"),
    }
    assert found.faults == ["x.html:5 puts a message together from pieces"]


def test_the_search_finds_what_the_project_has() -> None:
    assert {"DomainError", "Conflict", "VenueTaken", "TooMany"} <= project_names().errors
    assert {"DayKind.holiday", "BookingState.held"} <= possible_words()
    assert Use("today", None, "muster/phrasing.py") in [
        Use(use.msgid, use.plural, use.place.partition(":")[0]) for use in in_python("muster").uses
    ]


def test_a_missing_message_is_named_with_its_place() -> None:
    assert lacking([Use("no such thing", None, "a.py:1"), Use("no such thing", None, "b.py:2")]) == [
        "'no such thing' is not in zh-CN, en: a.py:1 and 1 more"
    ]
    assert lacking([Use("today", "days", "a.py:1")]) == ["'today' is not in zh-CN, en: a.py:1"]
    assert lacking([Use("today", None, "a.py:1"), Use("%(n)s hour", "%(n)s hours", "a.py:2")]) == []

"""Figures: every definition has its words, numbers open down to their rows, and a recount says the same."""

import re
from datetime import date

import pytest

from models.enums import CountingKind, EvidenceClass
from models.rules.counting import DEFINITIONS
from models.values import EvidenceMix
from muster.catalogue import LOCALES
from muster.i18n import load_translator
from services.queries.figures import Scope, evidence, figures
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story
from tests.web.pages_b.tampering import tamper
from web.pages.figure_shape import MOST_MONTHS, by_team, chart, class_of
from web.pages.figure_words import SECTIONS, UNITS, WORDS

ZH = load_translator("zh-CN")
PERIOD = "from=2026-01-01&to=2026-12-31"
SCOPE = Scope(from_on=date(2026, 1, 1), until_on=date(2027, 1, 1))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("definition", DEFINITIONS)
def test_every_definition_has_a_name_and_a_sentence(definition: str, locale: str) -> None:
    translator = load_translator(locale)
    words = WORDS[definition]
    for msgid in (words.title, words.sentence):
        said = translator.gettext(msgid)
        assert said
        assert said != words.sentence
    assert len(translator.gettext(words.sentence)) > 20


def test_words_name_no_figure_that_is_not_defined() -> None:
    assert WORDS.keys() == DEFINITIONS.keys()
    assert len({words.sentence for words in WORDS.values()}) == len(WORDS)


def test_every_kind_of_a_figure_stands_in_one_section_with_a_unit() -> None:
    kinds = {definition.kind for definition in DEFINITIONS.values()}
    shown = [kind for section in SECTIONS for kind in section.kinds]
    assert set(shown) == kinds == UNITS.keys()
    assert len(shown) == len(kinds)


def test_report_opens_each_number_down_to_its_rows(uow: UnitOfWork, story: Story, auditor: Browser) -> None:
    report = auditor.get(f"/figures?{PERIOD}")
    with uow.read(story.house.auditor) as tx:
        found = {figure.definition: figure for figure in figures(tx, SCOPE)}
    assert found["lecture.person_times@1"].value == 86
    opened = re.findall(r'href="(/figures/[^"]+)"', report.text)
    assert {path.partition("?")[0].rpartition("/")[2] for path in opened} == set(DEFINITIONS)
    path = next(path for path in opened if "lecture.person_times" in path).replace("&amp;", "&")
    figure = auditor.get(path)  # one click
    assert '<span class="num">86</span>' in figure.text
    row = re.search(r'href="(/activities/\d+)"', figure.text)
    assert row
    assert row.group(1) == f"/activities/{story.closed}"
    assert auditor.get(row.group(1)).status_code == 200  # two clicks


def test_report_keeps_kinds_apart_and_tells_what_has_no_records(story: Story, auditor: Browser) -> None:
    page = auditor.get(f"/figures?{PERIOD}").text
    sections = re.findall(r'<section class="sect[^>]*>\s*<h2>(.*?) <span', page)
    assert sections[:3] == ["场次", "人次", "人数"]
    assert "没有记录" in page
    assert "竞赛主办单位" in page


def test_mix_and_rows_add_up_to_the_number(uow: UnitOfWork, story: Story, auditor: Browser) -> None:
    with uow.read(story.house.auditor) as tx:
        for definition in DEFINITIONS:
            found = evidence(tx, definition, SCOPE)
            assert sum(row.count for row in found.rows) == found.figure.value == found.figure.mix.total
    page = auditor.get(f"/figures/lecture.person_times@1?{PERIOD}").text
    cells = [int(number) for number in re.findall(r'<td class="r">(\d+)</td><td class="r">\d+ %</td>', page)]
    assert len(cells) == 4 + 1
    assert sum(cells[:4]) == cells[4] == 86


def test_recount_agrees_and_what_was_signed_stays_the_measure(uow: UnitOfWork, story: Story, auditor: Browser) -> None:
    assert f"重算一致，{len(DEFINITIONS)}个数字" in auditor.get(f"/figures?{PERIOD}&recount=1").text
    assert "重算" not in auditor.get(f"/figures?{PERIOD}").text
    tamper(uow, "UPDATE tallies SET count = 80")
    # Both counts follow the rows; what was signed does not, and the audit's own page says so.
    assert "81" in auditor.get(f"/figures/lecture.person_times@1?{PERIOD}&recount=1").text
    assert "对不上" in auditor.get("/audit/verify").text


def test_period_team_and_programme_narrow(story: Story, auditor: Browser) -> None:
    assert "这段时间还没有数字" in auditor.get("/figures?from=2020-01-01&to=2020-12-31").text
    assert "这段时间还没有数字" in auditor.get(f"/figures?{PERIOD}&team={story.house.other_squad}").text
    assert '<span class="num">86</span>' in auditor.get(f"/figures?{PERIOD}&team={story.house.squad}").text
    turned = auditor.get("/figures?from=2026-12-31&to=2026-01-01")
    assert 'name="from"' in turned.text
    assert turned.status_code == 200
    assert auditor.get("/figures?from=0001-01-01&to=9999-12-31").status_code == 200


def test_unknown_figure_is_not_found(story: Story, auditor: Browser) -> None:
    assert auditor.get("/figures/nothing@9").status_code == 404


def test_rows_come_page_by_page(story: Story, auditor: Browser) -> None:
    part = auditor.get(f"/figures/lecture.sessions@1?{PERIOD}", hx_request="true", hx_target="section#figure-rows")
    assert part.text.lstrip().startswith("<section")
    assert "劳模工匠进车间宣讲" in part.text
    assert "怎么算的" not in part.text


def test_names_are_told_to_those_who_may_see_them(uow: UnitOfWork, story: Story, auditor: Browser) -> None:
    assert "李样本" in auditor.get(f"/figures/lecture.persons@1?{PERIOD}").text


def test_chart_takes_months_or_years_and_is_left_out_for_one(uow: UnitOfWork, story: Story) -> None:
    with uow.read(story.house.auditor) as tx:
        rows = evidence(tx, "lecture.person_times@1", SCOPE).rows
    months = chart(rows, date(2026, 1, 1), date(2026, 5, 1), ZH)
    assert months is not None
    assert [(column.label, column.count) for column in months.columns] == [
        ("1月", 0), ("2月", 86), ("3月", 0), ("4月", 0),
    ]  # fmt: skip
    assert months.told == "1月 0、2月 86、3月 0、4月 0"
    years = chart(rows, date(2024, 1, 1), date(2027, 1, 1), ZH)
    assert years is not None
    assert [column.label for column in years.columns] == ["2024", "2025", "2026"]
    assert chart(rows, date(2026, 2, 1), date(2026, 3, 1), ZH) is None
    edge = chart(rows, date(2025, 12, 31), date(2026, 1, 2), ZH)
    assert edge is not None
    assert [column.label for column in edge.columns] == ["12月", "1月"]
    assert MOST_MONTHS > 12


def test_teams_are_ranked_and_the_rest_is_one_row(uow: UnitOfWork, story: Story) -> None:
    with uow.read(story.house.auditor) as tx:
        rows = evidence(tx, "activity.person_times@1", SCOPE).rows
    shown, others = by_team(rows)
    assert [(share.name, share.count) for share in shown] == [("铜都分队", 86)]
    assert others is None


def test_row_shows_the_class_that_most_of_it_rests_on() -> None:
    assert class_of(EvidenceMix(a=1, b=5, c=2)) is EvidenceClass.b
    assert class_of(EvidenceMix(c=2, d=2)) is EvidenceClass.c
    assert class_of(EvidenceMix()) is EvidenceClass.a


def test_every_unit_is_told_in_both_languages() -> None:
    for kind, msgid in UNITS.items():
        assert isinstance(kind, CountingKind)
        assert {load_translator(locale).gettext(msgid) for locale in LOCALES} != {msgid}

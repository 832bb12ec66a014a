"""What pages say and escape: frames, languages, modes, forms, errors."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from tests.web.design.pages import (
    LANGUAGES,
    NOW,
    TEMPLATES,
    VOLUNTEER,
    answer,
    components,
    context,
    error,
    modes,
    sign_in,
)
from web.components import component_values
from web.templating import Notice, Problem, Undo, render, render_part


def ui(name: str, *arguments: Any, locale: str = "zh-CN", **named: Any) -> str:
    return str(getattr(TEMPLATES.environment(locale).globals["ui"], name)(*arguments, **named))


def sentence(text: str, locale: str = "en", **values: Any) -> str:
    return TEMPLATES.environment(locale).from_string(text).render(**values)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_style_guide_renders(locale: str) -> None:
    page = components(locale)
    assert f'<html lang="{locale}">' in page
    assert ("部件一览" in page) == (locale == "zh-CN")


def test_value_that_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render(context(), "error.html", status=404)


def test_values_are_escaped() -> None:
    page = error(reasons=["<script>alert(1)</script>"])
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_sentence_escapes_its_values_but_not_markup() -> None:
    text = '{{ _("As of %(time)s", time=given) }}'
    assert sentence(text, given="<b>") == "As of &lt;b&gt;"
    assert sentence(text, given=Markup("<b>9:00</b>")) == "As of <b>9:00</b>"


def test_sentence_without_values_keeps_percent_signs() -> None:
    assert sentence('{{ _("100% sure") }}') == "100% sure"


def test_number_of_things_is_said_with_its_thousands() -> None:
    text = '{{ ngettext("%(n)s hour", "%(n)s hours", n) }}'
    assert sentence(text, n=1) == "1 hour"
    assert sentence(text, n=1200) == "1,200 hours"
    assert sentence(text, n=1200, locale="zh-CN") == "1,200小时"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("day(at)", '<time datetime="2026-03-05">3月5日</time>'),
        ("day(on, year=True)", '<time datetime="2026-03-05">2026年3月5日</time>'),
        ("day_with_weekday(at)", '<time datetime="2026-03-05">3月5日 周四</time>'),
        ("near_day(on, at)", '<time datetime="2026-03-05">今天</time>'),
        ("weekday(at)", "周四"),
        ("time(at)", '<time datetime="2026-03-05T14:30+08:00">14:30</time>'),
        ("time(at, zone=utc)", '<time datetime="2026-03-05T06:30+00:00">6:30</time>'),
        ("moment(at)", '<time datetime="2026-03-05T14:30+08:00">3月5日 周四 14:30</time>'),
        ("instant(at)", '<time datetime="2026-03-05T14:30+08:00">2026年3月5日 14:30</time>'),
        ("window(at, later)", '<time datetime="2026-03-05T14:30+08:00">3月5日 周四 14:30–16:00</time>'),
        (
            "window(at, next_day)",
            '<time class="long" datetime="2026-03-05T14:30+08:00">3月5日 周四 14:30 至 3月6日 周五 14:30</time>',
        ),
        ("spoken_time(at)", '<time datetime="2026-03-05T14:30+08:00">下午2点半</time>'),
        ("spoken_moment(at)", '<time class="long" datetime="2026-03-05T14:30+08:00">3月5日周四下午2点半</time>'),
        (
            "spoken_window(at, later)",
            '<time class="long" datetime="2026-03-05T14:30+08:00">3月5日周四下午2点半到下午4点</time>',
        ),
        ("length(later - at)", "1小时半"),
    ],
)
def test_times_are_said_inside_time_elements(call: str, said: str) -> None:
    at = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
    values = {
        "at": at,
        "later": at + timedelta(minutes=90),
        "next_day": at + timedelta(days=1),
        "on": date(2026, 3, 5),
        "utc": ZoneInfo("UTC"),
    }
    assert sentence("{{ when." + call + " }}", "zh-CN", **values) == said


def test_menu_marks_where_the_reader_is() -> None:
    assert '<a href="/activities" aria-current="page">活动</a>' in error()
    assert '<a href="/" aria-current="page">今天</a>' in components(path="/?week=2")


def test_volunteer_sees_only_their_own_and_starts_large() -> None:
    page = components(viewer=VOLUNTEER)
    assert 'data-size="large"' in page
    assert 'href="/duties"' in page
    assert 'href="/activities"' not in page
    assert 'data-mode="theme"' not in page
    assert 'data-size="normal"' in components(viewer=VOLUNTEER, modes=modes(size="normal"))


def test_stranger_sees_no_menu_and_nothing_to_sign_out_of() -> None:
    page = sign_in()
    assert "<nav" not in page
    assert "/sign-out" not in page
    assert 'name="lang" value="en"' in page


def test_chosen_modes_are_attributes_of_the_page() -> None:
    page = components(modes=modes(size="large", theme="dark", contrast="more"))
    assert '<html lang="zh-CN" data-size="large" data-theme="dark" data-contrast="more">' in page
    assert 'name="theme" value="light" aria-pressed="true"' in page


def test_changing_modes_comes_back_to_the_same_page() -> None:
    assert '<input type="hidden" name="back" value="/activities?week=3">' in error()


def test_posting_forms_carry_their_proof() -> None:
    proof = '<input type="hidden" name="csrf_token" value="proof-of-origin">'
    assert proof in ui("act", context(), "/x", "办")
    assert f'<form class="one" method="post" action="/sign-out">{proof}' in error()


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 412, 413, 418, 422, 429, 500, 502, 503])
def test_every_status_has_a_page_in_words(status: int, locale: str) -> None:
    page = error(locale, status)
    assert "<h1></h1>" not in page
    assert str(status) not in page.partition("<main")[2].partition("</main>")[0]


def test_fault_without_reasons_names_its_number() -> None:
    page = error(status=500, reasons=(), reference="0f3c9a")
    assert "<code>0f3c9a</code>" in page
    assert "为什么" not in page
    assert "<code>" not in error(status=404, reference=None)


def test_notice_that_can_be_undone_becomes_a_toast() -> None:
    page = components(notices=(Notice("<记下了>"), Notice("已发给3人", Undo("/undo/7", 30))))
    assert "&lt;记下了&gt;" in page
    assert 'action="/undo/7"' in page
    assert 'data-seconds="30"' in page


@pytest.mark.parametrize(("running", "words"), [(True, "提醒运行正常"), (False, "提醒没有在运行"), (None, None)])
def test_foot_says_whether_reminders_run(running: bool | None, words: str | None) -> None:
    foot = components(are_reminders_running=running).partition('<div class="colophon">')[2]
    assert words in foot if words else "提醒" not in foot


def test_field_shows_all_its_problems_and_points_at_them() -> None:
    problems = [
        Problem("seats", "坐不下"),
        Problem("seats", "<太多>"),
        Problem(None, "不开放"),
        Problem("other", "别处"),
    ]
    field = ui("field", "seats", "多少人", 55, "number", hint="整数", problems=problems)
    assert 'aria-describedby="f-seats-hint f-seats-error" aria-invalid="true"' in field
    assert field.count('class="error"') == 2
    assert "&lt;太多&gt;" in field
    assert "别处" not in field
    summary = ui("errors", problems)
    assert "还有4处要改" in summary
    assert '<a href="#f-seats">坐不下</a>' in summary
    assert ui("errors", []) == ""


def test_select_and_choices_keep_what_was_chosen() -> None:
    assert '<option value="2" selected>' in ui("field", "who", "谁", "2", "select", options=[(1, "甲"), (2, "乙")])
    chosen = ui("choices", "needs", "要有什么", [("a", "投影"), ("b", "坡道")], ["b"], several=True)
    assert 'type="checkbox" name="needs" value="b" checked' in chosen
    assert 'value="a">' in chosen


def test_optional_field_says_so_and_search_field_says_nothing() -> None:
    assert "可不填" in ui("field", "note", "话", optional=True)
    plain = ui("field", "q", "名字", optional=None)
    assert "可不填" not in plain
    assert "required" not in plain
    assert "required" in ui("field", "name", "名字")


def test_textarea_keeps_a_first_empty_line() -> None:
    assert ">\n\n第二行</textarea>" in ui("field", "note", "话", "\n第二行", "textarea")


def test_button_without_right_says_why_beside_it() -> None:
    button = ui("btn", "结项", blocked="还差1个签字")
    assert "disabled" in button
    assert "还差1个签字" in button


def test_swap_is_a_link_first() -> None:
    link = ui("btn", "下周", href="/?week=2", swap="week")
    assert '<a class="btn" href="/?week=2" data-hx-get="/?week=2"' in link
    assert "data-hx-target=\"[data-part='week']\"" in link


def test_number_is_shown_with_thousands_and_links_to_its_rows() -> None:
    assert '<a class="num" href="/figures/1">18,420</a><small>人次</small>' in ui("num", 18420, "人次", "/figures/1")


def test_mix_says_its_shares() -> None:
    assert 'aria-label="证据构成：A 31%，B 52%，C 14%，D 3%"' in ui("mix", 5710, 9578, 2579, 553)


def test_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        ui("btn", "办", "rocket")


def test_part_renders_without_the_rest_of_the_page() -> None:
    page = context()
    values = component_values(page.translator)
    part = render_part(page, "components.html", "boards", **values)
    assert part.strip().startswith('<section class="sect after" id="boards" data-part="boards">')
    assert part.strip() in render(page, "components.html", **values)
    with pytest.raises(KeyError):
        render_part(page, "components.html", "no-such-part")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_answer_page_carries_its_nonce(locale: str) -> None:
    page = answer(locale)
    assert '<style nonce="c2FtcGxl">' in page
    assert page.count("<style") == 1


def test_page_knows_its_section() -> None:
    def section(path: str) -> str:
        return context(path=path).section

    assert [section(path) for path in ("/", "/?week=1", "/venues/7/week", "/venues?near=2")] == [
        "/",
        "/",
        "/venues",
        "/venues",
    ]


def test_as_of_time_is_local() -> None:
    assert NOW.day == 24
    assert "2026年2月25日 07:40" in error()


def test_form_of_a_page_is_done_once() -> None:
    assert 'name="once"' not in ui("proof", context())
    assert '<input type="hidden" name="once" value="k3y">' in ui("act", context(once="k3y"), "/x", "办")

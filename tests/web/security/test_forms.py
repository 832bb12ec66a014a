"""Forms read field by field: usable values, or every fault by its field."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from starlette.datastructures import FormData, UploadFile

from models.enums import ActivityKind
from models.errors import Invalid
from muster.localtime import zone
from web.forms import Form

DAYE, BERLIN = zone("Asia/Shanghai"), zone("Europe/Berlin")


def form(**fields: str) -> Form:
    return Form(FormData(fields))


def faults(read: Form) -> list[tuple[str, str]]:
    try:
        read.check()
    except Invalid as error:
        return [(reason.params.get("field", ""), reason.code) for reason in error.reasons]
    return []


def test_good_values_are_read() -> None:
    read = form(
        title="  劳模宣讲 ",
        seats="55",
        kind="lecture",
        on="2026-03-10",
        starts_at="2026-03-10T14:30",
        is_public="on",
        note="a\r\nb",
    )
    assert read.text("title", longest=10) == "劳模宣讲"
    assert read.text("note") == "a\nb"
    assert read.number("seats", least=1) == 55
    assert read.choice("kind", ActivityKind) is ActivityKind.lecture
    assert read.day("on") == date(2026, 3, 10)
    assert read.instant("starts_at", DAYE) == datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
    assert read.flag("is_public")
    assert not read.flag("other")
    assert faults(read) == []


def test_a_time_may_come_in_two_fields() -> None:
    read = form(starts_at_on="2026-03-10", starts_at_time="14:30")
    assert read.instant("starts_at", DAYE) == datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
    half = form(starts_at_on="2026-03-10")
    assert half.instant("starts_at", DAYE) is None
    assert faults(half) == [("starts_at", "time_wrong")]


def test_all_faults_are_told_at_once() -> None:
    read = form(title="x" * 11, seats="many", kind="party", on="2026-02-30", starts_at="soon", note="a\0b")
    read.text("title", longest=10)
    read.text("note")
    read.text("host")
    read.number("seats")
    read.choice("kind", ActivityKind)
    read.choice("role", ActivityKind)
    read.day("on")
    read.instant("starts_at", DAYE)
    read.blame("person_busy")
    assert faults(read) == [
        ("title", "too_long"),
        ("note", "text_wrong"),
        ("host", "missing"),
        ("seats", "number_wrong"),
        ("kind", "word_unknown"),
        ("role", "missing"),
        ("on", "day_wrong"),
        ("starts_at", "time_wrong"),
        ("", "person_busy"),
    ]


def test_what_is_optional_may_be_empty() -> None:
    read = form(title=" ", seats="")
    assert read.text("title", optional=True) == ""
    assert read.number("seats", optional=True) is None
    assert read.row_id("venue_id", optional=True) is None
    assert read.choice("kind", ActivityKind, optional=True) is None
    assert read.day("on", optional=True) is None
    assert read.instant("starts_at", DAYE, optional=True) is None
    assert faults(read) == []


@pytest.mark.parametrize("name", ["number", "row_id", "day", "text"])
def test_what_is_not_optional_is_missed(name: str) -> None:
    read = form()
    getattr(read, name)("x")
    assert faults(read) == [("x", "missing")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "out_of_range"),
        ("2147483648", "out_of_range"),
        ("-1", "out_of_range"),
        ("٣", "number_wrong"),
        ("1" * 30, "number_wrong"),
    ],
)
def test_ids_stay_within_what_databases_hold(text: str, code: str) -> None:
    read = form(venue_id=text)
    assert read.row_id("venue_id") is None
    assert faults(read) == [("venue_id", code)]


def test_many_values_of_one_field() -> None:
    read = Form(FormData([("person", "3"), ("person", " 5 "), ("person", ""), ("bad", "x"), ("bad", "9" * 30)]))
    assert read.row_ids("person") == [3, 5]
    assert read.texts("person") == ["3", "5"]
    assert faults(read) == []
    assert read.row_ids("bad") == []
    assert faults(read) == [("bad", "number_wrong")]


def test_times_that_clocks_skip_or_repeat_are_refused() -> None:
    read = form(a="2026-03-29T02:30", b="2026-10-25T02:30")
    read.instant("a", BERLIN)
    read.instant("b", BERLIN)
    assert faults(read) == [("a", "time_skipped"), ("b", "time_repeated")]


def test_files_are_no_texts_and_texts_no_files() -> None:
    photo = UploadFile(BytesIO(b"x"), filename="a.jpg")
    empty = UploadFile(BytesIO(b""), filename="")
    read = Form(FormData([("photo", photo), ("photo", empty), ("note", "x")]))
    assert read.files("photo") == [photo]
    assert read.files("note") == []
    assert read["photo"] == ""
    assert dict(read) == {"photo": "", "note": "x"}


def test_reasons_from_elsewhere_join_the_rest() -> None:
    read = form()
    read.text("title")
    with pytest.raises(Invalid) as raised:
        read.check()
    other = form()
    other.take_back(raised.value.reasons)
    assert faults(other) == [("title", "missing")]

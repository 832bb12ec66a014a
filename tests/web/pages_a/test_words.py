"""Every event and every reason has its sentence, in both languages."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.enums import ActivityState, AnswerVia, AnswerWord, AssignmentState
from models.events import AssignmentAnswered, Event, all_events
from muster.i18n import LOCALES, load_translator
from notifications.channels.base import SendReason
from services.queries.history import HistoryLine
from web.pages.history_words import ACTORS, SENTENCES, Names, actor_of, sentence
from web.pages.unsent import SENTENCES as UNSENT
from web.pages.unsent import unsent

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOME = Path(__file__).resolve().parents[3]


def line(event: str, payload: dict[str, object], actor: str = "worker", actor_name: str | None = None) -> HistoryLine:
    return HistoryLine(
        seq=1,
        at=AT,
        event=event,
        noun=event.partition(".")[0],
        subject_id=3,
        activity_id=None,
        actor=actor,
        actor_name=actor_name,
        payload=payload,
        entry_sha256="",
    )


def test_every_event_has_a_sentence() -> None:
    assert {kind.key for kind in all_events()} == SENTENCES.keys()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", all_events(), ids=lambda kind: kind.key)
def test_every_sentence_is_whole_whatever_the_event_leaves_out(kind: type[Event], locale: str) -> None:
    translator = load_translator(locale)
    said = sentence(line(kind.key, {}), Names(), translator, ZONE)
    assert said
    assert said != SENTENCES[kind.key]
    assert not said.endswith(("：", ":", " "))


def test_names_words_and_windows_are_put_in() -> None:
    zh = load_translator("zh-CN")
    names = Names(people={7: "李样本"}, venues={4: "工人文化宫"}, holders={9: "王范例"})
    event = AssignmentAnswered(
        subject_id=1, activity_id=2, person_id=7, word=AnswerWord.no, via=AnswerVia.link, has_reason=True
    )
    assert sentence(line(event.key, event.payload()), names, zh, ZONE) == "李样本说不能来（点链接答复）"
    booked = {
        "venue_id": 4,
        "occupied_from": "2026-03-05T06:10:00+00:00",
        "occupied_until": "2026-03-05T08:10:00+00:00",
    }
    assert sentence(line("booking.confirmed", booked), names, zh, ZONE) == (
        "订下工人文化宫，占用3月5日 周四 14:10–16:10"
    )
    replaced = {"person_id": 7, "by_assignment_id": 9}
    assert sentence(line("assignment.replaced", replaced), names, zh, ZONE) == "李样本换成王范例"
    given_back = {"venue_id": 4, "reason": "activity_cancelled"}
    assert sentence(line("booking.cancelled", given_back), names, zh, ZONE) == "退掉工人文化宫：活动取消"
    unknown = {"changes": {"title": ["甲", "乙"], "venue_id": [1, 2], "other": ["*", "*"]}}
    assert sentence(line("activity.changed", unknown), names, zh, ZONE) == "修改：名称从甲改为乙、想用的场地、other"


def test_whoever_is_not_to_be_named_is_somebody() -> None:
    said = sentence(line("assignment.withdrawn", {"person_id": 99}), Names(), load_translator("zh-CN"), ZONE)
    assert said == "有人不用来了"


def test_who_did_it_is_a_name_or_a_kind() -> None:
    zh = load_translator("zh-CN")
    assert actor_of(line("activity.held", {}, "user:3", "张示例"), zh) == "张示例"
    assert actor_of(line("activity.held", {}, "link:assignment:5"), zh) == "本人点链接"
    assert {actor_of(line("activity.held", {}, kind), zh) for kind in ACTORS} == {
        *("本人点链接", "自动", "管理员命令", "没有登录的人")
    }
    assert actor_of(line("activity.held", {}, "user:9"), zh) == "user:9"


def codes_in(path: str, *, names: frozenset[str]) -> set[str]:
    """Return the codes that a module gives as reasons: `reason="..."`, `Reason("...")`."""
    found = set()
    for node in ast.walk(ast.parse((HOME / path).read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
        if called in names:
            texts += node.args[:1]
        found |= {text.value for text in texts if isinstance(text, ast.Constant) and text.value}
    return found


def test_every_reason_of_a_message_that_was_not_sent_has_its_words() -> None:
    codes = codes_in("services/reactions.py", names=frozenset())
    codes |= codes_in("services/booking_reactions.py", names=frozenset())
    codes |= codes_in("models/rules/delivery.py", names=frozenset({"Reason"}))
    codes |= {reason.value for reason in SendReason} - {"lease_lost"}  # then another worker has it
    codes |= {f"activity_{state.value}" for state in ActivityState if state is not ActivityState.released}
    codes |= {f"assignment_{state.value}" for state in AssignmentState}
    codes |= {"assignment_gone", "answered_lately", "reconfirm_changed", "in_digest"}
    codes |= {"endpoint_off", "no_address", "too_late", "due_before_promise", "superseded", "opted_out", "bounced"}
    assert codes - UNSENT.keys() == set()
    assert UNSENT.keys() - codes == set()


def test_a_code_that_nobody_knows_is_passed_over() -> None:
    assert unsent(load_translator("zh-CN"), "nonsense") == ""
    assert unsent(load_translator("en"), "mailbox_refused") == "the mailbox takes nothing, perhaps it is full"

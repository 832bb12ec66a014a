"""The columns of each kind of roster: what they are called, how a cell is read. docs/reference/rosters.md lists them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from models.enums import (
    AccessKind,
    AssignmentRole,
    Datum,
    HolidayRule,
    HostKind,
    ImportKind,
    Layout,
    MembershipRole,
    OrgKind,
    QuotaPeriod,
    TeamKind,
)
from models.rules import fields, identifiers, rosters
from models.rules.fields import FieldRefused
from models.rules.verdicts import Reason
from muster.catalogue import LOCALES
from muster.i18n import load_translator
from services import orgs, people, teams, venue_fields

Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field that it fills, the names it goes by, Chinese first, and how its cells are read.

    `refers_to` marks a column that names another row by code or name: its cells stay text.
    """

    field: str
    names: tuple[str, ...]
    read: Reader
    is_required: bool = False
    refers_to: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """One kind of roster. `up` is the column that hangs a row below another row of the same file."""

    kind: ImportKind
    noun: str
    columns: tuple[Column, ...]
    up: str
    by_name: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        known = {
            key: column
            for column in self.columns
            for name in (column.field, *column.names)
            for key in rosters.header_keys(name)
        }
        object.__setattr__(self, "by_name", known)


#: Columns that rosters often have and nobody needs here; anything else unknown is refused.
IGNORED = frozenset(
    {"序号", "序", "no.", "no", "#", "备注", "说明", "remark", "remarks", "note", "notes", "性别", "gender"}
)


def _day(text: str) -> Any:
    found = rosters.day_of(text)
    if found is None:
        raise FieldRefused(Reason("day_wrong"))
    return fields.day(found)


def _hours(text: str) -> Any:
    found = rosters.hours_of(text)
    if found is None:
        raise FieldRefused(Reason("hours_wrong", {"span": text}))
    return venue_fields.CLEANERS["hours"](found)


def _special_days(text: str) -> Any:
    found = rosters.special_days_of(text)
    if found is None:
        raise FieldRefused(Reason("days_wrong", {"value": text}))
    return venue_fields.CLEANERS["days"](found)


def _layouts(text: str) -> Any:
    found = rosters.numbered_of(text)
    if found is None:
        raise FieldRefused(Reason("layouts_wrong", {"value": text}))
    return venue_fields.CLEANERS["layouts"]([(_layout(word), seats) for word, seats in found])


def _words(kind: type[StrEnum], **others: str) -> dict[str, StrEnum]:
    """Return every word for a member: its own, those that people read, and others as `word="member"`."""
    translators = [load_translator(locale) for locale in LOCALES]
    known = {
        identifiers.half_width(word).casefold(): member
        for member in kind
        for word in (member.value, *(t.word(member) for t in translators))
    }
    return known | {word: kind(value) for word, value in others.items()}


def _word(kind: type[StrEnum], **others: str) -> Reader:
    @cache
    def words() -> dict[str, StrEnum]:
        return _words(kind, **others)

    def read(text: str) -> StrEnum:
        member = words().get(identifiers.half_width(text).casefold())
        if member is None:
            choices = ", ".join(load_translator("zh-CN").word(known) for known in kind)
            raise FieldRefused(Reason("word_unknown", {"value": text, "choices": choices}))
        return member

    return read


def _list(read: Reader, cleaner: fields.Cleaner) -> Reader:
    return lambda text: cleaner([read(item) for item in rosters.items_of(text)])


def _reference(text: str) -> str:
    found: str = fields.text(100)(text)
    return found


def _locale(text: str) -> str:
    known = {"zh-cn": "zh-CN", "zh": "zh-CN", "中文": "zh-CN", "汉语": "zh-CN", "en": "en", "英文": "en", "英语": "en"}
    return str(people.CLEANERS["locale"](known.get(text.casefold(), text)))


_role = _word(
    AssignmentRole,
    工会干部带头讲="cadre_lead",
    劳模工匠示范讲="model_demo",
    职工群众交流讲="worker_exchange",
    带头讲="cadre_lead",
    示范讲="model_demo",
    交流讲="worker_exchange",
    志愿者="volunteer",
    司机="driver",
)
_team_role = _word(
    MembershipRole, 总队长="leader", 分队长="leader", 小队长="leader", 组长="leader", 负责人="leader", 成员="member",
    志愿者="member",
)  # fmt: skip
_team_kind = _word(TeamKind)
_org_kind = _word(OrgKind, 工会="union", 企业="company", 事业单位="institution", 机关="government", 社区="community")
_host_kind = _word(HostKind)
_layout = _word(
    Layout, 剧院式="theatre", 课桌式="classroom", 会议桌="boardroom", u形="u_shape", 宴会式="banquet", 站立="standing"
)
_holiday_rule = _word(HolidayRule, 节假日关闭="working_calendar", 节假日照常="by_weekday", 照常="by_weekday")
_access_kind = _word(AccessKind, 钥匙="key", 密码="code", 专人开门="staff", 常开="unlocked")
_quota_period = _word(QuotaPeriod, 周="week", 月="month", week="week", month="month")

_CODE = Column("code", ("编号", "编码", "代码", "工号"), fields.code)
_FROM = Column("valid_from_on", ("成立日期", "启用日期", "生效日期", "from"), _day)
_UNTIL = Column("valid_until_on", ("撤销日期", "停用日期", "失效日期", "until"), _day)
_DIVISION = Column("division_code", ("行政区划代码", "区划代码"), fields.division_code)
_CONTACTS = (
    Column("contact_name", ("联系人", "联络人", "contact"), fields.contact_name),
    Column("contact_phone", ("联系电话", "联系人电话", "电话", "手机", "phone"), fields.phone),
    Column("contact_email", ("联系邮箱", "邮箱", "电子邮箱", "email", "e-mail"), fields.email),
)

ORGS = Roster(
    ImportKind.orgs,
    "org",
    (
        Column("name", ("名称", "单位名称", "单位"), orgs.CLEANERS["name"], is_required=True),
        _CODE,
        Column("kind", ("类别", "类型", "单位性质"), _org_kind, is_required=True),
        Column("parent", ("上级", "上级单位", "上级工会"), _reference, refers_to="org"),
        Column("credit_code", ("统一社会信用代码", "信用代码"), fields.credit_code),
        Column("host_kind", ("场所类别", "宣讲场所类别"), _host_kind),
        _DIVISION,
        Column("jurisdiction", ("主管单位", "归口单位"), orgs.CLEANERS["jurisdiction"]),
        *_CONTACTS,
        _FROM,
        _UNTIL,
    ),
    up="parent",
)
TEAMS = Roster(
    ImportKind.teams,
    "team",
    (
        Column("name", ("名称", "队伍名称", "队伍", "队名"), teams.CLEANERS["name"], is_required=True),
        _CODE,
        Column("kind", ("级别", "类别", "层级"), _team_kind, is_required=True),
        Column("parent", ("上级", "上级队伍"), _reference, refers_to="team"),
        Column("org", ("单位", "所属单位", "依托单位"), _reference, refers_to="org"),
        _FROM,
        _UNTIL,
    ),
    up="parent",
)
PEOPLE = Roster(
    ImportKind.people,
    "person",
    (
        Column("name", ("姓名", "名字"), fields.person_name, is_required=True),
        _CODE,
        Column("sort_key", ("拼音", "姓名拼音", "pinyin"), people.CLEANERS["sort_key"]),
        Column("phone", ("电话", "手机", "手机号", "手机号码", "联系电话", "联系方式", "mobile"), fields.phone),
        Column("email", ("邮箱", "电子邮箱", "邮件", "e-mail"), fields.email),
        Column("team", ("队伍", "所属队伍", "志愿队伍", "分队"), _reference, refers_to="team"),
        Column("team_role", ("角色", "职务", "队内职务", "role"), _team_role),
        Column("joined_on", ("入队日期", "加入日期", "入队时间", "joined"), _day),
        Column("employer", ("单位", "工作单位", "所在单位", "org"), _reference, refers_to="org"),
        Column("titles", ("荣誉", "荣誉称号", "称号", "title"), _list(str, people.CLEANERS["titles"])),
        Column("roles", ("宣讲角色", "可任角色", "活动角色"), _list(_role, people.CLEANERS["roles"])),
        Column("skills", ("特长", "技能", "专长", "skill"), _list(str, people.CLEANERS["skills"])),
        Column("languages", ("语言", "方言", "language"), _list(str, people.CLEANERS["languages"])),
        Column("locale", ("邮件语言", "界面语言"), _locale),
        Column("answers_through", ("代答人", "代为答复"), _reference, refers_to="person"),
    ),
    up="answers_through",
)
_VENUE_TERMS = (
    Column("shortest_minutes", ("最短分钟", "最短订场分钟"), venue_fields.CLEANERS["shortest_minutes"]),
    Column("longest_minutes", ("最长分钟", "最长订场分钟"), venue_fields.CLEANERS["longest_minutes"]),
    Column("notice_minutes", ("提前分钟",), venue_fields.CLEANERS["notice_minutes"]),
    Column("notice_workdays", ("提前工作日", "working days notice"), venue_fields.CLEANERS["notice_workdays"]),
    Column("horizon_days", ("最远可订天数", "可提前天数"), venue_fields.CLEANERS["horizon_days"]),
    Column("team_quota", ("每队次数", "每队限订次数"), venue_fields.CLEANERS["team_quota"]),
    Column("quota_period", ("次数周期", "限订周期"), _quota_period),
    Column("no_show_minutes", ("无人到场分钟", "未到释放分钟"), venue_fields.CLEANERS["no_show_minutes"]),
)
VENUES = Roster(
    ImportKind.venues,
    "venue",
    (
        Column("name", ("名称", "场所名称", "场地", "场所"), venue_fields.CLEANERS["name"], is_required=True),
        _CODE,
        Column("kind", ("类别", "场所类别", "类型"), _host_kind, is_required=True),
        Column(
            "capacity", ("容量", "座位数", "可容纳人数", "seats"), venue_fields.CLEANERS["capacity"], is_required=True
        ),
        Column("org", ("单位", "所属单位", "产权单位"), _reference, refers_to="org"),
        Column("parent", ("所属场所", "上级场所"), _reference, refers_to="venue"),
        Column("address", ("地址", "详细地址"), venue_fields.CLEANERS["address"]),
        _DIVISION,
        Column("hours", ("开放时间", "开放时段", "opening hours"), _hours),
        Column("days", ("特别日子", "不开放日期", "closed days", "special days"), _special_days),
        Column("holiday_rule", ("节假日", "节假日规则", "holidays"), _holiday_rule),
        Column("layouts", ("座位布局", "布局", "layout"), _layouts),
        Column("equipment", ("设备", "设施"), venue_fields.CLEANERS["equipment"]),
        Column("set_up_minutes", ("布置分钟", "布场分钟", "布置时间"), venue_fields.CLEANERS["set_up_minutes"]),
        Column("tear_down_minutes", ("撤场分钟", "撤场时间"), venue_fields.CLEANERS["tear_down_minutes"]),
        Column("needs_approval", ("需审批", "是否需审批", "需要审批"), fields.flag),
        *_VENUE_TERMS,
        Column("lat", ("纬度", "latitude"), venue_fields.CLEANERS["lat"]),
        Column("lon", ("经度", "longitude"), venue_fields.CLEANERS["lon"]),
        Column("datum", ("坐标系",), _word(Datum)),
        Column("zone", ("时区", "time zone"), fields.zone_key),
        *_CONTACTS,
        Column("access_kind", ("进门方式", "way in"), _access_kind),
        Column("access_note", ("进出说明", "钥匙", "开门说明"), venue_fields.CLEANERS["access_note"]),
        _FROM,
        _UNTIL,
    ),
    up="parent",
)
ROSTERS: Mapping[ImportKind, Roster] = {roster.kind: roster for roster in (ORGS, TEAMS, PEOPLE, VENUES)}

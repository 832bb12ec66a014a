"""Every state and kind, stored as the lower-case word; glossary.md explains each class."""

from enum import StrEnum


class TeamKind(StrEnum):
    """Level of a node in the volunteer tree, top to bottom; depth stays open."""

    headquarters = "headquarters"  #: 总队
    squad = "squad"  #: 分队
    unit = "unit"  #: 小队


class MembershipRole(StrEnum):
    """What a person is in a team."""

    leader = "leader"
    member = "member"


class TraitKind(StrEnum):
    """What is said of a person in one word."""

    honour = "honour"  #: a title held, e.g. 全国劳动模范
    role = "role"  #: lecture role the person can take, a value of AssignmentRole
    skill = "skill"
    language = "language"


class OrgKind(StrEnum):
    """Legal kind of a body."""

    union = "union"  #: trade union or federation
    government = "government"
    company = "company"
    institution = "institution"  #: school, hospital, station
    community = "community"
    other = "other"


class HostKind(StrEnum):
    """The eight kinds of venue host that the founding report names."""

    office = "office"  #: 机关
    town = "town"  #: 乡镇
    subdistrict = "subdistrict"  #: 街道
    community = "community"  #: 社区
    school = "school"  #: 学校
    enterprise = "enterprise"  #: 企业
    workshop = "workshop"  #: 车间
    work_team = "work_team"  #: 班组


class Datum(StrEnum):
    """Geodetic datum of a coordinate; Chinese map services shift theirs by 100 to 700 m."""

    wgs84 = "wgs84"
    gcj02 = "gcj02"
    bd09 = "bd09"


class ResourceKind(StrEnum):
    """What can be taken for a window."""

    venue_part = "venue_part"
    person = "person"
    equipment = "equipment"
    vehicle = "vehicle"


class EquipmentKind(StrEnum):
    """What is lent out: a thing that is carried, or one that drives."""

    device = "device"
    vehicle = "vehicle"


class Layout(StrEnum):
    """How the chairs stand."""

    theatre = "theatre"  #: rows of chairs
    classroom = "classroom"  #: rows of tables
    boardroom = "boardroom"  #: one table
    u_shape = "u_shape"
    banquet = "banquet"  #: round tables
    standing = "standing"


class HolidayRule(StrEnum):
    """What the working calendar does to opening hours."""

    by_weekday = "by_weekday"  #: nothing: the weekday decides
    working_calendar = "working_calendar"  #: closed on holidays; on make-up workdays open as on a Monday


class AccessKind(StrEnum):
    """How people get in."""

    unlocked = "unlocked"
    key = "key"
    code = "code"
    staff = "staff"  #: somebody of the host opens


class VenueRightKind(StrEnum):
    """What a team, and all below it, may do at a venue."""

    book = "book"  #: at once, without being asked for approval
    request = "request"
    approve = "approve"  #: its organisers decide on requests


class QuotaPeriod(StrEnum):
    """The local time over which a team's bookings of a venue are counted."""

    week = "week"
    month = "month"


class ActivityKind(StrEnum):
    """What sort of thing happens."""

    lecture = "lecture"  #: 宣讲
    service = "service"  #: 志愿服务
    contest = "contest"  #: 竞赛
    job_fair = "job_fair"  #: 招聘会
    childcare = "childcare"  #: 托管班
    culture = "culture"  #: 文体
    rights = "rights"  #: 维权
    relief = "relief"  #: 帮扶慰问
    meeting = "meeting"


class ActivityState(StrEnum):
    """Where an activity stands; only `closed` counts."""

    draft = "draft"
    released = "released"
    postponed = "postponed"  #: taken off its date, no new date yet
    held = "held"
    closed = "closed"
    cancelled = "cancelled"


class TourState(StrEnum):
    """Where a tour stands."""

    draft = "draft"
    released = "released"
    finished = "finished"
    cancelled = "cancelled"


class BookingState(StrEnum):
    """Where a booking stands; `held` and `confirmed` occupy the venue."""

    requested = "requested"
    held = "held"
    confirmed = "confirmed"
    declined = "declined"
    cancelled = "cancelled"
    used = "used"
    released = "released"  #: nobody came, so it was given to others


class LoanState(StrEnum):
    """A piece of equipment lent to an activity."""

    lent = "lent"
    returned = "returned"
    cancelled = "cancelled"


class WaitState(StrEnum):
    """A place in the queue for a taken venue."""

    waiting = "waiting"
    offered = "offered"  #: the venue is held for them until the offer ends
    taken = "taken"
    expired = "expired"  #: the offer ended without an answer, or the window began
    withdrawn = "withdrawn"


class FeedKind(StrEnum):
    """Whose calendar a feed carries."""

    person = "person"
    team = "team"
    venue = "venue"


class AbsenceKind(StrEnum):
    """Why a person cannot be had."""

    unavailable = "unavailable"
    other_organisation = "other_organisation"  #: promised to somebody outside the house


class AssignmentRole(StrEnum):
    """What a person does at an activity."""

    cadre_lead = "cadre_lead"  #: 工会干部带头讲
    model_demo = "model_demo"  #: 劳模工匠示范讲
    worker_exchange = "worker_exchange"  #: 职工群众交流讲
    host = "host"  #: 主持
    reception = "reception"  #: 签到
    volunteer = "volunteer"
    driver = "driver"
    duty = "duty"  #: 值班


class AssignmentState(StrEnum):
    """Where an assignment stands; `accepted` occupies the person."""

    offered = "offered"
    accepted = "accepted"
    declined = "declined"
    replaced = "replaced"
    withdrawn = "withdrawn"  #: the organiser took the offer back, or the activity was cancelled
    served = "served"


class AnswerWord(StrEnum):
    """What a person said."""

    yes = "yes"
    no = "no"


class AnswerVia(StrEnum):
    """How the answer reached us."""

    link = "link"
    page = "page"
    api = "api"
    calendar = "calendar"  #: an answer that their calendar mailed
    phone = "phone"  #: written down by somebody who answers for the person


class EvidenceClass(StrEnum):
    """How strong the evidence of presence is, strongest first."""

    a = "a"  #: device scan in and out
    b = "b"  #: roster co-signed by host and leader
    c = "c"  #: paper sheet re-entered with its photo
    d = "d"  #: declared


class Direction(StrEnum):
    """Which way a person went through the door."""

    arrival = "in"
    departure = "out"


class CheckInSource(StrEnum):
    """Where an attendance row came from."""

    scan = "scan"
    roll_call = "roll_call"
    paper = "paper"
    link = "link"
    imported = "imported"


class TallyMethod(StrEnum):
    """How heads without names were counted."""

    counter = "counter"  #: gate or hand counter
    roster = "roster"  #: names on a list that were not taken over
    host_certified = "host_certified"
    estimate = "estimate"


class EvidenceKind(StrEnum):
    """What a document shows."""

    sign_in_sheet = "sign_in_sheet"
    photo = "photo"
    certificate = "certificate"
    other = "other"


class ReminderKind(StrEnum):
    """What a timer is for."""

    reminder = "reminder"  #: to the people who accepted, before the start
    close_activity = "close_activity"  #: to the organiser, after the end
    chase = "chase"  #: to people who have not answered
    call = "call"  #: puts people who still have not answered on a call list
    reconfirm = "reconfirm"  #: to those who accepted long ago: does it still hold?
    digest = "digest"  #: to the organiser: who said yes since yesterday


class ReminderState(StrEnum):
    """Where a reminder stands."""

    waiting = "waiting"
    fired = "fired"
    cancelled = "cancelled"
    skipped = "skipped"


class NotificationKind(StrEnum):
    """What people are told."""

    call_up = "call_up"
    reminder = "reminder"
    changed = "changed"
    cancelled = "cancelled"
    answer_received = "answer_received"
    close_activity = "close_activity"
    sign_in = "sign_in"
    booking_asked = "booking_asked"
    booking_decided = "booking_decided"
    booking_ended = "booking_ended"  #: a hold ran out, or nobody came
    no_show = "no_show"  #: nobody is there yet; the venue goes to others soon
    chase = "chase"  #: asked a second time
    reconfirm = "reconfirm"  #: asked whether an early yes still holds
    broadcast = "broadcast"  #: an organiser's own words to many
    stand_in = "stand_in"  #: offered the place of somebody who cannot come
    digest = "digest"
    place_offered = "place_offered"  #: the venue waited for is free and held for an answer


class ChannelKind(StrEnum):
    """A way to send."""

    mail = "mail"
    sms = "sms"  #: a template and its variables, by an account with a provider
    wecom = "wecom"  #: a bot in a group, as are the next two
    dingtalk = "dingtalk"
    feishu = "feishu"
    webhook = "webhook"  #: a signed call to another program


class DeliveryState(StrEnum):
    """Where a delivery stands; every delivery ends in exactly one of the last five."""

    waiting = "waiting"
    leased = "leased"
    sent = "sent"
    refused = "refused"
    uncertain = "uncertain"
    obsolete = "obsolete"
    expired = "expired"


class DeliveryPhase(StrEnum):
    """How far the attempt under way has got."""

    none = "none"  #: provably nothing was sent
    data = "data"  #: the message may have been accepted


class AttemptOutcome(StrEnum):
    """How one try ended."""

    sent = "sent"
    retry = "retry"
    refused = "refused"
    uncertain = "uncertain"
    obsolete = "obsolete"
    expired = "expired"


class UserRole(StrEnum):
    """What a login may do, over the whole house or one team's subtree."""

    administrator = "administrator"
    organiser = "organiser"
    leader = "leader"
    member = "member"
    auditor = "auditor"


class CountingKind(StrEnum):
    """The eleven kinds of counting that never share a column (domain.md 1.2)."""

    sessions = "sessions"
    person_times = "person_times"
    persons = "persons"
    organisations = "organisations"
    honours = "honours"
    cases = "cases"
    items = "items"
    terms = "terms"
    money = "money"
    percent = "percent"
    stock = "stock"


class ImportKind(StrEnum):
    """What a roster file holds."""

    orgs = "orgs"
    teams = "teams"
    people = "people"
    venues = "venues"


class Severity(StrEnum):
    """How bad a finding is."""

    note = "note"
    warning = "warning"
    fault = "fault"


class StandInSearchState(StrEnum):
    """A search for somebody in the place of one who cannot come."""

    searching = "searching"
    found = "found"
    exhausted = "exhausted"  #: everybody on the list said no or let the offer lapse
    stopped = "stopped"


class StandInOfferState(StrEnum):
    """One candidate of such a search."""

    waiting = "waiting"
    offered = "offered"
    accepted = "accepted"
    declined = "declined"
    expired = "expired"
    skipped = "skipped"  #: could not be asked any more when the turn came


class CallReason(StrEnum):
    """Why somebody has to be telephoned."""

    no_answer = "no_answer"
    no_channel = "no_channel"  #: nothing but a telephone reaches them
    bounced = "bounced"
    reconfirm = "reconfirm"  #: did not say whether an early yes still holds


class CallState(StrEnum):
    """A line of a call list."""

    open = "open"
    done = "done"
    void = "void"  #: answered by another way, or nothing is asked any more


class InboxKind(StrEnum):
    """What a letter that came back is."""

    bounce = "bounce"
    calendar_reply = "calendar_reply"
    other = "other"


class BroadcastState(StrEnum):
    """Where an organiser's message to many stands."""

    waiting = "waiting"  #: can still be taken back
    undone = "undone"
    sent = "sent"  #: its deliveries are written

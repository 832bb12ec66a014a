"""Messages to many, and previews of what will go out: by a broadcast, and by the release of an activity."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit
from api.routes.writing import WriterDep
from api.schemas.activities import ActivityDetail, activity_detail
from api.schemas.broadcasts import (
    BroadcastDetail,
    BroadcastIn,
    BroadcastOut,
    LineOut,
    PreviewOut,
    broadcast_detail,
    broadcast_out,
    preview_out,
)
from api.schemas.common import Day, ListOf, ReasonOut, list_of
from models.enums import NotificationKind, TraitKind
from models.errors import Invalid
from models.rules.audiences import LONGEST_TRAIT, MOST_TRAITS, AnswerIs, Audience, PresenceIs
from models.rules.broadcasts import LONGEST_BODY, LONGEST_SUBJECT
from models.rules.verdicts import Reason
from muster.i18n import Translator
from services import broadcasts, previews, release_waits
from services.previews import Preview
from services.queries import broadcasts as queries
from services.queries.activities import read_activity
from services.queries.paging import DEFAULT_LIMIT
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, TranslatorDep, UowDep, WiringDep, answer
from web.previewing import Written, written
from web.problems import reason_json
from web.wiring import Wiring

router = APIRouter(tags=["broadcasts"])

#: `skill:急救`: a kind of word that is said of people, and the word.
TraitText = Annotated[str, Query(max_length=LONGEST_TRAIT + 20, pattern=r"^[a-z]+:.+$")]


@router.get("/broadcasts")
def list_broadcasts(
    uow: UowDep,
    actor: ActorDep,
    activity_id: IdFilter | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[BroadcastOut]:
    """List messages to many, the newest first."""
    with uow.read(actor) as tx:
        page = queries.list_broadcasts(tx, activity_id=activity_id, limit=limit, cursor=cursor)
    return list_of(page, broadcast_out)


@router.post("/broadcasts", status_code=201, response_model=BroadcastDetail)
def send(writer: WriterDep, given: BroadcastIn) -> Response:
    """Send plain words to an audience; nothing goes out before `release_at`, and until then it can be taken back."""

    def change(tx: Tx) -> BroadcastDetail:
        key = broadcasts.send(
            tx, audience=given.audience.audience(), subject=given.subject, body=given.body, mark=given.mark
        )
        return _detail(tx, key)

    return writer.write(change, status=201)


@router.get("/broadcasts/preview", response_model=PreviewOut)
def preview_broadcast(
    *,
    uow: UowDep,
    actor: ActorDep,
    wiring: WiringDep,
    translator: TranslatorDep,
    subject: Annotated[str, Query(max_length=LONGEST_SUBJECT)],
    body: Annotated[str, Query(max_length=LONGEST_BODY)],
    team_id: IdFilter | None = None,
    activity_id: IdFilter | None = None,
    answer_is: Annotated[AnswerIs | None, Query(alias="answer")] = None,
    presence: PresenceIs | None = None,
    from_on: Day | None = None,
    until_on: Day | None = None,
    trait: Annotated[list[TraitText] | None, Query(max_length=MOST_TRAITS, description="`skill:急救`")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """Say who would get it on which channel in which words, and who would not and why; writes nothing."""
    audience = Audience(
        team_id=team_id,
        traits=tuple(_trait(text) for text in trait or ()),
        activity_id=activity_id,
        answer=answer_is,
        presence=presence,
        from_on=from_on,
        until_on=until_on,
    )
    with uow.read(actor) as tx:
        preview = previews.of_broadcast(tx, audience, subject, body)
        payload = broadcasts.payload(tx, subject, body, actor.user_id)
        shown = _Shown(wiring, translator, NotificationKind.broadcast, activity_id, payload)
        return answer(shown.out(tx, preview, limit, cursor))


@router.get("/broadcasts/{broadcast_id}", response_model=BroadcastDetail)
def read(uow: UowDep, actor: ActorDep, broadcast_id: RowId) -> Response:
    """Return one message to many, with what became of it."""
    with uow.read(actor) as tx:
        return answer(_detail(tx, broadcast_id))


@router.post("/broadcasts/{broadcast_id}/undo", response_model=BroadcastDetail)
def undo(writer: WriterDep, broadcast_id: RowId) -> Response:
    """Take it back before anybody is written to."""

    def change(tx: Tx) -> BroadcastDetail:
        broadcasts.undo(tx, broadcast_id)
        tx.session.flush()
        return _detail(tx, broadcast_id)

    return writer.write(change)


@router.get("/activities/{activity_id}/release/preview", response_model=PreviewOut)
def preview_release(
    uow: UowDep,
    actor: ActorDep,
    wiring: WiringDep,
    translator: TranslatorDep,
    activity_id: RowId,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """Say whom the release would ask on which channel in which words, and whom it cannot reach; writes nothing."""
    with uow.read(actor) as tx:
        preview = previews.of_release(tx, activity_id)
        shown = _Shown(wiring, translator, NotificationKind.call_up, activity_id, None)
        return answer(shown.out(tx, preview, limit, cursor))


@router.post("/activities/{activity_id}/release/undo", response_model=ActivityDetail)
def undo_release(writer: WriterDep, activity_id: RowId) -> Response:
    """Make it a draft again before anybody has been written to."""

    def change(tx: Tx) -> ActivityDetail:
        release_waits.undo(tx, activity_id)
        tx.session.flush()
        return activity_detail(read_activity(tx, activity_id))

    return writer.write(change)


class _Shown:
    """Pages of previews of one kind of message."""

    def __init__(
        self,
        wiring: Wiring,
        translator: Translator,
        kind: NotificationKind,
        activity_id: int | None,
        payload: Mapping[str, Any] | None,
    ) -> None:
        self._wiring = wiring
        self._translator = translator
        self._kind = kind
        self._activity_id = activity_id
        self._payload = payload

    def out(self, tx: Tx, preview: Preview, limit: int, cursor: str | None) -> PreviewOut:
        """Return one page; the cursor is how many lines came before."""
        begin = _offset(cursor)
        end = begin + limit
        lines = preview.lines[begin:end]
        items = written(self._wiring, tx, self._kind, lines, activity_id=self._activity_id, payload=self._payload)
        following = str(end) if end < len(preview.lines) else None
        return preview_out(preview, [self._line(one) for one in items], following, tx.settings.undo_wait)

    def _line(self, one: Written) -> LineOut:
        line = one.line
        reason = reason_json(line.reason, self._translator, self._wiring.zone) if line.reason else None
        return LineOut(
            person_id=line.person_id,
            name=line.name,
            channel=line.channel,
            address=line.address,
            locale=line.locale,
            due_at=line.due_at,
            reason=ReasonOut.model_validate(reason) if reason else None,
            subject=one.subject or None,
            body=one.body or None,
        )


def _detail(tx: Tx, broadcast_id: int) -> BroadcastDetail:
    return broadcast_detail(queries.read_broadcast(tx, broadcast_id))


def _trait(text: str) -> tuple[TraitKind, str]:
    kind, _, value = text.partition(":")
    if kind not in set(TraitKind):
        raise Invalid(Reason("word_unknown", {"field": "trait"}))
    return TraitKind(kind), value.strip()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9):  # noqa: PLR2004 - more lines than there are
        raise Invalid(Reason("cursor_wrong", {"field": "cursor"}))
    return int(cursor)

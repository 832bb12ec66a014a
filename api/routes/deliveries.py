"""The ledger that answers "why did I, or did I not, get this?": timers and messages."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.params import Cursor, IdFilter, Limit
from api.schemas.common import ListOf, list_of
from api.schemas.deliveries import DeliveryOut, LedgerOut, ReminderOut
from models.enums import DeliveryState, NotificationKind, ReminderState
from services.queries import deliveries as queries
from services.queries.paging import DEFAULT_LIMIT
from web.deps import ActorDep, RowId, UowDep, answer

router = APIRouter(tags=["deliveries"])


@router.get("/reminders")
def list_reminders(
    uow: UowDep,
    actor: ActorDep,
    activity_id: IdFilter | None = None,
    assignment_id: IdFilter | None = None,
    person_id: IdFilter | None = None,
    state: ReminderState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> ListOf[ReminderOut]:
    """List timers, the latest due first, with why each was skipped or cancelled."""
    with uow.read(actor) as tx:
        page = queries.list_reminders(
            tx,
            activity_id=activity_id,
            assignment_id=assignment_id,
            person_id=person_id,
            state=state,
            limit=limit,
            cursor=cursor,
        )
    return list_of(page, ReminderOut.of)


@router.get("/deliveries")
def list_deliveries(
    uow: UowDep,
    actor: ActorDep,
    activity_id: IdFilter | None = None,
    assignment_id: IdFilter | None = None,
    person_id: IdFilter | None = None,
    kind: NotificationKind | None = None,
    state: DeliveryState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> LedgerOut:
    """List messages, the latest due first, each with its tries and why it was not, or not yet, sent.

    Narrowed to an activity, an assignment or a person, the newest timers stand on the first page too: chasing,
    calls and re-confirmation leave no message where they were skipped.
    """
    with uow.read(actor) as tx:
        page = queries.list_deliveries(
            tx,
            activity_id=activity_id,
            assignment_id=assignment_id,
            person_id=person_id,
            kind=kind,
            state=state,
            limit=limit,
            cursor=cursor,
        )
        is_narrowed = cursor is None and (activity_id, assignment_id, person_id) != (None, None, None)
        timers = (
            queries.list_reminders(
                tx, activity_id=activity_id, assignment_id=assignment_id, person_id=person_id, limit=DEFAULT_LIMIT
            ).items
            if is_narrowed
            else ()
        )
    found = list_of(page, DeliveryOut.of)
    return LedgerOut(items=found.items, next=found.next, timers=[ReminderOut.of(one) for one in timers])


@router.get("/deliveries/{delivery_id}", response_model=DeliveryOut)
def read_delivery(uow: UowDep, actor: ActorDep, delivery_id: RowId) -> Response:
    """Return one message with its tries."""
    with uow.read(actor) as tx:
        return answer(DeliveryOut.of(queries.read_delivery(tx, delivery_id)))

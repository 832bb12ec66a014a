"""Reminder plans: when people are reminded, by kind of activity and by role."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.writing import WriterDep
from api.schemas.reminder_plans import PlanIn, PlansOut, plans_out
from models.enums import ActivityKind, AssignmentRole, ReminderKind
from services import reminder_plans
from services.unit_of_work import Tx
from web.deps import ActorDep, IfMatchDep, UowDep, answer

router = APIRouter(prefix="/reminder-plans", tags=["reminders"])


def _out(tx: Tx) -> PlansOut:
    return plans_out(reminder_plans.list_plans(tx), reminder_plans.version(tx))


@router.get("", response_model=PlansOut)
def list_plans(uow: UowDep, actor: ActorDep) -> Response:
    """List when the house reminds people, as far as it wrote that down; for those who manage the whole house."""
    with uow.read(actor) as tx:
        return answer(_out(tx))


@router.put("", response_model=PlansOut)
def put(writer: WriterDep, given: PlanIn, expected: IfMatchDep) -> Response:
    """Replace one list, against `If-Match` of all of them where given; it holds for people who say yes from then on, and for activities that move."""

    def change(tx: Tx) -> PlansOut:
        promises = [(one.rule, one.lateness_minutes) for one in given.rules]
        reminder_plans.put(
            tx,
            given.kind,
            promises,
            activity_kind=given.activity_kind,
            role=given.role,
            expected_version=expected,
        )
        tx.session.flush()
        return _out(tx)

    return writer.write(change)


@router.delete("", status_code=204, response_class=Response)
def remove(
    writer: WriterDep,
    kind: ReminderKind,
    activity_kind: ActivityKind | None = None,
    role: AssignmentRole | None = None,
) -> Response:
    """Take one list away, so that the next general one holds, or the default."""

    def change(tx: Tx) -> None:
        reminder_plans.remove(tx, kind, activity_kind=activity_kind, role=role)

    return writer.write(change)

"""Who asks: the login behind a token or a session."""

from fastapi import APIRouter

from api.schemas.me import GrantOut, MeOut
from models.errors import SignInNeeded
from services.queries import users as queries
from web.deps import ActorDep, UowDep

router = APIRouter(tags=["me"])


@router.get("/me")
def me(uow: UowDep, actor: ActorDep) -> MeOut:
    """Say who one is here, and what one may do over which team."""
    if actor.user_id is None:
        raise SignInNeeded
    with uow.read(actor) as tx:
        user = queries.read_user(tx, actor.user_id)
        return MeOut(
            user_id=user.id,
            person_id=user.person_id,
            name=user.name,
            email=user.email,
            locale=user.locale,
            zone=tx.settings.zone,
            roles=[GrantOut.of(grant) for grant in user.grants],
        )

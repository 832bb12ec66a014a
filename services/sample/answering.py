"""How people answer the call: by link, page or program, through somebody else, or not at all."""

from datetime import datetime
from random import Random

from models.enums import AnswerVia, AnswerWord
from services import assignments
from services.access import Actor
from services.sample.casting import BY_MAIL, Casted
from services.sample.house import Member
from services.sample.stage import DAY, HOUR, MINUTE, Stage
from services.unit_of_work import Tx

VIA = {"link": AnswerVia.link, "page": AnswerVia.page, "api": AnswerVia.api}
REASONS = ("家里有事", "当天要上夜班", "身体不舒服", "和检修任务冲突")


class Answering:
    """Plans the answers of one activity; `team` decides who answers for those who cannot."""

    def __init__(self, stage: Stage, team: str, random: Random) -> None:
        self._stage = stage
        self._random = random
        self._proxy = stage.leader_of(team)

    def plan(self, casted: Casted, assignment_id: int, *, asked_at: datetime, starts_at: datetime) -> None:
        """Plan one person's answer between being asked and the day before, but never after now."""
        way = casted.part.way
        if way == "silent":
            return
        latest = min(starts_at - DAY, self._stage.days.now - HOUR)
        at = min(asked_at + self._random.randrange(20, 60 * 40) * MINUTE, max(latest, asked_at + 5 * MINUTE))
        if way not in {"no", "swap"}:
            self._answer(at, casted.member, assignment_id, way, AnswerWord.yes)
            return
        self._answer(at, casted.member, assignment_id, way, AnswerWord.no)
        if casted.stand_in is not None:
            self._replace(at + 40 * MINUTE, assignment_id, casted.stand_in)

    def _answer(self, at: datetime, member: Member, assignment_id: int, way: str, word: AnswerWord) -> None:
        is_proxy = way == "phone" or not member.has_mail
        actor = self._proxy if is_proxy else self._actor(member, assignment_id, way)
        reason = self._random.choice(REASONS) if word is AnswerWord.no else ""

        def do(tx: Tx) -> None:
            assignments.answer(tx, assignment_id, word=word, via=VIA.get(way, AnswerVia.link), reason=reason)

        self._stage.replay.plan(at, actor, do)

    def _actor(self, member: Member, assignment_id: int, way: str) -> Actor:
        """Return the person signed in, or as the bearer of the link that was mailed."""
        if way in BY_MAIL - {"link"}:
            return self._stage.actors["member"]
        return Actor(kind="link", person_id=member.person_id, detail=f"assignment:{assignment_id}")

    def _replace(self, at: datetime, assignment_id: int, stand_in: Member) -> None:
        def do(tx: Tx) -> None:
            new_id = assignments.replace(tx, assignment_id, person_id=stand_in.person_id)
            self._answer(tx.now + 3 * HOUR, stand_in, new_id, "link", AnswerWord.yes)

        self._stage.replay.plan(at, self._stage.actors["organiser"], do)

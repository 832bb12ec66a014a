"""Programmes and topics as pages and programs see them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from models.errors import NotFound
from models.tables.topics import Programme, Topic
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A line of work; takes no new activities from `valid_until_on` on."""

    id: int
    code: str
    name: str
    name_en: str
    valid_until_on: date | None
    version: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What a lecture is about; out of use from `valid_until_on` on."""

    id: int
    title: str
    length_minutes: int
    audience: str
    approved_on: date | None
    valid_until_on: date | None
    version: int
    may_change: bool


def list_programmes(
    tx: Tx, *, q: str | None = None, on: date | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[ProgrammeRow]:
    """List programmes by code; `on` keeps those still open on a local day.

    Raises:
        SignInNeeded, Invalid.
    """
    access.require_signed_in(tx.actor)
    query = select(Programme).where(
        *filters.matching(q, col(Programme.name), col(Programme.name_en), code=col(Programme.code)),
        *_open_on(Programme, on),
    )
    keys = (Key(col(Programme.code)), Key(col(Programme.id)))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_programme_row(tx, row.Programme) for row in rows), following)


def read_programme(tx: Tx, programme_id: int) -> ProgrammeRow:
    """Return one programme.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    found = tx.session.get(Programme, filters.known_id("programme", programme_id))
    if found is None:
        raise NotFound("programme", programme_id)
    return _programme_row(tx, found)


def list_topics(
    tx: Tx, *, q: str | None = None, on: date | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[TopicRow]:
    """List topics, the newest first; `on` keeps those still in use on a local day.

    Raises:
        SignInNeeded, Invalid.
    """
    access.require_signed_in(tx.actor)
    query = select(Topic).where(*filters.matching(q, col(Topic.title), col(Topic.audience)), *_open_on(Topic, on))
    keys = (Key(col(Topic.id), is_descending=True),)
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_topic_row(tx, row.Topic) for row in rows), following)


def read_topic(tx: Tx, topic_id: int) -> TopicRow:
    """Return one topic.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    found = tx.session.get(Topic, filters.known_id("topic", topic_id))
    if found is None:
        raise NotFound("topic", topic_id)
    return _topic_row(tx, found)


def _open_on(kind: Any, on: date | None) -> list[ColumnElement[bool]]:
    return [] if on is None else [or_(col(kind.valid_until_on).is_(None), col(kind.valid_until_on) > on)]


def _programme_row(tx: Tx, row: Programme) -> ProgrammeRow:
    return ProgrammeRow(
        id=row.id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        valid_until_on=row.valid_until_on,
        version=row.version,
        may_change=tx.actor.has(access.MANAGING),
    )


def _topic_row(tx: Tx, row: Topic) -> TopicRow:
    return TopicRow(
        id=row.id,
        title=row.title,
        length_minutes=row.length_minutes,
        audience=row.audience,
        approved_on=row.approved_on,
        valid_until_on=row.valid_until_on,
        version=row.version,
        may_change=tx.actor.has(access.MANAGING),
    )

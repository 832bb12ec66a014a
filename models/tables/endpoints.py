"""Endpoints: the addresses of chat groups, SMS accounts and other programs that Muster sends to."""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.enums import ChannelKind
from models.tables.base import Row, Stamped, json_column, key_column, reference, text_column, word_column


class ChannelEndpoint(Row, Stamped, table=True):
    """One bot of a group, one SMS account or one webhook; a team's own, or the whole house's."""

    __tablename__ = "channel_endpoints"
    __table_args__ = (CheckConstraint("channel <> 'mail'", name="channel_other"),)

    id: int = key_column()
    channel: ChannelKind = word_column(ChannelKind)
    name: str = text_column(60)
    team_id: int | None = reference("teams.id", nullable=True)
    url: str = text_column(500, default="")
    secret: str = text_column(200, default="")  #: never shown again once written
    settings: Any = json_column(
        default={}
    )  #: what else the channel needs: key id, sign name, templates by kind, event keys
    is_on: bool = Field(default=True, nullable=False)
    fault: str = text_column(300, default="")  #: last answer that said: somebody has to look

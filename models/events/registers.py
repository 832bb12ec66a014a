"""Edits of the registers: organisations, teams, people, venues, programmes, topics, tours."""

from models.events.base import RowChanged, RowCreated, RowEnded


class OrgCreated(RowCreated):
    """An org was written."""

    key = "org.created"


class OrgChanged(RowChanged):
    """An org was edited."""

    key = "org.changed"


class OrgEnded(RowEnded):
    """An org's validity got an end."""

    key = "org.ended"


class TeamCreated(RowCreated):
    """A team was written."""

    key = "team.created"


class TeamChanged(RowChanged):
    """A team was edited."""

    key = "team.changed"


class TeamEnded(RowEnded):
    """A team's validity got an end."""

    key = "team.ended"


class PersonCreated(RowCreated):
    """A person was written."""

    key = "person.created"


class PersonChanged(RowChanged):
    """A person was edited."""

    key = "person.changed"


class PersonEnded(RowEnded):
    """A person left."""

    key = "person.ended"


class MembershipCreated(RowCreated):
    """A person joined a team."""

    key = "membership.created"


class MembershipChanged(RowChanged):
    """A membership was edited."""

    key = "membership.changed"


class MembershipEnded(RowEnded):
    """A membership got an end."""

    key = "membership.ended"


class VenueCreated(RowCreated):
    """A venue was written."""

    key = "venue.created"


class VenueChanged(RowChanged):
    """A venue was edited."""

    key = "venue.changed"


class VenueEnded(RowEnded):
    """A venue's validity got an end."""

    key = "venue.ended"


class ProgrammeCreated(RowCreated):
    """A programme was written."""

    key = "programme.created"


class ProgrammeChanged(RowChanged):
    """A programme was edited."""

    key = "programme.changed"


class TopicCreated(RowCreated):
    """A topic was written."""

    key = "topic.created"


class TopicChanged(RowChanged):
    """A topic was edited."""

    key = "topic.changed"


class ProgrammeEnded(RowEnded):
    """A programme's validity got an end."""

    key = "programme.ended"


class TopicEnded(RowEnded):
    """A topic's validity got an end."""

    key = "topic.ended"


class TourCreated(RowCreated):
    """A tour was written."""

    key = "tour.created"


class TourChanged(RowChanged):
    """A tour or the order of its stops was edited."""

    key = "tour.changed"

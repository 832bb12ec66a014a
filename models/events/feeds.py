"""What happens to secret calendar addresses."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class FeedReset(Event):
    """Every secret address of a venue given out before became void; `subject_id` is the venue."""

    key = "venue.feed_reset"
    generation: int


@dataclass(frozen=True, kw_only=True)
class PersonFeedReset(Event):
    """The secret address of a person's duties became void; `subject_id` is the person."""

    key = "person.feed_reset"
    generation: int


@dataclass(frozen=True, kw_only=True)
class TeamFeedReset(Event):
    """Every secret address of a team's activities became void; `subject_id` is the team."""

    key = "team.feed_reset"
    generation: int

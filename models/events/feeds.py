"""What happens to secret calendar addresses."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class FeedReset(Event):
    """Every secret address of a venue given out before became void; `subject_id` is the venue."""

    key = "venue.feed_reset"
    generation: int

"""Query parameters that many lists share."""

from typing import Annotated

from fastapi import Query

from api.schemas.common import Day
from models.rules.venue_lists import MOST_HEADS
from services.queries.filters import LONGEST_SEARCH
from services.queries.paging import MAX_LIMIT
from web.forms import LARGEST_ID

#: The id of a row; in an address every value is text.
IdFilter = Annotated[int, Query(ge=1, le=LARGEST_ID)]
#: So many people.
PeopleCount = Annotated[int, Query(ge=1, le=MOST_HEADS)]
#: So many rows at most.
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
#: The `next` of the page before.
Cursor = Annotated[str | None, Query(description="The `next` of the page before")]
#: Words of a name, the beginning of its pinyin, or a code.
Search = Annotated[
    str | None, Query(max_length=LONGEST_SEARCH, description="Words of the name, the start of its pinyin, or the code")
]
#: Keeps what is valid on a local day.
OnDay = Annotated[Day | None, Query(description="Keep what is valid on this local day")]

"""What bookings and the queue must do, written once more as simply as it can be: no database, everything is looked at.

Hours are whole numbers on one day line, so is the clock. A venue takes parts; two venues that share one are in each
other's way. Every verb returns the codes of its refusal, none where it is done.
"""

from dataclasses import dataclass, field

#: Hours that a hold or an offer waits for an answer.
HOLD_HOURS = 2
TAKING = {"held", "confirmed"}
OPEN = {"requested", *TAKING}
Codes = frozenset[str]
DONE: Codes = frozenset()


@dataclass
class Hall:
    """A venue of the model."""

    parts: frozenset[str]
    asks: bool


@dataclass
class Booked:
    """A booking of the model; `wait` is the place in line that it was offered to."""

    hall: str
    start: int
    end: int
    state: str
    held_until: int | None = None
    wait: int | None = None


@dataclass
class Waiting:
    """A place in line of the model."""

    hall: str
    start: int
    end: int
    who: int
    state: str = "waiting"


@dataclass
class Model:
    """Halls, bookings and the queue; keys of both are the order in which they came."""

    halls: dict[str, Hall]
    now: int = 0
    bookings: list[Booked] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)

    def book(self, hall: str, start: int, end: int, *, hold: bool) -> Codes:
        against = self._against(hall, start, end)
        if against:
            return against
        state = "held" if hold else "requested" if self.halls[hall].asks else "confirmed"
        self.bookings.append(Booked(hall, start, end, state, min(self.now + HOLD_HOURS, start) if hold else None))
        return self._settled(self.bookings[-1])

    def confirm(self, key: int) -> Codes:
        one = self.bookings[key]
        codes = self._stuck(one, {"requested", "held"}) | self._lapsed(one)
        if codes:
            return codes
        if self._is_offer(one):
            return frozenset({"offered_to_the_queue"})
        if one.state == "requested" and self._is_taken(one.hall, one.start, one.end):
            return frozenset({"venue_taken"})
        one.state, one.held_until = "confirmed", None
        return self._settled(one)

    def keep(self, key: int) -> Codes:
        one = self.bookings[key]
        is_asking = one.state == "requested" or (one.state == "held" and self.halls[one.hall].asks)
        codes = self._stuck(one, {"requested", "held"}) | self._lapsed(one)
        if codes or is_asking:
            return codes | ({"host_decides"} if is_asking else DONE)
        return self.confirm(key)

    def decline(self, key: int) -> Codes:
        return self._end(key, {"requested", "held"}, "declined")

    def cancel(self, key: int) -> Codes:
        return self._end(key, OPEN, "cancelled")

    def move(self, key: int, start: int, end: int) -> Codes:
        one = self.bookings[key]
        codes = self._stuck(one, OPEN) | self._lapsed(one)
        if codes:
            return codes
        if self._is_offer(one):
            return frozenset({"offered_to_the_queue"})
        against = self._against(one.hall, start, end, but=one)
        if against:
            return against
        if self._has_lapsed(one):
            one.state, one.held_until = "requested", None
        one.start, one.end = start, end
        if one.state == "confirmed" and self.halls[one.hall].asks:
            one.state, one.held_until = "held", self.now + HOLD_HOURS
        if one.held_until is not None:
            one.held_until = min(one.held_until, start)
        return self._settled(one)

    def join(self, hall: str, start: int, end: int, who: int) -> Codes:
        against = self._against(hall, start, end)
        if against != {"venue_taken"}:
            return against - {"venue_taken"} or frozenset({"not_taken"})
        same = (
            one for one in self.waits if one.who == who and one.hall == hall and one.state in {"waiting", "offered"}
        )
        if any(one.start < end and start < one.end for one in same):
            return frozenset({"already_waiting"})
        self.waits.append(Waiting(hall, start, end, who))
        return DONE

    def take(self, key: int) -> Codes:
        wait = self.waits[key]
        codes = set() if wait.state == "offered" else {"wrong_state"}
        offer = self._offer_of(key)
        ends_at = offer.held_until if offer is not None else wait.start
        if wait.state in {"waiting", "offered"} and self.now >= (ends_at or 0):
            codes.add("offer_expired")
        if codes or offer is None:
            return frozenset(codes)
        wait.state = "taken"
        if self.halls[wait.hall].asks:
            offer.held_until = min(self.now + HOLD_HOURS, offer.start)
            return DONE
        offer.state, offer.held_until = "confirmed", None
        return self._settled(offer)

    def leave(self, key: int) -> Codes:
        wait = self.waits[key]
        if wait.state not in {"waiting", "offered"}:
            return frozenset({"wrong_state"})
        offer = self._offer_of(key)
        wait.state = "withdrawn"
        if offer is not None:
            offer.state, offer.held_until = "cancelled", None
        return self._offer()

    def sweep(self) -> Codes:
        """Do what time asks for, holds first, then the queue; what is freed is offered after each."""
        for one in self.bookings:
            if self._has_lapsed(one) and not self._is_offer(one):
                is_request = self.halls[one.hall].asks and self.now < one.start
                one.state, one.held_until = "requested" if is_request else "cancelled", None
        self._offer()
        for one in self.bookings:
            if one.state == "confirmed" and one.end <= self.now:
                one.state = "used"
        for key, wait in enumerate(self.waits):
            offer = self._offer_of(key)
            if wait.state == "waiting" and wait.start <= self.now:
                wait.state = "expired"
            elif offer is not None and self._has_lapsed(offer):
                wait.state, offer.state, offer.held_until = "expired", "cancelled", None
        return self._offer()

    def _end(self, key: int, states: set[str], state: str) -> Codes:
        one = self.bookings[key]
        codes = self._stuck(one, states)
        if codes:
            return codes
        if self._is_offer(one) and one.wait is not None:
            self.waits[one.wait].state = "expired"
        one.state, one.held_until = state, None
        return self._offer()

    def _settled(self, one: Booked) -> Codes:
        """Decline who asked for the hours of what is confirmed now, and offer what is free."""
        for other in self.bookings:
            if one.state == "confirmed" and other.state == "requested" and self._clash(one, other):
                other.state = "declined"
        return self._offer()

    def _offer(self) -> Codes:
        for key, wait in enumerate(self.waits):
            is_wanted = wait.state == "waiting" and wait.start > self.now
            if is_wanted and not self._is_taken(wait.hall, wait.start, wait.end):
                wait.state = "offered"
                until = min(self.now + HOLD_HOURS, wait.start)
                self.bookings.append(Booked(wait.hall, wait.start, wait.end, "held", until, key))
        return DONE

    def _against(self, hall: str, start: int, end: int, but: Booked | None = None) -> Codes:
        taken = {"venue_taken"} if self._is_taken(hall, start, end, but) else set()
        return frozenset(taken | ({"starts_in_past"} if start <= self.now else set()))

    def _is_taken(self, hall: str, start: int, end: int, but: Booked | None = None) -> bool:
        wanted = Booked(hall, start, end, "requested")
        return any(
            self._clash(one, wanted) for one in self.bookings if one is not but and one.state in {*TAKING, "used"}
        )

    def _clash(self, one: Booked, other: Booked) -> bool:
        shares = self.halls[one.hall].parts & self.halls[other.hall].parts
        return bool(shares) and one.start < other.end and other.start < one.end

    def _stuck(self, one: Booked, states: set[str]) -> Codes:
        wrong = {"wrong_state"} if one.state not in states else set()
        return frozenset(wrong | ({"already_over"} if one.end <= self.now else set()))

    def _lapsed(self, one: Booked) -> Codes:
        falls_back = self.halls[one.hall].asks and self.now < one.start
        return frozenset({"hold_expired"}) if self._has_lapsed(one) and not falls_back else DONE

    def _has_lapsed(self, one: Booked) -> bool:
        return one.state == "held" and one.held_until is not None and one.held_until <= self.now

    def _is_offer(self, one: Booked) -> bool:
        return one.wait is not None and self.waits[one.wait].state == "offered"

    def _offer_of(self, key: int) -> Booked | None:
        found = (one for one in self.bookings if one.wait == key and self._is_offer(one))
        return next(found, None)

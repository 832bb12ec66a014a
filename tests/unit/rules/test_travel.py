"""Distances and minutes on the road."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.travel import distance_km, travel_minutes
from models.values import Place

CITY = Place(30.0927, 114.9638)
CHENGUI = Place(30.0500, 114.8000)
HUANDIQIAO = Place(30.2095, 114.8234)
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(("place", "km", "minutes"), [(CITY, 0.0, 0), (CHENGUI, 16.5, 34), (HUANDIQIAO, 18.7, 38)])
def test_distance_and_minutes_from_the_city(place: Place, km: float, minutes: int) -> None:
    assert round(distance_km(CITY, place), 1) == km
    assert travel_minutes(CITY, place) == minutes


def test_half_way_round_the_earth() -> None:
    assert distance_km(Place(0, 0), Place(0, 180)) == pytest.approx(20015.1, abs=0.1)


def test_a_whole_minute_stays_that_minute() -> None:
    km = distance_km(CITY, CHENGUI)
    assert travel_minutes(CITY, CHENGUI, speed_kmh=km * 6, detour=1.0) == 10


@given(places, places)
def test_the_way_back_is_as_long(one: Place, other: Place) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))
    assert travel_minutes(one, other) >= 0

"""How far it is and how long it takes, where nobody wrote down a better number."""

import math

from models.values import Place

EARTH_RADIUS_KM = 6371.0088
SPEED_KMH = 40.0
#: Roads are this much longer than the crow flies (calibrated in Daye).
DETOUR = 1.35
_ROUNDING = 1e-9


def distance_km(one: Place, other: Place) -> float:
    """Return the great-circle distance in kilometres (haversine)."""
    lat_1, lat_2 = math.radians(one.lat), math.radians(other.lat)
    half_lat = (lat_2 - lat_1) / 2
    half_lon = math.radians(other.lon - one.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def travel_minutes(one: Place, other: Place, *, speed_kmh: float = SPEED_KMH, detour: float = DETOUR) -> int:
    """Return whole minutes on the road, rounded up; within 1e-9 of a whole minute counts as that minute."""
    minutes = distance_km(one, other) * detour / speed_kmh * 60
    return math.ceil(minutes - _ROUNDING)

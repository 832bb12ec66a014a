"""Which HTTP status an error of the domain has: the only such table."""

from collections.abc import Mapping
from http import HTTPStatus

from models.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    LostRace,
    NotFound,
    SignInNeeded,
    TooMany,
    Unavailable,
)

STATUS: Mapping[type[DomainError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    SignInNeeded: HTTPStatus.UNAUTHORIZED,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    LostRace: HTTPStatus.PRECONDITION_FAILED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(error: DomainError) -> int:
    """Return the status of an error, by the nearest kind in the table; 500 for a kind that nobody placed."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return int(STATUS[kind])
    return int(HTTPStatus.INTERNAL_SERVER_ERROR)

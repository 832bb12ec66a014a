"""The OpenAPI document: what FastAPI finds, and what holds for every call, said once here."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.schemas.common import PROBLEM, problem_schemas

Document = dict[str, Any]

WRITES = frozenset({"post", "put", "patch"})
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 195},
    "description": "A repeat of the same request with the same key changes nothing and gets the first answer again",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of the version that the change was made against; 412 where somebody was faster",
}
ETAG = {"ETag": {"description": "The version of the row, for If-Match", "schema": {"type": "string"}}}
MEANINGS = {
    "401": "Nobody is signed in, or the token does not hold",
    "403": "To be seen, but not to be done by this login",
    "404": "Not there, or not to be seen by this login",
    "409": "A rule, a state or another row stands against it",
    "412": "Somebody changed the row meanwhile",
    "422": "The input is wrong",
}
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token of a login"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "muster",
        "description": "The cookie of a browser (`__Host-muster` over HTTPS); changes also need `X-CSRF-Token`",
    },
}


def operation_id(route: APIRoute) -> str:
    """Return the name of a call that programs are generated with, `orgs_create`."""
    return "_".join(str(part) for part in (*route.tags[:1], route.name))


def document(title: str, version: str, routes: Sequence[BaseRoute]) -> Document:
    """Return the OpenAPI document of the API."""
    found: Document = get_openapi(title=title, version=version, routes=routes)
    components = found.setdefault("components", {})
    components.setdefault("schemas", {}).update(problem_schemas())
    components["securitySchemes"] = SCHEMES
    found["security"] = [{name: []} for name in SCHEMES]
    for path, method, operation in _operations(found):
        _summarise(operation)
        _tell_headers(operation, method, components["schemas"])
        _tell_errors(operation, path, method)
    return found


def _operations(found: Document) -> Iterator[tuple[str, str, Document]]:
    for path, calls in found["paths"].items():
        for method, operation in calls.items():
            yield path, method, operation


def _summarise(operation: Document) -> None:
    """Put the first line of what is said about a call into its summary."""
    summary, _, rest = str(operation.pop("description", operation["summary"])).partition("\n\n")
    operation["summary"] = summary.rstrip(".")
    if rest:
        operation["description"] = rest


def _tell_headers(operation: Document, method: str, schemas: Document) -> None:
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    is_versioned = any("version" in _schema_of(answer, schemas).get("properties", {}) for answer in answers)
    if is_versioned:
        for answer in answers:
            answer["headers"] = ETAG
    wanted = [IDEMPOTENCY_KEY] if method in WRITES else []
    if method in {"put", "patch"} and is_versioned:
        wanted.append(IF_MATCH)
    if wanted:
        operation["parameters"] = [*operation.get("parameters", ()), *wanted]


def _schema_of(answer: Document, schemas: Document) -> Document:
    named = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    schema: Document = schemas.get(named.rpartition("/")[2], {})
    return schema


def _tell_errors(operation: Document, path: str, method: str) -> None:
    """Name each status that a call may refuse with, in place of all of them together."""
    responses = operation["responses"]
    refusals = responses.pop("4XX", {})
    statuses = ["401", "403"]
    if "{" in path or "parameters" in operation:
        statuses.append("404")
    if method in WRITES:
        statuses.append("409")
    if method in {"put", "patch"}:
        statuses.append("412")
    if "parameters" in operation or "requestBody" in operation:
        statuses.append("422")
    for status in statuses:
        responses.setdefault(status, {"content": PROBLEM, **refusals, "description": MEANINGS[status]})
    operation["responses"] = dict(sorted(responses.items()))

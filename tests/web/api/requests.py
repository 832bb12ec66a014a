"""Requests that programs could send, drawn from what the OpenAPI document says, and from what nobody says."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

GOOD_INSTANTS = ("2026-03-12T02:00:00Z", "2026-03-12T03:30:00+00:00", "2026-03-12T12:00:00+08:00")
INSTANTS = (
    "1900-01-01T00:00:00+14:00",
    "2199-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-10T06:00:00",
    "2026-02-30T06:00:00Z",
    "2026-03-10T23:59:60Z",
)
GOOD_DAYS = ("2026-03-09", "2026-03-10", "2026-12-31")
DAYS = ("1900-01-01", "2199-12-31", "0001-01-01", "9999-12-31", "2026-02-30", "2026-03-10T00:00:00")
NUMBERS = (0, 1, 2, 3, -1, 2**31 - 1, 2**31, 2**63, -(2**63) - 1, 10**30)
TEXTS = (
    "",
    " ",
    "x" * 10_000,
    "名",
    "\0",
    "a\0b",
    "%",
    "_%\\",
    "'; --",
    "\u202e\u200b",
    "😀" * 50,
    "\n",
    "None",
    "1e400",
)
SORTED_BY = (
    ["a", 1],
    ["\0", 1],
    ["2026-03-10T00:00:00+00:00", 1],
    ["0001-01-01T00:00:00+14:00", 1],
    ["9999-12-31T23:59:59-14:00", 2**31],
    ["2026-03-10", 1],
    [1],
    [-1],
    [2**70],
    [True],
    [None, None],
    {},
    "ab",
)
CURSORS = ("!", "é", *(base64.urlsafe_b64encode(json.dumps(values).encode()).decode() for values in SORTED_BY))
HEADERS = ("", '"1"', '"999999999999999999999999"', 'W/"1"', "*", "key", "k" * 300)

texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=12))
scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.floats(), texts, st.sampled_from(INSTANTS + DAYS)
)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(1, 6),
    "number": st.floats(-90, 90),
    "boolean": st.booleans(),
    "null": st.none(),
    "date-time": st.sampled_from(GOOD_INSTANTS),
    "date": st.sampled_from(GOOD_DAYS),
    "string": st.one_of(st.sampled_from(("甲", "13812345678", "A1", "a@example.org")), st.text("甲乙丙ab", max_size=3)),
}
WILD: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.sampled_from(NUMBERS),
    "number": st.floats(),
    "date-time": st.sampled_from(INSTANTS),
    "date": st.sampled_from(DAYS),
    "string": texts,
}


@dataclass(frozen=True)
class Call:
    """One operation of the document."""

    method: str
    path: str
    operation: dict[str, Any]
    schemas: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def calls_of(document: dict[str, Any]) -> list[Call]:
    """Return every operation of a document."""
    schemas = document["components"]["schemas"]
    return [
        Call(method.upper(), path, operation, schemas)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


class Drawer:
    """Draws values for one request; `wildness` of ten of them are not what was asked for."""

    def __init__(self, draw: st.DrawFn, schemas: dict[str, Any]) -> None:
        self.draw = draw
        self._schemas = schemas
        self._wildness = draw(st.sampled_from((0, 0, 1, 3)))

    def is_wild(self) -> bool:
        """Tell whether the next value is to be wild."""
        return self.draw(st.integers(1, 10)) <= self._wildness

    def is_given(self, one_in: int) -> bool:
        """Tell whether something that may be left out is given."""
        return self.draw(st.integers(1, one_in)) == 1

    def value(self, schema: dict[str, Any]) -> Any:
        """Return a value of a schema; what it says of sizes is not kept to."""
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self.value(self.draw(st.sampled_from(schema["anyOf"])))
        if schema.get("type") == "object" and not self.is_wild():
            return self._object(schema)
        if schema.get("type") == "array" and not self.is_wild():
            return [self.value(schema.get("items", {})) for _ in range(self.draw(st.integers(0, 3)))]
        kind = schema.get("format", schema.get("type", ""))
        if self.is_wild():
            return self.draw(st.one_of(WILD.get(kind, junk), scalars))
        return self.draw(st.sampled_from(schema["enum"]) if "enum" in schema else GOOD.get(kind, junk))

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        return {
            name: self.value(one)
            for name, one in schema.get("properties", {}).items()
            if name in required or self.is_given(3)
        }


@st.composite
def requests_of(draw: st.DrawFn, call: Call) -> dict[str, Any]:
    """Draw the keyword arguments of one request: mostly what is asked for, now and then anything."""
    drawer = Drawer(draw, call.schemas)
    path, params, headers = call.path, {}, {}
    for one in call.operation.get("parameters", ()):
        if not (one["required"] or drawer.is_given(4)):
            continue
        if one["in"] == "header":
            headers[one["name"]] = draw(st.sampled_from(HEADERS))
            continue
        value = draw(st.sampled_from(CURSORS)) if one["name"] == "cursor" else drawer.value(one["schema"])
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", _segment(value))
        else:
            params[one["name"]] = _sendable(value)
    sent: dict[str, Any] = {"method": call.method, "url": path, "params": params, "headers": headers}
    content = call.operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        body = drawer.value(content["application/json"]["schema"])
        sent["content"] = json.dumps(body).encode("utf-8", "surrogatepass")
        headers["content-type"] = "application/json"
    elif content:
        sent["files"] = {"file": (draw(st.sampled_from(("a.png", "../x", "\0", "名.pdf"))), draw(_bytes))}
        sent["data"] = {"kind": draw(st.sampled_from(("photo", "x", ""))), "taken_at": draw(st.sampled_from(INSTANTS))}
    return sent


_bytes = st.sampled_from((b"\x89PNG\r\n\x1a\n0", b"%PDF-1.7", b"\xff\xd8\xff", b"MZ", b""))


def _segment(value: Any) -> str:
    """Return a value as one segment of a path; an empty one would be another address."""
    plain = "".join(f"%{byte:02X}" for byte in str(value)[:200].encode("utf-8", "replace"))
    return plain or "-"


def _sendable(value: Any) -> Any:
    """Return a value as an address can carry it."""
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    return str(value).encode("utf-8", "replace").decode()

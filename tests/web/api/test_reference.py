"""The examples of the reference page do what it says; they are run in order against one house."""

import json
import re
import shlex
from typing import Any

import pytest
from httpx import Response

from tests.packaging.tree import REPOSITORY
from tests.web.api.world import API, World
from tests.web.browser import ADDRESS

PAGE = (REPOSITORY / "docs" / "reference" / "api.md").read_text("utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^(curl .*?)  # (\d{3})$", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, int]]:
    """Return each curl command of the page and the status that it promises."""
    blocks = "\n".join(BLOCK.findall(PAGE))
    found = [(command.replace("\\\n", " "), int(status)) for command, status in EXAMPLE.findall(blocks)]
    assert len(found) == len(re.findall(r"^curl ", blocks, re.MULTILINE)), "an example promises no status"
    return found


def run(world: World, command: str) -> Response:
    """Send what a curl command would send, as an organiser's program."""
    words = iter(shlex.split(command)[1:])
    headers: dict[str, str] = {}
    data: list[str] = []
    url, method, is_query = "", None, False
    for word in words:
        match word:
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name.lower()] = value
            case "-d" | "--data-urlencode":
                data.append(next(words))
            case "-X":
                method = next(words)
            case "-G":
                is_query = True
            case _:
                url = word
    assert headers.pop("authorization") == "Bearer $TOKEN"
    assert url.startswith("$API/")
    path = API + url.removeprefix("$API")
    client = world.clients["organiser"]
    if is_query:
        return client.get(path, params=[tuple(one.split("=", 1)) for one in data], headers=headers)  # type: ignore[misc]
    content = "".join(data).encode() or None
    return client.request(method or ("POST" if data else "GET"), path, content=content, headers=headers)


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_examples_do_what_the_page_says(world: World) -> None:
    assert f"API={ADDRESS}{API}\n" in PAGE
    for command, status in examples():
        answer = run(world, command)
        assert answer.status_code == status, (command, answer.text)
        kind = "application/problem+json" if status >= 400 else "application/json"
        assert answer.headers["content-type"] == kind


def test_every_body_on_the_page_is_json() -> None:
    bodies: list[Any] = [json.loads(body) for body in re.findall(r"-d '(\{.*?\})'", PAGE)]
    assert len(bodies) > 3

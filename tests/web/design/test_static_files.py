"""Built files: named by their content, served for good, and nothing beside them."""

import json
from pathlib import Path

import anyio
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.web.design.pages import BUILT
from web.static_files import BuiltFiles, StaticFilesMissing, load_built_files, mount_static_files

SOURCES = Path(__file__).parents[3] / "web" / "assets"


def get(address: str, **headers: str) -> Response:
    """Ask an application that serves nothing but the built files."""
    app = FastAPI()
    mount_static_files(app, BUILT)

    async def ask() -> Response:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://house.test") as client:
            return await client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return anyio.run(ask)


@pytest.mark.parametrize("name", sorted(BUILT.names))
def test_built_file_is_served_for_good(name: str) -> None:
    answer = get(BUILT.url(name))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.content == (BUILT.folder / BUILT.names[name]).read_bytes()


@pytest.mark.parametrize("path", ["manifest.json", "muster.css", "", "../static_files.py", "%2e%2e/static_files.py"])
def test_nothing_else_is_served(path: str) -> None:
    assert get(f"/static/{path}").status_code == 404


def test_unchanged_file_is_not_sent_again() -> None:
    first = get(BUILT.url("muster.css"))
    again = get(BUILT.url("muster.css"), if_none_match=first.headers["etag"])
    assert again.status_code == 304
    assert "immutable" in again.headers["cache-control"]


def test_icons_of_the_source_are_built() -> None:
    assert (SOURCES / "icons.svg").read_bytes() == (BUILT.folder / BUILT.names["icons.svg"]).read_bytes()
    assert len(BUILT.icons) == (SOURCES / "icons.svg").read_text("utf-8").count("<symbol")


def test_names_carry_a_hash() -> None:
    assert all(built != name and built.startswith(name.partition(".")[0]) for name, built in BUILT.names.items())


def test_unknown_file_is_an_error() -> None:
    with pytest.raises(KeyError):
        BUILT.url("other.css")


@pytest.mark.parametrize("manifest", [None, "not json", "{}", json.dumps({"icons.svg": "gone.svg"})])
def test_missing_build_says_what_to_do(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest, "utf-8")
    with pytest.raises(StaticFilesMissing, match="make assets"):
        load_built_files(tmp_path)


def test_built_files_are_found_where_the_package_is() -> None:
    assert isinstance(BUILT, BuiltFiles)
    assert BUILT.folder.parent.name == "web"

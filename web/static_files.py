"""Built files of `web/static`: their hashed addresses, the icons they hold, and how they are served."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/static"
_MANIFEST = "manifest.json"
_SPRITE = "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([a-z]+)" viewBox="0 0 24 24">(.*?)</symbol>')
_A_YEAR = "public, max-age=31536000, immutable"


class StaticFilesMissing(RuntimeError):
    """The pages cannot be served because their style, script or icons were not built."""


@dataclass(frozen=True, slots=True)
class BuiltFiles:
    """What the build left behind.

    `names` maps a source name (`muster.css`) to the built one, whose hash changes with its content;
    `icons` maps an icon's name to the shapes inside its symbol.
    """

    folder: Path
    names: Mapping[str, str]
    icons: Mapping[str, str]

    def url(self, name: str) -> str:
        """Return the address of a source file such as `muster.css`.

        Raises:
            KeyError: the build made no such file.
        """
        return f"{ADDRESS}/{self.names[name]}"


def load_built_files(folder: Path = FOLDER) -> BuiltFiles:
    """Read the build's manifest and the icon sprite.

    Raises:
        StaticFilesMissing: nothing was built into this folder.
    """
    try:
        names = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        sprite = (folder / names[_SPRITE]).read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError) as error:
        message = f"{folder} holds no built files ({error}); run `make assets`"
        raise StaticFilesMissing(message) from error
    return BuiltFiles(folder, MappingProxyType(names), MappingProxyType(dict(_SYMBOL.findall(sprite))))


class _ForeverFiles(StaticFiles):
    """Serves the files of the manifest and nothing else; a browser may keep them for good."""

    def __init__(self, files: BuiltFiles) -> None:
        super().__init__(directory=files.folder)
        self._served = frozenset(files.names.values())

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path not in self._served:
            raise HTTPException(status_code=404)
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = _A_YEAR
        return response


def mount_static_files(app: FastAPI, files: BuiltFiles) -> None:
    """Serve the built files below `/static`."""
    app.mount(ADDRESS, _ForeverFiles(files), name="static")

"""Roster files between their preview and the yes: kept by their hash for a while, outside the database.

Whoever asks for one names its SHA-256, so only somebody who had the file can name it.
"""

import hashlib
import os
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.errors import Unavailable
from models.rules.verdicts import Reason

LIFE = timedelta(hours=2)
_KEY = re.compile(r"[0-9a-f]{64}")


class KeptUploads:
    """A folder of files that nobody needs for long; safe for several processes at once."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "uploads"

    def keep(self, content: bytes, now: datetime) -> str:
        """Keep a file from now on and return its key; what is too old goes.

        Raises:
            Unavailable: the disk refuses.
        """
        key = hashlib.sha256(content).hexdigest()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep(now)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(content)
            os.utime(file.name, (now.timestamp(), now.timestamp()))
            Path(file.name).replace(self._folder / key)
        except OSError as error:
            raise Unavailable(Reason("disk_refused")) from error
        return key

    def open(self, key: str, now: datetime) -> bytes | None:
        """Return a file by its key; None where it is not there any more, or is not what its key says."""
        if not _KEY.fullmatch(key):
            return None
        path = self._folder / key
        try:
            content = path.read_bytes() if self._is_fresh(path, now) else b""
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == key else None

    def forget(self, key: str) -> None:
        """Let a file go."""
        if _KEY.fullmatch(key):
            (self._folder / key).unlink(missing_ok=True)

    def _sweep(self, now: datetime) -> None:
        for path in self._folder.iterdir():
            if not self._is_fresh(path, now):
                path.unlink(missing_ok=True)

    @staticmethod
    def _is_fresh(path: Path, now: datetime) -> bool:
        return now - datetime.fromtimestamp(path.stat().st_mtime, UTC) < LIFE

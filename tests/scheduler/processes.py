"""Real worker processes on the database of a test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.settings import Settings

HOME = Path(__file__).resolve().parents[2]


def environment(settings: Settings, smtp_url: str, **overrides: str) -> dict[str, str]:
    """Return the environment of a worker whose house agrees with the settings of a test."""
    return (
        {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
        | {
            "MUSTER_DATABASE_URL": settings.database_url,
            "MUSTER_DATA_DIR": str(settings.data_dir),
            "MUSTER_SMTP_URL": smtp_url,
            "MUSTER_SECRET_KEY": settings.secret_key.get_secret_value(),
            "MUSTER_MAIL_FROM": settings.mail_from,
            "MUSTER_TICK_SECONDS": "2",
            "PYTHONPATH": str(HOME),
            "PYTHONWARNINGS": "error",
        }
        | overrides
    )


@contextmanager
def worker(env: dict[str, str], folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker in a folder; whatever a test leaves running is killed."""
    with (folder / "worker.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scheduler", *arguments],
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()


def run_worker(env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a worker that is expected to end by itself."""
    command = [sys.executable, "-m", "scheduler"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=30, check=False)


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait for something to become true."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        time.sleep(0.05)
    message = "it never became true"
    raise AssertionError(message)

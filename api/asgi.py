"""What a server imports: `uvicorn --factory api.asgi:build`. Every worker process builds its own."""

from fastapi import FastAPI

from api.bootstrap import open_web
from muster.settings import load_settings


def build() -> FastAPI:
    """Build the application from the environment and `muster.toml`."""
    return open_web(load_settings())

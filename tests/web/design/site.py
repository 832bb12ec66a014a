"""A small real site: rendered pages and built files over HTTP, under the policy of the service."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.web.design.pages import BUILT
from web.static_files import ADDRESS

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
Page = str | Callable[[], tuple[int, str]]


@contextmanager
def served(pages: dict[str, Page]) -> Iterator[str]:
    """Serve pages by path on a free port; yields the address without a trailing slash."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith(ADDRESS):
                file = BUILT.folder / path.removeprefix(f"{ADDRESS}/")
                self.answer(200, KINDS[file.suffix[1:]], file.read_bytes())
                return
            page = pages.get(path, lambda: (404, "nothing here"))
            status, text = (200, page) if isinstance(page, str) else page()
            self.answer(status, "text/html; charset=utf-8", text.encode())

        def do_POST(self) -> None:
            self.do_GET()

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", POLICY)
            self.end_headers()
            with suppress(ConnectionError):  # the browser went on to another page
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

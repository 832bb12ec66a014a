"""Keep requests to addresses that people wrote down from reaching what lies inside: SSRF.

A name is looked up once, every address it has is judged, and the connection goes to one that was judged;
the name stays in the Host header and in the TLS handshake. A name that points inside later is thus refused too.
"""

import asyncio
import socket

import httpx

from muster.hosts import is_global, is_loopback

HTTPS_PORT = 443


class InsideAddress(httpx.ConnectError):
    """The name leads to this machine or to a network that is not the world's."""


class OutsideTransport(httpx.AsyncBaseTransport):
    """Connects to the world only; to this machine as well where `may_stay`, for houses that live on one machine."""

    def __init__(self, *, may_stay: bool = False) -> None:
        self._may_stay = may_stay
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to an address of its host that was found to be outside.

        Raises:
            InsideAddress: the host has an address that is not. ConnectError: it has none.
        """
        host = request.url.host
        if not (self._may_stay and is_loopback(host)):
            request.extensions = {**request.extensions, "sni_hostname": host}
            address = await _judged_address(host, request.url.port or HTTPS_PORT)
            request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Let connections go."""
        await self._inner.aclose()


async def _judged_address(host: str, port: int) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{host}: {error.strerror or type(error).__name__}") from error
    addresses = [str(item[4][0]) for item in found]
    if not addresses or not all(map(is_global, addresses)):
        message = f"{host} leads to a network that is not the world's"
        raise InsideAddress(message)
    return addresses[0]

"""Requests to addresses that people wrote: never into a network that is not the world's, whatever the name says."""

import asyncio

import httpx
import pytest

from muster.hosts import is_global, is_inside, is_loopback, parts_of
from notifications.channels.outside import InsideAddress, OutsideTransport
from tests.channel.services import said, serving


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "127.0.0.1", "::1", "localhost", "intranet", "a.local", "0x7f.1", "224.0.0.1"]
)
def test_what_is_inside_by_its_name(host: str) -> None:
    assert is_inside(host)


def test_what_is_outside_by_its_name() -> None:
    assert not is_inside("hooks.example.org")
    assert is_global("8.8.8.8")
    assert not is_global("fe80::1%eth0")
    assert is_loopback("localhost")
    assert not is_loopback("example.org")


@pytest.mark.parametrize(
    "url", ["", "nothing", "mailto:a@example.org", "https://a b/", "https://u@h/", "https://h:0/", "https://[x/"]
)
def test_what_is_no_address(url: str) -> None:
    assert parts_of(url) is None


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up() -> None:
    async def ask(url: str, *, may_stay: bool) -> int:
        transport = OutsideTransport(may_stay=may_stay)
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            return (await client.post(url, content=b"{}")).status_code

    with serving(lambda _: said({})) as service:
        assert asyncio.run(ask(service.address, may_stay=True)) == 200
        with pytest.raises(InsideAddress):
            asyncio.run(ask(service.address, may_stay=False))
        named = service.address.replace("127.0.0.1", "localhost")
        with pytest.raises(InsideAddress):
            asyncio.run(ask(named, may_stay=False))
    assert len(service.heard) == 1

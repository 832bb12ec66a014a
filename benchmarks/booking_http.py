"""Bookings over HTTP against a real server: one success each where eight ask at once, and how many a second.

The peer is Indico 3.3 with two processes of four threads, where one is running: `--peer http://127.0.0.1:8765`
or MUSTER_PEER_INDICO, with a personal token of scope `full:everything` in MUSTER_PEER_INDICO_TOKEN.
"""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count, islice
from threading import Barrier
from time import perf_counter

import houses
import measuring
import servers

CLIENTS = 8


def main(words: list[str]) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="booking_http", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="in which eight clients ask for the same slot")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=160, help="a run")
    parser.add_argument("--bookings", type=int, default=10_000, help="in the house before")
    parser.add_argument("--workers", type=int, default=2, help="processes of muster serve")
    parser.add_argument("--peer", default=os.environ.get("MUSTER_PEER_INDICO", ""))
    parser.add_argument("--peer-rooms", type=int, default=200)
    asked = parser.parse_args(words)
    with ExitStack() as stack:
        where = stack.enter_context(houses.folder())
        found: list[servers.Server] = [stack.enter_context(servers.serving(where, asked.bookings, asked.workers))]
        if asked.peer:
            token = os.environ.get("MUSTER_PEER_INDICO_TOKEN", "")
            found.append(servers.Indico(asked.peer, token, asked.peer_rooms))
        else:
            print("peer not installed: only ours is measured")
        print(measuring.machine())
        numbers = count()
        _rates(found, numbers, asked)
        for server in found:
            _same_slot(server, numbers, asked.rounds)


def _rates(found: list[servers.Server], numbers: Iterator[int], asked: argparse.Namespace) -> None:
    cases: dict[str, Callable[[], float]] = {
        f"{server.name}, {clients} client{'s' * (clients > 1)}": _rate(server, numbers, clients, asked.requests)
        for clients in (1, CLIENTS)
        for server in found
    }
    figures = measuring.interleaved(cases, asked.runs, "bookings a second")
    figures.show(f"{asked.bookings:,} bookings before, {asked.requests} requests a run, {asked.workers} processes")
    for clients in ("1 client", f"{CLIENTS} clients"):
        for peer in found[1:]:
            figures.show_ratio(f"{found[0].name}, {clients}", f"{peer.name}, {clients}", wanted="at least 10")


def _rate(server: servers.Server, numbers: Iterator[int], clients: int, requests: int) -> Callable[[], float]:
    def share(own: list[int]) -> Counter[int]:
        client = servers.Client(server)
        try:
            return Counter(client.book(number) for number in own)
        finally:
            client.close()

    def run() -> float:
        wanted = list(islice(numbers, requests))
        with ThreadPoolExecutor(clients) as pool:
            start = perf_counter()
            statuses = sum(pool.map(share, [wanted[number::clients] for number in range(clients)]), Counter[int]())
            took = perf_counter() - start
        if statuses.keys() != {server.accepted}:
            print(f"  {server.name}: answers {dict(statuses)}")
        return statuses[server.accepted] / took

    return run


def _same_slot(server: servers.Server, numbers: Iterator[int], rounds: int) -> None:
    """Let eight clients ask for one free slot at the same instant, round after round; count how many get it."""
    wanted = list(islice(numbers, rounds))
    together = Barrier(CLIENTS)

    def client() -> list[int]:
        connection = servers.Client(server)
        statuses = []
        try:
            for number in wanted:
                together.wait()
                statuses.append(connection.book(number))
        finally:
            connection.close()
        return statuses

    with ThreadPoolExecutor(CLIENTS) as pool:
        tasks = [pool.submit(client) for _ in range(CLIENTS)]
        by_client = [task.result() for task in tasks]
    winners = Counter(sum(status == server.accepted for status in one) for one in zip(*by_client, strict=True))
    answers = Counter(status for one in by_client for status in one)
    print(f"\n{server.name}: {rounds} rounds of {CLIENTS} clients asking for the same slot")
    print(f"  successes in a round: {dict(sorted(winners.items()))} (wanted: 1 in every round)")
    print(f"  answers by status: {dict(sorted(answers.items()))}")

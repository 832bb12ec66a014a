"""The checker's chain: same formula as the writer's, every way of tampering named."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import chain
from audit.chain import Head, Record, genesis, verify
from audit.findings import Finding
from models.enums import Severity
from models.rules import chain as writer


def written(texts: Iterable[str]) -> list[Record]:
    """Write entries as the unit of work does, with the writer's formula."""
    records, prev = [], writer.GENESIS
    for seq, text in enumerate(texts, start=1):
        now = writer.link(prev, text)
        records.append(Record(seq, prev, now, text))
        prev = now
    return records


def head_of(records: list[Record]) -> Head:
    return Head(records[-1].seq, records[-1].hash) if records else genesis()


def code(finding: Finding | None) -> str | None:
    return None if finding is None else finding.code


FIVE = written(f'{{"seq":{n},"词":"改{n}"}}' for n in range(1, 6))


@given(st.text(max_size=40), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_writer_and_checker_agree(text: str, prev: str) -> None:
    assert chain.link(prev, text) == writer.link(prev, text)


def test_both_begin_behind_the_same_genesis() -> None:
    assert genesis() == Head(0, writer.GENESIS)


@given(st.lists(st.text("ab词\n{}", max_size=6), max_size=6))
def test_chain_as_written_holds(texts: list[str]) -> None:
    records = written(texts)
    assert verify(iter(records), head_of(records)) is None


def test_chain_holds_without_a_recorded_head() -> None:
    assert verify(FIVE) is None


def test_chain_holds_from_a_checkpoint_on() -> None:
    assert verify(FIVE[3:], head_of(FIVE), start=Head(3, FIVE[2].hash)) is None
    assert code(verify(FIVE[3:], start=Head(3, "f" * 64))) == "entry_link_broken"


def test_finding_names_the_first_bad_entry() -> None:
    records = [*FIVE]
    records[1] = replace(records[1], text='{"seq":2}')
    records[3] = replace(records[3], text='{"seq":4}')
    assert verify(records) == Finding("entry_changed", Severity.fault, "history:2", {"seq": 2})


def _change_text(records: list[Record]) -> list[Record]:
    return [records[0], replace(records[1], text=records[1].text + " "), *records[2:]]


def _change_hash(records: list[Record]) -> list[Record]:
    return [records[0], replace(records[1], hash="0" * 64), *records[2:]]


def _change_prev(records: list[Record]) -> list[Record]:
    return [records[0], replace(records[1], prev_hash="0" * 64), *records[2:]]


def _remove(records: list[Record]) -> list[Record]:
    return [records[0], *records[2:]]


def _remove_and_renumber(records: list[Record]) -> list[Record]:
    return [records[0], *(replace(record, seq=record.seq - 1) for record in records[2:])]


def _swap(records: list[Record]) -> list[Record]:
    return [records[1], records[0], *records[2:]]


def _repeat(records: list[Record]) -> list[Record]:
    return [records[0], records[0], *records[1:]]


def _exchange_with_its_hash(records: list[Record]) -> list[Record]:
    text = '{"seq":2,"forged":true}'
    return [records[0], Record(2, records[0].hash, writer.link(records[0].hash, text), text), *records[2:]]


def _cut_tail(records: list[Record]) -> list[Record]:
    return records[:3]


def _cut_all(_records: list[Record]) -> list[Record]:
    return []


def _rewrite_all(records: list[Record]) -> list[Record]:
    return written(["forged", *(record.text for record in records[1:])])


def _append(records: list[Record]) -> list[Record]:
    return written([*(record.text for record in records), "forged"])


@pytest.mark.parametrize(
    ("tamper", "expected", "subject"),
    [
        (_change_text, "entry_changed", "history:2"),
        (_change_hash, "entry_changed", "history:2"),
        (_change_prev, "entry_link_changed", "history:2"),
        (_remove, "entry_missing", "history:2"),
        (_remove_and_renumber, "entry_link_broken", "history:2"),
        (_swap, "entry_missing", "history:1"),
        (_repeat, "entry_out_of_order", "history:1"),
        (_exchange_with_its_hash, "entry_link_broken", "history:3"),
        (_cut_tail, "chain_truncated", "history:4"),
        (_cut_all, "chain_truncated", "history:1"),
        (_rewrite_all, "chain_rewritten", "history:5"),
        (_append, "chain_beyond_head", "history:6"),
    ],
)
def test_tampering_is_found_and_named(
    tamper: Callable[[list[Record]], list[Record]], expected: str, subject: str
) -> None:
    finding = verify(tamper(FIVE), head_of(FIVE))
    assert finding is not None
    assert (finding.code, finding.subject, finding.severity) == (expected, subject, Severity.fault)


@settings(max_examples=200)
@given(
    at=st.integers(0, 4),
    field=st.sampled_from(["text", "hash", "prev_hash", "seq"]),
    position=st.integers(0, 200),
    bit=st.integers(0, 6),
)
def test_one_flipped_bit_is_found(at: int, field: str, position: int, bit: int) -> None:
    records = list(FIVE)
    if field == "seq":
        records[at] = replace(records[at], seq=records[at].seq ^ (1 << bit))
    else:
        value = getattr(records[at], field)
        place = position % len(value)
        flipped = value[:place] + chr(ord(value[place]) ^ (1 << bit)) + value[place + 1 :]
        records[at] = replace(records[at], **{field: flipped})
    finding = verify(records, head_of(FIVE))
    assert finding is not None
    assert finding.params["seq"] in {at + 1, at + 2, records[at].seq}


@pytest.mark.parametrize(
    ("text", "shown", "fields"),
    [
        ('{"event":"booking.held","seq":1}', {"event": "booking.held", "seq": 1}, None),
        ('{"event":"booking.held","seq":1}', {"event": "booking.confirmed", "seq": 1}, "event"),
        ('{"event":"booking.held"}', {"event": "booking.held", "subject_id": 4}, "subject_id"),
        ('["event"]', {"seq": 1, "event": "x"}, "event, seq"),
        ("no json", {"event": "x"}, "event"),
    ],
)
def test_columns_beside_the_text_must_say_the_same(text: str, shown: dict[str, object], fields: str | None) -> None:
    (record,) = written([text])
    finding = verify([replace(record, shown=shown)])
    if fields is None:
        assert finding is None
    else:
        assert finding is not None
        assert (finding.code, finding.params["fields"]) == ("entry_columns_differ", fields)


def test_text_is_what_was_stored_byte_for_byte() -> None:
    spaced = [replace(record, text=json.dumps(json.loads(record.text))) for record in FIVE]
    assert code(verify(spaced)) == "entry_changed"

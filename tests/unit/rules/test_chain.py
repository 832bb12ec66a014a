"""The writer's link formula; the checker's is held against it in tests/unit/audit."""

from hashlib import sha256

from models.rules.chain import GENESIS, link


def test_first_link_is_bound_to_genesis() -> None:
    assert GENESIS == "0" * 64
    assert link(GENESIS, '{"词":1}') == sha256(("0" * 64 + '\n{"词":1}').encode()).hexdigest()


def test_link_depends_on_both_parts() -> None:
    assert len({link(GENESIS, "a"), link(GENESIS, "b"), link(link(GENESIS, "a"), "b")}) == 3

"""The start-up guard over import names."""

import sys
import tomllib
from pathlib import Path

import pytest

from muster.roots import ROOTS, check_roots

HOME = Path(__file__).resolve().parents[3]


def test_all_roots_lie_in_one_folder() -> None:
    assert check_roots() == HOME


def test_the_list_is_the_one_of_the_import_contracts() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(ROOTS) == sorted(project["tool"]["importlinter"]["root_packages"])


def test_a_package_of_somebody_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = tmp_path / "muster_stranger"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError) as caught:
        check_roots(["muster", "muster_stranger"])
    assert f"muster_stranger ({tmp_path})" in str(caught.value)
    assert "muster (" not in str(caught.value)
    assert "muster_stranger" not in sys.modules


def test_a_missing_package_and_a_folder_without_init_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "muster_hollow").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match=r"muster_absent \(not found\), muster_hollow \(not found\)"):
        check_roots(["muster_absent", "muster_hollow"])

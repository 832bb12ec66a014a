"""What is shipped: one wheel with exactly our names at the top, and everything that pages and mails need."""

import fnmatch
import importlib.metadata
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.tree import REPOSITORY, files, is_made, named, roots, settings

pytestmark = pytest.mark.xdist_group("wheel")

NEEDED = (
    "muster/locale/zh_CN/LC_MESSAGES/*.po",
    "muster/locale/en/LC_MESSAGES/*.po",
    "notifications/templates/*/subject.txt",
    "notifications/templates/*/body.html",
    "web/templates/*.html",
    "migrations/script.py.mako",
)
STATIC = REPOSITORY / "web" / "static"


def run(*command: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy: an old build/ folder would leak deleted modules into it."""
    source = tmp_path_factory.mktemp("source")
    for item in ("pyproject.toml", "README.md", "LICENSE", "requirements", "migrations", *roots()):
        start = REPOSITORY / item
        if start.is_dir():
            shutil.copytree(start, source / item, ignore=shutil.ignore_patterns("__pycache__", "assets"))
        else:
            shutil.copy(start, source / item)
    target = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment that holds the wheel and nothing else."""
    place = tmp_path_factory.mktemp("fresh")
    assert run(sys.executable, "-m", "venv", "--without-pip", place).returncode == 0
    python = place / "bin" / "python"
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    assert installed.returncode == 0, installed.stderr
    return python


def test_top_level_is_exactly_ours(contents: frozenset[str]) -> None:
    version = settings()["project"]["version"]
    expected = {*roots(), "migrations", f"muster-{version}.dist-info"}
    assert {name.partition("/")[0] for name in contents} == expected


def test_every_module_is_shipped(contents: frozenset[str]) -> None:
    """The package list is explicit, so a new package that nobody added to it would be missing."""
    ours = {named(path) for path in files(*roots(), "migrations") if path.suffix == ".py"}
    assert sorted(ours - contents) == []


def test_every_data_file_is_shipped(contents: frozenset[str]) -> None:
    """Catalogues, templates and the sample; web/assets is built into web/static and stays at home."""
    ours = {
        named(path) for path in files(*roots(), "migrations") if path.suffix != ".py" and "assets" not in path.parts
    }
    assert sorted(ours - contents) == []


@pytest.mark.parametrize("pattern", NEEDED)
def test_what_pages_and_mails_need_is_there(contents: frozenset[str], pattern: str) -> None:
    assert fnmatch.filter(contents, pattern)


@pytest.mark.skipif(not STATIC.exists(), reason="web/static is not built; `make assets` builds it")
def test_built_assets_are_shipped(contents: frozenset[str]) -> None:
    ours = {named(path) for path in STATIC.rglob("*") if path.is_file()}
    assert ours
    assert sorted(ours - contents) == []


def test_each_root_has_one_owner_in_a_fresh_environment(fresh: Path, tmp_path: Path) -> None:
    question = (
        "import importlib.metadata, importlib.util, sys\n"
        "owners = importlib.metadata.packages_distributions()\n"
        "for name in sys.argv[1:]:\n"
        "    print(name, *owners.get(name, []), importlib.util.find_spec(name).origin.startswith(sys.prefix))\n"
    )
    answer = run(fresh, "-c", question, *roots(), folder=tmp_path)
    assert answer.stdout.splitlines() == [f"{name} muster True" for name in roots()], answer.stderr


def distributions_with_our_names() -> Iterator[str]:
    """Yield `distribution: name` for every installed distribution but ours that brings one of our names."""
    ours = {*roots(), "migrations"}
    for distribution in importlib.metadata.distributions():
        if distribution.metadata["Name"] != "muster":
            tops = {path.parts[0].removesuffix(".py") for path in distribution.files or () if path.parts}
            yield from (f"{distribution.metadata['Name']}: {name}" for name in sorted(ours & tops))


def test_no_dependency_brings_one_of_our_names() -> None:
    assert list(distributions_with_our_names()) == []


def test_roots_check_accepts_a_proper_installation(fresh: Path, tmp_path: Path) -> None:
    answer = run(fresh, "-c", "from muster.roots import check_roots; check_roots()", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("name", [name for name in roots() if name != "muster"])
def test_roots_check_refuses_a_foreign_package(fresh: Path, tmp_path: Path, name: str) -> None:
    foreign = tmp_path / name
    foreign.mkdir()
    (foreign / "__init__.py").touch()
    answer = run(fresh, "-c", "from muster.roots import check_roots; check_roots()", folder=tmp_path)
    assert answer.returncode != 0
    assert "RuntimeError" in answer.stderr
    assert name in answer.stderr


def test_copies_leave_nothing_made_behind() -> None:
    """The list of made files and .gitignore must agree, or a made file would be taken for source."""
    ignored = [line.strip("/\n") for line in (REPOSITORY / ".gitignore").read_text("utf-8").splitlines() if line]
    examples = {"*.egg-info": "muster.egg-info", ".coverage.*": ".coverage.host", "web/static": "static"}
    assert [line for line in ignored if not is_made(examples.get(line, line))] == []

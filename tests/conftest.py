"""What several tests need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from make_postings import Written, hostile_advert, write_postings
from rolediff.pipeline import build
from rolediff.workspace import Workspace

_DEFAULT_SHARED = Path(__file__).resolve().parents[2] / "shared"
_GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Rewrite the files in tests/golden.")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public postings and labels that lies outside the repository."""
    folder = Path(os.environ.get("ROLEDIFF_SHARED", _DEFAULT_SHARED))
    if not folder.is_dir():
        pytest.skip(f"needs the folder of public postings: set ROLEDIFF_SHARED (now {folder})")
    return folder


@pytest.fixture
def check_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with a file of tests/golden, or writes that file."""

    def check(name: str, text: str) -> None:
        path = _GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing: write it with `pytest --update-golden` and read it"
        assert text == path.read_text(encoding="utf-8"), f"{name} changed; see `pytest --update-golden`"

    return check


@dataclass(frozen=True, eq=False)
class Invented:
    """The invented corpus, ingested and built."""

    written: Written
    folder: Path  # the files
    workspace: Workspace
    snapshot: Path


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Invented:
    """The invented corpus, ingested and built once for all tests; not to be written to."""
    root = tmp_path_factory.mktemp("invented")
    written = write_postings(root / "files")
    workspace = Workspace(root / "workspace")
    assert not [s for s in workspace.ingest([root / "files"], licence="CC0", date="2026-05-01") if s.error]
    return Invented(written, root / "files", workspace, build(workspace, processes=1))


@pytest.fixture(scope="session")
def hostile(invented: Invented, tmp_path_factory: pytest.TempPathFactory) -> Invented:
    """The invented corpus and one advert that tries to become part of the page; not to be written to."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "hostile.jsonl").write_bytes(orjson.dumps(hostile_advert()) + b"\n")
    workspace = Workspace(root / "workspace")
    workspace.ingest([invented.folder, root / "hostile.jsonl"], publisher="<i>Board</i> & Sons")
    return Invented(invented.written, invented.folder, workspace, build(workspace, processes=1))


@pytest.fixture(scope="module")
def no_filling() -> Iterator[None]:
    """Servers make no tables and pages ahead, which takes a process each; they make them when they are asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rolediff.web.app.read_ahead", lambda site, wanted: None)
        yield


@pytest.fixture
def workspace_copy(invented: Invented, tmp_path: Path) -> Workspace:
    """A workspace of its own with the invented corpus."""
    shutil.copytree(invented.workspace.folder, tmp_path / "copy")
    return Workspace(tmp_path / "copy")

"""What several tests need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DEFAULT_SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public postings and labels that lies outside the repository."""
    folder = Path(os.environ.get("ROLEDIFF_SHARED", _DEFAULT_SHARED))
    if not folder.is_dir():
        pytest.skip(f"needs the folder of public postings: set ROLEDIFF_SHARED (now {folder})")
    return folder

"""The notebook of docs/ runs from top to bottom, on the snapshot that comes with rolediff."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "notebook.ipynb"


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return found


def run(source: str, names: dict[str, Any]) -> Any:
    """Runs a cell as a notebook does: the value of its last expression is what is shown."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(NOTEBOOK), "exec"), names)
    return eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names) if last else None


def test_the_cells_run_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    shown, printed = {}, {}
    for cell in cells():
        if cell["cell_type"] == "code":
            shown[cell["id"]] = run("".join(cell["source"]), names)
            printed[cell["id"]] = capsys.readouterr().out
    assert "openings" in printed["open"]
    assert "<h3>Data Analyst vs Data Engineer</h3>" in shown["compare"]._repr_html_()
    assert printed["table"].count("more-in-") == 8
    assert "USD" in printed["pay"]
    assert len(shown["evidence"].sides[0].rows) == 5
    assert "Moving from Data Analyst to Data Engineer" in printed["path"]
    assert "Did you mean 'machine-learning-engineer'" in printed["error"]


def test_it_is_stored_without_outputs() -> None:
    """Outputs would go stale, and a comparison is large."""
    assert [c["id"] for c in cells() if c.get("outputs") or c.get("execution_count")] == []
    assert len({c["id"] for c in cells()}) == len(cells())

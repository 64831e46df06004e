"""Imports point one way, and heavy libraries stay in the files that need them."""

from __future__ import annotations

import ast
from pathlib import Path

import rolediff

ROOT = Path(rolediff.__file__).parent

# A module may import from lower layers only; inside a package its modules may import each other.
LAYERS = [
    {"errors", "settings", "schema", "results", "wording"},
    {"taxonomy", "statistics", "storage"},
    {"unglue"},
    {"clean", "official", "feeds", "titles"},
    {"fields", "places"},
    {"copies", "extract", "labels"},
    {"reading_errors"},
    {"workspace", "roles"},
    {"warehouse"},
    {"likeness"},
    {"pipeline"},
    {"snapshots", "profiles"},
    {"paying", "learning", "headline", "sensitivity", "trend", "tested"},
    {"postings"},
    {"compare", "describe", "layout", "evaluate", "gaps", "changes", "downloads", "lineage"},
    {"skill_pages", "salary_pages", "openings", "posting_pages", "job_posting", "table_files"},
    {"layout_pages", "layout_postings", "layout_changes"},
    {"charts", "rendering"},
    {"audit"},
    {"web"},
    {"export"},
    {"api"},
    {"mcp_server"},
    {"cli", "__init__"},
]
ONLY_IN = {
    "duckdb": {"warehouse.py"},
    "jinja2": {"rendering.py"},
    "click": {"cli.py"},
    "rensa": {"copies.py"},
    "ftfy": {"clean.py"},
    "vl_convert": {"drawing.py"},
    "mcp": {"mcp_server.py"},
    "mcp_types": {"mcp_server.py"},
    "xlsxwriter": {"table_files.py"},
}


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def top(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_modules_import_from_lower_layers_only() -> None:
    layer = {name: i for i, names in enumerate(LAYERS) for name in names}
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] != "rolediff" or len(parts) < 2:
                continue
            target = parts[1] if parts[1] in layer else "__init__"
            if target in ("__version__", "__init__") or target == top(path):
                continue
            if layer[target] >= layer[top(path)]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_every_module_has_a_layer() -> None:
    known = {name for names in LAYERS for name in names}
    assert {top(p) for p in ROOT.rglob("*.py")} == known


def test_libraries_stay_where_they_are_needed() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {library}"
        for path in sorted(ROOT.rglob("*.py"))
        for library, files in ONLY_IN.items()
        if path.name not in files and any(name.split(".")[0] == library for name in imports(path))
    ]
    assert not wrong

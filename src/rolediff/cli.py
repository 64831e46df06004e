"""The command line: one short command a public function. Errors become one line and an exit status."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from rolediff import __version__
from rolediff.errors import RolediffError, WorkspaceError
from rolediff.settings import setting

_BASE_HELP = "Address under which it will be published, for canonical links, the sitemap and the feed."
_FORMATS = click.Choice(["text", "json", "markdown", "html"])


class _Group(click.Group):
    """Turns the errors of rolediff into their message and exit status, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RolediffError as error:
            click.echo(f"rolediff: {error}", err=True)
            ctx.exit(error.exit_status)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="rolediff")
def main() -> None:
    """Reads job postings and says, with evidence, how two roles differ.

    \b
    With the reference snapshot that comes with it:
      rolediff compare "data specialist" "lead machine learning engineer"
    With postings of your own:
      rolediff ingest postings.csv
      rolediff build
      rolediff compare "data analyst" "data engineer"
    """  # noqa: D301 - click reads the \\b as the character


def _workspace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    known = setting("workspace")
    return click.option(
        "-w",
        "--workspace",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: Path(known.read()),
        show_default=known.default,
        help=f"{known.help} [{known.variable}]",
    )(command)


def _snapshot_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "-s",
        "--snapshot",
        type=click.Path(path_type=Path, file_okay=False),
        help='Folder of a snapshot, or "reference" for the one that comes with rolediff. '
        "Without it: the workspace's own; where none is named and none is here, the reference.",
    )(command)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field.")
@click.option("--publisher", help="Who published the data.")
@click.option("--url", help="Where it was published.")
@click.option("--licence", help="Under which licence.")
@click.option("--date", help="When it was published or taken (ISO date).")
@_workspace_option
def ingest(paths: tuple[Path, ...], mapped: tuple[str, ...], workspace: Path, **given: str | None) -> None:
    """Read files and folders of postings into the workspace.

    CSV, TSV, JSON, JSON lines (each also .gz), Parquet, saved web pages with JobPosting data, and pay
    tables in the aijobs form.
    """
    from rolediff.wording import say_count
    from rolediff.workspace import Source, Workspace

    column_map = {}
    for entry in mapped:
        field, equals, column = entry.partition("=")
        if not (field and equals and column):
            raise click.UsageError(
                f"--map {entry!r} has not the form FIELD=COLUMN, for example title=job_title."
            )
        column_map[field] = column

    def tell(source: Source) -> None:
        if source.passed_over:
            click.echo(f"Passed over: {source.path}: {source.passed_over}", err=True)
            return
        if source.error:
            click.echo(f"Not read: {source.error}", err=True)
            return
        rejected = "".join(f" + {count:,} rejected ({reason})" for reason, count in source.rejected.items())
        what = "rows of pay" if source.kind == "pay" else "postings"
        again = " (already here)" if source.already else ""
        rows = say_count(source.rows, "row")
        click.echo(f"{source.path}: {rows} = {source.records:,} {what}{rejected}{again}")

    sources = [
        s for s in Workspace(workspace).ingest(paths, column_map or None, tell, **given) if not s.passed_over
    ]
    read = [s for s in sources if not s.error]
    rejected = sum(sum(s.rejected.values()) for s in read)
    where = f" (see {workspace}/raw/*/rejected.parquet)" if rejected else ""
    click.echo(
        f"{say_count(sum(s.rows for s in read), 'row')} from {len(read)} of {len(sources)} files: "
        f"{sum(s.records for s in read):,} kept, {rejected:,} rejected{where}."
    )
    kept = any(s.records for s in read)
    click.echo("Next: rolediff build" if kept else "Nothing was kept, so there is nothing to build.")
    if len(read) < len(sources) or not kept:
        sys.exit(1)


@main.command()
@click.option("--processes", type=click.IntRange(0), default=lambda: int(setting("processes").read()),
              help=setting("processes").help)  # fmt: skip
@_workspace_option
def build(workspace: Path, processes: int) -> None:
    """Build a snapshot of all that the workspace holds."""
    from rolediff.pipeline import build as build_snapshot
    from rolediff.snapshots import describe
    from rolediff.workspace import Workspace

    folder = build_snapshot(Workspace(workspace), processes, lambda line: click.echo(line, err=True))
    click.echo(describe(folder))
    click.echo('Next: rolediff compare "data analyst" "data engineer"')


def _open(workspace: Path, snapshot: Path | None) -> Any:
    from rolediff.snapshots import open_snapshot

    known = setting("workspace")
    source = click.get_current_context().get_parameter_source("workspace")
    named = source is ParameterSource.COMMANDLINE or known.variable in os.environ
    # Who named a workspace would take the reference's answer for that of their own postings.
    if snapshot is None and named and not workspace.is_dir():
        raise WorkspaceError(
            f"There is no workspace {workspace}. Make it with `rolediff ingest FILE -w {workspace}` and "
            f"`rolediff build -w {workspace}`, or use the reference: `--snapshot reference`."
        )
    return open_snapshot(workspace, snapshot)


@main.command()
@click.argument("a")
@click.argument("b")
@click.option("--format", "form", type=_FORMATS, default="text", show_default=True)
@click.option("--have", type=click.Path(path_type=Path), metavar="FILE",
              help="Your skills, one a line, or your CV, as plain text: what to learn for B is then counted from "
              "these. Only the names of recognised skills are shown; nothing is kept or sent.")  # fmt: skip
@_workspace_option
@_snapshot_option
def compare(a: str, b: str, form: str, have: Path | None, workspace: Path, snapshot: Path | None) -> None:
    """Say how the roles A and B differ."""
    from rolediff.compare import compare_roles
    from rolediff.learning import read_list
    from rolediff.roles import find_role

    roles = find_role(a), find_role(b)
    opened = _open(workspace, snapshot)
    comparison = compare_roles(opened, opened.id, *roles, have=read_list(have) if have else None)
    click.echo(_render(comparison, form), nl=False)


def _terminal() -> dict[str, Any]:
    """Width and colour of the terminal; a file gets 120 columns and no colour."""
    if not sys.stdout.isatty():
        return {}
    return {"width": shutil.get_terminal_size((120, 40)).columns, "colour": "NO_COLOR" not in os.environ}


def _render(comparison: Any, form: str) -> str:
    from rolediff import rendering
    from rolediff.layout import lay_out

    if form == "json":
        return rendering.to_json(comparison).decode()
    sections = lay_out(comparison)
    if form == "markdown":
        return rendering.to_markdown(sections)
    if form == "html":
        from rolediff.export import comparison_page

        return comparison_page(comparison)
    return rendering.to_terminal(sections, **_terminal())


@main.command()
@click.argument("claim")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Postings on a page."
)
@click.option(
    "--offset", type=click.IntRange(0), default=0, show_default=True, help="Postings before the page."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_workspace_option
@_snapshot_option
def evidence(claim: str, limit: int, offset: int, form: str, workspace: Path, snapshot: Path | None) -> None:
    """List the postings behind a CLAIM, with the words it was read from.

    A claim is <role>/<kind>/<value>, for example lead-machine-learning-engineer/skill/python.
    """
    from rolediff.layout import lay_out_evidence
    from rolediff.postings import find_evidence
    from rolediff.rendering import to_json, to_terminal

    found = find_evidence(_open(workspace, snapshot), claim, limit, offset)
    if form == "json":
        click.echo(b"[" + b",".join(to_json(side).strip() for side in found) + b"]")
    else:
        sections = [s for side in found for s in lay_out_evidence(side, offset)]
        click.echo(to_terminal(sections, **_terminal()), nl=False)


@main.command()
@_workspace_option
@_snapshot_option
def roles(workspace: Path, snapshot: Path | None) -> None:
    """List all roles, with the openings that the snapshot holds of each."""
    rows = _open(workspace, snapshot).rows("roles")
    from rolediff.roles import Role

    for row in rows:
        role = Role(row["family"], row["seniority"])
        click.echo(f"{role.slug}\t{role.name}\t{row['openings']}\t{row['readable']}")


@main.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--pair", "pairs", multiple=True, nargs=2, metavar="A B", help="Roles to compare; repeat for more."
)
@click.option(
    "--named", is_flag=True, help="Only the comparisons that people look for most, and their roles."
)
@click.option("--base", default="", metavar="URL", help=_BASE_HELP)
@click.option("--processes", type=click.IntRange(0), default=lambda: int(setting("processes").read()),
              help="Processes that write pages; 0 takes one for each processor core.")  # fmt: skip
@_workspace_option
@_snapshot_option
def site(
    out: Path,
    pairs: tuple[tuple[str, str], ...],
    named: bool,
    base: str,
    processes: int,
    workspace: Path,
    snapshot: Path | None,
) -> None:
    """Write a static site to the folder OUT: it works from the folder and on any file host.

    Without --pair and --named it holds all comparisons that have enough evidence, all roles and all skills.
    """
    from rolediff.export import write_site
    from rolediff.web.catalogue import PAIRS

    chosen = (*pairs, *(PAIRS if named else ()))
    pages = write_site(
        _open(workspace, snapshot), out, chosen or None, base=base, processes=processes,
        report=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    click.echo(f"{pages:,} pages written. Open {out / 'index.html'}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--base", default="", metavar="URL", help=_BASE_HELP)
@_workspace_option
@_snapshot_option
def serve(host: str, port: int, base: str, workspace: Path, snapshot: Path | None) -> None:
    """Serve the web site and its JSON; a new snapshot of the workspace is taken up while it runs."""
    import uvicorn

    from rolediff.web.app import make_app

    _open(workspace, snapshot)  # says what is missing before a server starts
    click.echo(f"Serving http://{host}:{port} (stop with Ctrl+C)", err=True)
    status = 0
    try:
        uvicorn.run(make_app(workspace, snapshot, base), host=host, port=port, log_level="warning")
    except SystemExit as stop:  # a port that is taken
        status = stop.code if isinstance(stop.code, int) else 1
    # What is made ahead in the background is of no use any more, and waiting for it would only hold up.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


@main.command()
@_workspace_option
@_snapshot_option
def mcp(workspace: Path, snapshot: Path | None) -> None:
    """Serve comparisons, roles and evidence as tools to a client of the Model Context Protocol.

    Over standard input and output; it reads the snapshot and writes nothing.
    """
    from rolediff.api import OpenSnapshot
    from rolediff.mcp_server import serve

    serve(OpenSnapshot(_open(workspace, snapshot)))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def extract(file: Path) -> None:
    """Print what each posting of FILE states, one JSON line a posting."""
    from rolediff.extract.lines import extract_lines

    rejected = 0
    for lines, reasons in extract_lines(file):
        click.echo(lines, nl=False)
        for row, reason in reasons:
            click.echo(f"{file}, row {row}: {reason}", err=True)
            rejected += 1
    if rejected:
        click.echo(f"{rejected:,} rows of {file} were not read.", err=True)


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
def titles(file: Any) -> None:
    """Read one title a line; print title, family, seniority and confidence, tab-separated."""
    from rolediff.titles import read_title

    for line in file:
        title = line.rstrip("\r\n")
        reading = read_title(title)
        click.echo(f"{title}\t{reading.family or ''}\t{reading.seniority}\t{reading.confidence:.2f}")


@main.command("eval")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("--postings", multiple=True, type=click.Path(path_type=Path),
              help="Files or folders that hold the labelled postings; labelled titles need none.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def evaluate(labels: Path, postings: tuple[Path, ...], form: str) -> None:
    """Score the extraction against a LABELS file."""
    import orjson

    from rolediff.evaluate import evaluate_labels, print_scores

    scores = evaluate_labels(labels, list(postings))
    click.echo(
        orjson.dumps(scores, option=orjson.OPT_INDENT_2).decode() if form == "json" else print_scores(scores)
    )


@main.command()
@click.option("--quick", is_flag=True, help="Fewer draws: a check in half a minute.")
@click.option("--strict", is_flag=True, help="Exit with status 1 if a target does not hold.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text",
              show_default=True)  # fmt: skip
@_workspace_option
@_snapshot_option
def audit(quick: bool, strict: bool, form: str, workspace: Path, snapshot: Path | None) -> None:
    """Try on the snapshot's own openings whether intervals, verdicts and orders hold what they say.

    Takes some minutes. What it does is seeded: the same snapshot gives the same report.
    """
    import orjson

    from rolediff import rendering
    from rolediff.audit.report import lay_out_audit, results_of, run_audit

    opened = _open(workspace, snapshot)
    parts = run_audit(opened, quick=quick, tell=lambda line: click.echo(line, err=True))
    if form == "json":
        click.echo(orjson.dumps(results_of(parts), option=orjson.OPT_INDENT_2).decode())
    else:
        sections = lay_out_audit(parts, opened.id, quick=quick)
        drawn = rendering.to_markdown(sections) if form == "markdown" else None
        click.echo(drawn or rendering.to_terminal(sections, **_terminal()), nl=False)
    if strict and any(result.holds is False for part in parts for result in part.results):
        sys.exit(1)


@main.command()
@click.argument("old")
@click.argument("new")
@click.option("--role", "names", multiple=True, metavar="ROLE",
              help="A role whose claims are compared; repeat for more. Without it: all families.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text",
              show_default=True)  # fmt: skip
@_workspace_option
def diff(old: str, new: str, names: tuple[str, ...], form: str, workspace: Path) -> None:
    """Say what changed from the snapshot OLD to the snapshot NEW, claim by claim.

    Each is a snapshot's folder, its id in the workspace or the first digits of it, or "reference".
    """
    from rolediff import rendering
    from rolediff.changes import compare_snapshots
    from rolediff.layout_changes import lay_out_changes
    from rolediff.lineage import find_snapshot
    from rolediff.roles import find_role
    from rolediff.web.catalogue import PAIRS

    roles = [find_role(name) for name in names]
    sides = [find_snapshot(workspace, name) for name in (old, new)]
    found = compare_snapshots(sides[0], sides[1], roles, PAIRS)
    if form == "json":
        click.echo(rendering.to_json(found), nl=False)
    elif form == "markdown":
        click.echo(rendering.to_markdown(lay_out_changes(found)), nl=False)
    else:
        click.echo(rendering.to_terminal(lay_out_changes(found), **_terminal()), nl=False)


@main.group()
def taxonomy() -> None:
    """Look after the tables of skills."""


@taxonomy.command("gaps")
@click.option("--least", type=click.IntRange(1), default=5, show_default=True,
              help="Employers that must use a term.")  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="Terms that are shown at most."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_workspace_option
@_snapshot_option
def taxonomy_gaps(least: int, limit: int, form: str, workspace: Path, snapshot: Path | None) -> None:
    """List terms that behave like skills and are missing from the taxonomy.

    Names and phrases that stand in lists with known skills, and names in requirements, in English
    openings of a snapshot with texts. Ranked by the employers that use them times the share of uses
    beside known skills; no list of terms is looked for. Much of what it shows is no skill: judge by the
    examples, then add a row to data/skills.csv.
    """
    import dataclasses

    import orjson

    from rolediff.gaps import find_gaps, print_gaps

    found = find_gaps(_open(workspace, snapshot), least, limit)
    if form == "json":
        click.echo(orjson.dumps([dataclasses.asdict(g) for g in found], option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(print_gaps(found))


@main.group()
def snapshot() -> None:
    """Look at snapshots, and export them."""


@snapshot.command("show")
@_workspace_option
@_snapshot_option
def show_snapshot(workspace: Path, snapshot: Path | None) -> None:
    """Tell what a snapshot holds and where every row went."""
    from rolediff.snapshots import describe

    click.echo(describe(_open(workspace, snapshot).folder))


@snapshot.command("export")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--without-text", is_flag=True, help="Leave the texts of the postings out, for publication.")
@_workspace_option
@_snapshot_option
def export_snapshot(out: Path, without_text: bool, workspace: Path, snapshot: Path | None) -> None:
    """Copy a snapshot to the folder OUT."""
    from rolediff.snapshots import export

    if out.exists():
        raise WorkspaceError(f"{out} exists already. Name a folder that does not.")
    export(_open(workspace, snapshot).folder, out, ["texts"] if without_text else [])
    click.echo(f"Written to {out}.")

"""The MCP server as a client meets it: a process, spoken to over its standard input and output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("mcp")

import anyio
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, Tool

import rolediff
from conftest import Invented
from rolediff.mcp_server import make_server

COMMAND = ["-c", "from rolediff.cli import main; main()", "mcp"]
PAIR = {"a": "data analyst", "b": "machine learning engineer"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "compare": ("compare", PAIR),
    "one": ("compare", {**PAIR, "limit": 1}),
    "most": ("compare", {**PAIR, "limit": 25}),
    "role": ("role", {"name": "ML engineer"}),
    "empty pair": ("compare", {"a": "data analyst", "b": "data engineer"}),
    "empty role": ("role", {"name": "data engineer"}),
    "empty claim": ("evidence", {"claim": "data-engineer/skill/sql"}),
    "empty path": ("skills_to_learn", {"a": "data analyst", "b": "data engineer"}),
    "none found": ("find_roles", {"words": "data engineer"}),
    "evidence": ("evidence", {"claim": "data-analyst..data-specialist/skill/sql", "limit": 2}),
    "learn": ("skills_to_learn", {**PAIR, "have": ["SQL", "basket weaving"]}),
    "usual": ("skills_to_learn", PAIR),
    "find": ("find_roles", {"words": "ML engineer", "limit": 2}),
    "all": ("find_roles", {}),
    "unknown role": ("compare", {"a": "machine lerning enginer", "b": "data engineer"}),
    "same role": ("compare", {"a": "data analyst", "b": "data analysts"}),
    "unknown claim": ("evidence", {"claim": "data-analyst/skill/sqll"}),
    "long name": ("role", {"name": "x" * 500}),
    "many": ("role", {"name": "data engineer", "limit": 1000}),
    "long list": ("skills_to_learn", {**PAIR, "have": ["SQL"] * 1000}),
}


@pytest.fixture(scope="module")
def session(invented: Invented) -> tuple[list[Tool], dict[str, CallToolResult]]:
    """The tools, and the answers to all calls, of one run of the server."""
    server = StdioServerParameters(
        command=sys.executable, args=[*COMMAND, "-w", str(invented.workspace.folder)]
    )
    tools: list[Tool] = []
    answers: dict[str, CallToolResult] = {}

    async def talk() -> None:
        async with Client(server) as client:
            tools.extend((await client.list_tools()).tools)
            for key, (name, arguments) in CALLS.items():
                answers[key] = await client.call_tool(name, arguments)

    anyio.run(talk)
    return tools, answers


@pytest.fixture
def tools(session: tuple[list[Tool], dict[str, CallToolResult]]) -> list[Tool]:
    return session[0]


@pytest.fixture
def answers(session: tuple[list[Tool], dict[str, CallToolResult]]) -> dict[str, CallToolResult]:
    return session[1]


def text(answer: CallToolResult) -> str:
    (block,) = answer.content
    assert block.type == "text"
    return block.text


def told(answer: CallToolResult) -> dict[str, Any]:
    assert not answer.is_error, text(answer)
    assert answer.structured_content is not None
    return answer.structured_content


def test_tools_say_what_they_take_and_give(tools: list[Tool]) -> None:
    assert [tool.name for tool in tools] == ["compare", "role", "evidence", "skills_to_learn", "find_roles"]
    for tool in tools:
        assert tool.description
        assert tool.output_schema
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        for name, field in tool.input_schema["properties"].items():
            assert "description" in field, (tool.name, name)
    schema = json.dumps([tool.output_schema for tool in tools])
    for unit in ("0 to 1", "95% interval", "ISO 4217", "Openings read"):
        assert unit in schema


def test_a_comparison_has_numbers_verdicts_and_claims(
    answers: dict[str, CallToolResult], invented: Invented
) -> None:
    plain = rolediff.open(invented.workspace.folder).compare(**PAIR)
    found = told(answers["compare"])
    assert found["snapshot"] == plain.snapshot
    assert found["headline"] == list(plain.headline)
    by_id = {d.id: d for d in plain.differences}
    rows = [*found["responsibilities"], *found["skills_more_in_a"], *found["skills_more_in_b"]]
    assert rows
    for row in rows:
        d = by_id[row["id"]]
        assert row["verdict"] == d.verdict
        assert row["difference"] == pytest.approx(d.difference, rel=1e-5)
        for side, claim in (("a", d.a), ("b", d.b)):
            assert row[side]["n"] == claim.estimate.n
            assert row[side]["share"] == (
                None if claim.needed else pytest.approx(claim.estimate.share, rel=1e-5)
            )
            assert row[side]["needed"] == claim.needed
    assert plain.headline[0] in text(answers["compare"])
    assert rows[0]["id"] in text(answers["compare"])


def test_answers_are_bounded_and_count_what_they_leave_out(answers: dict[str, CallToolResult]) -> None:
    one, most = told(answers["one"]), told(answers["most"])
    for name in ("responsibilities", "skills_more_in_a", "skills_more_in_b", "skills_shared"):
        assert len(one[name]) + one["left_out"].get(name, 0) == len(most[name]) + most["left_out"].get(
            name, 0
        )
        assert len(one[name]) <= 1
    sizes = {key: len(json.dumps(a.structured_content)) + len(text(a)) for key, a in answers.items()}
    assert sizes["compare"] < 40_000
    assert max(sizes.values()) < 100_000


def test_a_role_and_its_facts(answers: dict[str, CallToolResult]) -> None:
    found = told(answers["role"])
    assert found["role"]["slug"] == "machine-learning-engineer"
    assert found["tools"][0]["share"]["id"].startswith("machine-learning-engineer/skill/")
    assert found["role"]["definition"] in text(answers["role"])


def test_evidence_quotes_the_words(answers: dict[str, CallToolResult]) -> None:
    sides = told(answers["evidence"])["sides"]
    assert [s["role"] for s in sides] == ["Data Analyst", "Data Specialist"]
    for side in sides:
        assert len(side["postings"]) == 2 < side["total"]
        for posting in side["postings"]:
            assert posting["words"]
            assert all(re.search(r"\[[^]]*SQL[^]]*\]", words, re.IGNORECASE) for words in posting["words"])
            assert posting["words"][0] in text(answers["evidence"])


def test_what_to_learn_starts_from_what_one_has(answers: dict[str, CallToolResult]) -> None:
    found = told(answers["learn"])
    assert (found["recognised"], found["not_recognised"]) == (["SQL"], [2])
    assert found["steps"]
    assert "Not recognised: entry 2" in text(answers["learn"])
    assert found["stop"]
    assert told(answers["usual"])["recognised"] is None


def test_roles_are_found(answers: dict[str, CallToolResult]) -> None:
    found = told(answers["find"])
    assert found["roles"][0]["slug"] == "machine-learning-engineer"
    assert len(found["roles"]) == 2 < found["total"]
    assert told(answers["all"])["total"] > found["total"]


def test_a_role_without_openings_is_told_so(answers: dict[str, CallToolResult]) -> None:
    pair = told(answers["empty pair"])
    assert "No opening of Data Engineer" in pair["headline"][0]
    assert {row["b"]["share"] for row in pair["education_and_years"]} <= {None}
    assert told(answers["empty role"])["role"]["n"] == 0
    assert told(answers["empty claim"])["sides"][0]["total"] == 0
    assert told(answers["empty path"])["steps"] == []
    assert told(answers["none found"])["total"] == 0
    assert [key for key in CALLS if "nan" in text(answers[key]).lower().split()] == []


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("unknown role", "Did you mean 'machine-learning-engineer'"),
        ("unknown role", "find_roles"),
        ("same role", "two different roles"),
        ("unknown claim", "'data-analyst/skill/sql'"),
        ("long name", "at most 120 characters"),
        ("many", "less than or equal to 25"),
        ("long list", "at most 200 items"),
    ],
)
def test_errors_say_what_to_do(answers: dict[str, CallToolResult], key: str, says: str) -> None:
    assert answers[key].is_error
    assert says in text(answers[key])
    assert "Traceback" not in text(answers[key])
    assert "`rolediff " not in text(answers[key])  # a client has tools, no command line


def test_a_server_can_be_asked_at_once_from_several_places(invented: Invented) -> None:
    """Tools run in threads; the snapshot has one connection."""
    server = make_server(rolediff.open(invented.workspace.folder))
    found: list[CallToolResult] = []

    async def talk() -> None:
        async with Client(server) as client, anyio.create_task_group() as group:

            async def ask(name: str) -> None:
                found.append(await client.call_tool("role", {"name": name}))

            for name in ("ML engineer", "data analyst", "data specialist") * 3:
                group.start_soon(ask, name)

    anyio.run(talk)
    assert [a.is_error for a in found] == [False] * 9


def run(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, "mcp", *args], capture_output=True, text=True, input="", timeout=60
    )


def test_without_the_sdk_it_says_how_to_install() -> None:
    code = "import sys; sys.modules['mcp.server.mcpserver'] = None; from rolediff.cli import main; main()"
    ended = run(code, "--snapshot", "reference")
    assert ended.returncode == 1
    assert "pip install 'rolediff[mcp]'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_missing_workspace_is_told_before_it_serves() -> None:
    ended = run(COMMAND[1], "-w", "/no/such/workspace")
    assert ended.returncode == 1
    assert "no workspace /no/such/workspace" in ended.stderr


def test_it_ends_when_its_client_goes() -> None:
    ended = run(COMMAND[1], "--snapshot", "reference")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")

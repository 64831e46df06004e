"""The OpenAPI: a valid document, whose every operation answers as it says, whatever it is asked."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conftest import Invented
from rolediff.snapshots import Snapshot
from rolediff.storage import reference_snapshot
from rolediff.web import openapi
from rolediff.web.app import App, make_app
from rolediff.web.pages import PAGES
from rolediff.web.site import Site

pytestmark = pytest.mark.usefixtures("no_filling")

DOCUMENT = openapi.describe()
PATHS = sorted(DOCUMENT["paths"])
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
          response_headers_conformance]  # fmt: skip
#: What the invented snapshot has, so that not all that is asked for is unknown.
KNOWN = {
    "role": ["data-analyst", "data-specialist", "lead-machine-learning-engineer", "Data Analyst"],
    "a": ["data-analyst", "machine-learning-engineer"],
    "b": ["data-specialist", "lead-machine-learning-engineer"],
    "skill": ["sql", "python", "k8s"],
    "kind": ["skill", "responsibility", "need-required", "degree", "years", "pay", "work-mode", "industry"],
    "value": ["sql", "bachelor", "stated-USD", "3-4", "remote"],
    "name": ["shares", "words"],
    "page": ["1", "2", "900"],
    "size": ["1", "200"],
    "seniority": ["senior", "lead"],
    "country": ["US", "GB"],
    "work_mode": ["remote", "hybrid"],
}


@pytest.fixture(scope="module")
def app(no_filling: None, invented: Invented) -> App:
    return make_app(invented.workspace.folder, snapshot=invented.snapshot)


@pytest.fixture(scope="module")
def reference() -> Site:
    return Site(Snapshot(reference_snapshot(), in_memory=True))


def asked(app: App, path: str, query: dict[str, Any]) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://roles.example") as client:
            return await client.get(path, params=query)

    return asyncio.run(send())


def with_known_values(document: dict[str, Any]) -> dict[str, Any]:
    """The document, its parameters drawn from what there is and not from all strings."""
    document = copy.deepcopy(document)
    for path in document["paths"].values():
        for parameter in path["get"]["parameters"]:
            if parameter["name"] in KNOWN:
                parameter["schema"] = {"enum": KNOWN[parameter["name"]]}
    return document


SCHEMAS = {
    "any": schemathesis.openapi.from_dict(DOCUMENT),
    "known": schemathesis.openapi.from_dict(with_known_values(DOCUMENT)),
}


# ── the document ─────────────────────────────────────────────────────────────────────────────────


def test_it_is_valid() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    SCHEMAS["any"].validate()  # against the schema of OpenAPI 3.1
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["description"], name


def test_every_page_is_in_it() -> None:
    pages = {("/index" if p.pattern == "/" else p.pattern) + ".json" for p in PAGES if p.pattern != "/audit"}
    assert set(PATHS) == pages
    ids = [DOCUMENT["paths"][path]["get"]["operationId"] for path in PATHS]
    assert len(set(ids)) == len(ids)
    for path in PATHS:
        operation = DOCUMENT["paths"][path]["get"]
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == {part.strip("{}") for part in path.removesuffix(".json").split("/") if "{" in part}
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, parameter["name"])
            assert parameter["description"] != parameter["name"]
            assert parameter["example"]


def test_references_lead_somewhere() -> None:
    text = orjson.dumps(DOCUMENT).decode()
    known = set(DOCUMENT["components"]["schemas"])
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named == known


def test_it_is_served_as_it_is(app: App) -> None:
    assert asked(app, "/openapi.json", {}).json() == orjson.loads(orjson.dumps(DOCUMENT))


# ── the answers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("values", SCHEMAS)
@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_described(app: App, path: str, values: str) -> None:
    operation = SCHEMAS[values][path]["GET"]
    statuses = set()

    @settings(max_examples=15, derandomize=True, database=None, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        sent = case.as_transport_kwargs(base_url="http://roles.example")
        answer = asked(app, sent["url"], sent.get("params") or {})
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    if values == "known" and "{posting}" not in path:  # whose names the invented snapshot makes anew
        assert statuses & {200, 308}


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/data.json"])  # takes half a minute
def test_examples_are_answered(reference: Site, path: str) -> None:
    """The examples of the document are of the bundled snapshot; each query parameter's too."""
    operation = DOCUMENT["paths"][path]["get"]
    address = path
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            address = address.replace("{" + parameter["name"] + "}", parameter["example"])
    queries = {p["name"]: p["example"] for p in operation["parameters"] if p["in"] == "query"}
    form = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = reference.answer(address)
    assert answer.status == 200, answer.body
    validator = jsonschema.Draft202012Validator({**form, "components": DOCUMENT["components"]})
    validator.validate(orjson.loads(answer.body))
    if {"a", "b"} <= set(queries):
        assert reference.answer(address, queries).status == 308
        return
    for name, value in queries.items():
        found = reference.answer(address, {name: value})
        assert found.status == 200, (name, found.body)
        validator.validate(orjson.loads(found.body))


def test_a_field_that_is_not_described_would_be_found(reference: Site) -> None:
    """All fields of an answer are in its schema, down to the last: none is sent that is not described."""
    schemas = DOCUMENT["components"]["schemas"]
    comparison = orjson.loads(reference.answer("/compare/data-analyst/data-engineer.json").body)
    strict = copy.deepcopy(schemas)
    for schema in strict.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    form = {"$ref": "#/components/schemas/Comparison", "components": {"schemas": strict}}
    jsonschema.Draft202012Validator(form).validate(comparison)


def test_files_of_a_folder_conform_too(invented: Invented, tmp_path: Path) -> None:
    from rolediff.export import write_site

    write_site(
        Snapshot(invented.snapshot), tmp_path / "site", [("data analyst", "data specialist")], processes=1
    )
    found = 0
    for path in PATHS:
        pattern = path.lstrip("/")
        for part in DOCUMENT["paths"][path]["get"]["parameters"]:
            pattern = pattern.replace("{" + part["name"] + "}", "*")
        form = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**form, "components": DOCUMENT["components"]})
        for file in sorted((tmp_path / "site").glob(pattern))[:5]:
            validator.validate(orjson.loads(file.read_bytes()))
            found += 1
    assert found > 20

"""The OpenAPI of the site, written from the table of pages and the dataclasses of the results."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import io
import re
import tokenize
import types
import typing
from functools import cache
from typing import Any

from rolediff import __version__, results
from rolediff.web.document import Query
from rolediff.web.pages import PAGES, Page

_ERROR = {
    "type": "object",
    "description": "What went wrong, what there is instead, and the HTTP status.",
    "properties": {
        "error": {"type": "string"},
        "status": {"type": "integer"},
        "suggestions": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["error", "status", "suggestions"],
}
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
}


def describe(base: str = "") -> dict[str, Any]:
    """The whole document, OpenAPI 3.1."""
    schemas: dict[str, Any] = {"Error": _ERROR}
    paths = {}
    for page in PAGES:
        if page.pattern == "/audit":  # only leads on
            continue
        paths[("/index" if page.pattern == "/" else page.pattern) + ".json"] = {
            "get": _operation(page, schemas)
        }
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "rolediff",
            "version": __version__,
            "description": (
                "How two roles differ, by what job postings state. Shares run from 0 to 1, pay is a year's in its own "
                "currency, intervals are at 95%. What is unknown is null. A share with `needed` is too uncertain to "
                "be shown: look at `needed` first."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }
    return {**document, "servers": [{"url": base}]} if base else document


def _operation(page: Page, schemas: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": ["object", "array"]}
    if page.result is not None:
        schema = _schema(page.result, schemas)
        schema = {"type": "array", "items": schema} if page.list else schema
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    moved = {
        "description": "The same under its one address.",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
    name = re.sub(r"[^a-z]+", "_", page.pattern.lower()).strip("_") or "index"
    return {
        "operationId": name,
        "summary": page.summary,
        "parameters": [*(_path(n, v) for n, v in page.example.items()), *map(_query, page.query)],
        "responses": {
            "200": {"description": page.summary, "content": {"application/json": {"schema": schema}}},
            "308": moved,
            "400": {"description": "What was asked for makes no sense.", **error},
            "404": {"description": "There is no such thing; suggestions are the nearest.", **error},
            "414": {"description": "The address is longer than any of ours.", **error},
        },
    }


_PARTS = {
    "role": "slug of a role, from /roles.json",
    "a": "slug of a role",
    "b": "slug of another role",
    "kind": "kind of the claim: skill, responsibility, need-required, degree, years, work-mode, industry, pay ...",
    "value": "what is claimed: id of a skill or of a responsibility, a range of years ...",
    "skill": "id of a skill, from /skills.json",
    "posting": "id of a posting",
    "name": "which page on method",
}


def _path(name: str, example: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": _PARTS.get(name, name),
            "schema": {"type": "string"}, "example": example}  # fmt: skip


def _query(query: Query) -> dict[str, Any]:
    return {"name": query.name, "in": "query", "required": False, "description": query.description,
            "schema": {"type": "string"}, "example": query.example}  # fmt: skip


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a type of the results."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is type(None):
        return {"type": "null"}
    if kind is Any:
        return {}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        name = kind.__name__
        if name not in schemas:
            schemas[name] = {}  # stands while its fields are described, which may lead back to it
            schemas[name] = _object(kind, schemas)
        return {"$ref": f"#/components/schemas/{name}"}
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_schema(part, schemas) for part in parts]}
    if origin in (tuple, list):
        if origin is tuple and parts[-1] is not Ellipsis:
            each = [_schema(part, schemas) for part in parts]
            return {"type": "array", "prefixItems": each, "minItems": len(each), "maxItems": len(each)}
        return {"type": "array", "items": _schema(parts[0], schemas)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(parts[1], schemas)}
    raise TypeError(f"{kind!r} has no JSON Schema")


def _object(kind: type, schemas: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    comments = field_comments(inspect.getmodule(kind) or results)
    properties = {}
    for field in dataclasses.fields(kind):
        schema = _schema(hints[field.name], schemas)
        comment = comments.get((kind.__name__, field.name))
        # A number that is not finite is sent as null.
        if hints[field.name] is float:
            schema = {"type": ["number", "null"]}
        properties[field.name] = {**schema, "description": comment} if comment else schema
    return {
        "type": "object",
        "description": inspect.getdoc(kind) or "",
        "properties": properties,
        "required": list(properties),
    }


@cache
def field_comments(module: types.ModuleType) -> dict[tuple[str, str], str]:
    """What the comment beside each field of the dataclasses of a module says of it."""
    source = inspect.getsource(module)
    beside: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            beside[token.start[0]] = token.string.lstrip("# ")
    return {
        (node.name, item.target.id): beside[item.lineno]
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.lineno in beside
    }

"""The server: every page in three forms, errors of one shape, nothing unsafe, and a new snapshot taken up."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from selectolax.lexbor import LexborHTMLParser

from conftest import Invented
from make_postings import hostile_advert
from rolediff.pipeline import build
from rolediff.snapshots import Snapshot
from rolediff.web import app as server
from rolediff.web.ahead import read_ahead
from rolediff.web.app import App, make_app
from rolediff.web.pages import PAGES
from rolediff.web.site import Answer, Site
from rolediff.workspace import Workspace

pytestmark = pytest.mark.usefixtures("no_filling")

PAIR = "/compare/data-analyst/data-specialist"
KINDS = [
    "/", "/compare", PAIR, "/roles", "/roles/data-analyst", "/skills", "/skills/sql", "/salaries/data-analyst",
    "/openings/data-analyst", "/evidence/data-analyst/skill/sql", "/data", "/method", "/method/words",
]  # fmt: skip
FORMS = {"": "text/html; charset=utf-8", ".json": "application/json", ".md": "text/markdown; charset=utf-8"}


class Client:
    """Asks the application without a network."""

    def __init__(self, app: App) -> None:
        self.app = app

    def ask(self, path: str, method: str = "GET", **given: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://roles.example") as client:
                return await client.request(method, path, **given)

        return asyncio.run(send())

    def page(self, path: str) -> LexborHTMLParser:
        answer = self.ask(path)
        assert answer.status_code == 200, (path, answer.text[:300])
        return LexborHTMLParser(answer.content)

    def raw(
        self, path: str, query: bytes = b"", method: str = "GET"
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """Asks for a path exactly as given, as a careless proxy could pass it on."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode("utf-8", "surrogateescape"), "query_string": query,
            "root_path": "", "headers": [], "server": ("roles.example", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        asyncio.run(self.app(scope, receive, send))
        assert [m["type"] for m in sent] == ["http.response.start", "http.response.body"]
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture(scope="module")
def client(no_filling: None, hostile: Invented) -> Client:
    return Client(make_app(hostile.workspace.folder, snapshot=hostile.snapshot))


@pytest.fixture(scope="module")
def posting(client: Client) -> str:
    """The newest opening for a data analyst: the hostile advert."""
    found = client.ask("/openings/data-analyst.json").json()["openings"][0]["opening"]
    assert found["title"].startswith("<script>")
    return f"/postings/{found['posting']}"


def in_form(path: str, form: str) -> str:
    return ("/index" if path == "/" else path) + form if form else path


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_there_is_a_page_of_every_kind_here() -> None:
    tested = [*KINDS, "/postings/x", "/audit"]
    for page in PAGES:
        assert any(page.regex.match(path) for path in tested), page.pattern


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", KINDS)
def test_pages_in_three_forms(client: Client, path: str, form: str) -> None:
    answer = client.ask(in_form(path, form))
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"] == FORMS[form]
    if form == ".json":
        assert orjson.loads(answer.content)
    elif form == ".md":
        assert answer.text.startswith("# ")
    else:
        page = LexborHTMLParser(answer.content)
        assert len(page.css("h1")) == 1
        alternates = {n.attributes["type"]: n.attributes["href"] for n in page.css("link[rel=alternate]")}
        assert alternates["application/json"] == in_form(path, ".json")
        assert alternates["text/markdown"] == in_form(path, ".md")
        assert len(answer.content) < 250_000


def test_a_posting_in_three_forms(client: Client, posting: str) -> None:
    page = client.page(posting)
    assert "<script>alert(1)</script> Data Analyst & Co" in page.css_first("h1").text()
    assert not page.css("body script, marquee, b[onclick]")
    assert client.ask(f"{posting}.json").json()["opening"]["title"].startswith("<script>")
    text = client.ask(f"{posting}.md").text
    assert "\\<script>" in text
    assert "<script" not in text.replace("\\<", "")


def test_pages_lead_to_pages(client: Client) -> None:
    """Each link of the kinds of pages is answered; a redirect would be a link that could be better."""
    todo = {
        a.attributes["href"] or ""
        for path in KINDS
        for a in client.page(path).css("header a, nav.crumbs a, main section:not(#openings) a, footer a")
    }
    inner = sorted({link.partition("#")[0] for link in todo if link.startswith("/")} - {""})
    assert len(inner) > 150
    by_kind: dict[str, list[str]] = {}
    for link in inner:
        by_kind.setdefault("/".join(link.split("/")[:2] + link.split("/")[3:4]), []).append(link)
    for links in by_kind.values():
        for link in links[:6]:
            answer = client.ask(link)
            assert answer.status_code == 200, (link, answer.status_code, answer.headers.get("location"))


def test_claims_open_their_postings_page_by_page(client: Client) -> None:
    address = "/evidence/data-analyst/skill/sql"
    (first,) = client.ask(f"{address}.json").json()
    (second,) = client.ask(f"{address}.json?page=2").json()
    assert first["total"] > len(first["rows"]) == 20
    ids = [r["opening"]["posting"] for found in (first, second) for r in found["rows"]]
    assert len(set(ids)) == len(ids)
    page = client.page(address)
    assert "sql" in {mark.text().lower() for mark in page.css("ol.evidence mark")}
    older = page.css_first("nav.pages a[rel=next]").attributes["href"] or ""
    assert older == f"{address}?page=2"
    assert client.page(older).css_first("ol.evidence").attributes["start"] == "21"


def test_openings_are_filtered(client: Client) -> None:
    page = client.page("/openings/data-analyst")
    names = [s.attributes["name"] or "" for s in page.css("form.filter select")]
    assert "seniority" in names
    for select in page.css("form.filter select"):
        assert page.css_first(f"label[for={select.attributes['id']}]").text(strip=True)
    found = client.ask("/openings/data-analyst.json?seniority=senior").json()
    assert 0 < found["total"] < found["all"]
    assert {o["seniority"] for o in found["openings"]} == {"senior"}


def test_links_of_postings_pass_nothing_on(client: Client, posting: str) -> None:
    outward = 0
    for path in (*KINDS, posting):
        for a in client.page(path).css("a[href]"):
            link = a.attributes["href"] or ""
            assert link.startswith(("/", "#", "?", "http://", "https://")), (path, link)
            assert not link.startswith("//"), (path, link)
            if link.startswith("http") and not path.startswith(("/method", "/data")):
                outward += 1
                assert "nofollow" in (a.attributes.get("rel") or ""), (path, link)
    assert outward > 20


# ── what does not exist, or stands elsewhere ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "suggested"),
    [
        ("/roles/data-analyzer", "/roles/data-analyst"),
        ("/salaries/data-specalist", "/salaries/data-specialist"),
        ("/openings/data-analyzer", "/openings/data-analyst"),
        ("/compare/data-analyzer/data-specialist", "/roles/data-analyst"),
        ("/skills/pythn", "/skills/python"),
        ("/evidence/data-analyst/skill/sqll", "/evidence/data-analyst/skill/sql"),
        ("/method/sahres", "/method/shares"),
    ],
)
def test_what_is_unknown_has_suggestions(client: Client, path: str, suggested: str) -> None:
    answer = client.ask(path)
    assert answer.status_code == 404
    page = LexborHTMLParser(answer.content)
    links = [a.attributes["href"] or "" for a in page.css("main li a")]
    assert suggested in links
    assert client.ask(suggested).status_code == 200
    assert page.css_first("h1").text() == "Not found"
    told = client.ask(f"{path}.json")
    assert told.status_code == told.json()["status"] == 404
    check_error(told.json())
    assert told.json()["suggestions"]
    assert "etag" not in told.headers
    assert client.ask(f"{path}.md").status_code == 404


def check_error(error: Any) -> None:
    assert set(error) == {"error", "status", "suggestions"}
    assert isinstance(error["error"], str)
    assert error["error"]
    assert isinstance(error["status"], int)
    assert all(isinstance(s, str) for s in error["suggestions"])
    assert "Traceback" not in error["error"]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/compare/data-specialist/data-analyst", PAIR),
        ("/compare/data-specialist/data-analyst.json", f"{PAIR}.json"),
        ("/compare/Data%20Analyst/data%20specialist", PAIR),
        ("/compare?a=Data+Specialist&b=data+analyst", PAIR),
        ("/roles/Data%20Analyst", "/roles/data-analyst"),
        ("/skills/k8s", "/skills/kubernetes"),
        ("/skills/C%2B%2B", "/skills/cpp"),
        ("/roles/", "/roles"),
        ("/roles/data-analyst/", "/roles/data-analyst"),
        (f"{PAIR}/", PAIR),
        ("/openings/Data%20Analyst?page=1", "/openings/data-analyst?page=1"),
        ("/audit", "/method/audit"),
        ("/evidence/Data%20Analyst/skill/sql?page=2", "/evidence/data-analyst/skill/sql?page=2"),
    ],
)
def test_a_page_has_one_address(client: Client, path: str, where: str) -> None:
    answer = client.ask(path)
    assert answer.status_code == 308
    assert answer.headers["location"] == where
    assert client.ask(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("path", ["//elsewhere.example/", "//elsewhere.example/%2f..", "/\\elsewhere/",
                                  "///elsewhere/", "/roles/a\r\nSet-Cookie: a=b/", "/x\r\nLocation: y/"])  # fmt: skip
def test_no_redirect_leads_elsewhere(client: Client, path: str) -> None:
    status, headers, _ = client.raw(path)
    assert status in (308, 400, 404)
    where = headers.get(b"location", b"/").decode()
    assert where.startswith("/")
    assert not urlsplit(where).netloc
    assert "\r" not in where
    assert "\n" not in where
    assert b"set-cookie" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/openings/data-analyst?page=abc", "/openings/data-analyst?size=9999", "/openings/data-analyst?page=0",
        "/openings/data-analyst?page=-1", "/openings/data-analyst?page=1e3", "/openings/data-analyst?page=%D9%A1",
        "/openings/data-analyst?page=" + "9" * 300, "/openings/data-analyst?country=Atlantis",
        "/evidence/data-analyst/skill/sql?page=abc", "/evidence/data-analyst/skill/sql?page=99999999",
        "/compare/data-analyst/data-analyst",
        "/evidence/data-analyst/nothing/sql", "/postings/none",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(client: Client, path: str) -> None:
    for asked in (path, path.replace("?", ".json?") if "?" in path else f"{path}.json"):
        answer = client.ask(asked)
        assert answer.status_code in (400, 404), (asked, answer.status_code)
        if asked != path:
            check_error(answer.json())
        else:
            assert len(LexborHTMLParser(answer.content).css("h1")) == 1


@pytest.mark.parametrize(
    "path", ["/" + "a" * 500, "/roles/" + "a" * 500 + ".json", "/compare?a=" + "a" * 500]
)
def test_what_is_too_long_is_refused(client: Client, path: str) -> None:
    answer = client.ask(path)
    assert answer.status_code == 414
    if path.endswith(".json"):
        check_error(answer.json())
    else:
        assert "too long" in LexborHTMLParser(answer.content).css_first("main").text()


def test_what_is_not_asked_for_makes_no_copies(client: Client) -> None:
    before = len(client.app.served.site._kept)
    client.ask(PAIR)
    for n in range(5):
        assert client.ask(f"{PAIR}?x={n}&page={n}").status_code == 200
    assert len(client.app.served.site._kept) <= before + 1


# ── hostile addresses ────────────────────────────────────────────────────────────────────────────

HOSTILE = [
    "/../../etc/passwd", "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/templates/base.html",
    "/static/../../../pyproject.toml", "/static//etc/passwd", "/static/", "/static/.", "/static/..",
    "/static/style.css\0", "/static/__init__.py", "/data/../manifest.json", "/data/..%2fmanifest.json",
    "/data/postings.parquet", "/data/texts.parquet", "/data/compare/../x.csv", "/data/roles/..%2f..%2fx.csv",
    "/method/../../README", "/method/..%2f..%2fREADME", "/method/%2e%2e", "/roles/..", "/roles/\0", "/roles/%00",
    "/roles/a\0b.json", "/postings/' OR 1=1 --", "/postings/\0", "/skills/'; DROP TABLE facts; --",
    "/evidence/data-analyst/skill/..%2f..%2f", "/evidence/data-analyst/skill/\0", "/evidence/../../x/y",
    "/evidence/data-analyst' OR 1=1 --/skill/sql", "/compare/data-analyst/\ufffd", "/roles/\u202e\uffff",
    "/compare/%/..",
    "/{{ 7 * 7 }}", "/roles/{{config}}", "/roles/<script>alert(1)</script>", "/<img src=x onerror=alert(1)>", "",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_paths_find_nothing(client: Client, path: str) -> None:
    status, headers, body = client.raw(path)
    assert status in (308, 400, 404), (status, body[:200])
    text = body.decode("utf-8")
    assert "Traceback" not in text
    assert "root:" not in text
    assert "49" not in LexborHTMLParser(text).css_first("main").text() if "7 * 7" in path else True
    assert not LexborHTMLParser(text).css("body script, img")
    assert b"content-security-policy" in headers


@pytest.mark.parametrize("query", [b"page=%00", b"page=\xff\xfe", b"%", b"&&&=", b"a=" + b"%00" * 50, b"page=1;drop",
                                   b"a=%3Cscript%3E&b=x", b"&".join(b"a=1" for _ in range(60))])  # fmt: skip
def test_hostile_queries_are_survived(client: Client, query: bytes) -> None:
    for path in ("/compare", "/openings/data-analyst", "/evidence/data-analyst/skill/sql", "/"):
        status, _, body = client.raw(path, query)
        assert status in (200, 308, 400, 404, 414), (path, status)
        assert b"Traceback" not in body


def test_an_error_tells_nothing_of_the_inside(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("the secret of /work/secret.py")

    client.app.served.site._kept.clear()
    monkeypatch.setattr("rolediff.web.site.find_page", fail)
    for path, asked in (("/skills/python", "page"), ("/skills/python.json", "json")):
        answer = client.ask(path)
        assert answer.status_code == 500
        for told in ("secret", "ZeroDivision", "Traceback", ".py"):
            assert told not in answer.text
        if asked == "json":
            check_error(answer.json())
        else:
            assert len(LexborHTMLParser(answer.content).css("h1")) == 1
        assert "content-security-policy" in answer.headers
    monkeypatch.undo()
    assert client.ask("/skills/python").status_code == 200


# ── headers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path", ["/", PAIR, f"{PAIR}.json", "/static/style.css", "/roles/nobody", "/roles/", "/health"]
)
def test_safety_headers(client: Client, path: str) -> None:
    headers = client.ask(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    assert "set-cookie" not in headers


def test_the_policy_allows_all_that_pages_hold(client: Client, posting: str) -> None:
    for path in (*KINDS, posting, "/roles/nobody"):
        page = LexborHTMLParser(client.ask(path).content)
        assert not page.css("style, [style], iframe, object, embed, base, form[action^=http]"), path
        for script in page.css("script"):
            # Blocks of data are not run, and not held by the policy.
            runs = script.attributes.get("type") != "application/ld+json"
            assert not runs or (script.attributes.get("src") or "").startswith("/static/"), path
        assert not [n for n in page.css("*") if any(a.startswith("on") for a in n.attributes)], path
        for node in page.css("[src], link[rel=stylesheet], link[rel=icon]"):
            address = node.attributes.get("src") or node.attributes.get("href") or ""
            assert address.startswith("/static/"), (path, address)
            assert client.ask(address).status_code == 200


def test_what_a_reader_has_is_not_sent_again(client: Client) -> None:
    first = client.ask(PAIR)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = client.ask(PAIR, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert client.ask(PAIR, headers={"if-none-match": f'"other", W/{tag}'}).status_code == 304
    assert client.ask(PAIR, headers={"if-none-match": '"other"'}).status_code == 200
    assert client.ask(f"{PAIR}.json").headers["etag"] != tag


def test_pages_are_sent_compressed_to_those_who_can(client: Client) -> None:
    plain = client.ask(PAIR, headers={"accept-encoding": "identity"})
    packed = client.ask(PAIR, headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.content == plain.content
    assert "accept-encoding" in packed.headers["vary"].lower()
    held = client.app.served.site.kept(PAIR)
    assert held is not None
    assert gzip.decompress(held.gzipped) == held.body == plain.content


def test_head_is_answered_like_get_without_a_body(client: Client) -> None:
    for path in (PAIR, "/roles/nobody", "/static/style.css"):
        got, head = client.ask(path), client.ask(path, "HEAD")
        assert head.status_code == got.status_code
        assert head.content == b""
        assert head.headers["content-length"] == got.headers["content-length"]
        assert client.raw(path, method="HEAD")[2] == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GIVE"])
def test_nothing_can_be_sent(client: Client, method: str) -> None:
    for path in (PAIR, "/", "/openapi.json"):
        answer = client.ask(path, method, **({"content": b"a=b"} if method == "POST" else {}))
        assert answer.status_code == 405
    check_error(client.ask("/roles.json", method).json())


def test_files_beside_the_pages(client: Client) -> None:
    assert client.ask("/robots.txt").text.startswith("User-agent: *\n")
    assert client.ask("/openapi.json").json()["openapi"].startswith("3.1")
    assert client.ask("/feed.atom").headers["content-type"].startswith("application/atom+xml")
    assert client.ask("/health").json()["status"] == "ok"
    for table in (
        "/data/claims.csv",
        "/data/roles/data-analyst.csv",
        f"/data{PAIR}.csv",
        "/data/rows/data-analyst.xlsx",
    ):
        assert client.ask(table).status_code == 200, table


def test_addresses_are_told_only_where_they_are_known(hostile: Invented, client: Client) -> None:
    page = client.page(PAIR)
    assert not page.css("link[rel=canonical], meta[property='og:url'], meta[property='og:image']")
    published = Client(make_app(hostile.workspace.folder, hostile.snapshot, base="https://roles.example/"))
    page = published.page(PAIR)
    assert page.css_first("link[rel=canonical]").attributes["href"] == f"https://roles.example{PAIR}"
    listed = published.ask("/sitemap.xml").text
    assert "<loc>https://roles.example/roles/data-analyst</loc>" in listed
    assert "/lead-machine-learning-engineer</loc>" in listed
    assert "evidence" not in listed


# ── a new snapshot ───────────────────────────────────────────────────────────────────────────────


def test_a_new_snapshot_is_taken_up_without_a_failed_request(
    workspace_copy: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_LOOK_AGAIN", 0.1)
    app = make_app(workspace_copy.folder)
    old = app.served.site.snapshot.id
    (tmp_path / "more.jsonl").write_bytes(orjson.dumps(hostile_advert()) + b"\n")
    built: list[Path] = []

    def renew() -> None:
        workspace_copy.ingest([tmp_path / "more.jsonl"])
        built.append(build(workspace_copy, processes=1))

    asked = [
        "/",
        PAIR,
        "/roles/data-analyst.json",
        "/evidence/data-analyst/skill/sql",
        "/openings/data-analyst",
    ]

    async def read_on(until: Callable[[], bool]) -> list[httpx.Response]:
        answers: list[httpx.Response] = []
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://roles.example") as client:

            async def one(path: str) -> None:
                answers.append(await client.get(path))

            deadline = time.monotonic() + 60
            while not until() and time.monotonic() < deadline:
                todo: list[Awaitable[None]] = [one(path) for path in asked]
                await asyncio.gather(*todo)
                await asyncio.sleep(0.02)
            await asyncio.gather(*(one(path) for path in asked))
        return answers

    builder = threading.Thread(target=renew)
    builder.start()
    answers = asyncio.run(read_on(lambda: app.served.site.snapshot.id != old))
    builder.join()
    assert {a.status_code for a in answers} == {200}
    ids = [a.headers["x-snapshot"] for a in answers]
    new = built[0].name
    assert new != old
    assert set(ids) == {old, new}
    assert set(ids[-len(asked) :]) == {new}
    # No page mixes the two: what a page says of its snapshot is what its header says.
    for answer in answers:
        if answer.headers["content-type"].startswith("text/html"):
            assert answer.headers["x-snapshot"] in answer.text
    openings = [a.json()["summary"]["openings"] for a in answers if a.url.path == "/roles/data-analyst.json"]
    assert openings[-1] == openings[0] + 1


def test_a_broken_snapshot_leaves_the_old_one(
    workspace_copy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_LOOK_AGAIN", 0.0)
    app = make_app(workspace_copy.folder)
    old = app.served.site.snapshot.id
    (workspace_copy.folder / "CURRENT").write_text("none\n")
    client = Client(app)
    for _ in range(5):
        assert client.ask("/roles").headers["x-snapshot"] == old
        time.sleep(0.02)


def test_pages_made_ahead_are_those_that_are_made_when_asked_for(invented: Invented) -> None:
    ahead, asked = (Site(Snapshot(invented.snapshot, in_memory=True)) for _ in range(2))
    read_ahead(ahead, lambda: True)
    listed = [address for address in (*ahead.pairs, *ahead.addresses) if address != "/data"]
    assert len(listed) > 20
    for address in listed[::7]:
        kept = ahead.kept(address)
        assert kept is not None, address
        assert kept.body == asked.answer(address).body, address


def test_pages_are_not_made_ahead_for_a_site_that_is_no_longer_served(invented: Invented) -> None:
    site = Site(Snapshot(invented.snapshot, in_memory=True))
    read_ahead(site, lambda: False)
    assert [address for address in site.addresses if site.kept(address)] == []


def test_a_page_is_made_once_however_many_ask_for_it(
    invented: Invented, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(Snapshot(invented.snapshot, in_memory=True))
    made: list[str] = []
    plain = Site._make

    def counted(self: Site, path: str, query: dict[str, str]) -> Answer:
        made.append(path)
        return plain(self, path, query)

    monkeypatch.setattr(Site, "_make", counted)
    askers = [threading.Thread(target=site.answer, args=("/roles",)) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert made == ["/roles"]

"""The site in a real browser: by mouse and by keyboard, without script, on a phone, in the dark and on paper."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from conftest import Invented
from rolediff.export import write_site
from rolediff.snapshots import Snapshot
from rolediff.web.app import make_app

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on the PATH: apt-get install chromium"),
    pytest.mark.usefixtures("no_filling"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
PAIR = "/compare/data-analyst/data-specialist"
KINDS = {
    "home": "/", "comparisons": "/compare", "comparison": PAIR,
    "comparison of one family": "/compare/machine-learning-engineer/lead-machine-learning-engineer",
    "roles": "/roles", "role": "/roles/data-analyst", "skills": "/skills", "skill": "/skills/sql",
    "salaries": "/salaries/data-analyst", "openings": "/openings/data-analyst",
    "evidence": "/evidence/data-analyst/skill/sql",
    "evidence of both": "/evidence/data-analyst..data-specialist/skill/sql",
    "data": "/data", "method": "/method", "a page on method": "/method/pay", "error": "/roles/data-analyzer",
}  # fmt: skip
#: Made by the same template as another; without a colour that others do not have.
AGAIN = {"comparison of one family", "evidence of both"}
PLAIN = {"comparisons", "roles", "role", "skills", "skill", "data", "method"}
PHONE, TABLET, DESK = 360, 768, 1200


@dataclass
class Told:
    """What a browser complained of."""

    lines: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def address(no_filling: None, hostile: Invented) -> Iterator[str]:
    """A server on loopback, on a port that is free."""
    app: Any = make_app(hostile.workspace.folder, snapshot=hostile.snapshot)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Ended with the module: while it runs, no other test of this thread can have an event loop.
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page; at the end nothing may have been complained of, and nothing asked for elsewhere."""
    told, contexts = Told(), list[BrowserContext]()

    def failed(request: Request) -> None:
        # Who leaves a page before its icon came does not want it any more.
        if "ERR_ABORTED" not in (request.failure or ""):
            told.lines.append(f"failed: {request.url}")

    def open_page(path: str = "", *, base: str = address, width: int = DESK, **kinds: Any) -> Page:
        context = browser.new_context(base_url=base, viewport={"width": width, "height": 900}, **kinds)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda m: told.lines.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: told.lines.append(str(error)))
        page.on("dialog", lambda dialog: (told.lines.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request", lambda r: None if r.url.startswith((base, "data:")) else told.elsewhere.append(r.url)
        )
        page.on("requestfailed", failed)
        if path:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # That a page does not exist is what the browser is to say of one that does not.
    unexpected = [line for line in told.lines if "404 (Not Found)" not in line]
    assert unexpected == []
    assert told.elsewhere == []


@pytest.fixture(scope="module")
def posting(address: str, browser: Browser) -> str:
    page = browser.new_page()
    page.goto(f"{address}/openings/data-specialist")
    found = page.locator("main table a[href^='/postings/']").first.get_attribute("href")
    page.close()
    assert found
    return found


def wide(page: Page) -> tuple[int, int]:
    return page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")  # type: ignore[no-any-return]


# ── the way through ──────────────────────────────────────────────────────────────────────────────


def to_a_posting(page: Page) -> None:
    """From a comparison to a claim's evidence, and to a posting behind it."""
    claim = page.locator("table.sides td a.claim:visible").first
    share = claim.inner_text()
    claim.click()
    expect(page).to_have_url(re.compile(r"/evidence/"))
    assert share.split("%")[0] + "%" in page.locator("main").inner_text()
    expect(page.locator("ol.evidence mark").first).to_be_visible()
    page.get_by_role("link", name="what was read").first.click()
    expect(page).to_have_url(re.compile(r"/postings/"))
    expect(page.locator("q mark").first).to_be_visible()


def test_from_two_roles_to_a_posting(opened: Callable[..., Page]) -> None:
    page = opened("/")
    page.get_by_label("One role").fill("data specialist")
    page.get_by_label("Another role").fill("Data Analyst")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(rf"{PAIR}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Data Analyst vs Data Specialist")
    to_a_posting(page)


def test_without_script(opened: Callable[..., Page]) -> None:
    page = opened("/", java_script_enabled=False)
    page.get_by_label("One role").fill("a data analyst")
    page.get_by_label("Another role").fill("data specialist")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(PAIR))
    assert page.locator("figure.chart svg:visible").count() >= 3
    page.locator("#skills summary").first.click()
    expect(page.locator("#skills table").first).to_be_visible()
    to_a_posting(page)


def test_by_keyboard_alone(opened: Callable[..., Page]) -> None:
    page = opened("/")

    def focused(what: str) -> Any:
        return page.evaluate(f"document.activeElement.{what}")

    def tab_to(selector: str, most: int) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            # Behind a share of none there is no posting.
            if (
                page.evaluate("s => document.activeElement.matches(s)", selector)
                and focused("innerText[0]") != "0"
            ):
                return
        raise AssertionError(f"{selector} is not reached within {most} steps")

    page.keyboard.press("Tab")
    assert focused("className") == "skip"
    box = page.locator("a.skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused("id") == "pick-a"
    # What has the focus can be seen.
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("Data Analyst")
    page.keyboard.press("Tab")
    assert focused("id") == "pick-b"
    page.keyboard.type("Data Specialist")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(PAIR))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to("summary", 60)
    page.keyboard.press("Enter")
    tab_to("table.sides td a.claim", 20)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/evidence/"))
    tab_to("a[href^='/postings/']", 20)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/postings/"))


def test_the_form_says_what_is_amiss(opened: Callable[..., Page]) -> None:
    page = opened("/")
    for name in ("One role", "Another role"):
        page.get_by_label(name).fill("Data Analyst")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_have_text("Choose two different roles.")
    page.get_by_label("Another role").fill("gardener of unknown flowers")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")


def test_lists_go_page_by_page(opened: Callable[..., Page]) -> None:
    page = opened("/evidence/data-analyst/skill/sql")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("nav.pages span")).to_contain_text("Page 2 of")
    page.goto("/openings/data-analyst")
    page.get_by_label("Seniority").select_option(index=1)
    page.get_by_role("button", name="Show").click()
    assert "seniority=" in page.url
    rows = page.locator("#openings tbody tr")
    assert 0 < rows.count() < 36


def test_an_advert_stays_text(opened: Callable[..., Page]) -> None:
    page = opened("/openings/data-analyst")
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script> Data Analyst & Co")
    page.get_by_role("link", name="<script>alert(1)</script> Data Analyst & Co").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
    assert page.locator("marquee, main script").count() == 0


# ── how it looks ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("width", [PHONE, TABLET])
def test_no_page_scrolls_sideways(opened: Callable[..., Page], posting: str, width: int) -> None:
    page = opened(width=width)
    for kind, path in {**KINDS, "posting": posting}.items():
        page.goto(path)
        whole, seen = wide(page)
        assert whole <= seen == width, kind
        # On a phone the rows of a comparison are stacked, so that the verdict is seen at once.
        if kind == "comparison" and width == PHONE:
            page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
            assert wide(page)[0] <= width
            lost = page.locator("table.many").evaluate_all(
                "all => all.filter(t => t.scrollWidth > t.parentElement.clientWidth + 1).length"
            )
            assert lost == 0
            assert page.locator("figure .narrow:visible").count() > 2
            assert page.locator("figure .wide:visible").count() == 0


def test_dark(opened: Callable[..., Page]) -> None:
    looks = {}
    for scheme in ("light", "dark"):
        page = opened(PAIR, color_scheme=scheme)
        style = "getComputedStyle(document.body)"
        looks[scheme] = [page.evaluate(f"{style}.{name}") for name in ("backgroundColor", "color")]
        drawn = "[...document.querySelectorAll('figure svg text')].map(t => getComputedStyle(t).fill)"
        looks[scheme].append(page.evaluate(drawn)[0])
    assert all(light != dark for light, dark in zip(looks["light"], looks["dark"], strict=True))
    lightness = {name: sum(map(int, re.findall(r"\d+", found[0])[:3])) for name, found in looks.items()}
    assert lightness["dark"] < 150 < 600 < lightness["light"]


def test_on_paper(opened: Callable[..., Page]) -> None:
    page = opened(PAIR)
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF-")
    assert 4 < len(re.findall(rb"/Type\s*/Page\b", made)) < 60
    page.emulate_media(media="print")
    # The numbers of the charts are on the paper; what only leads about is not.
    height = page.locator("details table").first.evaluate("t => t.getBoundingClientRect().height")
    assert height > 50
    expect(page.locator("header.site nav")).to_be_hidden()
    expect(page.locator("nav.contents")).to_be_hidden()


# ── for everybody ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(opened: Callable[..., Page], posting: str, scheme: str) -> None:
    page = opened(color_scheme=scheme)
    found = []
    for kind, path in {**KINDS, "posting": posting}.items():
        if kind in AGAIN or (scheme == "dark" and kind in PLAIN):
            continue
        page.goto(path)
        if scheme == "light":
            page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
        # What is not of colour is the same in the dark.
        rules = None if scheme == "light" else {"runOnly": ["color-contrast"]}
        for fault in Axe().run(page, options=rules).response["violations"]:
            nodes = [n["html"][:120] for n in fault["nodes"][:2]]
            found.append(f"{kind}: {fault['id']} ({fault['impact']}), {len(fault['nodes'])} times: {nodes}")
    assert found == []


def test_no_barriers_on_a_phone(opened: Callable[..., Page]) -> None:
    page = opened(width=PHONE)
    for kind in ("comparison", "openings", "skill"):
        page.goto(KINDS[kind])
        assert [fault["id"] for fault in Axe().run(page).response["violations"]] == [], kind


# ── a folder of files ────────────────────────────────────────────────────────────────────────────


def test_the_static_site_from_its_folder(
    hostile: Invented, opened: Callable[..., Page], tmp_path: Path
) -> None:
    pairs = [("data analyst", "data specialist")]
    write_site(Snapshot(hostile.snapshot), tmp_path / "site", pairs, processes=1)
    page = opened(base=(tmp_path / "site").as_uri())
    page.goto(f"{(tmp_path / 'site').as_uri()}/index.html")
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"  # the style is there
    page.get_by_label("One role").fill("Data Specialist")
    page.get_by_label("Another role").fill("Data Analyst")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(rf"{PAIR}/index\.html$"))
    page.locator("table.sides td a.claim:visible").first.click()
    expect(page.locator("ol.evidence mark").first).to_be_visible()
    page.locator("nav.crumbs a").last.click()
    expect(page).to_have_url(re.compile(r"/roles/[a-z-]+/index\.html$"))
    page.get_by_role("link", name="Salaries").click()
    expect(page).to_have_url(re.compile(r"/salaries/"))
    page.get_by_role("link", name="Method").first.click()
    page.locator("article.manual a[href*='shares']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shares")
    page.get_by_role("link", name="Comparisons").first.click()
    page.get_by_label("One role").fill("Data Analyst")
    page.get_by_label("Another role").fill("Lead Machine Learning Engineer")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_have_text("Choose both roles from the lists.")
    assert wide(page)[0] <= DESK

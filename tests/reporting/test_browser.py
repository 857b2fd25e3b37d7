"""Pages in a real browser with networking off: formulas have size, figures have pixels."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reporting.tools import missing

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        missing(f"there is none of {', '.join(CHROMIUM)}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the package playwright is not installed")
    with sync_playwright() as engine:
        chromium = engine.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


class Visit:
    """A page opened from disk, with everything that went wrong on the way."""

    def __init__(self, browser, path: Path, **options):
        self.context = browser.new_context(**options)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.requests, self.failed, self.errors = [], [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.failed.append(request.url))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(path.as_uri(), wait_until="load")

    def sizes(self, selector: str) -> list[tuple[float, float]]:
        script = "all => all.map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])"
        return [(w, h) for w, h in self.page.eval_on_selector_all(selector, script)]


@pytest.mark.parametrize("name", ["index.html", "01_good.html", "02_small.html"])
def test_page_is_whole_without_network(fresh, browser, name):
    visit = Visit(browser, fresh.first.out / name, viewport={"width": 1200, "height": 800})
    visit.page.eval_on_selector_all("details", "all => all.forEach(e => { e.open = true })")
    for width in (1200, 400):
        visit.page.set_viewport_size({"width": width, "height": 800})
        formulas = visit.sizes("math")
        assert len(formulas) == {"index.html": 8, "01_good.html": 15, "02_small.html": 0}[name]
        assert all(w > 3 and h > 3 for w, h in formulas), formulas
        # Wide things scroll in their own box.
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    natural = visit.page.eval_on_selector_all(
        "img", "all => all.map(e => [e.complete, e.naturalWidth, e.naturalHeight])"
    )
    assert len(natural) == (0 if name == "02_small.html" else 1)
    assert all(done and w > 100 and h > 100 for done, w, h in natural), natural
    assert visit.failed == []
    assert visit.errors == []
    # Nothing but the page itself and what it carries; the index also shows files beside it.
    assert {url.split(":")[0] for url in visit.requests} <= {"file", "data"}
    files = {url.rsplit("/", 1)[1] for url in visit.requests if url.startswith("file")}
    assert files == ({name, "01_good.svg"} if name == "index.html" else {name})


def test_links_between_pages_work(fresh, browser):
    visit = Visit(browser, fresh.first.out / "index.html")
    visit.page.click("#\\30 1_good h2 a")
    assert visit.page.title() == "What a bit can know about θ"
    visit.page.set_default_timeout(5000)
    visit.page.click(".check .claim a")
    assert visit.page.url.endswith("index.html#claim-fisher_trace")
    assert visit.sizes("#claim-fisher_trace")[0][1] > 0


def test_dark_page_is_dark_and_figures_stay_on_white(fresh, browser):
    visit = Visit(browser, fresh.first.out / "01_good.html", color_scheme="dark")
    colour = "e => getComputedStyle(e).backgroundColor"
    assert visit.page.eval_on_selector("body", colour) == "rgb(21, 24, 28)"
    assert visit.page.eval_on_selector(".figure", colour) == "rgb(255, 255, 255)"
    visit.page.emulate_media(color_scheme="light")
    assert visit.page.eval_on_selector("body", colour) == "rgb(253, 253, 252)"


def test_broken_figure_and_missing_resource_would_be_seen(browser, tmp_path):
    """The checks above object to a page with a broken image that is loaded from elsewhere."""
    bad = tmp_path / "bad.html"
    bad.write_text('<img src="https://example.org/x.png"><math></math>', encoding="utf-8")
    visit = Visit(browser, bad)
    assert visit.failed == ["https://example.org/x.png"]
    assert visit.errors
    assert visit.page.eval_on_selector_all("img", "all => all.map(e => e.naturalWidth)") == [0]
    assert all(w <= 3 for w, _ in visit.sizes("math"))


COMMITTED = Path(__file__).parents[2] / "reports"


@pytest.mark.parametrize("name", ["index.html", "01_price_of_a_bit.html", "04_sharp_converse.html"])
def test_committed_reports(browser, name):
    """The pages that people read: formulas are mathematics, figures are there, nothing fails."""
    visit = Visit(browser, COMMITTED / name, viewport={"width": 1200, "height": 800})
    visit.page.eval_on_selector_all("details", "all => all.forEach(e => { e.open = true })")
    formulas = visit.sizes("math")
    assert len(formulas) >= 10
    assert all(w > 3 and h > 3 for w, h in formulas)
    pictures = visit.page.eval_on_selector_all("img", "all => all.map(e => e.naturalWidth)")
    assert len(pictures) >= 2
    assert min(pictures) > 100
    assert visit.failed == []
    assert visit.errors == []
    text = visit.page.inner_text("main")
    assert not [sign for sign in ("\\frac", "\\begin", "$$") if sign in text]

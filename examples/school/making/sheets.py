"""Print the worksheets to PDF and photograph the charts, with Playwright and Chromium.

    python -m examples.school.making.sheets OUT [--chromium PROGRAM]

Without --chromium, the browser that Playwright installed is used. The sources are the HTML
files beside this one; nothing is fetched from the network.
"""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SHEETS = ("fiche-cycle", "fiche-fractions")
CHARTS = {"repartition": "fr", "water-on-earth": "en"}


def main() -> None:
    """Print the worksheets and charts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--chromium", default=None)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=given.chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for sheet in SHEETS:
            page.goto((HERE / f"{sheet}.html").as_uri())
            page.pdf(path=str(given.out / f"{sheet}.pdf"), prefer_css_page_size=True, tagged=True)
        page = browser.new_page(viewport={"width": 480, "height": 600}, device_scale_factor=1.5)
        for chart, lang in CHARTS.items():
            page.goto((HERE / "repartition.html").as_uri() + f"#{lang}")
            page.reload()
            page.locator("figure").screenshot(path=str(given.out / f"{chart}.png"))
        browser.close()


if __name__ == "__main__":
    main()

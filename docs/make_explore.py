"""Makes docs/explore/neuron.png: the page of the example in docs/explore.md, in mid backward.

Needs Chromium and Playwright (the extra ``browser``): python docs/make_explore.py
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PICTURE = DOCS / "explore" / "neuron.png"
STEP = 9  # of 11: backward at one of the products


def main():
    from playwright.sync_api import sync_playwright

    page = (DOCS / "explore.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.chdir(folder)
        exec(example, {})
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        shown = chromium.new_page(viewport={"width": 1100, "height": 560})
        shown.goto((Path(folder) / "graph.html").as_uri())
        shown.wait_for_selector("html[data-ready]")
        shown.evaluate(f"steps.go({STEP})")
        shown.evaluate("select([...graph.names].find(([, name]) => name === 'x2')[0])")
        PICTURE.parent.mkdir(exist_ok=True)
        shown.screenshot(path=str(PICTURE))
        chromium.close()
        os.chdir(DOCS)


if __name__ == "__main__":
    main()

"""scripts/bench, briefly, and what it makes of the results: the page, and the table in a copy of docs/performance.md."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from html.parser import HTMLParser

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STUNTCAM_BUILD", os.path.join(ROOT, "build/release"))
ROWS = ("start", "operation", "memory")
VOID = ("meta",)


class Balanced(HTMLParser):
    """Every tag is closed, in order; what stood in the cells of tables."""

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open[-1] == "p" != tag:  # HTML lets it
            self.open.pop()
        if tag in VOID:
            return
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if self.open and self.open[-1] == "td":
            self.cells.append(data)


class Script(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, *arguments, status=0):
        done = subprocess.run([os.path.join(ROOT, "scripts/bench-report"), self.folder, *arguments], capture_output=True,
                              text=True, cwd=self.folder, check=False)
        self.assertEqual(status, done.returncode, done.stderr)
        return done

    def results(self, **changes):
        """Of a run that was no brief one: some of each kind."""
        measure = {"what": "throughput", "unit": "GiB/s", "ours": 1.4, "bare": 1.5, "ratio": 0.93, "low": 0.9, "high": 0.95,
                   "interval": True, "spread": 0.1, "values": [0.93] * 7, "bound": "at least", "limit": 0.97, "verdict": "missed"}
        few = {"what": "memory", "unit": "MiB", "ours": 2, "low": 1, "high": 3, "interval": False, "spread": 0.1, "values": [1, 2, 3]}
        rows = {"machine": {"model": "Some <Processor>", "processors": 2, "memory_gib": 15.6, "kernel": "Linux 6.1", "file_system": "ext4",
                            "commit": "abc1234"},
                "brief": False, "whole": True, "pairs": 7,
                "rows": [{"name": "get", "work": "GetObject", "against": "a loop", "measures": [measure, few], "plots": [],
                          "notes": ["7 pairs."]},
                         {"name": "send", "work": "", "against": "", "failed": "no disk", "measures": [], "plots": [], "notes": []}]}
        rows.update(changes)
        with open(self.path("bench-rows.json"), "w", encoding="utf-8") as file:
            json.dump(rows, file)
        with open(self.path("bench-allocations.json"), "w", encoding="utf-8") as file:
            json.dump({"holds": True, "operations": [{"name": "GetNumObjects", "each": 7}]}, file)

    def test_brief_run(self):
        rows = [word for row in (*ROWS, "allocations", "codec") for word in ("--row", row)]
        # Links to the programs: results of another run at the same time stay its own.
        os.symlink(os.path.join(BUILD, "bench"), self.path("bench"))
        done = subprocess.run([os.path.join(ROOT, "scripts/bench"), "--brief", "--markdown", "--build-dir", self.folder, *rows],
                              capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("A brief run: these numbers mean nothing.", done.stdout)
        with open(self.path("bench.json"), encoding="utf-8") as file:
            found = json.load(file)
        self.assertEqual(sorted(ROWS), sorted(row["name"] for row in found["rows"]["rows"]))
        for key in ("model", "processors", "memory_gib", "kernel", "file_system"):
            self.assertTrue(found["rows"]["machine"][key], key)
        for program in ("codec", "library"):
            self.assertTrue(found[program]["benchmarks"])
        with open(self.path("bench.html"), encoding="utf-8") as file:
            page = Balanced()
            page.feed(file.read())
        self.assertIn("more than the process start", page.cells)
        self.assertIn("A brief run: these numbers mean nothing.", self.report("--markdown").stdout)

    def test_page_and_table(self):
        self.results()
        table = self.report("--markdown").stdout
        self.assertIn("2 processors (Some <Processor>), 16 GiB of memory, Linux 6.1, temporary files on ext4, commit abc1234.", table)
        self.assertIn("| `get`: GetObject | a loop | throughput, GiB/s | 1.4 | 1.5 | 0.93 | 0.9 – 0.95 | at least 0.97 | missed |", table)
        self.assertIn("|  |  | memory, MiB | 2 |  |  | 1 – 3 (all 3) |  |  |", table)
        self.assertIn("could not be measured: no disk", table)
        with open(self.path("bench.html"), encoding="utf-8") as file:
            text = file.read()
        page = Balanced()
        page.feed(text)
        self.assertIn("Some &lt;Processor&gt;", text)
        self.assertIn("missed", page.cells)

    def test_update(self):
        copy = self.path("performance.md")
        shutil.copy(os.path.join(ROOT, "docs/performance.md"), copy)
        with open(copy, encoding="utf-8") as file:
            before = file.read()
        for changes in ({"brief": True}, {"whole": False}):
            self.results(**changes)
            self.assertIn("one whole run", self.report("--update", copy, status=1).stderr)
        with open(copy, encoding="utf-8") as file:
            self.assertEqual(before, file.read())
        self.results()
        self.report("--update", copy)
        with open(copy, encoding="utf-8") as file:
            once = file.read()
        self.assertIn("commit abc1234", once)
        self.assertEqual(before.split("<!--")[0], once.split("<!--")[0])
        self.assertEqual(before.split("<!-- to here -->")[1], once.split("<!-- to here -->")[1])
        self.report("--update", copy)
        with open(copy, encoding="utf-8") as file:
            self.assertEqual(once, file.read())


if __name__ == "__main__":
    unittest.main()

"""How gphoto2 and our initiator react to each fault: the tables of docs/faults.md, run. `--measure` prints the rows as they are."""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import harness

DOCS = os.path.join(harness.ROOT, "docs/faults.md")
# Many of them wait for nothing: processors do not matter.
AT_ONCE = 8


def rows():
    """(camera, fault, client, command, status, words) of each table below a <!-- reactions: CAMERA -->."""
    camera = None
    with open(DOCS, encoding="utf-8") as file:
        for line in file:
            marker = re.match(r"<!-- reactions: (\S+) -->", line)
            if marker:
                camera = marker[1]
            elif not line.startswith("|") and line.strip():
                camera = None
            elif camera and line.startswith("| `"):
                cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
                yield camera, cells[0], cells[1], cells[2], int(cells[3] or 0), cells[4]


def react(camera, fault, command):
    """Exit status and stderr of the client, and how often the fault was applied."""
    words = shlex.split(command)
    with tempfile.TemporaryDirectory(prefix="stuntcam-e2e-") as home:
        client = [words[0], "{gphoto2}", *words[1:]] if words[0] == "gphoto2" else [harness.PROGRAM, *words[1:], "--timeout", "1s"]
        talk = os.path.join(home, "talk.jsonl")
        done = subprocess.run(["timeout", "-k", "5", str(60 * harness.PATIENCE), harness.PROGRAM, "run", camera, "--set", "timing.capture=100ms",
                               "--transcript", talk, "--fault", fault, "--timeout", f"{20 * harness.PATIENCE}s", "--", *client],
                              capture_output=True, text=True, errors="replace", check=False, cwd=home, stdin=subprocess.DEVNULL,
                              env=dict(os.environ, HOME=home, LC_ALL="C.UTF-8"))
        with open(talk, encoding="utf-8") as file:
            applied = sum(json.loads(line).get("note") == "fault" for line in file)
    return done.returncode, done.stderr, applied


def telling(error):
    """The line that says it."""
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    for word in ("stuntcam: ", "*** Error (", "ERROR", "rror"):
        for line in lines:
            if word in line and "nikon-d5300:" not in line:
                return re.sub(r"^stuntcam: (ptpip|fuji):\S+: ", "", line).replace("|", "/")
    return lines[-1].replace("|", "/") if lines else ""


class Reactions(harness.Test):
    def test_each(self):
        table = list(rows())
        self.assertLess(60, len(table))
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            results = list(pool.map(lambda row: react(row[0], row[1], row[2] + " " + row[3]), table))
        for (camera, fault, client, command, status, words), (left, error, applied) in zip(table, results):
            with self.subTest(fault=fault, client=client):
                if not fault.startswith(("card-", "battery", "set", "forget", "dial", "lens-", "over", "clock", "freeze")):
                    self.assertLess(0, applied, "the fault was never applied")
                self.assertEqual(status, left, error)
                self.assertIn(words, error.replace("|", "/"))


def measure():
    table = list(rows())
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(lambda row: react(row[0], row[1], row[2] + " " + row[3]), table)
        for (camera, fault, client, command, _, _), (left, error, applied) in zip(table, results):
            said = telling(error)
            print(f"| `{fault}` | {client} | `{command}` | {left} | {'`' + said + '`' if said else ''} |{'' if applied else ' NOT APPLIED'}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        measure()
    else:
        harness.main(["gphoto2"])

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
# What happens to the camera without anything being asked for.
BY_THE_CLOCK = {"battery", "card-full", "card-out", "lens-off", "overheat", "dial", "set", "forget", "clock", "freeze", "dying-battery", "full-card",
                "impatient-user", "old-firmware"}


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


def react(camera, faults, command):
    """Exit status of the client, what it says on stdout and stderr, and how often the transcript notes a fault."""
    words = shlex.split(command)
    with tempfile.TemporaryDirectory(prefix="stuntcam-e2e-") as home:
        client = [words[0], "{gphoto2}", *words[1:]] if words[0] == "gphoto2" else [harness.PROGRAM, *words[1:], "--timeout", "1s"]
        talk = os.path.join(home, "talk.jsonl")
        done = subprocess.run(["timeout", "-k", "5", str(60 * harness.PATIENCE), harness.PROGRAM, "run", camera, "--set", "timing.capture=100ms",
                               *(["--set", "DateTime=20200610T120000"] if camera == "nikon-d5300" else []),
                               "--transcript", talk, *[word for fault in faults for word in ("--fault", fault)],
                               "--timeout", f"{20 * harness.PATIENCE}s", "--", *client],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False, cwd=home,
                              stdin=subprocess.DEVNULL,
                              env=dict(os.environ, HOME=home, LC_ALL="C.UTF-8"))
        with open(talk, encoding="utf-8") as file:
            applied = sum(json.loads(line).get("note") == "fault" for line in file)
    return done.returncode, done.stdout.replace("|", "/"), applied


def react_to_all(table):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda row: react(row[0], [row[1]], row[2] + " " + row[3]), table))


def telling(said, words):
    """The line that says it: the words of before, if they are still said."""
    if words and words in said:
        return words
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for word in ("stuntcam: ", "*** Error (", "ERROR", "rror"):
        for line in lines:
            if word in line and "nikon-d5300:" not in line:
                return re.sub(r"^stuntcam: (ptpip|fuji):\S+: ", "", line)
    return lines[-1] if lines else ""


class Reactions(harness.Test):
    def test_each(self):
        table = list(rows())
        self.assertLess(60, len(table))
        unnoted = []
        for row, (left, said, applied) in zip(table, react_to_all(table)):
            _, fault, client, _, status, words = row
            with self.subTest(fault=fault, client=client):
                self.assertEqual(status, left, said)
                self.assertIn(words, said)
                if applied == 0:
                    unnoted.append(row)
        self.show_what_the_clock_did(unnoted)

    def show_what_the_clock_did(self, table):
        """No packet bears the note of what the clock does to the camera. Then the client says what it does not say without."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            results = list(pool.map(lambda row: react(row[0], [], row[2] + " " + row[3]), table))
        for (_, fault, client, _, status, words), (left, said, _) in zip(table, results):
            with self.subTest(fault=fault, client=client):
                self.assertIn(fault.split(":")[0], BY_THE_CLOCK, "the fault was never applied")
                self.assertFalse(status == left and words in said, f"the same without the fault: {said}")

    def test_each_scenario_is_in_the_tables(self):
        done = subprocess.run([harness.PROGRAM, "faults", "--json"], capture_output=True, check=True, text=True)
        names = {line["scenario"] for line in map(json.loads, done.stdout.splitlines()) if "scenario" in line}
        self.assertLess(7, len(names))
        self.assertLessEqual(names, {fault for _, fault, *_ in rows()})


def measure():
    table = list(rows())
    for (_, fault, client, command, _, words), (left, said, applied) in zip(table, react_to_all(table)):
        line = telling(said, words) if words or left else ""
        print(f"| `{fault}` | {client} | `{command}` | {left} | {'`' + line + '`' if line else ''} |{'' if applied else ' NOT NOTED'}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        measure()
    else:
        harness.main(["gphoto2"])

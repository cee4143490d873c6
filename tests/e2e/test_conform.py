"""`conform` against our own cameras, which keep the rules, and against one that does not; its reports, as others read them."""
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import harness
import liar

EXPECTED = os.path.join(harness.ROOT, "tests/e2e/expected-failures")


def profiles():
    listed = subprocess.run([harness.PROGRAM, "cameras", "--json"], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in listed.splitlines()]


class Conform(harness.Test):
    def conform(self, port, *arguments, status=0):
        done = subprocess.run([harness.PROGRAM, "conform", f"ptpip:127.0.0.1:{port}", *arguments], capture_output=True, text=True,
                              check=False, timeout=300)
        self.assertEqual(status, done.returncode, done.stdout[-6000:] + done.stderr)
        return done.stdout

    def test_every_profile(self):
        for profile in profiles():
            if profile.get("dialect", "ptpip") != "ptpip":
                continue
            with self.subTest(camera=profile["name"]):
                known = os.path.join(EXPECTED, profile["name"] + ".txt")
                more = ["--expected-failures", known] if os.path.exists(known) else []
                port = self.camera(camera=profile["name"]).port
                out = self.conform(port, "--destructive", "-v", *more)
                self.assertGreater(int(re.search(r"(\d+) passed", out)[1]), 50)

    def test_reports(self):
        port = self.camera(camera="generic").port
        lines = [json.loads(line) for line in self.conform(port, "handshake", "sessions.*", "--json").splitlines()]
        self.assertEqual("begin", lines[0]["type"])
        self.assertEqual("summary", lines[-1]["type"])
        cases = lines[1:-1]
        self.assertEqual({"handshake", "sessions"}, {case["chapter"] for case in cases})
        self.assertEqual(lines[-1]["passed"], len(cases))
        for case in cases:
            self.assertEqual(("case", "passed"), (case["type"], case["outcome"]))
            self.assertTrue(case["rule"].endswith("."))

        file = self.path("junit.xml")
        tap = self.conform(port, "sessions", "--tap", "--junit", file).splitlines()
        count = int(re.fullmatch(r"1\.\.(\d+)", tap[1])[1])
        self.assertEqual([f"ok {number}" for number in range(1, count + 1)], [re.match(r"ok \d+", line)[0] for line in tap if line.startswith("ok")])
        suites = ElementTree.parse(file).getroot()
        self.assertEqual([str(count)], [suite.get("tests") for suite in suites])
        self.assertEqual(count, len(suites.findall("testsuite/testcase")))

    def test_a_liar_is_caught(self):
        lying = liar.Liar({0x1001: liar.device_info([0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1007, 0x1008, 0x1009]),
                           0x1004: lambda *_: (4, liar.array("I", [0x10001]), liar.OK)})
        self.addCleanup(lying.close)
        file = self.path("junit.xml")
        out = self.conform(lying.port, "--json", "--junit", file, "--timeout", "300ms", "--except", "framing.*", "--except", "data.out-*", status=1)
        failed = {case["id"]: case for case in map(json.loads, out.splitlines()) if case.get("outcome") == "failed"}
        self.assertIn("transactions.unsupported", failed)
        self.assertEqual("OperationNotSupported (0x2005) in answer to 0x1FFE", failed["transactions.unsupported"]["expected"])
        self.assertEqual("OK (0x2001)", failed["transactions.unsupported"]["got"])
        self.assertTrue(any("OperationResponse" in line for line in failed["transactions.unsupported"]["trace"]))
        failures = ElementTree.parse(file).getroot().findall("testsuite/testcase/failure")
        self.assertEqual(len(failed), len(failures))
        tap = self.conform(lying.port, "--tap", "--timeout", "300ms", "sessions", status=1)
        self.assertIn("\nnot ok ", tap)

    def test_planted_faults_are_found(self):
        for fault, finder in [("transaction:add=1,operation=GetStorageIDs,packet=OperationResponse", "transactions.response-id"),
                              ("total:value=4,operation=GetDeviceInfo", "data.total"), ("data:hex=0100,operation=GetDeviceInfo", "device.decodes")]:
            with self.subTest(fault):
                out = self.conform(self.camera("--fault", fault, camera="generic").port, finder, "--json", "--timeout", "2s", status=1)
                self.assertEqual([finder], [case["id"] for case in map(json.loads, out.splitlines()) if case.get("outcome") == "failed"])
                self.conform(self.camera(camera="generic").port, finder)

    def test_expected_failures(self):
        lying = liar.Liar({0x1001: liar.device_info([0x1001, 0x1002, 0x1003, 0x1004])})
        self.addCleanup(lying.close)
        known = self.path("known.txt")

        def expect(text):
            with open(known, "w", encoding="utf-8") as file:
                file.write(text)
        expect("# a remark\nsessions.not-open  # this one too\n")
        self.assertIn("1 failed as expected", self.conform(lying.port, "sessions.not-open", "--expected-failures", known))
        expect("sessions.open\n")
        self.assertIn("against expectation", self.conform(lying.port, "sessions.open", "--expected-failures", known, status=1))
        expect("")
        self.conform(lying.port, "sessions.not-open", "--expected-failures", known, status=1)
        expect("sessions.opne\n")
        self.conform(lying.port, "sessions.not-open", "--expected-failures", known, status=2)

    def test_nobody_there(self):
        lying = liar.Liar({})
        lying.close()
        self.conform(lying.port, status=3)


if __name__ == "__main__":
    harness.main()

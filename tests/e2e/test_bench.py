"""`stuntcam bench`: every row there or its reason, JSON that compare.py takes, pictures, cameras that refuse or go away; and how a client fares. No time is asserted."""
import json
import os
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as xml

import harness
from initiator import Initiator

BRIEF = ("--repeat", "2", "--warm-up", "0", "--round-trips", "5")


class Bench(Initiator):
    def bench(self, *arguments, **more):
        return json.loads(self.stuntcam("bench", *arguments, *BRIEF, "--json", **more))

    def test_everything(self):
        told = self.bench(self.target("--media", self.media(), "--writable", camera="generic"), "--upload", "100KiB")
        self.assertIn("stuntcam", told["context"]["executable"])
        names = {entry["run_name"] for entry in told["benchmarks"]}
        for name in ("download/2.86MiB", "download/64KiB", "partial/64KiB", "upload/100KiB", "listing/handles", "listing/info",
                     "property/get", "property/describe", "property/set", "event/probe"):
            self.assertIn(name, names)
        for entry in told["benchmarks"]:
            if entry["run_name"].startswith(("download/", "upload/")):
                self.assertNotIn("error_occurred", entry)
                self.assertGreater(entry["real_time"], 0)
        aggregates = {entry["aggregate_name"] for entry in told["benchmarks"] if entry["run_type"] == "aggregate"}
        self.assertEqual({"mean", "median", "stddev"}, aggregates)
        self.assertEqual(sorted(os.listdir(self.path("media", "DCIM", "100TEST"))), ["AT64K.MOV", "BIG.MOV", "SMALL.MOV"], "as it was")

    def test_table(self):
        out = self.stuntcam("bench", self.target("--media", self.media(), camera="generic"), *BRIEF, "--only", "property", "--only", "download").decode()
        self.assertIn("Generic PTP Camera", out)
        self.assertIn("property/get", out)
        self.assertIn("round trips/s", out)
        self.assertNotIn("listing", out)

    def test_a_camera_that_is_not_writable_says_so_in_its_row(self):
        profile = self.path("locked.toml")
        with open(profile, "w", encoding="utf-8") as file:
            file.write('extends = "generic"\n[[storage]]\nid = 0x00010001\ntype = "removable-ram"\nfilesystem = "dcf"\naccess = "read-only"\n'
                       'capacity = "1GiB"\n')
        told = self.bench(self.target(camera=profile), "--only", "upload", "--only", "property/get")
        errors = {entry["run_name"]: entry["error_message"] for entry in told["benchmarks"] if entry.get("error_occurred")}
        self.assertEqual(["upload/8MiB"], list(errors))
        self.assertIn("the camera answered ", errors["upload/8MiB"])
        self.assertTrue(any(entry["run_name"] == "property/get" for entry in told["benchmarks"]))

    def test_live_view(self):
        told = self.bench(self.target(camera="nikon-d5300"), "--only", "live-view")
        frames = [entry for entry in told["benchmarks"] if entry["run_type"] == "iteration"]
        self.assertTrue(all(entry["items_per_second"] > 0 for entry in frames), frames)

    def test_a_camera_that_goes_away(self):
        camera = harness.Camera("--media", self.media(), camera="generic")
        self.addCleanup(camera.log.close)
        process = subprocess.Popen([harness.PROGRAM, "bench", camera.ready[0]["target"], "--repeat", "1000000", "--only", "property/get", "--only",
                                    "listing"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(harness.kill_group, process)
        head = process.stdout.readline()
        time.sleep(0.3)
        camera.process.kill()
        camera.process.wait()
        camera.process.stdout.close()
        out, err = process.communicate(timeout=60 * harness.PATIENCE)
        self.assertIn("Generic", head)
        for name in ("listing/handles", "listing/info", "property/get"):
            self.assertIn(name, out, err)
        self.assertIn("cannot connect", out + err)

    def test_interrupted(self):
        target = self.target("--media", self.media(), camera="generic")
        process = subprocess.Popen([harness.PROGRAM, "bench", target, "--repeat", "1000000", "--only", "property/get"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(harness.kill_group, process)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30 * harness.PATIENCE)
        self.assertEqual(130, process.returncode, out + err)

    def test_nobody_there(self):
        self.stuntcam("bench", "ptpip:127.0.0.1:1", status=3)

    def test_svg(self):
        path = self.path("speed.svg")
        self.bench(self.target("--media", self.media(), camera="generic"), "--only", "download", "--only", "partial", "--only", "property/get", "--plot", path)
        picture = xml.parse(path).getroot()
        texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
        for text in ("download", "partial", "property/get", "64KiB", "MiB/s", "99 %"):
            self.assertIn(text, texts)

    def test_png(self):
        path = self.path("speed.png")
        target = self.target("--media", self.media(), camera="generic")
        if not shutil.which("rsvg-convert"):
            self.stuntcam("bench", target, *BRIEF, "--plot", path, status=3)
            self.assertIn("librsvg2-bin", self.err)
            return
        self.bench(target, "--only", "property/get", "--plot", path)
        with open(path, "rb") as file:
            self.assertEqual(b"\x89PNG", file.read(4))
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.endswith(".png.svg")])

    def test_wrong_options(self):
        self.stuntcam("bench", "ptpip:127.0.0.1:1", "--plot", "speed.gif", status=2)
        self.stuntcam("bench", "ptpip:127.0.0.1:1", "--only", "speed", status=2)
        self.assertIn("download", self.err)
        self.stuntcam("bench", "ptpip:127.0.0.1:1", "--chunk", "many", status=2)

    def test_a_client(self):
        out = self.stuntcam("bench", "generic", "--media", self.media(), "--json", *BRIEF, "--", harness.PROGRAM, "get-all", self.path("got", "x"))
        told = json.loads(out[out.index(b"{\n"):])
        total = 1 + 65536 + 3_000_001
        self.assertEqual(total, sum(each["bytes"] for each in told["by_operation"] if each["name"] in ("GetObject", "GetPartialObject")))
        self.assertGreaterEqual(told["downloaded"], total)
        self.assertEqual(0, told["uploaded"])
        self.assertEqual(told["operations"], sum(each["count"] for each in told["by_operation"]))
        self.assertLessEqual(told["thinking"] + told["transferring"] + told["answering"], told["span"] * 1.01)
        self.assertGreater(told["possible"], 0)

    def test_a_client_in_words(self):
        self.stuntcam("bench", "generic", *BRIEF, "--", harness.PROGRAM, "info")
        for words in ("the client, between operations", "data on its way", "the camera, answering", "GetDeviceInfo", "could have done the same"):
            self.assertIn(words, self.err)

    def test_a_client_behind_a_fault(self):
        """The camera is measured with the same faults, so what they cost is not laid at the client's door."""
        out = self.stuntcam("bench", "generic", "--fault", "late:delay=20ms,operation=GetDeviceInfo", "--json", *BRIEF, "--", harness.PROGRAM, "info")
        told = json.loads(out[out.index(b"{\n"):])
        each = {operation["name"]: operation["seconds"] / operation["count"] for operation in told["by_operation"]}
        self.assertGreater(each["GetDeviceInfo"], 0.02)
        self.assertGreater(told["answering"], 0.02)
        self.assertIn("possible", told)

    def test_a_client_that_fails(self):
        self.stuntcam("bench", "generic", *BRIEF, "--", "sh", "-c", "exit 7", status=7)
        self.stuntcam("bench", "generic", *BRIEF, "--", "/does/not/exist", status=127)
        self.stuntcam("bench", "generic", "--timeout", "300ms", *BRIEF, "--", "sleep", "60", status=124)


if __name__ == "__main__":
    harness.main()

"""A recording replayed: as the camera, for gphoto2, and as the client, against live cameras."""
import json
import os
import subprocess
import xml.etree.ElementTree

import harness


def stuntcam(*arguments, status=0, **more):
    done = subprocess.run([harness.PROGRAM, *arguments], capture_output=True, check=False, timeout=100 * harness.PATIENCE, **more)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stderr.decode()}\n{done.stdout.decode()}")
    return done


def records(capture, *options):
    return [json.loads(line) for line in stuntcam("decode", "--json", *options, capture).stdout.splitlines()]


def transactions(capture):
    """What passed, without what differs from one time to the next."""
    return [(one["session"], one["operation"]["name"], one["operation"]["params"], one["response"],
             {key: value for key, value in (one["data"] or {}).items()})
            for one in records(capture) if one["type"] == "transaction"]


class Replay(harness.Test):
    visits = (["--list-files"], ["--get-file", "1"], ["--set-config", "iso=400"], ["--capture-image-and-download"])

    def record(self, name, *options, visits=visits, **more):
        """Sessions of gphoto2 with a camera; the recording, what it printed, the files that it got."""
        recording = self.path(name)
        camera = self.camera("--record", recording, *options, **more)
        outputs = [self.gphoto2(camera.port, *one) for one in visits]
        camera.stop()
        return recording, outputs, camera

    def files(self, output):
        return {name: os.path.join(output.where, name) for name in sorted(os.listdir(output.where)) if not name.startswith(".")}

    def test_gphoto2_gets_the_same_from_a_replay(self):
        first, was, _ = self.record("first.pcapng")
        second, now, camera = self.record("second.pcapng", "--timing", "none", "--json", camera=first)
        self.assertEqual([str(one) for one in was], [str(one) for one in now])
        for before, after in zip(was, now):
            self.assertEqual(self.files(before).keys(), self.files(after).keys())
            for name, path in self.files(before).items():
                self.assertSameFile(path, self.files(after)[name])
        self.assertEqual(self.without_polls(transactions(first)), self.without_polls(transactions(second)))
        self.assertEqual(len(self.visits), camera.ready[0]["port"] and len({one[0] for one in transactions(second)}))
        saved = [self.path(name, "x").removesuffix("/x") for name in ("a", "b")]
        for capture, where in zip((first, second), saved):
            stuntcam("decode", "--objects", where, capture)
        self.assertEqual(sorted(os.listdir(saved[0])), sorted(os.listdir(saved[1])))
        self.assertTrue(os.listdir(saved[0]))
        for name in os.listdir(saved[0]):
            self.assertSameFile(os.path.join(saved[0], name), os.path.join(saved[1], name))

    def without_polls(self, listed):
        return [one for one in listed if not one[1].startswith("GetEvent")]

    def test_strict_tells_by_its_status_whether_a_client_departed(self):
        recording, _, _ = self.record("list.pcapng", visits=[["--list-files"]])
        play = ["run", recording, "--match", "strict", "--timing", "none", "--json", "--"]
        environment = dict(os.environ, HOME=self.folder)
        same = stuntcam(*play, "gphoto2", "{gphoto2}", "--list-files", env=environment)
        report = json.loads(next(line for line in same.stdout.splitlines() if b'"replayed"' in line))
        self.assertEqual((0, 0, False), (report["misses"], report["unasked_transactions"], report["differed"]))
        # The client's own status is 0, so this is the replay's.
        other = stuntcam(*play, "sh", "-c", "gphoto2 {gphoto2} --summary; true", env=environment, status=1)
        report = json.loads(next(line for line in other.stdout.splitlines() if b'"replayed"' in line))
        self.assertTrue(report["differed"])
        self.assertTrue(report["missed"])
        self.assertIn(b"not in the capture: ", other.stderr)
        absent = stuntcam(*play, "true", status=1)
        report = json.loads(next(line for line in absent.stdout.splitlines() if b'"replayed"' in line))
        self.assertEqual((0, True), (report["connections"], report["differed"]))
        self.assertLess(0, report["unasked_transactions"])

    def test_a_profile_answers_what_the_capture_does_not(self):
        recording, _, _ = self.record("list.pcapng", visits=[["--list-files"]])
        camera = self.camera("--timing", "none", "--on-miss", "profile:nikon-d5300", camera=recording)
        self.assertIn("Battery", self.gphoto2(camera.port, "--summary"))
        self.assertIn("DSC_0001.JPG", self.gphoto2(camera.port, "--list-files"))

    def test_the_client_finds_no_difference_and_exactly_one(self):
        recording, _, _ = self.record("session.pcapng")
        same = self.camera()
        target = same.ready[0]["target"]
        done = stuntcam("replay", recording, target, "--junit", self.path("report.xml"), "--record", self.path("client.pcapng"))
        self.assertEqual(b"", done.stdout)
        self.assertIn(b" 0 different, 0 failed", done.stderr)
        suite = xml.etree.ElementTree.parse(self.path("report.xml")).getroot()
        self.assertEqual("0", suite.get("failures"))
        self.assertEqual(suite.get("tests"), str(len(suite.findall("testcase"))))
        asked = [one[1] for one in transactions(self.path("client.pcapng"))]
        self.assertIn("GetDeviceInfo", asked)
        self.assertIn("GetObject", asked)

        changed = self.camera("--set", "ExposureIndex=800")
        done = stuntcam("replay", "--json", recording, changed.ready[0]["target"], status=1)
        steps = [json.loads(line) for line in done.stdout.splitlines()]
        fields = {each["field"] for step in steps for each in step.get("differences", [])}
        self.assertEqual({"GetDevicePropDesc(ExposureIndex).CurrentValue"}, fields)
        self.assertEqual("summary", steps[-1]["type"])
        masked = self.camera("--set", "ExposureIndex=800")
        stuntcam("replay", recording, masked.ready[0]["target"], "--mask", "ExposureIndex")

    def test_what_a_recording_left_out_is_said(self):
        recording, _, _ = self.record("cut.pcapng", "--record-cut", "64KiB", visits=[["--get-file", "1"]])
        self.assertLess(os.path.getsize(recording), 1 << 20)
        cut = [one for one in records(recording) if one["type"] == "transaction" and one["incomplete"]]
        self.assertEqual(["GetPartialObject"] * 4, [one["operation"]["name"] for one in cut])
        self.assertEqual((65536, 1 << 20), (cut[0]["data"]["size"], cut[0]["data"]["announced"]))
        camera = self.camera(camera=recording)
        self.assertIn("bytes were not captured", camera.said())
        self.assertIn("can't be replayed; --allow-incomplete", camera.said())
        zeros = self.camera("--allow-incomplete", "--timing", "none", camera=recording)
        where = self.gphoto2(zeros.port, "--get-file", "1").where
        with open(os.path.join(where, "DSC_0001.JPG"), "rb") as file:
            content = file.read()
        self.assertEqual((4 << 20, b"\xff\xd8", bytes(16)), (len(content), content[:2], content[-16:]))

    def test_a_recording_is_kept_only_if_the_client_fails(self):
        for client, kept in (("true", False), ("false", True)):
            stuntcam("run", "nikon-d5300", "--record-on-failure", self.path(client), "--", client, status=int(kept))
            self.assertEqual(kept, os.path.exists(self.path(client)))
        stuntcam("run", "nikon-d5300", "--record-on-failure", "-", "--", "true", status=2)

    def test_a_recording_on_standard_output_is_alone_there(self):
        done = stuntcam("run", "nikon-d5300", "--json", "--record", "-", "--", harness.PROGRAM, "info")
        self.assertEqual(b"\x0a\x0d\x0d\x0a", done.stdout[:4])
        self.assertIn(b'"event":"ready"', done.stderr)
        self.assertIn(b"D5300", done.stderr)
        decoded = stuntcam("decode", "-", input=done.stdout)
        self.assertIn(b"GetDeviceInfo()", decoded.stdout)

    def test_a_dialect_is_replayed_in_that_dialect(self):
        recording = self.path("dialect.pcapng")
        ask = ["--", harness.PROGRAM, "info", "--json"]
        was = stuntcam("run", "fujifilm-x-t1", "-q", "--record", recording, *ask)
        now = stuntcam("run", recording, "-q", "--timing", "none", *ask)
        self.assertIn(b"X-T1", was.stdout)
        self.assertEqual(was.stdout, now.stdout)

    def test_statuses(self):
        stuntcam("serve", self.path("missing.pcapng"), status=3)
        recording, _, _ = self.record("list.pcapng", visits=[["--list-files"]])
        for wrong in (["--match", "x"], ["--timing", "x"], ["--on-miss", "x"], ["--session", "9"], ["--any-data", "Nothing"],
                      ["--on-miss", "profile:x"]):
            stuntcam("serve", recording, "--port", "0", *wrong, status=2)
        stuntcam("replay", recording, "ptpip:127.0.0.1:1", status=3)
        stuntcam("replay", recording, "nothing", status=2)
        os.symlink(recording, self.path("link.pcapng"))
        size = os.path.getsize(recording)
        for option in ("--record", "--transcript"):
            stuntcam("serve", recording, "--port", "0", option, self.path("link.pcapng"), status=2)
        stuntcam("run", recording, "--record", self.path("link.pcapng"), "--", "true", status=125)
        stuntcam("replay", recording, "ptpip:127.0.0.1:1", "--record", self.path("link.pcapng"), status=2)
        stuntcam("replay", recording, "ptpip:127.0.0.1:1", "--junit", self.path("link.pcapng"), status=2)
        self.assertEqual(size, os.path.getsize(recording))


if __name__ == "__main__":
    harness.main(["gphoto2"])

"""profile learn and redact: a camera out of a recording of ours, out of gphoto2's words, out of the camera itself."""
import json
import os
import re
import subprocess

import harness

CAMERA = "nikon-d5300"


def stuntcam(*arguments):
    return subprocess.run([harness.PROGRAM, *arguments], capture_output=True, check=False, timeout=100, text=True)


def shown(profile):
    done = stuntcam("profile", "show", "--json", profile)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


class Learn(harness.Test):
    def learn(self, source):
        learned = self.path("learned.toml")
        done = stuntcam("profile", "learn", source, "-o", learned)
        self.assertEqual(0, done.returncode, done)
        self.assertEqual(0, stuntcam("profile", "check", learned).returncode)
        return learned

    def without(self, summary, *patterns):
        lines = [line for line in summary.splitlines() if not any(re.search(one, line) for one in patterns)]
        self.assertGreater(len(lines), 100)
        return lines

    def test_from_a_recording(self):
        recording = self.path("session.pcapng")
        camera = self.camera("--record", recording)
        original = self.gphoto2(camera.port, "--summary")
        listed = self.gphoto2(camera.port, "--list-files")
        self.gphoto2(camera.port, "--wait-event=1s")
        camera.stop()
        learned = self.learn(recording)
        ours, theirs = shown(CAMERA), shown(learned)
        self.assertEqual(ours["dialect"], theirs["dialect"])
        for field in ("poll_events", "push_events"):
            self.assertEqual(ours["quirks"][field], theirs["quirks"][field], field)
        for field in ("id", "type", "filesystem", "access", "capacity"):
            self.assertEqual([one[field] for one in ours["storage"]], [one[field] for one in theirs["storage"]], field)
        for field in ("manufacturer", "model", "version", "operations", "events", "capture_formats", "image_formats",
                      "vendor_extension_id", "vendor_extension_desc"):
            self.assertEqual(ours["device"][field], theirs["device"][field], field)
        described = {one["code"]: one for one in theirs["property"]}
        self.assertEqual({one["code"] for one in ours["property"]}, set(described))
        for one in ours["property"]:
            for field in ("type", "access", "range", "enum", "listed"):
                self.assertEqual(one.get(field), described[one["code"]].get(field), (one, field))
            if one["code"] == "SessionInitiatorVersionInfo":  # names a person's computer
                self.assertEqual("", described[one["code"]].get("current"))
                continue
            values = ("default",) if one["code"] == "DateTime" else ("default", "current")
            for field in values:
                self.assertEqual(one.get(field), described[one["code"]].get(field), (one, field))
        # Served again, gphoto2 sees the same, but for the number and what may name people.
        port = self.camera(camera=learned).port
        self.assertEqual(listed, self.gphoto2(port, "--list-files"))
        got = os.path.join(self.gphoto2(port, "--get-file", "1").where, "DSC_0001.JPG")
        self.assertEqual(4 << 20, os.path.getsize(got))
        self.assertIsJpeg(got)
        shot = self.gphoto2(port, "--capture-image-and-download").where
        self.assertIsJpeg(os.path.join(shot, next(name for name in os.listdir(shot) if name.endswith(".jpg"))))
        again = self.gphoto2(self.camera(camera=learned).port, "--summary")
        different = (r"erial [Nn]umber", r"Free Space", r"VolumeLabel", r"Date & Time", r"Image Comment", r"0xd406")
        self.assertEqual(self.without(original, *different), self.without(again, *different))
        with open(learned, encoding="utf-8") as file:
            text = file.read()
        self.assertRegex(text, r'model = "D5300"  # frame \d+')
        self.assertIn("# not observed", text)

    def test_from_a_summary(self):
        original = self.gphoto2(self.camera().port, "--summary")
        with open(self.path("summary.txt"), "w", encoding="utf-8") as file:
            file.write(original)
        again = self.gphoto2(self.camera(camera=self.learn(self.path("summary.txt"))).port, "--summary")
        # docs/learn.md has the list.
        different = (r"erial [Nn]umber", r"VolumeLabel", r"Free Space", r"Generic Image Capture", r"Date & Time", r"Image Comment",
                     r"0xd406")
        self.assertEqual(self.without(original, *different), self.without(again, *different))
        lines = [line for line in original.splitlines() if re.search(r"\(0x....\):\(read", line)]
        self.assertGreater(len(lines), 50)
        missing = [line for line in lines if line not in again]
        self.assertLessEqual(len(missing), 4, missing)  # texts that may name people; the time

    def test_from_a_camera(self):
        camera = self.camera()
        learned = shown(self.learn(f"ptpip:127.0.0.1:{camera.port}"))
        self.assertEqual(shown(CAMERA)["device"]["operations"], learned["device"]["operations"])
        self.assertEqual(len(shown(CAMERA)["property"]), len(learned["property"]))

    def test_statuses(self):
        self.assertEqual(3, stuntcam("profile", "learn", self.path("missing")).returncode)
        self.assertEqual(3, stuntcam("profile", "learn", harness.__file__).returncode)
        self.assertEqual(2, stuntcam("profile", "learn", "a", "b").returncode)

    def test_redacted(self):
        recording, shared = self.path("session.pcapng"), self.path("shared.pcapng")
        camera = self.camera("--record", recording)
        self.gphoto2(camera.port, "--summary")
        self.gphoto2(camera.port, "--get-file", "1")
        camera.stop()
        done = stuntcam("redact", recording, shared)
        self.assertEqual(0, done.returncode, done)
        self.assertIn("replaced serial number: 1 different", done.stdout)
        self.assertRegex(done.stdout, "blanked data of Get(Partial)?Object: [0-9]{7}")

        def transactions(path):
            records = [json.loads(line) for line in stuntcam("decode", "--json", path).stdout.splitlines()]
            return [(record["frames"], record["operation"], record["response"], (record["data"] or {}).get("size"))
                    for record in records if record["type"] == "transaction"]
        self.assertEqual(transactions(recording), transactions(shared))
        os.symlink(recording, self.path("link.pcapng"))
        for out in (recording, os.path.join(self.folder, ".", "session.pcapng"), self.path("link.pcapng"), "-"):
            self.assertEqual(2, stuntcam("redact", recording, out).returncode, out)
        self.assertEqual(transactions(recording), transactions(shared))
        self.assertEqual(3, stuntcam("redact", self.path("missing"), shared).returncode)


if __name__ == "__main__":
    harness.main(["gphoto2", "djpeg", "exiftool"])

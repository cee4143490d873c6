"""gphoto2 as "Fuji X (WLAN)", and our own initiator, against the X-T1."""
import json
import os
import re
import socket
import subprocess
import tempfile

import harness

# As the program ptp-ip printed them from a camera, behind the heads of the containers.
CAPABILITIES = bytes.fromhex(
    "0800000016000000125004000100000000020300000002000400140000000C500400010200098002020009800A802400000005500400"
    "0102000200020A0002000400068001800280038006000A800B800C803600000010500300010000000002130048F495F5E3F630F87DF9"
    "CBFA18FC65FDB3FE00004D019B02E80335058306D0071D096B0AB80B2600000001D004000101000200020B0001000200030004000500"
    "06000700080009000A000B00780000002AD0060001FFFFFFFF00190080021900900100802003008040060080800C0080001900806400"
    "0040C8000000FA0000004001000090010000F40100008002000020030000E8030000E204000040060000D0070000C4090000800C0000"
    "A00F00008813000000190000003200400064004000C800401400000019D004000101000100020200000001001E0000007CD106000100"
    "0000000404020301000000000707091001000000")
STATE = bytes.fromhex(
    "1100015003000000" "41D20A000000" "055002000000" "0A5001800000" "0C500A800000" "0E5002000000" "105000000000"
    "125000000000" "01D002000000" "18D004000000" "28D000000000" "2AD000190080" "7CD104040203" "09D200000000"
    "1BD200000000" "29D297050000" "2AD28F060000")


class Fuji(harness.Test):
    def run_client(self, *client, options=(), status=0, where=None):
        """A client against a fresh camera; its stdout."""
        where = where or tempfile.mkdtemp(dir=self.folder)
        done = subprocess.run([harness.PROGRAM, "run", "fujifilm-x-t1", *options, "--", *client], cwd=where,
                              env=dict(os.environ, HOME=where, LC_ALL="C.UTF-8"), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=100 * harness.PATIENCE, check=False)
        out = harness.Output(done.stdout.decode(errors="replace"))
        out.err = done.stderr.decode(errors="replace")
        out.where = where
        self.assertEqual(status, done.returncode, f"{client}\nstdout: {out}\nstderr: {out.err}")
        return out

    def gphoto(self, *arguments, **more):
        return self.run_client("gphoto2", "{gphoto2}", *arguments, **more)

    def on(self, camera, *arguments, status=0):
        """gphoto2 against a camera that goes on."""
        where = tempfile.mkdtemp(dir=self.folder)
        ready = camera.ready[0]
        done = subprocess.run(["gphoto2", "--port", f"ptpip:127.0.0.1:{ready['port']}:{ready['event_port']}", "--camera",
                               "Fuji X (WLAN)", *arguments], cwd=where, env=dict(os.environ, HOME=where, LC_ALL="C.UTF-8"),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100 * harness.PATIENCE,
                              check=False)
        self.assertEqual(status, done.returncode, f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done.stdout

    def stuntcam(self, *arguments, status=0):
        done = subprocess.run([harness.PROGRAM, *arguments], capture_output=True, cwd=self.folder, check=False,
                              timeout=100 * harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.assertEqual(status, done.returncode, f"{arguments}\n{done.stderr.decode()}\n{done.stdout[:2000]}")
        self.err = done.stderr.decode()
        return done.stdout


class Gphoto2(Fuji):
    def test_summary(self):
        out = self.gphoto("--summary")
        self.assertIn("FUJIFILM", out)
        self.assertIn("X-T1", out)

    def test_list_and_get(self):
        out = self.gphoto("--list-files")
        for number in (1, 2, 3):
            self.assertIn(f"DSCF000{number}.JPG", out)
        got = self.gphoto("--get-file", "2", "--filename", "two.jpg")
        path = os.path.join(got.where, "two.jpg")
        self.assertEqual(5 << 20, os.path.getsize(path))
        self.assertIsJpeg(path)
        self.assertEqual("X-T1", self.exif(path)["Model"])

    def test_all_config(self):
        out = self.gphoto("--list-all-config")
        for name in ["whitebalance", "filmsimulation", "exposurecompensation"]:
            self.assertRegex(out, rf"(?m)/{name}$")

    def test_set_config(self):
        camera = self.camera(camera="fujifilm-x-t1")
        before = self.on(camera, "--get-config", "filmsimulation")
        current = re.search(r"^Current: (.*)$", before, re.MULTILINE).group(1)
        choices = re.findall(r"^Choice: \d+ (.*)$", before, re.MULTILINE)
        wanted = next(choice for choice in choices if choice != current)
        self.on(camera, "--set-config", f"filmsimulation={wanted}")
        after = self.on(camera, "--get-config", "filmsimulation")
        self.assertEqual(wanted, re.search(r"^Current: (.*)$", after, re.MULTILINE).group(1))

    def test_capture_and_download(self):
        got = self.gphoto("--capture-image-and-download", "--filename", "shot.jpg")
        path = os.path.join(got.where, "shot.jpg")
        self.assertIsJpeg(path)
        self.assertEqual("X-T1", self.exif(path)["Model"])

    def test_capture_stays_on_the_card(self):
        camera = self.camera(camera="fujifilm-x-t1")
        self.on(camera, "--capture-image")
        self.on(camera, "--capture-image")
        out = self.on(camera, "--list-files")
        for number in (4, 5):
            self.assertIn(f"DSCF000{number}.JPG", out)

    def test_preview(self):
        got = self.gphoto("--capture-preview", "--filename", "preview.jpg")
        pictures = [name for name in os.listdir(got.where) if name.endswith("preview.jpg")]
        self.assertEqual(1, len(pictures), os.listdir(got.where))
        done = subprocess.run(["djpeg", "-outfile", "/dev/null", os.path.join(got.where, pictures[0])], check=False,
                              capture_output=True)
        self.assertEqual(0, done.returncode, done.stderr)


class Documents(Fuji):
    """The examples of the document that describes the camera: opreq 0x902B, opreq 0x1015 0xD212."""

    def answer(self, preset, *operation):
        got = self.run_client(harness.PROGRAM, "op", "{target}", *operation, "--out", "answer",
                              options=("--preset", preset))
        with open(os.path.join(got.where, "answer"), "rb") as file:
            return file.read()

    def test_capabilities(self):
        self.assertEqual(CAPABILITIES, self.answer("documented-902b", "0x902B"))

    def test_state(self):
        self.assertEqual(STATE, self.answer("documented-d212", "0x1015", "0xD212"))


class Initiator(Fuji):
    def test_ports(self):
        ready = self.camera(camera="fujifilm-x-t1").ready[0]
        self.assertEqual(ready["event_port"] + 1, ready["liveview_port"])
        self.assertEqual(f"fuji:127.0.0.1:{ready['port']}:{ready['event_port']}:{ready['liveview_port']}", ready["target"])
        out = self.run_client("echo", "{port} {event_port} {liveview_port}", "{gphoto2}")
        self.assertRegex(out, r"^\d+ \d+ \d+ --port=ptpip:127\.0\.0\.1:\d+:\d+ --camera=Fuji X \(WLAN\)$")

    def test_several_cameras_have_three_ports_each(self):
        cameras = self.camera(camera="fujifilm-x-t1", count=2).ready
        self.assertEqual(6, len({ready[port] for ready in cameras for port in ("port", "event_port", "liveview_port")}))

    def test_commands(self):
        target = self.camera(camera="fujifilm-x-t1").ready[0]["target"]
        self.assertEqual("X-T1", json.loads(self.stuntcam("info", target, "--json"))["Model"])
        names = [json.loads(line)["name"] for line in self.stuntcam("ls", target, "--json").splitlines()]
        self.assertEqual(["DSCF0001.JPG", "DSCF0002.JPG", "DSCF0003.JPG"], names)
        self.stuntcam("get", target, "DSCF0003.JPG", "-o", "three.jpg")
        self.assertIsJpeg(self.path("three.jpg"))
        self.stuntcam("prop", "set", target, "FilmSimulation", "2")
        shown = json.loads(self.stuntcam("op", target, "0x1015", "0xD001", "--json"))
        self.assertEqual("0200", shown["data"]["bytes"])

    def test_who_is_let_in(self):
        target = self.camera("--client", "somebody", camera="fujifilm-x-t1").ready[0]["target"]
        self.stuntcam("info", target, status=3)
        self.assertIn("0x2019", self.err)

    def test_one_client_at_a_time(self):
        ready = self.camera(camera="fujifilm-x-t1").ready[0]
        with socket.create_connection(("127.0.0.1", ready["port"])) as first:
            first.sendall(bytes.fromhex("5200000001000000F2E4538F") + bytes(70))
            ack = first.recv(68, socket.MSG_WAITALL)
            self.assertEqual(bytes.fromhex("4400000002000000"), ack[:8])
            self.stuntcam("info", ready["target"], status=3)
        self.stuntcam("info", ready["target"])

    def test_waits_for_the_person(self):
        out = self.run_client(harness.PROGRAM, "info", "{target}", options=("--confirm", "300ms"))
        self.assertIn("X-T1", out)

    def test_transcript_and_recording(self):
        where = tempfile.mkdtemp(dir=self.folder)
        options = ("--transcript", "talk.jsonl", "--record", "talk.pcapng")
        self.gphoto("--capture-preview", options=options, where=where)
        with open(os.path.join(where, "talk.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([], [line for line in lines if line.get("note") == "malformed"])
        self.assertIn("InitiateOpenCapture", {line.get("name") for line in lines})
        self.assertGreater(os.path.getsize(os.path.join(where, "talk.pcapng")), 10000)


class Replay(Fuji):
    """What gphoto2 did, asked again by our client."""
    visits = (["--list-files"], ["--get-file", "2", "--filename", "two.jpg"],
              ["--capture-image-and-download", "--filename", "shot.jpg"])

    def record(self, name, *arguments):
        recording = self.path(name)
        self.gphoto(*arguments, options=("--record", recording))
        return recording

    def replay(self, recording, *options, camera=(), status=0):
        """Against a fresh camera, with a status of the client's; its lines."""
        out = self.run_client(harness.PROGRAM, "replay", "--json", recording, "{target}", *options, options=("-q", *camera),
                              status=status)
        return [json.loads(line) for line in out.splitlines()]

    def test_the_same_camera_makes_no_difference(self):
        for number, visit in enumerate(self.visits):
            recording = self.record(f"{number}.pcapng", *visit)
            steps = self.replay(recording, "--record", self.path("client.pcapng"))
            self.assertEqual([], [step for step in steps if step.get("differences")])
            summary = steps[-1]
            self.assertEqual((0, 0), (summary["different"], summary["failed"]))
            self.assertGreater(summary["same"], 10)
        # The last one took a picture: polls were left out, and its file came under a handle that no event named.
        self.assertGreater(summary["skipped"], 0)
        asked = [json.loads(line) for line in self.stuntcam("decode", "--json", self.path("client.pcapng")).splitlines()]
        self.assertIn("Goodbye", [one.get("packet") for one in asked])
        self.assertIn("LiveViewFrame", [one.get("packet") for one in asked])
        self.assertTrue([one for one in asked if one["type"] == "event"])
        operations = [one["operation"]["name"] for one in asked if one["type"] == "transaction"]
        self.assertIn("GetObject", operations)
        self.assertEqual("CloseSession", operations[-1])

    def test_a_changed_property_is_exactly_the_difference(self):
        recording = self.record("capture.pcapng", *self.visits[-1])
        changed = self.path("changed.toml")
        with open(changed, "w", encoding="utf-8") as file:
            file.write('extends = "fujifilm-x-t1"\n[override.FilmSimulation]\ncurrent = 3\n')
        out = self.stuntcam("run", changed, "-q", "--", harness.PROGRAM, "replay", "--json", recording, "{target}", status=1)
        for steps in (self.replay(recording, camera=("--set", "FilmSimulation=3"), status=1),
                      [json.loads(line) for line in out.splitlines()]):
            found = {(each["field"], each["recorded"], each["live"]) for step in steps for each in step.get("differences", [])}
            self.assertEqual({("GetCapabilities().FilmSimulation.CurrentValue", "1", "3"),
                              ("GetDevicePropValue(CurrentState).FilmSimulation", "1", "3")}, found)
        self.replay(recording, "--mask", "FilmSimulation", camera=("--set", "FilmSimulation=3"))

    def test_another_dialect_is_told(self):
        recording = self.record("list.pcapng", "--list-files")
        self.stuntcam("replay", recording, "ptpip:127.0.0.1:1", status=2)
        self.assertIn("session 1 speaks the dialect fuji; ptpip:127.0.0.1:1 is a camera of the dialect ptpip", self.err)
        self.assertIn("fuji:HOST", self.err)
        other = self.path("other.pcapng")
        self.stuntcam("run", "nikon-d5300", "-q", "--record", other, "--", harness.PROGRAM, "info")
        self.stuntcam("replay", other, "fuji:127.0.0.1:1", status=2)
        self.assertIn("speaks the dialect ptpip; fuji:127.0.0.1:1 is a camera of the dialect fuji", self.err)


if __name__ == "__main__":
    harness.main(needs=["gphoto2", "djpeg", "exiftool"])

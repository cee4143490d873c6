"""A camera that is only a TOML file, with operations and an event of its own: gphoto2 uses all of it."""
import os
import re
import struct
import subprocess

import harness
import ptpip

TOY = os.path.join(harness.ROOT, "tests/e2e/toy.toml")
DRAW, SET_APERTURE, OPCODE = 0x9001, 0x9002, "/main/actions/opcode"


class Toy(harness.Test):
    def test_summary(self):
        summary = self.gphoto2(self.camera(camera=TOY).port, "--summary")
        self.assertIn("Model: Toy 1", summary)
        self.assertIn("F-Number", summary)

    def test_capture(self):
        where = self.gphoto2(self.camera(camera=TOY).port, "--capture-image-and-download").where
        self.assertIsJpeg(os.path.join(where, "TOYS0002.JPG"))
        self.assertEqual("Toy 1", self.exif(os.path.join(where, "TOYS0002.JPG"))["Model"])

    def test_operation_that_draws(self):
        out = self.gphoto2(self.camera(camera=TOY).port, "--set-config", f"{OPCODE}={DRAW:#x},0x5",
                           "--wait-event-and-download=FILEADDED")
        self.assertIn("UNKNOWN PTP Event c001", out)
        self.assertIsJpeg(os.path.join(out.where, "DRAW0001.JPG"))
        self.assertEqual(320, self.exif(os.path.join(out.where, "DRAW0001.JPG"))["ImageWidth"])

    def test_operation_that_sets(self):
        port = self.camera(camera=TOY).port
        self.gphoto2(port, "--set-config", f"{OPCODE}={SET_APERTURE:#x},{400:#x}")
        self.assertIn("Current: f/4", self.gphoto2(port, "--get-config", "f-number"))
        self.gphoto2(port, "--set-config", f"{OPCODE}={SET_APERTURE:#x},{401:#x}", status=1)
        self.assertIn("Current: f/4", self.gphoto2(port, "--get-config", "f-number"))

    def test_setting(self):
        port = self.camera("--preset", "big", camera=TOY).port
        self.assertIn("Current: f/5.6", self.gphoto2(port, "--get-config", "f-number"))
        self.assertIn("Current: f/2.8", self.gphoto2(port, "--set-config", "f-number=f/2.8", "--get-config", "f-number"))

    def test_other_firmware(self):
        for options, version, answer in (([], "1.0", ptpip.OPERATION_NOT_SUPPORTED),
                                         (["--preset", "firmware-2"], "2.0", ptpip.OK)):
            port = self.camera(*options, camera=TOY).port
            self.assertIn(f"Version: {version}", self.gphoto2(port, "--summary"))
            with ptpip.Client(port) as client:
                reply = client.do(0x9003)
                self.assertEqual(answer, reply.code)
        self.assertEqual(ptpip.string("two") + struct.pack("<HB3x", 280, 1), reply.data)

    def test_everybody_hears(self):
        port = self.camera(camera=TOY).port
        with ptpip.Client(port) as one, ptpip.Client(port, guid=b"\x22" * 16) as other:
            reply = one.do(DRAW, 9)
            self.assertEqual(ptpip.OK, reply.code)
            self.assertEqual(ptpip.string("drawn") + struct.pack("<H", 9), reply.data)
            for client in (one, other):
                kind, body = client.events.receive()
                self.assertEqual((ptpip.EVENT, struct.pack("<HIIII", 0xC001, 0xFFFFFFFF, *reply.params[:1], 9, 7)),
                                 (kind, body))


class TenMinutes(harness.Test):
    """The camera that docs/profiles.md builds from nothing, and the commands that it shows."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(harness.ROOT, "docs/profiles.md"), encoding="utf-8") as file:
            section = file.read().split("## A camera in ten minutes")[1].split("\n## ")[0]
        with open(self.path("lantern.toml"), "w", encoding="utf-8") as file:
            file.write("".join(re.findall(r"```toml\n(.*?)```", section, re.DOTALL)))
        self.commands = [line.split(None, 1)[1] for line in section.splitlines() if line.startswith("    stuntcam ")]

    def test_commands(self):
        for command in self.commands:
            if command.startswith("serve"):
                continue
            with self.subTest(command):
                words = command.replace(" -- stuntcam ", f" -- {harness.PROGRAM} ").split()
                done = subprocess.run([harness.PROGRAM, *words], cwd=self.folder, capture_output=True, text=True,
                                      env=dict(os.environ, HOME=self.folder), timeout=100 * harness.PATIENCE, check=False)
                self.assertEqual(0, done.returncode, done.stderr + done.stdout)
        self.assertEqual(5, len(self.commands) - 1)
        self.assertIsJpeg(self.path("LAMP0001.JPG"))
        self.assertIsJpeg(self.path("LAMP0004.JPG"))

    def test_state_of_the_lamp(self):
        port = self.camera("--preset", "dusk", camera=self.path("lantern.toml")).port
        with ptpip.Client(port) as client:
            self.assertEqual(ptpip.string("Lantern") + b"\1\1\0", client.do(0x9002).data)
            self.assertEqual(0x201D, client.do(0x9001, 2).code)
            self.assertEqual(ptpip.OK, client.do(0x9001, 0).code)
            self.assertEqual(ptpip.string("Lantern") + b"\0\2\0", client.do(0x9002).data)


if __name__ == "__main__":
    harness.main(needs=("gphoto2", "djpeg", "exiftool"))

"""gphoto2 drives an OM-D body."""
import os

import harness
import ptpip


class Olympus(harness.Test):
    def test_summary_and_configuration(self):
        port = self.camera(camera="olympus-e-m1").port
        self.assertIn("Model: E-M1", self.gphoto2(port, "--summary"))
        self.assertIn("/main/", self.gphoto2(port, "--list-config"))

    def test_capture(self):
        port = self.camera(camera="olympus-e-m1").port
        where = self.gphoto2(port, "--capture-image-and-download").where
        (picture,) = [name for name in os.listdir(where) if name.lower().endswith(".jpg")]
        self.assertIsJpeg(os.path.join(where, picture))
        self.assertEqual("E-M1", self.exif(os.path.join(where, picture))["Model"])

    def test_capture_the_om_d_way(self):
        transcript = self.path("transcript.jsonl")
        camera = self.camera("--transcript", transcript, camera="olympus-e-m1")
        self.gphoto2(camera.port, "--capture-image")
        with open(transcript, encoding="utf-8") as file:
            asked = file.read()
        for operation in ("OMD_Capture", "OMD_ChangedProperties"):
            self.assertIn(operation, asked)
        self.assertNotIn('"InitiateCapture"', asked)

    def test_preview(self):
        where = self.gphoto2(self.camera(camera="olympus-e-m1").port, "--capture-preview").where
        (preview,) = [name for name in os.listdir(where) if name.startswith("capture_preview")]
        self.assertIsJpeg(os.path.join(where, preview))

    def test_setting(self):
        port = self.camera(camera="olympus-e-m1").port
        with ptpip.Client(port) as client:
            self.assertEqual(ptpip.OK, client.do(ptpip.SET_PROP_VALUE, 0xD002, out=b"\x1c\x00").code)
            self.assertEqual(b"\x1c\x00", client.do(ptpip.GET_PROP_VALUE, 0xD002).data)


if __name__ == "__main__":
    harness.main(needs=("gphoto2", "djpeg", "exiftool"))

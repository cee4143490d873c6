"""gphoto2 takes pictures: to memory, to the card, triggered, tethered; and watches events."""
import os
import re

import harness
import ptpip

JPEG_FINE, RAW_AND_FINE = 2, 7
CAPTURE_TO_MEDIA, GET_EVENT, CHANGE_MODE = 0x9207, 0x90C7, 0x90C2


class Capture(harness.Test):
    def jpeg_camera(self, *options, quality=JPEG_FINE):
        return self.camera("--set", f"CompressionSetting={quality}", *options)

    def pictures(self, where, ending=".jpg"):
        return sorted(os.path.join(where, name) for name in os.listdir(where) if name.lower().endswith(ending))

    def check_picture(self, path, number=1, **expected):
        self.assertIsJpeg(path)
        told = self.exif(path)
        self.assertEqual("NIKON CORPORATION", told["Make"].upper())
        self.assertIn("D5300", told["Model"])
        self.assertTrue(told.get("ThumbnailImage"), told)
        self.assertIn(told["ImageNumber"], [number] if number else range(1, 100))
        for field, value in expected.items():
            self.assertEqual(str(value), str(told[field]), field)
        return told

    def test_to_memory(self):
        port = self.jpeg_camera().port
        before = self.gphoto2(port, "--num-files", "--folder", "/store_00010001")
        self.gphoto2(port, "--set-config", "iso=800", "--set-config", "f-number=f/8", "--set-config", "shutterspeed2=1/125")
        where = self.gphoto2(port, "--capture-image-and-download").where
        (picture,) = self.pictures(where)
        self.check_picture(picture, ISO=800, FNumber="8.0", ExposureTime="1/125")
        self.assertEqual(before, self.gphoto2(port, "--num-files", "--folder", "/store_00010001"))

    def test_pictures_differ(self):
        port = self.jpeg_camera().port
        contents = set()
        for _ in range(2):
            (picture,) = self.pictures(self.gphoto2(port, "--capture-image-and-download").where)
            with open(picture, "rb") as file:
                contents.add(file.read())
        self.assertEqual(2, len(contents))

    def test_to_card(self):
        port = self.jpeg_camera().port
        out = self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image")
        new = re.search(r"New file is in location (\S+)/(\S+) on the camera", out)
        self.assertIsNotNone(new, out)
        self.assertTrue(new.group(1).startswith("/store_00010001/DCIM/"), new.group(0))
        where = self.gphoto2(port, "--folder", new.group(1), "--get-file", new.group(2)).where
        self.check_picture(os.path.join(where, new.group(2)))

    def test_to_card_and_download(self):
        port = self.jpeg_camera().port
        out = self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image-and-download", "--keep")
        (picture,) = self.pictures(out.where)
        self.check_picture(picture)
        self.assertIn(os.path.basename(picture), self.gphoto2(port, "--list-files"))
        gone = self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image-and-download")
        (picture,) = self.pictures(gone.where)
        self.check_picture(picture, number=2)
        self.assertNotIn(os.path.basename(picture), self.gphoto2(port, "--list-files"))

    def test_raw_and_jpeg(self):
        port = self.jpeg_camera(quality=RAW_AND_FINE).port
        out = self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image-and-download", "--wait-event=2s", "--keep")
        listed = self.gphoto2(port, "--list-files")
        (picture,) = self.pictures(out.where) or self.pictures(out.where, ".nef")
        stem = os.path.splitext(os.path.basename(picture))[0]
        self.assertIn(f"{stem}.JPG", listed)
        self.assertIn(f"{stem}.NEF", listed)

    def test_trigger(self):
        port = self.jpeg_camera().port
        out = self.gphoto2(port, "--set-config", "capturetarget=1", "--trigger-capture", "--wait-event-and-download=FILEADDED",
                           "--keep")
        (picture,) = self.pictures(out.where)
        self.check_picture(picture)

    def test_wait_event(self):
        port = self.jpeg_camera().port
        waiting = self.start(port, "--wait-event=CAPTURECOMPLETE")
        self.shoot_until_ended(port, waiting)
        out, err = waiting.communicate()
        self.assertEqual(0, waiting.returncode, err)
        self.assertIn("FILEADDED", out)
        self.assertIn("CAPTURECOMPLETE", out)

    def test_tethered(self):
        port = self.jpeg_camera().port
        tethered = self.start(port, "--capture-tethered=FILEADDED", "--keep")
        self.shoot_until_ended(port, tethered)
        out, err = tethered.communicate()
        self.assertEqual(0, tethered.returncode, f"{out}{err}")
        self.check_picture(self.pictures(tethered.where)[0], number=None)  # it may have come late for the first

    def shoot_until_ended(self, port, process):
        """Somebody else presses the button; again, in case the watcher had not begun to watch."""
        with ptpip.Client(port, session=77) as other:
            def shoot():
                other.do(CAPTURE_TO_MEDIA, 0xFFFFFFFF, 0)
                try:
                    process.wait(1)
                except harness.subprocess.TimeoutExpired:
                    return False
                return True
            harness.wait_until(shoot, 40, "the end of the watching client")


if __name__ == "__main__":
    harness.main(["gphoto2", "djpeg", "exiftool"])

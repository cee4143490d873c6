"""gphoto2 and an EOS: looks around, downloads, sets, photographs onto the card and for itself, tethered, live view."""
import os
import re

import harness
import ptpip

GET_EVENT, SET_REMOTE_MODE, SET_EVENT_MODE = 0x9116, 0x9114, 0x9115
RELEASE_ON, RELEASE_OFF = 0x9128, 0x9129
FOLDER = "/store_00010001/DCIM/100CANON"
FILES = {"2U4A3378.CR3": 21662294, "2U4A3384.CR3": 18202710, "2U4A3385.CR3": 18094166, "2U4A3406.CR3": 17670230,
         "2U4A3407.CR3": 18219606}


class Canon(harness.Test):
    def eos(self, *options):
        return self.camera(*options, camera="canon-eos-r6").port

    def jpegs(self, *options):
        """One that takes small JPEGs."""
        return self.eos("--set", "ImageFormat=Smaller JPEG", *options)

    def current(self, port, name):
        return re.search(r"^Current: (.*)$", self.gphoto2(port, "--get-config", name), re.MULTILINE).group(1)

    def pictures(self, where, ending=".jpg"):
        return sorted(os.path.join(where, name) for name in os.listdir(where) if name.lower().endswith(ending))

    def check_picture(self, path, **expected):
        self.assertIsJpeg(path)
        told = self.exif(path)
        self.assertEqual("Canon", told["Make"])
        self.assertEqual("Canon EOS R6", told["Model"])
        for field, value in expected.items():
            self.assertEqual(str(value), str(told[field]), field)

    def test_summary(self):
        out = self.gphoto2(self.eos(), "--summary")
        for expected in ["Manufacturer: Canon.Inc", "Model: Canon EOS R6", "Version: 3-1.5.0", "store_00010001",
                         "Canon EOS Capture, Canon EOS Capture 2", "StorageDescription: SD1",
                         "Maximum Capability: 15923150848", "Free Space (Bytes): 15554052096",
                         "Battery Level(0x5001):(read only) (type=0x2) Enumeration [100,0,75,0,50] value: 63% (63)",
                         "Property 0xd406:(readwrite) (type=0xffff) 'Unknown Initiator'"]:
            self.assertIn(expected, out)

    def test_storage_info(self):
        out = self.gphoto2(self.eos(), "--storage-info")
        self.assertIn("description=SD1", out)
        self.assertIn(f"free={15554052096 // 1024} KB", out)

    def test_list_files(self):
        out = self.gphoto2(self.eos(), "--list-files")
        listed = dict(re.findall(r"^#\d+\s+(\S+)\s+\S+\s+(\d+) KB", out, re.MULTILINE))
        self.assertEqual({name: str(-(-size // 1024)) for name, size in FILES.items()}, listed)
        self.assertIn("/store_00010001/MISC", out)

    def test_get_files(self):
        port = self.eos()
        where = self.gphoto2(port, "--get-file", "1").where
        with ptpip.Client(port, session=9) as client:
            for number, (name, size) in enumerate(FILES.items(), 1):
                where = self.gphoto2(port, "--folder", FOLDER, "--get-file", str(number)).where
                with open(os.path.join(where, name), "rb") as file:
                    downloaded = file.read()
                handle = 0x51900001 + (int(name[4:8]) << 4)
                self.assertEqual(size, len(downloaded))
                self.assertEqual(client.do(ptpip.GET_OBJECT, handle).data, downloaded, name)
                if number == 2:
                    break

    def test_get_all_files_of_a_folder(self):
        harness.make_photo(self.path("media", "DCIM", "100CANON", "IMG_0001.JPG"))
        harness.write_pattern(self.path("media", "DCIM", "100CANON", "IMG_0002.CR3"), 3_000_000)
        where = self.gphoto2(self.eos("--media", self.path("media")), "--get-all-files").where
        for name in ["IMG_0001.JPG", "IMG_0002.CR3"]:
            self.assertSameFile(self.path("media", "DCIM", "100CANON", name), os.path.join(where, name))

    def test_thumbnail(self):
        where = self.gphoto2(self.eos(), "--get-thumbnail", "1").where
        (name,) = [name for name in os.listdir(where) if name.startswith("thumb_")]
        with open(os.path.join(where, name), "rb") as file:
            self.assertEqual(b"\xff\xd8\xff", file.read(3))

    def test_upload_and_delete(self):
        port = self.eos()
        harness.make_photo(self.path("IMG_7777.JPG"))
        self.gphoto2(port, "--folder", FOLDER, "--upload-file", self.path("IMG_7777.JPG"))
        where = self.gphoto2(port, "--folder", FOLDER, "--get-file", "6").where
        self.assertSameFile(self.path("IMG_7777.JPG"), os.path.join(where, "IMG_7777.JPG"))
        self.gphoto2(port, "--folder", FOLDER, "--delete-file", "6")
        self.assertNotIn("IMG_7777.JPG", self.gphoto2(port, "--list-files"))

    def test_list_all_config(self):
        out = self.gphoto2(self.eos(), "--list-all-config")
        for name in ["iso", "aperture", "shutterspeed", "whitebalance", "imageformat", "drivemode", "focusmode",
                     "capturetarget", "batterylevel", "ownername", "artist", "copyright", "lensname", "availableshots",
                     "autoexposuremode", "meteringmode", "picturestyle", "exposurecompensation", "output"]:
            self.assertRegex(out, rf"(?m)^/main/\w+/{name}$")
        self.assertIn("Current: RF24-105mm F4 L IS USM", out)
        self.assertIn("Current: RAW + Small Fine JPEG", out)

    def test_set_and_read_back(self):
        port = self.eos()
        settings = {"iso": "400", "aperture": "8", "shutterspeed": "1/250", "whitebalance": "Daylight",
                    "imageformat": "Large Fine JPEG", "drivemode": "Continuous high speed", "focusmode": "One Shot",
                    "ownername": "Somebody", "artist": "Me", "copyright": "Mine", "exposurecompensation": "1.3",
                    "meteringmode": "Spot", "picturestyle": "Portrait", "colorspace": "AdobeRGB",
                    "colortemperature": "6500", "whitebalanceadjusta": "-3", "aspectratio": "16:9"}
        for name, value in settings.items():
            self.assertNotEqual(value, self.current(port, name), name)
        arguments = [part for name, value in settings.items() for part in ("--set-config", f"{name}={value}")]
        self.gphoto2(port, *arguments)
        for name, value in settings.items():
            self.assertEqual(value, self.current(port, name), name)

    def test_what_the_mode_dial_forbids(self):
        port = self.eos("--preset", "program")
        self.assertEqual("P", self.current(port, "autoexposuremode"))
        self.assertNotIn("Choice: 1 ", self.gphoto2(port, "--get-config", "aperture"))
        out = self.gphoto2(port, "--set-config", "aperture=8", status=1)
        self.assertIn("PTP Device Busy", out + out.err)

    def test_to_memory(self):
        port = self.jpegs()
        settings = ["iso=800", "aperture=8", "shutterspeed=1/60", "exposurecompensation=-0.3"]
        arguments = [part for setting in settings for part in ("--set-config", setting)]
        where = self.gphoto2(port, *arguments, "--capture-image-and-download").where
        (picture,) = self.pictures(where)
        self.check_picture(picture, ISO=800, FNumber="8.0", ExposureTime="1/60", ImageSize="2400x1600")
        self.assertEqual(set(FILES), set(re.findall(r"^#\d+\s+(\S+)", self.gphoto2(port, "--list-files"), re.MULTILINE)))

    def test_raw_and_jpeg_to_memory(self):
        where = self.gphoto2(self.eos(), "--capture-image-and-download").where
        (jpeg,), (raw,) = self.pictures(where), self.pictures(where, ".cr3")
        self.check_picture(jpeg)
        self.assertEqual(5472 * 3648, os.path.getsize(raw))

    def test_to_card(self):
        port = self.jpegs()
        out = self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image")
        self.assertIn(f"New file is in location {FOLDER}/2U4A3408.JPG on the camera", out)
        where = self.gphoto2(port, "--folder", FOLDER, "--get-file", "6").where
        self.check_picture(os.path.join(where, "2U4A3408.JPG"))

    def test_to_card_and_download(self):
        port = self.jpegs()
        out = self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image-and-download", "--keep")
        self.check_picture(os.path.join(out.where, "2U4A3408.JPG"))
        self.assertIn("2U4A3408.JPG", self.gphoto2(port, "--list-files"))
        self.gphoto2(port, "--set-config", "capturetarget=1", "--capture-image-and-download")
        self.assertNotIn("2U4A3409.JPG", self.gphoto2(port, "--list-files"))

    def test_two_pictures_in_one_session(self):
        out = self.gphoto2(self.jpegs(), "--capture-image-and-download", "--interval", "1", "--frames", "2",
                           "--filename", "shot%n.jpg")
        first, second = self.pictures(out.where)
        with open(first, "rb") as one, open(second, "rb") as other:
            self.assertNotEqual(one.read(), other.read())

    def test_trigger(self):
        out = self.gphoto2(self.jpegs(), "--set-config", "capturetarget=1", "--trigger-capture",
                           "--wait-event-and-download=FILEADDED", "--keep")
        (picture,) = self.pictures(out.where)
        self.check_picture(picture)

    def test_no_focus(self):
        port = self.profile_without_focus()
        out = self.gphoto2(port, "--capture-image")  # 2.5.28 says it and exits with 0
        self.assertIn("Perhaps no focus?", out.err)

    def profile_without_focus(self):
        path = self.path("blind.toml")
        with open(path, "w", encoding="ascii") as file:
            file.write('extends = "canon-eos-r6"\n[quirks]\nout_of_focus = true\n')
        return self.camera(camera=path).port

    def test_buttons(self):
        out = self.gphoto2(self.jpegs(), "--set-config", "autofocusdrive=1", "--set-config", "eosremoterelease=5",
                           "--wait-event=CAPTURECOMPLETE", "--set-config", "eosremoterelease=4")
        self.assertIn("FILEADDED", out)

    def test_wait_event(self):
        port = self.jpegs()
        waiting = self.start(port, "--wait-event=CAPTURECOMPLETE")
        self.shoot_until_ended(port, waiting)
        out, err = waiting.communicate()
        self.assertEqual(0, waiting.returncode, err)
        self.assertIn("FILEADDED", out)

    def test_tethered(self):
        port = self.jpegs()
        tethered = self.start(port, "--set-config", "capturetarget=1", "--capture-tethered=FILEADDED", "--keep")
        self.shoot_until_ended(port, tethered)
        out, err = tethered.communicate()
        self.assertEqual(0, tethered.returncode, f"{out}{err}")
        self.check_picture(self.pictures(tethered.where)[0])

    def shoot_until_ended(self, port, process):
        """Somebody else presses the button; again, in case the watcher had not begun to watch."""
        with ptpip.Client(port, session=77) as other:
            def shoot():
                other.do(RELEASE_ON, 2, 0)
                other.do(RELEASE_OFF, 2)
                try:
                    process.wait(1)
                except harness.subprocess.TimeoutExpired:
                    return False
                return True
            harness.wait_until(shoot, 40, "the end of the watching client")

    def test_preview(self):
        where = self.gphoto2(self.eos(), "--capture-preview").where
        self.assertIsJpeg(os.path.join(where, "capture_preview.jpg"))

    def test_preview_then_picture(self):
        where = self.gphoto2(self.jpegs(), "--capture-preview", "--capture-image-and-download").where
        self.assertEqual(2, len(self.pictures(where)))

    def test_movie_of_frames(self):
        where = self.gphoto2(self.eos(), "--capture-movie=10").where
        with open(os.path.join(where, "movie.mjpg"), "rb") as file:
            self.assertGreaterEqual(file.read().count(b"\xff\xd8\xff"), 10)

    def test_focus_by_hand(self):
        self.gphoto2(self.eos(), "--capture-preview", "--set-config", "manualfocusdrive=Near 2", "--capture-preview",
                     "--force-overwrite")

    def test_first_records_come_whole(self):
        """A few hundred records in one answer, as a raw socket sees them."""
        with ptpip.Client(self.eos()) as client:
            client.do(SET_REMOTE_MODE, 1)
            client.do(SET_EVENT_MODE, 1)
            data = client.do(GET_EVENT).data
            self.assertEqual((8).to_bytes(4, "little") + bytes(4), client.do(GET_EVENT).data)
        offset, count = 0, 0
        while offset < len(data):
            size = int.from_bytes(data[offset:offset + 4], "little")
            self.assertGreaterEqual(size, 8)
            offset, count = offset + size, count + 1
        self.assertEqual(offset, len(data))
        self.assertGreater(count, 250)


if __name__ == "__main__":
    harness.main(["gphoto2", "djpeg", "exiftool", "cjpeg"])

"""The Parrot Sequoia: gphoto2 takes pictures with it, several clients hear of them, our own initiator asks for the rest."""
import json
import os
import struct
import subprocess

import harness
import ptpip

CAPTURE_COMPLETE, OBJECT_ADDED, STATUS, CALIBRATION = 0x400D, 0x4002, 0xC201, 0xC202
BANDS = ["RGB.JPG", "GRE.TIF", "RED.TIF", "REG.TIF", "NIR.TIF"]


class Sequoia(harness.Test):
    def sequoia(self, *options):
        return self.camera(*options, camera="parrot-sequoia")

    def stuntcam(self, *arguments, status=0):
        done = subprocess.run([harness.PROGRAM, *arguments], capture_output=True, check=False, cwd=self.folder,
                              timeout=60 * harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.assertEqual(status, done.returncode, f"{arguments}\n{done.stderr.decode()}\n{done.stdout[:2000]}")
        return done.stderr.decode() if status else done.stdout.decode()

    def op(self, target, *arguments):
        return json.loads(self.stuntcam("op", target, *arguments, "--json"))

    def numbers(self, target, *arguments):
        """The i32s of a data set that begins with their count."""
        data = bytes.fromhex(self.op(target, *arguments)["data"]["bytes"])
        count, = struct.unpack_from("<I", data)
        return list(struct.unpack_from(f"<{count}i", data, 4))

    def capture(self, target, where="pictures"):
        told = self.stuntcam("capture", target, "--download", self.path(where), "--json").splitlines()
        files = [json.loads(line) for line in told]
        return {entry["name"][-7:]: entry["file"] for entry in files if "file" in entry}


class Gphoto2(Sequoia):
    def test_summary_and_configuration(self):
        port = self.sequoia().port
        summary = self.gphoto2(port, "--summary")
        for expected in ("Parrot S.A.", "Model: Sequoia", "1.2.0", "Open Capture", "PhotoSensorEnableMask", "store_00020001"):
            self.assertIn(expected, summary)
        self.assertIn("/main/", self.gphoto2(port, "--list-all-config"))

    def test_capture_list_and_get(self):
        port = self.sequoia().port
        self.assertIn("New file is in location", self.gphoto2(port, "--capture-image"))
        listed = self.gphoto2(port, "--list-files")
        for band in BANDS:
            self.assertIn("_0000_" + band, listed)
        where = self.gphoto2(port, "--get-all-files").where
        names = {name[-7:]: os.path.join(where, name) for name in os.listdir(where) if name.startswith("IMG_")}
        self.assertEqual(set(BANDS), set(names))
        self.assertEqual("4608x3456", self.exif(names["RGB.JPG"])["ImageSize"])
        self.assertIsJpeg(names["RGB.JPG"])

    def test_capture_and_download(self):
        port = self.sequoia("--set", "PhotoSensorEnableMask=1").port
        where = self.gphoto2(port, "--capture-image-and-download").where
        (picture,) = [name for name in os.listdir(where) if name.endswith("RGB.JPG")]
        self.assertIsJpeg(os.path.join(where, picture))

    def test_one_watches_while_another_shoots(self):
        port = self.sequoia("--set", "PhotoSensorsKeepOn=1").port
        watching = self.start(port, "--wait-event=CAPTURECOMPLETE")

        def shoot():
            with ptpip.Client(port, session=77) as other:
                other.do(0x100E)
            try:
                watching.wait(1)
            except subprocess.TimeoutExpired:
                return False
            return True
        harness.wait_until(shoot, 40, "the end of the watching client")
        out, err = watching.communicate()
        self.assertEqual(0, watching.returncode, err)
        self.assertIn("FILEADDED", out)
        self.assertIn("CAPTURECOMPLETE", out)


class Clients(Sequoia):
    def test_events_go_to_everybody(self):
        port = self.sequoia().port
        with ptpip.Client(port) as one, ptpip.Client(port, guid=b"\x22" * 16) as other:
            self.assertEqual(ptpip.OK, one.do(0x100E).code)
            for client in (one, other):
                heard, status = [], []
                while CAPTURE_COMPLETE not in heard:
                    kind, body = client.events.receive()
                    self.assertEqual(ptpip.EVENT, kind)
                    code, _, first = struct.unpack_from("<HII", body + b"\0\0\0\0")
                    heard.append(code)
                    if code == STATUS:
                        status.append(first & 1)
                self.assertEqual(7, heard.count(OBJECT_ADDED))  # two folders, five pictures
                self.assertEqual([1, 0], status)  # it takes one; it has

    def test_watch_sees_a_calibration(self):
        target = self.sequoia().ready[0]["target"]
        watch = subprocess.Popen([harness.PROGRAM, "watch", target, "--json"], stdout=subprocess.PIPE, text=True,
                                 start_new_session=True)
        self.addCleanup(harness.kill_group, watch)

        # Nothing says that it has come; it hears of one of the calibrations.
        def calibrate():
            self.op(target, "StartMagnetoCalib", "1")
            self.op(target, "StopMagnetoCalib", "1")
            return harness.select.select([watch.stdout], [], [], 0.2)[0]
        harness.wait_until(calibrate, 20, "an event for the watching client")
        event = json.loads(watch.stdout.readline())
        self.assertIn(event["name"], ("MagnetoCalibrationStatus", "Status"))
        self.assertIn(event["code"], (CALIBRATION, STATUS))

    def test_readings(self):
        target = self.sequoia("--preset", "on-the-ground").ready[0]["target"]
        imu = self.numbers(target, "GetIMUValues")
        self.assertEqual(12, len(imu))
        self.assertAlmostEqual(9_806_650, sum(part * part for part in imu[3:6]) ** 0.5, delta=20_000)
        self.assertEqual(imu[9:], self.numbers(target, "GetAngleValues", "1"))
        self.assertEqual([2, 6, 0, 48, 24, 0, 15_000], self.numbers(target, "GetGPSValues"))
        self.assertEqual(6, len(self.numbers(target, "GetTemperatureValues")))
        self.assertEqual(8, len(self.numbers(target, "GetSunshineValues")))
        self.assertEqual({"Yaw": imu[9], "Pitch": 0, "Roll": 0}, self.op(target, "GetAngleValues")["data"]["data_set"])


class Files(Sequoia):
    def test_a_geotag_is_in_the_next_picture(self):
        target = self.sequoia("--preset", "later-firmware").ready[0]["target"]
        tag = struct.pack("<IqiiiIIIiiiiii", 0xFFFFFFFF, 0, -123456789, 1234567891, 25500, 9, 1, 1, 0, 0, 0, 0, 0, 90000)
        self.op(target, "SetGeotag", "--data", "hex:" + tag.hex())
        files = self.capture(target)
        self.assertEqual(set(BANDS), set(files))
        for path in files.values():
            told = json.loads(subprocess.run(["exiftool", "-json", "-n", path], capture_output=True, check=True).stdout)[0]
            self.assertAlmostEqual(-12.3456789, told["GPSLatitude"], delta=1e-8)
            self.assertAlmostEqual(123.4567891, told["GPSLongitude"], delta=1e-8)
            self.assertEqual(25.5, told["GPSAltitude"])
            self.assertEqual(90, float(told["Yaw"]))

    def test_other_programs_read_the_bands(self):
        target = self.sequoia().ready[0]["target"]
        files = self.capture(target)
        for band, wavelength in (("GRE.TIF", 550), ("RED.TIF", 660), ("REG.TIF", 735), ("NIR.TIF", 790)):
            told = self.exif(files[band])
            self.assertEqual(("TIFF", "1280x960", 16), (told["FileType"], told["ImageSize"], told["BitsPerSample"]))
            self.assertEqual(wavelength, int(told["CentralWavelength"]))
            self.assertEqual("Sequoia", told["Model"])
            checked = subprocess.run(["exiftool", "-validate", "-warning", "-error", "-a", files[band]], capture_output=True,
                                     text=True, check=True).stdout
            self.assertNotIn("Error", checked)

    def test_a_path_of_ones_own(self):
        path = self.path("tour.gpx")
        with open(path, "w", encoding="ascii") as file:
            file.write('<gpx><trk><trkseg><trkpt lat="-12.5" lon="-77.25"><ele>100</ele></trkpt>\n'
                       '<trkpt lat="-12.4" lon="-77.25"><ele>110</ele></trkpt></trkseg></trk></gpx>\n')
        target = self.sequoia("--set", f"flight.path={path}", "--set", "flight.speed=1").ready[0]["target"]
        longitude, latitude = self.numbers(target, "GetGPSValues")[:3], self.numbers(target, "GetGPSValues")[3:6]
        self.assertEqual([-77, -15, 0], longitude)
        self.assertIn(latitude[:2], ([-12, -30], [-12, -29]))  # it flies north

    def test_a_path_that_is_none(self):
        path = self.path("tour.gpx")
        with open(path, "w", encoding="ascii") as file:
            file.write('<gpx><trk><trkseg>\n<trkpt lat="1" lon="2"/>\n<trkpt lat="100" lon="2"/>\n')
        told = self.stuntcam("serve", "parrot-sequoia", "--port", "0", "--set", f"flight.path={path}", status=2)
        self.assertIn(f"{path}:3: lat '100' is no angle from -90 to 90", told)
        told = self.stuntcam("serve", "parrot-sequoia", "--port", "0", "--set", "flight.path=nowhere.gpx", status=3)
        self.assertIn("nowhere.gpx", told)
        with open(self.path("my.toml"), "w", encoding="ascii") as file:
            file.write(f'extends = "parrot-sequoia"\n[flight]\npath = "{path}"\n')
        done = subprocess.run([harness.PROGRAM, "profile", "check", self.path("my.toml")], capture_output=True, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn(b"tour.gpx:3", done.stdout)


if __name__ == "__main__":
    harness.main(["gphoto2", "djpeg", "exiftool"])

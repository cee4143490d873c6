"""The initiator's commands against our cameras, byte for byte, and against cameras that lie."""
import json
import os
import signal
import socket
import subprocess

import harness
import liar
from initiator import PICTURES, Initiator

class Commands(Initiator):
    def test_info(self):
        for name, model in [("nikon-d5300", "D5300"), ("generic", None)]:
            target = self.target(camera=name)
            info = self.lines("info", target)[0]
            self.assertIn({"code": 0x1001, "name": "GetDeviceInfo"}, info["OperationsSupported"])
            self.assertEqual(0x00010001, info["Storages"][0]["StorageID"])
            self.assertGreater(info["Storages"][0]["MaxCapacity"], 0)
            if model:
                self.assertEqual(model, info["Model"])
                self.assertIn({"code": 0x90C7, "name": "GetEvent"}, info["OperationsSupported"])
            self.assertIn(info["Model"].encode(), self.stuntcam("info", target))

    def test_the_target_has_three_places(self):
        target = self.target(camera="generic")
        first = self.lines("info", target)
        self.assertEqual(first, self.lines("info", "-t", target))
        self.assertEqual(first, self.lines("-t", target, "info"))
        self.assertEqual(first, self.lines("info", environment={"STUNTCAM_TARGET": target}))

    def test_run_gives_the_target(self):
        out = self.stuntcam("run", "generic", "--", harness.PROGRAM, "info", "--json")
        self.assertIn("Model", json.loads(out))

    def test_ls(self):
        target = self.target("--media", self.media())
        listed = {entry["path"]: entry for entry in self.lines("ls", target)}
        self.assertEqual({"DCIM", "DCIM/100TEST", *("DCIM/100TEST/" + name for name in PICTURES)}, set(listed))
        for name, size in PICTURES.items():
            entry = listed["DCIM/100TEST/" + name]
            self.assertEqual((size, name, listed["DCIM/100TEST"]["handle"]), (entry["size"], entry["name"], entry["parent"]))
        self.assertEqual(0x3001, listed["DCIM"]["format"])
        self.assertEqual(4, len(self.lines("ls", target, "DCIM/100TEST")))
        self.assertIn(b"DCIM/100TEST/BIG.MOV", self.stuntcam("ls", target))
        self.assertIn(b"    BIG.MOV", self.stuntcam("ls", target, "--tree"))
        self.stuntcam("ls", target, "DCIM/NONE", status=1)

    def test_ls_of_a_camera_that_lists_folder_by_folder_only(self):
        media = self.media()
        whole = [entry["path"] for entry in self.lines("ls", self.target("--media", media))]
        picky = self.target("--media", media, "--fault", "refuse:code=GeneralError,operation=GetObjectHandles,nth=1")
        self.assertEqual(whole, [entry["path"] for entry in self.lines("ls", picky)])
        mute = self.target("--media", media, "--fault", "refuse:code=GeneralError,operation=GetObjectHandles")
        self.stuntcam("ls", mute, status=1)
        self.assertIn("GetObjectHandles with GeneralError", self.err)

    def test_get_by_path_handle_and_pattern(self):
        target = self.target("--media", self.media())
        original = self.path("media", "DCIM", "100TEST", "BIG.MOV")
        self.stuntcam("get", target, "DCIM/100TEST/BIG.MOV")
        self.assertSameFile(original, self.path("BIG.MOV"))
        self.stuntcam("get", target, "DCIM/100TEST/BIG.MOV", status=1)  # it exists
        self.stuntcam("get", target, "DCIM/100TEST/BIG.MOV", "--force")
        handle = next(entry["handle"] for entry in self.lines("ls", target) if entry["name"] == "BIG.MOV")
        self.assertEqual("DCIM/100TEST/BIG.MOV", self.lines("get", target, hex(handle), "-o", "other")[0]["path"])
        self.assertSameFile(original, self.path("other"))
        with open(original, "rb") as file:
            self.assertEqual(file.read(), self.stuntcam("get", target, "1:DCIM/100TEST/BIG.MOV", "-o", "-"))
        os.mkdir(self.path("all"))
        self.assertEqual(3, len(self.lines("get", target, "*.MOV", "-o", "all")))
        for name in PICTURES:
            self.assertSameFile(self.path("media", "DCIM", "100TEST", name), self.path("all", name))
        self.stuntcam("get", target, "NONE.JPG", status=1)
        self.assertIn("no 'NONE.JPG'", self.err)
        self.stuntcam("get", target, "0x00ffffff", status=1)
        self.assertIn("InvalidObjectHandle", self.err)

    def test_get_all(self):
        target = self.target("--media", self.media())
        self.assertEqual(3, len(self.lines("get-all", target, "copy")))
        for name in PICTURES:
            self.assertSameFile(self.path("media", "DCIM", "100TEST", name), self.path("copy", "DCIM", "100TEST", name))
        self.assertEqual([], self.lines("get-all", target, "copy"))  # all is there

    def test_op(self):
        target = self.target()
        done = self.lines("op", target, "GetDevicePropValue", "ExposureIndex")[0]
        self.assertEqual({"code": 0x1015, "name": "GetDevicePropValue", "params": [0x500F]}, done["operation"])
        self.assertEqual("to_initiator", done["data"]["direction"])
        self.assertEqual({"code": 0x2001, "name": "OK", "params": []}, done["response"])
        self.lines("op", target, "SetDevicePropValue", "0x500F", "--data", "hex:9001")
        self.assertEqual("9001", self.lines("op", target, "GetDevicePropValue", "0x500f")[0]["data"]["bytes"])
        with open(self.path("value"), "wb") as file:
            file.write(b"\x20\x03")
        self.lines("op", target, "SetDevicePropValue", "0x500F", "--data", "value")
        self.stuntcam("op", target, "GetDevicePropValue", "0x500f", "--out", "got")
        with open(self.path("got"), "rb") as file:
            self.assertEqual(b"\x20\x03", file.read())
        self.assertIn(b"GetStorageIDs: 0x2001 OK", self.stuntcam("op", target, "GetStorageIDs"))
        refused = self.lines("op", target, "GetObjectInfo", "0x99999999", status=1)[0]
        self.assertEqual("InvalidObjectHandle", refused["response"]["name"])
        self.stuntcam("op", target, "GetDevceInfo", status=2)
        self.assertIn("did you mean 'GetDeviceInfo'", self.err)

    def test_prop(self):
        target = self.target()
        listed = {entry["name"]: entry for entry in self.lines("prop", "list", target)}
        iso = listed["ExposureIndex"]
        self.assertEqual((0x500F, "uint16", "rw"), (iso["code"], iso["type"], iso["access"]))
        self.assertIn(800, iso["form"]["enum"])
        self.stuntcam("prop", "set", target, "iso", "800")
        self.assertEqual(800, self.lines("prop", "get", target, "iso")[0]["current"])
        self.assertEqual(560, self.lines("prop", "set", target, "aperture", "f/5.6")[0]["current"])
        self.assertIn(b"f/5.6", self.stuntcam("prop", "get", target, "FNumber"))
        self.stuntcam("prop", "set", target, "0x500F", "801", status=1)
        self.assertIn("InvalidDevicePropValue", self.err)
        self.assertIn("800", self.err)  # what is allowed
        self.stuntcam("prop", "set", target, "iso", "many", status=2)
        self.stuntcam("prop", "get", target, "ExposureIndx", status=2)
        self.assertIn("did you mean 'ExposureIndex'", self.err)
        generic = self.target(camera="generic")
        self.assertTrue(self.lines("prop", "list", generic))

    def test_values_by_label_and_unit(self):
        target = self.target()
        for name, text, value in [("exposure", "1/250", 40), ("exp-bias", "-0.3 EV", -333), ("whitebalance", "cloudy", 0x8010),
                                  ("flashmode", "rear curtain", 0x8012), ("focusmtr", "auto area", 0x8011), ("effect", "vivid", 3)]:
            told = self.lines("prop", "set", target, name, text)[0]
            self.assertEqual((value, text), (told["current"], told["text"]))
        self.stuntcam("prop", "set", target, "whitebalance", "blue", status=2)
        self.assertIn("allowed: auto, sunny", self.err)
        self.stuntcam("prop", "set", target, "battery", "50", status=1)
        self.assertIn("read-only", self.err)

    def test_prop_watch(self):
        for name, options in [("nikon-d5300", []), ("generic", [])]:
            target = self.target(*options, camera=name)
            watch = subprocess.Popen([harness.PROGRAM, "prop", "watch", target, "iso", "400", "--json"], stdout=subprocess.PIPE, start_new_session=True)
            self.addCleanup(harness.kill_group, watch)
            first = json.loads(watch.stdout.readline())
            self.assertEqual("ExposureIndex", first["name"])
            self.stuntcam("prop", "set", target, "iso", "400")
            self.assertEqual(0, watch.wait(20))
            self.assertEqual([400], [json.loads(line)["current"] for line in watch.stdout])

    def test_state(self):
        for name, model in [("nikon-d5300", "D5300"), ("generic", None)]:
            target = self.target(camera=name)
            state = self.lines("state", target)[0]
            found = {entry["name"]: entry["text"] for entry in state["properties"]}
            self.assertRegex(found["BatteryLevel"], r"^\d+ %$")
            self.assertIn("WhiteBalance", found)
            self.assertIn("ExposureProgramMode", found)
            self.assertEqual(0x00010001, state["Storages"][0]["StorageID"])
            again = json.loads(self.stuntcam("state", target, "--pretty"))
            for told in (state, again):  # the clock goes on
                told["properties"] = [entry for entry in told["properties"] if entry["name"] != "DateTime"]
            self.assertEqual(state, again)
            self.assertIn(b"BatteryLevel", self.stuntcam("state", target))
        self.assertEqual("D5300", self.lines("state", self.target())[0]["Model"])

    def test_preview_and_liveview(self):
        target = self.target()
        self.stuntcam("preview", target)
        self.assertIsJpeg(self.path("preview.jpg"))
        self.assertTrue(self.stuntcam("preview", target, "-o", "-").startswith(b"\xff\xd8\xff"))
        frames = self.lines("liveview", target, "frames", "--frames", "3")
        self.assertEqual(sorted(os.listdir(self.path("frames"))), ["frame_000001.jpg", "frame_000002.jpg", "frame_000003.jpg"])
        for frame in frames:
            self.assertIsJpeg(self.path(frame["file"]))
        stream = self.stuntcam("liveview", target, "-", "--frames", "3")
        self.assertEqual(3, stream.count(b"\xff\xd8\xff"))
        self.assertEqual(0, self.lines("prop", "get", target, "LiveViewStatus")[0]["current"])  # it is off again
        self.assertEqual(0, self.lines("prop", "get", target, "RecordingMedia")[0]["current"])
        generic = self.target(camera="generic")
        self.stuntcam("preview", generic, status=1)
        self.assertIn("no live view", self.err)
        self.assertFalse(os.path.exists(self.path("frames", "preview.jpg")))

    def test_a_camera_with_ways_of_its_own(self):
        """EOS: properties, events, shutter and live view are all beyond the standard."""
        target = self.target(camera="canon-eos-r6")
        self.stuntcam("preview", target)
        self.assertIsJpeg(self.path("preview.jpg"))
        self.assertEqual(3, len(self.lines("liveview", target, "frames", "--frames", "3")))
        for name, text, value in [("iso", "400", 0x58), ("exposure", "1/250", 0x78), ("aperture", "f/5.6", 0x30), ("exp-bias", "-0.3 EV", 0xFD)]:
            told = self.lines("prop", "set", target, name, text)[0]
            self.assertEqual((value, text), (told["current"], told["text"]), name)
        self.stuntcam("prop", "set", target, "iso", "nonsense", status=2)
        self.assertIn("allowed: auto, 100, 125", self.err)
        self.assertIn("ISOSpeed", {entry["name"] for entry in self.lines("prop", "list", target)})
        told = self.lines("capture", target, "--download", "shots")
        self.assertIn("CaptureComplete", [line["name"] for line in told if line.get("type") == "event"])
        self.assertTrue([line for line in told if "file" in line])
        watch = subprocess.Popen([harness.PROGRAM, "prop", "watch", target, "iso", "800"], stdout=subprocess.PIPE, start_new_session=True)
        self.addCleanup(harness.kill_group, watch)
        watch.stdout.readline()
        self.stuntcam("prop", "set", target, "iso", "800")
        self.assertEqual(0, watch.wait(20))

    def test_liveview_is_interrupted(self):
        target = self.target()
        live = subprocess.Popen([harness.PROGRAM, "liveview", target, "-"], stdout=subprocess.PIPE, start_new_session=True)
        self.addCleanup(harness.kill_group, live)
        self.assertEqual(b"\xff\xd8\xff", live.stdout.read(3))
        live.send_signal(signal.SIGINT)
        live.stdout.read()
        self.assertEqual(130, live.wait(10))
        self.assertEqual(0, self.lines("prop", "get", target, "LiveViewStatus")[0]["current"])

    def test_settings(self):
        target = self.target(camera="generic")
        with open(self.path("config.toml"), "w", encoding="ascii") as file:
            file.write(f'default_target = "desk"\n[targets]\ndesk = "{target}"\n')
        none = {"STUNTCAM_TARGET": ""}
        first = self.lines("info", target)
        self.assertEqual(first, self.lines("info", "--config", "config.toml", environment=none))
        self.assertEqual(first, self.lines("info", "desk", "--config", "config.toml", environment=none))
        self.assertEqual(first, self.lines("info", "-t", "desk", "--config", "config.toml", environment=none))
        self.stuntcam("info", "-t", "dsk", "--config", "config.toml", status=2)
        self.assertIn("did you mean 'desk'", self.err)
        os.makedirs(self.path("home", "stuntcam"))
        os.rename(self.path("config.toml"), self.path("home", "stuntcam", "config.toml"))
        home = {"XDG_CONFIG_HOME": self.path("home"), "STUNTCAM_TARGET": ""}
        self.assertEqual(first, self.lines("info", environment=home))
        with open(self.path("home", "stuntcam", "guid"), encoding="ascii") as file:
            guid = file.read()
        self.assertEqual(first, self.lines("info", environment=home))
        with open(self.path("home", "stuntcam", "guid"), encoding="ascii") as file:
            self.assertEqual(guid, file.read())

    def test_put_mkdir_rm(self):
        target = self.target("--media", self.media(), "--writable", camera="generic")
        folder = self.lines("mkdir", target, "DCIM/101NEW")[0]["handle"]
        for name, size in [("PUT.JPG", 3_000_001), ("EMPTY.TXT", 0)]:
            harness.write_pattern(self.path(name), size, 9)
            handle = self.lines("put", target, name, "--to", "DCIM/101NEW")[0]["handle"]
            self.assertSameFile(self.path(name), self.path("media", "DCIM", "101NEW", name))
            self.stuntcam("get", target, hex(handle), "-o", "back")
            self.assertSameFile(self.path(name), self.path("back"))
        self.stuntcam("put", target, "PUT.JPG", "--to", "DCIM/NONE", status=1)
        self.assertEqual(3, len(self.lines("rm", target, "*.MOV")))
        self.assertEqual([], os.listdir(self.path("media", "DCIM", "100TEST")))
        self.lines("rm", target, hex(folder))
        self.assertEqual({"DCIM", "DCIM/100TEST"}, {entry["path"] for entry in self.lines("ls", target)})

    def test_format(self):
        target = self.target()
        self.assertTrue(self.lines("ls", target))
        self.stuntcam("format", target, status=2)
        self.assertIn("--yes", self.err)
        self.assertTrue(self.lines("ls", target))
        self.stuntcam("format", target, "--yes")
        self.assertEqual([], [entry for entry in self.lines("ls", target) if entry["format"] != 0x3001])

    def test_what_exists_is_no_reason_to_leave_out_the_rest(self):
        for number, folder in enumerate(("100TEST", "101TEST")):
            harness.write_pattern(self.path("media", "DCIM", folder, "SAME.MOV"), 1000, number)
        harness.write_pattern(self.path("media", "DCIM", "101TEST", "Z.MOV"), 1000, 3)
        target = self.target("--media", self.path("media"), camera="generic")
        os.mkdir(self.path("got"))
        first, second, last = [entry["file"] for entry in self.lines("get", target, "*.MOV", "-o", "got")]
        self.assertEqual(("got/SAME.MOV", "got/Z.MOV"), (first, last))
        self.assertRegex(second, "^got/SAME.MOV_[0-9a-f]{8}$")
        self.assertSameFile(self.path("media", "DCIM", "101TEST", "SAME.MOV"), self.path(second))
        os.remove(self.path(last))
        self.assertEqual([last], [entry["file"] for entry in self.lines("get", target, "*.MOV", "-o", "got", status=1)])
        self.assertIn("got/SAME.MOV exists\n  --force replaces it", self.err)

    def test_captures_of_the_same_name(self):
        name = self.lines("capture", self.target(), "--download", "shots")[-1]["file"]
        left = self.lines("capture", self.target(), "--download", "shots", status=1)[-1]
        self.assertIn("--force replaces it", self.err)
        self.assertNotIn("file", left)
        self.assertIn(left["name"], name)
        self.assertEqual(name, self.lines("capture", self.target(), "--download", "shots", "--force")[-1]["file"])

    def test_capture(self):
        for name in ["nikon-d5300", "generic"]:
            target = self.target(camera=name)
            before = {entry["handle"] for entry in self.lines("ls", target)}
            told = self.lines("capture", target, "--download", name)
            self.assertIn("CaptureComplete", [line["name"] for line in told if line.get("type") == "event"])
            new = [line for line in told if "file" in line]
            self.assertEqual({entry["handle"] for entry in self.lines("ls", target)} - before, {line["handle"] for line in new})
            self.assertIn(0x3801, [line["format"] for line in new], name)
            for line in new:
                self.assertEqual(line["size"], os.path.getsize(self.path(line["file"])))
            for alias in ("capture", "shoot", "shutter", "snap"):
                self.assertIn(b".JPG", self.stuntcam(alias, target))
            self.stuntcam("capture", target, "--preview", "small.jpg")
            self.assertIsJpeg(self.path("small.jpg"))

    def test_watch(self):
        for name in ["nikon-d5300", "generic"]:
            target = self.target(camera=name)
            watch = subprocess.Popen([harness.PROGRAM, "watch", target, "--json"], stdout=subprocess.PIPE, start_new_session=True)
            until = subprocess.Popen([harness.PROGRAM, "watch", target, "--until", "ObjectAdded"], stdout=subprocess.PIPE, start_new_session=True)
            for process in (watch, until):
                self.addCleanup(harness.kill_group, process)
            # Nothing says that the two have come; they see the capture that comes after them.
            captures = 0
            while until.poll() is None and captures < 50:
                self.stuntcam("capture", target)
                captures += 1
            self.assertEqual(0, until.wait(10))
            self.assertIn(b"ObjectAdded", until.stdout.read())
            event = json.loads(watch.stdout.readline())
            self.assertEqual("event", event["type"])
            self.assertIn("name", event)
            watch.send_signal(signal.SIGINT)
            self.assertEqual(0, watch.wait(10))

    def test_wrong_usage(self):
        for arguments, words in [(["info"], "no TARGET"), (["info", "ptpip:"], "no host"), (["info", "ptpip:h:x"], "no port"),
                                 (["info", "usb:h"], "is no camera on USB")]:
            self.stuntcam(*arguments, status=2, environment={"STUNTCAM_TARGET": ""})
            self.assertIn(words, self.err)
        target = self.target(camera="generic")
        self.stuntcam("get", target, status=2)
        self.stuntcam("info", target, "extra", status=2)

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.stuntcam("info", f"ptpip:127.0.0.1:{port}", status=3)
        self.assertIn("cannot connect", self.err)


class Liars(Initiator):
    def answers(self, info, content):
        return {0x1001: liar.device_info(), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", [1]), 0x1008: info,
                0x1009: content}

    def test_names_stay_in_the_folder(self):
        names = ["../../etc/passwd", "..", ".", "", "/etc/passwd", "a\nb\x1b[31m", "x" * 254, "back\\slash"]
        answers = self.answers(lambda handle: liar.object_info(names[handle - 1], 5), b"hello")
        answers[0x1007] = liar.array("I", list(range(1, len(names) + 1)))
        _, target = self.liar(answers)
        self.stuntcam("get-all", target, "deep/er/in")
        found = [os.path.join(folder, name) for folder, _, files in os.walk(self.folder) for name in files]
        inside = self.path("deep", "er", "in", "")
        self.assertTrue(all(os.path.dirname(path) + "/" == inside for path in found), found)
        self.assertIn(inside + ".._.._etc_passwd", found)
        self.assertEqual(len(names), len(found), found)  # "." and "" both become "_": neither is lost
        self.assertTrue(all(character.isprintable() for path in found for character in path), found)

    def test_folders_in_a_circle(self):
        answers = self.answers(lambda handle: liar.object_info("A", 0, parent=handle, kind=0x3001), b"")
        _, target = self.liar(answers)
        self.assertEqual(1, len(self.lines("ls", target)))

    def test_a_handle_twice(self):
        answers = self.answers(liar.object_info("A.JPG", 5), b"hello")
        answers[0x1007] = liar.array("I", [1, 1, 1])
        _, target = self.liar(answers)
        self.assertEqual(1, len(self.lines("ls", target)))
        self.assertIn("twice", self.err)

    def no_file(self, content, status, words, size=5):
        _, target = self.liar(self.answers(liar.object_info("A.JPG", size), content))
        self.stuntcam("get", target, "A.JPG", "--timeout", "1s", status=status)
        self.assertIn(words, self.err)
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.startswith("A.JPG")])

    def test_another_size(self):
        self.no_file(b"hell", 1, "has 5 bytes by its ObjectInfo, and GetObject gave 4")

    def test_data_cut_short(self):
        self.no_file((5, b"hell", liar.OK), 1, "sent 4 bytes of data and announced 5")

    def test_data_past_the_total(self):
        self.no_file((5, b"hello!", liar.OK), 1, "sent 6 bytes of data and announced 5")

    def test_refusal(self):
        self.no_file((0, b"", 0x200F), 1, "AccessDenied")

    def test_close_before_data(self):
        self.no_file("close", 3, "closed the connection during GetObject")

    def test_close_within_data(self):
        self.no_file((5, "close", liar.OK), 3, "closed the connection during GetObject")

    def test_silence(self):
        self.no_file(lambda handle: None, 124, "no answer to GetObject within 1 s")

    def test_a_size_that_nobody_has(self):
        self.no_file((1 << 62, b"hello", liar.OK), 1, "announced 4611686018427387904", size=0xFFFFFFFF)

    def test_a_device_info_that_lies(self):
        answers = {0x1001: b"\x64\0\xff\xff\xff\xff\0\0\0\0\0\xff\xff\xff\xff"}
        _, target = self.liar(answers)
        self.stuntcam("info", target, status=1)
        self.assertIn("the data of GetDeviceInfo: OperationsSupported at byte 11", self.err)

    def test_an_event_queue_of_another_layout(self):
        vendor = liar.device_info([0x9116], extension=11)
        answers = {0x1001: vendor, 0x9116: b"\x08\0\0\0\0\0\0\0", 0x1004: liar.array("I", [0x10001])}
        camera, target = self.liar(answers)
        self.stuntcam("capture", target, "--timeout", "1s", status=124)  # it sends no event, but polling did no harm
        self.assertIn(0x100E, camera.asked)

    def test_interrupt(self):
        camera, target = self.liar(self.answers(liar.object_info("A.JPG", 5), lambda handle: None))
        process = subprocess.Popen([harness.PROGRAM, "get", target, "A.JPG", "--timeout", "2s"], cwd=self.folder,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        harness.wait_until(lambda: 0x1009 in camera.asked)
        process.send_signal(signal.SIGINT)
        self.assertIn(process.wait(20), (124, 130))  # no answer to the Cancel, either
        self.assertEqual([], os.listdir(self.folder))


class Vendors(Initiator):
    def test_properties_in_a_form_of_the_vendors(self):
        target = self.target(camera=os.path.join(harness.ROOT, "tests/e2e/sony.toml"))
        listed = {entry["name"]: entry for entry in self.lines("prop", "list", target)}
        self.assertEqual({"WhiteBalance", "ISO"}, set(listed))
        self.assertEqual((2, "r", [2, 4]), (listed["WhiteBalance"]["current"], listed["WhiteBalance"]["access"], listed["WhiteBalance"]["form"]["enum"]))
        self.assertEqual((400, "rw", 100), (listed["ISO"]["current"], listed["ISO"]["access"], listed["ISO"]["default"]))
        self.stuntcam("prop", "set", target, "iso", "800")
        self.assertEqual(800, self.lines("prop", "get", target, "iso")[0]["current"])
        self.stuntcam("prop", "set", target, "iso", "99", status=1)
        self.assertIn("ISO", self.stuntcam("state", target).decode())


if __name__ == "__main__":
    harness.main(["cmp"])

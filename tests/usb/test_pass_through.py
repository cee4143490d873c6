"""gphoto2 → PTP/IP → bridge → libusb → a camera: list, get, capture, events, upload, cancel, unplug."""
import json
import os
import socket
import struct
import subprocess
import time

import usb_harness
from usb_harness import harness

import ptpip


def until_response(client):
    while True:
        kind, body = client.command.receive()
        if kind == ptpip.RESPONSE:
            return struct.unpack_from("<H", body)[0]


class PassThrough(usb_harness.Test):
    def test_summary_and_list_name_the_camera(self):
        camera = self.camera()
        self.assertIn("Model: D5300", self.gphoto2(camera.port, "--summary"))
        direct = harness.Test.gphoto2(self, self.emulated().port, "--list-files")
        self.assertEqual(direct, self.gphoto2(camera.port, "--list-files"))

    def emulated(self):
        return harness.Test.camera(self)

    def test_get_and_upload_are_the_same_bytes(self):
        for size in (0, 1, 500, 512 - 12, 1024 - 12, 3_000_001, 20 << 20):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", f"F{size}.MOV"), size, size + 1)
        camera = self.camera(mock=("--media", self.path("media")))
        where = self.gphoto2(camera.port, "--get-all-files").where
        for size in (0, 1, 500, 512 - 12, 1024 - 12, 3_000_001, 20 << 20):
            self.assertSameFile(self.path("media", "DCIM", "100TEST", f"F{size}.MOV"),
                                os.path.join(where, f"F{size}.MOV"))
        for size in (1, 500, 65536, 3_000_001):
            harness.write_pattern(self.path("local", f"UP{size}.JPG"), size, size)
            self.gphoto2(camera.port, "--folder", "/store_00010001/DCIM/100TEST", "--upload-file",
                         self.path("local", f"UP{size}.JPG"))
            where = self.gphoto2(camera.port, "--folder", "/store_00010001/DCIM/100TEST", "--get-file",
                                 f"UP{size}.JPG").where
            self.assertSameFile(self.path("local", f"UP{size}.JPG"), os.path.join(where, f"UP{size}.JPG"))

    def test_little_memory_for_transfers(self):
        """What all programs on USB share: reads shrink, and what is to go to the camera waits for its turn."""
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), 1_000_001)
        harness.write_pattern(self.path("local", "UP.JPG"), 2_000_001)
        folder = ("--folder", "/store_00010001/DCIM/100TEST")
        camera = self.camera(mock=("--media", self.path("media"), "--memory", "300000"))
        self.gphoto2(camera.port, *folder, "--upload-file", self.path("local", "UP.JPG"))
        where = self.gphoto2(camera.port, *folder, "--get-file", "UP.JPG").where
        self.assertSameFile(self.path("local", "UP.JPG"), os.path.join(where, "UP.JPG"))
        self.assertNotIn("resetting", camera.said())
        camera = self.camera(mock=("--media", self.path("media"), "--memory", "5000"))  # one read of the least size
        where = self.gphoto2(camera.port, *folder, "--get-file", "CLIP.MOV").where
        self.assertSameFile(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), os.path.join(where, "CLIP.MOV"))
        self.assertNotIn("resetting", camera.said())

    def test_capture_with_its_events(self):
        for profile in ("nikon-d5300", "generic"):
            camera = self.camera(profile=profile)
            where = self.gphoto2(camera.port, "--capture-image-and-download").where
            pictures = [name for name in os.listdir(where) if name.lower().endswith(".jpg")]
            self.assertEqual(1, len(pictures), profile)
            self.assertIsJpeg(os.path.join(where, pictures[0]))
            camera.unplug()

    def test_second_client_gets_busy_and_a_vanished_one_leaves_the_camera_usable(self):
        camera = self.camera()
        first = self.start(camera.port, "--wait-event=60s")
        harness.wait_until(lambda: self.busy(camera.port), what="InitFail for a second client")
        harness.kill_group(first)
        harness.wait_until(lambda: not self.busy(camera.port), 60, "the camera being free")
        self.assertIn("D5300", self.gphoto2(camera.port, "--summary"))

    @staticmethod
    def busy(port):
        name = "prober\0".encode("utf-16-le")
        body = bytes(16) + name + (0x10000).to_bytes(4, "little")
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.settimeout(20 * harness.PATIENCE)
            client.sendall((8 + len(body)).to_bytes(4, "little") + (1).to_bytes(4, "little") + body)
            answer = client.recv(8)
        return answer[4:8] == (5).to_bytes(4, "little")

    def test_interrupted_download_cancels(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "BIG.MOV"), 200 << 20)
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "SMALL.MOV"), 100_000)
        camera = self.camera(mock=("--media", self.path("media")))
        target = f"ptpip:127.0.0.1:{camera.port}"
        started = subprocess.Popen([harness.PROGRAM, "get", target, "DCIM/100TEST/BIG.MOV", "-o", self.path("big")],
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(harness.kill_group, started)
        harness.wait_until(lambda: any(name.startswith("big") for name in os.listdir(self.folder)),
                           what="the first bytes")
        started.send_signal(2)
        self.assertEqual(130, started.wait(60 * harness.PATIENCE))
        where = self.gphoto2(camera.port, "--folder", "/store_00010001/DCIM/100TEST", "--get-file", "SMALL.MOV").where
        self.assertSameFile(self.path("media", "DCIM", "100TEST", "SMALL.MOV"), os.path.join(where, "SMALL.MOV"))

    def test_unplug_and_replug(self):
        camera = self.camera()
        self.assertIn("D5300", self.gphoto2(camera.port, "--summary"))
        camera.unplug()
        harness.wait_until(lambda: ": gone;" in camera.said(), what="the loss being noticed")
        self.gphoto2(camera.port, "--summary", status=1)
        camera.plug_in()
        harness.wait_until(lambda: ": it is back" in camera.said(), what="the return being noticed")
        self.assertIn("D5300", self.gphoto2(camera.port, "--summary"))

    def test_unplug_in_the_middle_of_a_download(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "BIG.MOV"), 200 << 20)
        camera = self.camera(mock=("--media", self.path("media")))
        target = f"ptpip:127.0.0.1:{camera.port}"
        started = subprocess.Popen([harness.PROGRAM, "get", target, "DCIM/100TEST/BIG.MOV", "-o", self.path("big")],
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.addCleanup(harness.kill_group, started)
        harness.wait_until(lambda: any(name.startswith("big") for name in os.listdir(self.folder)),
                           what="the first bytes")
        camera.unplug()
        self.assertEqual(3, started.wait(60 * harness.PATIENCE), "the connection was closed")
        camera.plug_in()
        harness.wait_until(lambda: ": it is back" in camera.said(), what="the return being noticed")
        self.assertIn("BIG.MOV", self.gphoto2(camera.port, "--list-files"))

    def test_manners(self):
        """What cameras do in their own ways, by real libusb: lists, an odd size and an even one, an unknown operation, a cancel."""
        for size in (1024 - 12, 3_000_001, 60 << 20):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", f"F{size}.MOV"), size, size)
        manners = ("zlp = false", "split_header = true", "stall_unsupported = true", 'status = "empty"', 'status = "stall"',
                   'status = "busy"', 'speed = "super"', 'speed = "full"', "interrupt_packet = 8",
                   'status = "busy"\nreset_keeps_session = true')
        for number, manner in enumerate(manners):
            with self.subTest(manner):
                profile = self.path(f"p{number}.toml")
                with open(profile, "w", encoding="utf-8") as file:
                    file.write(f'extends = "generic"\n[usb]\n{manner}\n')
                camera = self.camera(profile=profile, mock=("--media", self.path("media")))
                with ptpip.Client(camera.port, timeout=60 * harness.PATIENCE) as client:
                    for size in (1024 - 12, 3_000_001):
                        handle = client.find(f"F{size}.MOV")
                        got = client.do(ptpip.GET_OBJECT, handle).data
                        with open(self.path("media", "DCIM", "100TEST", f"F{size}.MOV"), "rb") as file:
                            self.assertEqual(file.read(), got)
                    self.assertNotEqual(ptpip.OK, client.do(0x9999).code)
                    self.assertEqual(ptpip.OK, client.do(0x1001).code, "a stall is over with its transaction")
                    handle = client.find(f"F{60 << 20}.MOV")
                    tid = client.tid()
                    client.command.send(ptpip.request(ptpip.GET_OBJECT, tid, handle))
                    client.command.receive()
                    client.command.send(ptpip.cancel(tid))
                    client.events.send(ptpip.cancel(tid))
                    self.assertEqual(0x201F, until_response(client))
                    handle = client.find("F3000001.MOV")  # in the session that is open still
                    self.assertEqual(3_000_001, len(client.do(ptpip.GET_OBJECT, handle).data), "and so is a cancel")
                self.assertEqual("busy" in manner, "resetting it" in camera.said())
                camera.stop()

    def test_recording_and_transcript(self):
        camera = self.camera("--record", self.path("talk.pcapng"), "--transcript", self.path("talk.jsonl"))
        self.gphoto2(camera.port, "--list-files")
        camera.stop()
        decoded = subprocess.run([harness.PROGRAM, "decode", "--json", self.path("talk.pcapng")], capture_output=True,
                                 text=True, check=True)
        operations = [json.loads(line)["operation"]["name"] for line in decoded.stdout.splitlines()
                      if json.loads(line)["type"] == "transaction"]
        self.assertIn("GetObjectHandles", operations)
        with open(self.path("talk.jsonl"), encoding="utf-8") as lines:
            self.assertTrue(any("GetObjectHandles" in line for line in lines))

    def test_ends_in_front_of_a_camera_that_answers_nothing(self):
        """Half a minute of patience with the camera is not for somebody who wants the program to end."""
        for operation, name in ((0x1002, "OpenSession"), (0x1009, "GetObject"), (0x1003, "CloseSession")):
            with self.subTest(name):
                camera = self.camera(profile="generic", mock=("--deaf-at", f"{operation:04x}"))
                session = None if operation == 0x1002 else 1
                with ptpip.Client(camera.port, session=session, timeout=60 * harness.PATIENCE) as client:
                    asked = client.find("IMG_0001.JPG") if operation == 0x1009 else 1
                    client.command.send(ptpip.request(operation, client.tid(), asked))
                    harness.wait_until(lambda said=camera.said: "mock: deaf" in said(), 60, "the camera being asked")
                    began = time.monotonic()
                    camera.stop()
                    self.assertLess(time.monotonic() - began, 5 * harness.PATIENCE)
                self.assertIn("mock: released", camera.said())
                self.assertIn("it is left as it is", camera.said())

    def test_faults_are_the_clients_and_leave_the_camera_usable(self):
        for fault, seen in (("code:code=DeviceBusy", 0x2019), ("refuse", 0x2019), ("truncate:at=1000", ValueError),
                            ("total:add=100", ValueError), ("cut:at=1000,then=reset", ptpip.Closed),
                            ("reset", ptpip.Closed), ("drop:direction=i2r", TimeoutError), ("stall:for=100h", TimeoutError)):
            with self.subTest(fault):
                separator = "," if ":" in fault else ":"
                camera = self.camera("--fault", f"{fault}{separator}operation=GetObject,times=1", profile="generic")
                with ptpip.Client(camera.port, timeout=60 * harness.PATIENCE) as client:
                    handle = client.find("IMG_0001.JPG")
                    if seen == TimeoutError:
                        client.command.send(ptpip.request(ptpip.GET_OBJECT, client.tid(), handle))  # and it is not waited for
                    elif isinstance(seen, int):
                        self.assertEqual(seen, client.do(ptpip.GET_OBJECT, handle).code)
                    else:
                        with self.assertRaises(seen):
                            client.do(ptpip.GET_OBJECT, handle)
                with harness.wait_until(lambda port=camera.port: self.let_in(port), 60, "the next client being let in") as client:
                    self.assertEqual(1 << 20, len(client.do(ptpip.GET_OBJECT, handle).data))
                camera.stop()
        with self.assertRaisesRegex(AssertionError, "only an emulated camera has a body to lay hands on"):
            usb_harness.Camera("--fault", "battery:to=0", profile="generic")

    @staticmethod
    def let_in(port):
        try:
            return ptpip.Client(port, timeout=60 * harness.PATIENCE)
        except ptpip.Closed:  # the one before is not gone yet
            return None

    def test_two_share_it_where_they_may(self):
        camera = self.camera("--share")
        first = self.start(camera.port, "--wait-event=60s")
        harness.wait_until(lambda: not self.busy(camera.port), what="a second client being let in")
        self.assertIn("D5300", self.gphoto2(camera.port, "--summary"))
        harness.kill_group(first)
        self.assertIn("D5300", self.gphoto2(camera.port, "--summary"))

    def test_memory_does_not_grow_with_the_object(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "BIG.MOV"), 64 << 20)
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "SMALL.MOV"), 3 << 20)
        camera = self.camera(mock=("--media", self.path("media")))
        folder = ("--folder", "/store_00010001/DCIM/100TEST", "--get-file")
        self.gphoto2(camera.port, *folder, "SMALL.MOV")
        before = camera.resident("VmHWM")
        where = self.gphoto2(camera.port, *folder, "BIG.MOV").where
        self.assertSameFile(self.path("media", "DCIM", "100TEST", "BIG.MOV"), os.path.join(where, "BIG.MOV"))
        self.assertLess(camera.resident("VmHWM") - before, 6 << 10)


if __name__ == "__main__":
    usb_harness.main(["gphoto2", "cmp", "djpeg", "exiftool"])

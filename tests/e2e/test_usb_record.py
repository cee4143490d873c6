"""--record of USB: what tshark and decode make of it, and that its replay over PTP/IP is the camera that the USB client saw."""
import json
import os
import re
import signal
import struct
import subprocess

import harness
import usbip

TYPED = "DevicePropValue"


def tshark(recording, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", recording, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def decode(recording, kind="transaction"):
    done = subprocess.run([harness.PROGRAM, "decode", "--json", recording], capture_output=True, text=True, check=True)
    return [record for record in map(json.loads, done.stdout.splitlines()) if record["type"] == kind]


def requests(told):
    """The sessions of a transcript: lists of (code, parameters)."""
    sessions = []
    for line in told:
        if line.get("type") != "OperationRequest":
            continue
        if line["name"] == "OpenSession" or not sessions:
            sessions.append([])
        sessions[-1].append((line["code"], line["params"]))
    return sessions


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def untimed(summary):
    return re.sub(r"\d{8}T\d{6}", "TIME", summary)


class UsbRecord(harness.Test):
    def usb(self, name, *options, **more):
        """A camera on USB that is recorded, and a host that has attached it."""
        recording, transcript = self.path(f"{name}.pcapng"), self.path(f"{name}.jsonl")
        camera = self.camera("--usbip", "127.0.0.1:0", "--record", recording, "--transcript", transcript, *options, **more)
        return camera, self.attach(camera), recording, transcript

    def attach(self, camera):
        host = usbip.Host(int(camera.ready[0]["usbip"].rsplit(":", 1)[1]))
        self.addCleanup(host.close)
        return host

    def files(self, output):
        return {name: os.path.join(output.where, name) for name in sorted(os.listdir(output.where)) if not name.startswith(".")}

    def transactions(self, told):
        listed, going = [], None
        for line in told:
            kind = line.get("type")
            if kind == "OperationRequest":
                going = [line, None, None]
            elif kind in ("StartData", "Data", "EndData"):
                going[1] = (going[1] or 0) + line.get("payload", 0)
                going[2] = line.get("data_set")
            elif kind == "OperationResponse":
                request, size, data_set = going
                listed.append((request["tid"], request["name"], request["params"], line["name"], size, data_set))
        return listed

    def assertSaysWhatTheTranscriptSays(self, recording, transcript):
        records = decode(recording)
        decoded = [(record["tid"], record["operation"]["name"], record["operation"]["params"], record["response"]["name"],
                    (record["data"] or {}).get("size"), (record["data"] or {}).get("dataset")) for record in records]
        # A value doesn't say its type on the wire: the transcript has it from the profile.
        untyped = {index for index, one in enumerate(decoded) if one[1].endswith(TYPED) and one[-1] is None}
        told = lines(transcript)
        self.maxDiff = None
        self.assertEqual([(*one[:-1], None) if index in untyped else one
                          for index, one in enumerate(self.transactions(told))], decoded)
        self.assertFalse(any(record["incomplete"] for record in records))
        self.assertEqual([], decode(recording, "warning"))
        self.assertEqual([(line["tid"], line["name"], line["params"]) for line in told if line.get("type") == "Event"],
                         [(one["tid"], one["name"], one["params"]) for one in decode(recording, "event")])
        return decoded

    def test_a_session_of_gphoto2_over_usb_is_replayed_over_the_network(self):
        """What gphoto2 asks over PTP/IP is asked over USB; the replay of that recording gives gphoto2 the same."""
        visits = (["--list-files"], ["--get-all-files"], ["--summary"])
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), 3_000_001, 4)
        for size in (499, 512 - 12, 1024 - 12, 70_000):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", f"P{size}.MOV"), size, size)
        for profile in ("nikon-d5300", "generic"):
            with self.subTest(profile):
                media = ("--media", self.path("media"))
                network = self.camera("--transcript", self.path("network.jsonl"), *media, camera=profile)
                was = [self.gphoto2(network.port, *visit) for visit in visits]
                network.stop()
                asked = requests(lines(self.path("network.jsonl")))
                self.assertEqual(len(visits), len(asked))
                camera, host, recording, transcript = self.usb(profile, *media, camera=profile)
                host.enumerate()
                for _ in range(4):
                    host.submit(usbip.INTERRUPT, 1, 64)
                for session in asked:
                    for code, params in session:
                        host.operation(code, *params)
                host.close()
                camera.stop()
                self.assertSaysWhatTheTranscriptSays(recording, transcript)
                self.assertLooksRight(recording)
                replayed = self.camera("--timing", "none", camera=recording)
                now = [self.gphoto2(replayed.port, *visit) for visit in visits]
                self.assertEqual([untimed(one) for one in was], [untimed(one) for one in now])
                self.assertEqual(5, len(self.files(was[1])))
                self.assertEqual(self.files(was[1]).keys(), self.files(now[1]).keys())
                for name, path in self.files(was[1]).items():
                    self.assertSameFile(path, self.files(now[1])[name])

    def assertLooksRight(self, recording):
        """tshark dissects every frame as USB, complains of nothing, and knows the class by the descriptors that passed."""
        self.assertEqual("", tshark(recording, "-Y", "_ws.malformed || _ws.expert.severity >= 6291456"))  # warnings and errors
        self.assertEqual("", tshark(recording, "-Y", "!usb || _ws.short"))
        self.assertEqual({"1.1"}, {address.rsplit(".", 1)[0] for field in ("usb.src", "usb.dst")
                                   for address in tshark(recording, "-T", "fields", "-e", field).split() if address != "host"})
        self.assertIn("0x06", tshark(recording, "-T", "fields", "-e", "usb.bInterfaceClass"))
        # Every completion finds its submission.
        completed = tshark(recording, "-Y", "usb.urb_type == 'C'", "-T", "fields", "-e", "usb.request_in").splitlines()
        self.assertTrue(completed)
        self.assertTrue(all(completed))

    def test_captures_with_events_and_uploads(self):
        camera, host, recording, transcript = self.usb("capture", camera="generic")
        host.enumerate()
        urbs = [host.submit(usbip.INTERRUPT, 1, 64) for _ in range(8)]
        host.operation(0x1002, 1)
        self.assertEqual(usbip.OK, host.operation(0x100E, 0, 0)[0])
        while struct.unpack_from("<H", host.ended(urbs.pop(0))[2], 6)[0] != 0x400D:
            pass
        payload = harness.pattern(200_000, 5)
        text = bytes([7]) + "UP.JPG\0".encode("utf-16-le")
        info = struct.pack("<IHHIHIIIIIIIHII", 0, 0x3801, 0, len(payload), *[0] * 11) + text + b"\0\0\0"
        code, params, _ = host.operation(0x100C, 0, 0, data=info)
        self.assertEqual(usbip.OK, code)
        self.assertEqual(usbip.OK, host.operation(0x100D, data=payload)[0])
        self.assertEqual(payload, host.operation(0x1009, params[2])[2])
        self.assertEqual(usbip.OK, host.operation(0x1003)[0])
        host.close()
        camera.stop()
        decoded = self.assertSaysWhatTheTranscriptSays(recording, transcript)
        self.assertEqual([200_000, 200_000], [one[4] for one in decoded if one[1] in ("SendObject", "GetObject")])
        self.assertLooksRight(recording)
        self.assertIn("ObjectAdded(0x", tshark(recording, "-T", "fields", "-e", "frame.comment"))
        saved = self.path("objects", "x").removesuffix("/x")
        subprocess.run([harness.PROGRAM, "decode", "--objects", saved, recording], check=True, capture_output=True)
        with open(os.path.join(saved, "UP.JPG"), "rb") as file:
            self.assertEqual(payload, file.read())

    def test_the_manners_of_a_device_make_no_difference(self):
        for manner in ("zlp=false", "split_header=true", "speed=super", "speed=full", "interrupt_packet=8"):
            with self.subTest(manner):
                camera, host, recording, transcript = self.usb(manner, "--set", f"usb.{manner}", camera="generic")
                events = [host.submit(usbip.INTERRUPT, 1, 64) for _ in range(4)]
                host.operation(0x1001)
                host.operation(0x1002, 1)
                handle = struct.unpack_from("<I", host.operation(0x1007, 0xFFFFFFFF, 0x3801, 0)[2], 4)[0]
                self.assertEqual(1 << 20, len(host.operation(0x1009, handle)[2]))
                host.operation(0x100E, 0, 0)
                host.ended(events[0])
                host.operation(0x1003)
                host.close()
                camera.stop()
                told = self.assertSaysWhatTheTranscriptSays(recording, transcript)
                self.assertEqual(["GetDeviceInfo", "OpenSession", "GetObjectHandles", "GetObject", "InitiateCapture", "CloseSession"],
                                 [one[1] for one in told])

    def test_a_large_object_costs_no_memory_and_can_be_left_out(self):
        size = 200 << 20
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "BIG.MOV"), size)
        camera, host, recording, _ = self.usb("large", "--media", self.path("media"), "--record-cut", "64KiB",
                                              camera="generic")
        host.operation(0x1002, 1)
        handles = host.operation(0x1007, 0xFFFFFFFF, 0, 0)[2]
        handle = struct.unpack_from("<I", handles, len(handles) - 4)[0]
        before = camera.resident("VmHWM")
        code, _, data = host.operation(0x1009, handle)
        self.assertEqual((usbip.OK, size), (code, len(data)))
        # AddressSanitizer keeps 256 MiB of what was freed.
        most = 300 << 10 if os.environ.get("STUNTCAM_SANITIZE") else 16 << 10
        self.assertLess(camera.resident("VmHWM") - before, most)
        self.assertEqual(usbip.OK, host.operation(0x1003)[0])
        host.close()
        camera.stop()
        self.assertLess(os.path.getsize(recording), 2 << 20)
        large = [one for one in decode(recording) if one["operation"]["name"] == "GetObject"]
        self.assertEqual((True, 65536, size), (large[0]["incomplete"], large[0]["data"]["size"], large[0]["data"]["announced"]))
        self.assertEqual("", tshark(recording, "-Y", "_ws.malformed"))
        self.assertEqual(["CloseSession"], [one["operation"]["name"] for one in decode(recording)][-1:])

    def test_beside_the_network_and_with_faults(self):
        camera, host, recording, _ = self.usb("both", "--fault", "code:code=DeviceBusy,operation=GetStorageIDs,times=1")
        host.operation(0x1002, 1)
        self.assertEqual(0x2019, host.operation(0x1004)[0])
        self.assertEqual(usbip.OK, host.operation(0x1004)[0])
        self.gphoto2(camera.port, "--list-files")
        self.assertEqual(usbip.OK, host.operation(0x1003)[0])
        host.close()
        camera.stop()
        comments = tshark(recording, "-T", "fields", "-e", "frame.comment").splitlines()
        busy = [comment for comment in comments if "GetStorageIDs -> DeviceBusy()" in comment]
        self.assertEqual(1, len(busy))
        self.assertRegex(busy[0], "^fault 1: code", comments)
        self.assertEqual(2, len({one["session"] for one in decode(recording)}))

    def test_complete_when_killed(self):
        recording = self.path("killed.pcapng")
        camera = harness.Camera("--usbip", "127.0.0.1:0", "--record", recording)
        host = self.attach(camera)
        host.operation(0x1002, 1)
        self.assertEqual(usbip.OK, host.operation(0x1004)[0])
        camera.process.send_signal(signal.SIGKILL)
        camera.process.wait()
        camera.process.stdout.close()
        camera.log.close()
        self.assertEqual(["OpenSession", "GetStorageIDs"], [one["operation"]["name"] for one in decode(recording)])


if __name__ == "__main__":
    harness.main(needs=["gphoto2", "tshark"])

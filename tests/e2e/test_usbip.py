"""serve --usbip: cameras as USB devices, without a kernel on the other side. With one: tests/usb."""
import json
import os
import struct
import subprocess

import harness
import usbip

IDS = {"nikon-d5300": (0x04B0, 0x0431), "parrot-sequoia": (0x19CF, 0x5039), "canon-eos-r6": (0x04A9, 0x32F5),
       "fujifilm-x-t1": (0x04CB, 0x02BF), "olympus-e-m1": (0x07B4, 0x0130), "leica-sl": (0x1A98, 0x2041),
       "generic": (0x1209, 0x0001)}


def text(data, at):
    count = data[at]
    return data[at + 1:at + 1 + 2 * count].decode("utf-16-le").rstrip("\0"), at + 1 + 2 * count


def array(data, at, kind="H"):
    count = struct.unpack_from("<I", data, at)[0]
    return list(struct.unpack_from(f"<{count}{kind}", data, at + 4)), at + 4 + count * struct.calcsize(kind)


def device_info(data):
    at = text(data, 8)[1] + 2
    for _ in range(5):
        at = array(data, at)[1]
    names = []
    for _ in range(4):
        name, at = text(data, at)
        names.append(name)
    return names


class UsbIp(harness.Test):
    def host(self, camera, bus_id="1-1", index=0):
        host = usbip.Host(int(camera.ready[index]["usbip"].rsplit(":", 1)[1]), bus_id)
        self.addCleanup(host.close)
        return host

    def test_every_camera_is_itself(self):
        for name, ids in IDS.items():
            with self.subTest(name):
                camera = self.camera("--usbip", "127.0.0.1:0", camera=name)
                port = int(camera.ready[0]["usbip"].rsplit(":", 1)[1])
                self.assertEqual([("1-1", *ids)], usbip.listing(port))
                self.assertEqual("1-1", camera.ready[0]["bus_id"])
                host = self.host(camera)
                device = host.control(0x80, 6, 0x100, 0, 18)
                self.assertEqual(ids, struct.unpack_from("<HH", device, 8))
                self.assertEqual(camera.ready[0]["serial_number"], host.string(3))
                for index in (1, 2):
                    self.assertTrue(host.string(index))
                code, _, data = host.operation(0x1001)
                self.assertEqual(usbip.OK, code)
                self.assertEqual(camera.ready[0]["serial_number"], device_info(data)[3])
                self.assertEqual(usbip.OK, host.operation(0x1002, 1)[0])
                self.assertEqual(usbip.OK, host.operation(0x1003)[0])
                host.close()
                self.doCleanups()

    def test_pictures_are_those_of_the_network(self):
        camera = self.camera("--usbip", "127.0.0.1:0")
        host = self.host(camera)
        self.assertEqual(usbip.OK, host.operation(0x1002, 1)[0])
        handles = array(host.operation(0x1007, 0xFFFFFFFF, 0x3801, 0)[2], 0, "I")[0]
        code, _, data = host.operation(0x1009, handles[0])
        self.assertEqual((usbip.OK, 4 << 20), (code, len(data)))
        # Both at once: the session over USB stays open.
        listed = self.gphoto2(camera.port, "--get-file", "1")
        with open(os.path.join(listed.where, "DSC_0001.JPG"), "rb") as file:
            self.assertEqual(file.read(), data)
        self.assertEqual(usbip.OK, host.operation(0x1004)[0])

    def test_events_of_a_capture(self):
        camera = self.camera("--usbip", "127.0.0.1:0", camera="generic")
        host = self.host(camera)
        urbs = [host.submit(usbip.INTERRUPT, 1, 64) for _ in range(4)]
        host.operation(0x1002, 1)
        self.assertEqual(usbip.OK, host.operation(0x100E, 0, 0)[0])
        codes = []
        for urb in urbs:
            event = host.ended(urb)[2]
            codes.append(struct.unpack_from("<H", event, 6)[0])
            if codes[-1] == 0x400D:
                break
        self.assertIn(0x4002, codes)
        self.assertIn(0x400D, codes)

    def test_a_usb_client_does_not_hold_up_the_network(self):
        camera = self.camera("--usbip", "127.0.0.1:0", camera="generic")
        host = self.host(camera)
        host.operation(0x1002, 1)
        handles = array(host.operation(0x1007, 0xFFFFFFFF, 0, 0)[2], 0, "I")[0]
        host.write(struct.pack("<IHHII", 16, 1, 0x1009, host.transaction + 1, handles[-1]))  # and reads nothing
        self.assertIn("Generic PTP Camera", self.gphoto2(camera.port, "--summary"))

    def test_several_cameras_on_one_port(self):
        camera = self.camera("--usbip", "127.0.0.1:0", camera="generic", count=3)
        port = int(camera.ready[0]["usbip"].rsplit(":", 1)[1])
        self.assertEqual(["1-1", "1-2", "1-3"], [each["bus_id"] for each in camera.ready])
        self.assertEqual(3, len(usbip.listing(port)))
        hosts = [self.host(camera, each["bus_id"], i) for i, each in enumerate(camera.ready)]
        self.assertEqual([each["serial_number"] for each in camera.ready], [host.string(3) for host in hosts])
        with self.assertRaises(usbip.Refused):
            self.host(camera, "1-2")
        with self.assertRaises(usbip.Refused):
            self.host(camera, "1-4")
        hosts[1].close()
        for _ in range(100):
            try:
                self.host(camera, "1-2")
                break
            except usbip.Refused:
                pass
        else:
            self.fail("a device whose host has gone stays taken")

    def test_quirks_of_the_profile(self):
        camera = self.camera("--usbip", "127.0.0.1:0", "--set", "usb.stall_unsupported=true", "--set", "usb.speed=super",
                             "--set", "usb.status=empty", "--set", "usb.serial=S1")
        host = self.host(camera)
        self.assertEqual("S1", host.string(3))
        self.assertEqual(b"", host.control(0xA1, 0x67, length=32))
        self.assertEqual(0x39, len(host.control(0x80, 6, 0x200, 0, 255)))
        host.operation(0x1002, 1)
        with self.assertRaises(usbip.Stalled):
            host.operation(0x9FFF)

    def test_stays_small(self):
        """A gigabyte that nobody reads, and megabytes that nobody asked for, cost no memory."""
        camera = self.camera("--usbip", "127.0.0.1:0", camera="generic")
        host = self.host(camera)
        host.operation(0x1002, 1)
        before = camera.resident()
        for _ in range(2000):
            host.submit(usbip.BULK_IN, 1, 1 << 20)
        host.control(0x80, 0, length=2)  # its answer says that all before it was read
        self.assertLess(camera.resident() - before, 16 << 10)
        host.submit(usbip.BULK_OUT, 0, 64 << 20, bytes(64 << 20))
        host.control(0x80, 0, length=2)
        self.assertLess(camera.resident() - before, 16 << 10)

    def faulty(self, fault, camera="generic"):
        """A host in a session with a camera that has this fault, and the handle of a picture of a MiB."""
        served = self.camera("--usbip", "127.0.0.1:0", "--fault", fault, camera=camera)
        host = self.host(served)
        host.operation(0x1002, 1)
        handles = array(host.operation(0x1007, 0xFFFFFFFF, 0x3801, 0)[2], 0, "I")[0]
        return served, host, handles[0]

    def transfers(self, host, code, *params):
        """Of an operation, until the response has come whole."""
        host.command(code, *params)
        got = []
        while b"".join(got)[-12:-4] != struct.pack("<IHH", 12, 3, usbip.OK):
            got.append(host.read(1 << 20))
        return got

    def test_faults_of_lengths_stay_in_their_transfer(self):
        whole = 12 + (1 << 20)
        for fault, announced, sent in (("total:add=100", whole + 100, whole), ("total:add=-100", whole - 100, whole),
                                       ("total:value=unknown", 0xFFFFFFFF, whole), ("extend:bytes=50", whole + 50, whole + 50),
                                       ("truncate:at=1000", 1012, 1012), ("empty", 12, 12), ("data:hex=00112233", 16, 16)):
            with self.subTest(fault):
                separator = "," if ":" in fault else ":"
                _, host, handle = self.faulty(f"{fault}{separator}operation=GetObject")
                for _ in range(2):
                    data = b"".join(self.transfers(host, 0x1009, handle)[:-1])
                    self.assertEqual((announced, sent), (struct.unpack_from("<I", data)[0], len(data)))
                    self.assertEqual(usbip.OK, host.operation(0x1004)[0])
                self.doCleanups()

    def test_faults_that_make_other_bytes(self):
        _, host, handle = self.faulty("pad:bytes=4,operation=GetObject,times=1")
        host.command(0x1009, handle)
        sizes = [len(host.read(1 << 21)) for _ in range(2)]
        self.assertEqual([12 + (1 << 20), 16], sizes)
        self.assertEqual(usbip.OK, host.operation(0x1004)[0])
        # Each segment is a transfer of its own.
        _, host, _ = self.faulty("slice:bytes=5,operation=GetStorageIDs")
        sliced = self.transfers(host, 0x1004)
        self.assertLessEqual(max(len(each) for each in sliced), 5)
        self.assertEqual(24 + 12, len(b"".join(sliced)))

    def test_faults_of_events(self):
        _, host, _ = self.faulty("inject:code=DevicePropChanged,values=0x500F,operation=GetStorageIDs")
        event = host.submit(usbip.INTERRUPT, 1, 64)
        host.operation(0x1004)
        self.assertEqual(struct.pack("<IHHII", 16, 4, 0x4006, 0xFFFFFFFF, 0x500F), host.ended(event)[2])
        _, host, _ = self.faulty("pad:bytes=2,event=CaptureComplete")
        host.operation(0x100E, 0, 0)
        event = b""
        while event[6:8] != b"\x0d\x40":
            event = host.ended(host.submit(usbip.INTERRUPT, 1, 64))[2]
        self.assertEqual((18, 18), (len(event), event[0]))
        told = host.control(0xA1, 0x65, length=64)
        self.assertEqual(0x4002, struct.unpack_from("<H", told)[0], "the last event that was one")

    def test_faults_of_connections_are_faults_of_the_cable(self):
        for fault in ("reset", "close"):
            camera, host, handle = self.faulty(f"{fault}:operation=GetObject,times=1")
            with self.assertRaises((EOFError, ConnectionError)):
                host.operation(0x1009, handle)
            again = self.attached(camera)
            self.assertEqual(usbip.OK, again.operation(0x1002, 1)[0], "it is plugged in again at once")
            again.close()
            self.doCleanups()
        for fault in ("half-close", "silence:for=100h", "stall:for=100h", "drop:direction=i2r", "cut:at=1000,then=stall"):
            with self.subTest(fault):
                separator = "," if ":" in fault else ":"
                camera, host, handle = self.faulty(f"{fault}{separator}operation=GetObject,times=1")
                host.command(0x1009, handle)
                host.submit(usbip.BULK_IN, 1, 1 << 20)
                self.assertEqual(8, len(host.control(0x80, 6, 0x100, 0, 8)), "the control endpoint answers")
                host.close()
                again = self.attached(camera)
                self.assertEqual(usbip.OK, again.operation(0x1002, 1)[0])
                again.close()
                self.doCleanups()

    def attached(self, camera):
        """Again, once the camera has noticed that the host before has gone."""
        def attach():
            try:
                return self.host(camera)
            except usbip.Refused:
                return None
        return harness.wait_until(attach, 60, "the device being free")

    def test_what_cannot_be(self):
        for arguments, said in ((["generic", "--usbip", "1.2.3.4.5:99"], "unexpected|profile|no address|1.2.3.4.5"),
                                (["generic", "--usbip=nowhere"], "no address")):
            ended = subprocess.run([harness.PROGRAM, "serve", "--port", "0", *arguments], capture_output=True, text=True,
                                   timeout=60, check=False)
            self.assertEqual(2, ended.returncode, ended.stderr)
            self.assertRegex(ended.stderr, said)
        camera = self.camera("--usbip", "127.0.0.1:0")
        taken = camera.ready[0]["usbip"]
        ended = subprocess.run([harness.PROGRAM, "serve", "--port", "0", "generic", "--usbip", taken],
                               capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(3, ended.returncode)
        self.assertIn(taken, ended.stderr)

    def test_transcript_shows_usb(self):
        path = self.path("talk.jsonl")
        camera = self.camera("--usbip", "127.0.0.1:0", "--transcript", path)
        host = self.host(camera)
        host.operation(0x1002, 1)
        host.close()
        camera.stop()
        with open(path, encoding="utf-8") as lines:
            self.assertIn("OpenSession", "".join(json.dumps(json.loads(line)) for line in lines))


if __name__ == "__main__":
    harness.main(needs=["gphoto2"])

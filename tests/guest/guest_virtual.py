"""Runs in the guest: our cameras on its USB stack, by gphoto2 and by PyUSB. Arguments: NAME=PORT …"""
import glob
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import usb.core

import ptp_usb

CAMERAS = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)
HOST = "10.0.2.2"
IDS = {"nikon-d5300": (0x04B0, 0x0431), "parrot-sequoia": (0x19CF, 0x5039), "canon-eos-r6": (0x04A9, 0x32F5),
       "olympus-e-m1": (0x07B4, 0x0130), "leica-sl": (0x1A98, 0x2041), "generic": (0x1209, 0x0001)}
PACKETS = {"canon-eos-r6": 1024, "leica-sl": 1024}


def run(*command, where="/run", limit=120, status=0):
    ended = subprocess.run(["timeout", "-k", "5", str(limit), *command], cwd=where, capture_output=True, text=True,
                           check=False, errors="replace")
    if status is not None and ended.returncode != status:
        raise AssertionError(f"{command} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}")
    return ended.stdout


def on_bus(vendor, product):
    for path in glob.glob("/sys/bus/usb/devices/*/idVendor"):
        folder = os.path.dirname(path)
        with open(path, encoding="ascii") as first, open(os.path.join(folder, "idProduct"), encoding="ascii") as second:
            if (int(first.read(), 16), int(second.read(), 16)) == (vendor, product):
                return folder
    return None


def until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


class Plugged(unittest.TestCase):
    """A camera that is attached for one test."""

    def plug(self, name):
        port = CAMERAS[name]
        listed = run("usbip", "--tcp-port", port, "list", "-r", HOST)
        self.assertIn("1-1:", listed)
        run("usbip", "--tcp-port", port, "attach", "-r", HOST, "-b", "1-1")
        folder = until(lambda: on_bus(*IDS[name]), f"{name} on the bus")
        self.addCleanup(self.unplug, name)
        until(lambda: glob.glob(f"{folder}/*:1.0/bInterfaceClass"), "its interface")
        return folder

    def unplug(self, name):
        for port in range(16):
            subprocess.run(["usbip", "detach", "-p", str(port)], capture_output=True, check=False)
        until(lambda: not on_bus(*IDS[name]), f"{name} gone")

    def gphoto2(self, *arguments, limit=120):
        folder = tempfile.mkdtemp()
        return run("gphoto2", *arguments, where=folder, limit=limit), folder


class Gphoto2(Plugged):
    def test_nikon_from_detection_to_upload(self):
        folder = self.plug("nikon-d5300")
        for file, text in (("manufacturer", "NIKON"), ("product", "NIKON DSC D5300"), ("speed", "480")):
            with open(os.path.join(folder, file), encoding="utf-8") as content:
                self.assertEqual(text, content.read().strip())
        self.assertRegex(self.gphoto2("--auto-detect")[0], r"Nikon.*D5300.*usb:")
        self.assertIn("Model: D5300", self.gphoto2("--summary")[0])
        listed, _ = self.gphoto2("--list-files")
        self.assertIn("DSC_0001.JPG", listed)
        _, where = self.gphoto2("--get-file", "1")
        self.assertEqual(os.path.getsize(os.path.join(where, "DSC_0001.JPG")), 4 << 20)
        said, where = self.gphoto2("--set-config", "iso=800", "--capture-image-and-download")
        self.assertIn("Saving file as", said)
        self.assertEqual(1, len(os.listdir(where)), os.listdir(where))
        self.gphoto2("--capture-preview")
        self.assertIn("ISO", self.gphoto2("--get-config", "iso")[0].upper())

    def test_generic_uploads_and_deletes(self):
        self.plug("generic")
        folder = tempfile.mkdtemp()
        store = [line.split("'")[1] for line in self.gphoto2("--list-folders")[0].splitlines() if "'/store" in line][0]
        for size in (500, 300_000):
            path = os.path.join(folder, f"up{size}.bin")
            with open(path, "wb") as file:
                file.write(os.urandom(size))
            run("gphoto2", "--folder", store, "--upload-file", path)
            back = tempfile.mkdtemp()
            run("gphoto2", "--folder", store, "--get-file", f"up{size}.bin", where=back)
            with open(path, "rb") as one, open(os.path.join(back, f"up{size}.bin"), "rb") as other:
                self.assertEqual(one.read(), other.read(), size)
            run("gphoto2", "--folder", store, "--delete-file", f"up{size}.bin")

    def test_super_speed(self):
        folder = self.plug("canon-eos-r6")
        with open(os.path.join(folder, "speed"), encoding="ascii") as speed:
            self.assertEqual("5000", speed.read().strip())
        self.assertIn("EOS R6", self.gphoto2("--summary")[0])

    def test_the_others_are_what_they_say(self):
        for name, model in (("parrot-sequoia", "Sequoia"), ("olympus-e-m1", "E-M1"), ("leica-sl", "LEICA SL")):
            with self.subTest(name):
                self.plug(name)
                self.assertIn(model, self.gphoto2("--summary")[0])
                self.doCleanups()


class PyUsb(Plugged):
    def open(self, name):
        self.plug(name)
        camera = ptp_usb.Camera(*IDS[name])
        self.addCleanup(camera.close)
        self.assertEqual(PACKETS.get(name, 512), camera.bulk_in.wMaxPacketSize)
        self.assertEqual(ptp_usb.OK, camera.operation(0x1002, 1)[0])
        return camera

    def test_capture_with_events(self):
        camera = self.open("generic")
        self.assertEqual(ptp_usb.OK, camera.operation(0x100E, 0, 0)[0])
        codes = []
        while 0x400D not in codes:
            code, params = camera.event()
            codes.append(code)
            if code == 0x4002:
                added = params[0]
        self.assertIn(0x4002, codes)
        code, _, info = camera.operation(0x1008, added)
        self.assertEqual(ptp_usb.OK, code)
        size = struct.unpack_from("<I", info, 8)[0]
        code, _, picture = camera.operation(0x1009, added)
        self.assertEqual((ptp_usb.OK, size), (code, len(picture)))
        self.assertEqual(b"\xff\xd8", picture[:2])

    def test_uploads_at_every_edge_of_a_packet(self):
        camera = self.open("generic")
        for size in (0, 1, 499, 500, 501, 1012, 65524, 300_000):
            name = f"edge{size}.bin"
            payload = os.urandom(size)
            text = bytes([len(name) + 1]) + name.encode("utf-16-le") + b"\0\0"
            info = struct.pack("<IHHIHIIIIIIIHII", 0, 0x3000, 0, size, *[0] * 11) + text + b"\0\0\0"
            code, params, _ = camera.operation(0x100C, 0, 0, data=info)
            self.assertEqual(ptp_usb.OK, code, size)
            self.assertEqual(ptp_usb.OK, camera.operation(0x100D, data=payload)[0], size)
            code, _, back = camera.operation(0x1009, params[2])
            self.assertEqual((ptp_usb.OK, hashlib.md5(payload).digest()), (code, hashlib.md5(back).digest()), size)

    def test_cancel_stall_and_reset(self):
        camera = self.open("nikon-d5300")
        handles = camera.operation(0x1007, 0xFFFFFFFF, 0x3801, 0)[2]
        first = struct.unpack_from("<I", handles, 4)[0]
        transaction = camera.command(0x1009, first)
        self.assertEqual(65536, len(camera.read(65536)))
        camera.cancel(transaction)
        self.assertEqual(ptp_usb.OK, camera.operation(0x1004)[0], "the session lives on")
        camera.bulk_out.write(b"\5\0\0\0nonsense")
        with self.assertRaises(usb.core.USBError):
            camera.read(512, 2000)
        code, halted = camera.status()
        self.assertEqual((0x201F, [0x81, 0x02]), (code, halted))
        for endpoint in halted:
            camera.device.clear_halt(endpoint)
        self.assertEqual(ptp_usb.OK, camera.operation(0x1004)[0])
        self.assertEqual(0x201E, camera.operation(0x1002, 5)[0])
        camera.reset()
        self.assertEqual(ptp_usb.OK, camera.operation(0x1002, 5)[0])

    def test_throughput_is_sane(self):
        camera = self.open("generic")
        size = 8 << 20  # all USB programs of a machine share 16 MiB
        text = bytes([6]) + "b.bin".encode("utf-16-le") + b"\0\0"
        info = struct.pack("<IHHIHIIIIIIIHII", 0, 0x3000, 0, size, *[0] * 11) + text + b"\0\0\0"
        handle = camera.operation(0x100C, 0, 0, data=info)[1][2]
        payload = os.urandom(1 << 20) * 8
        begin = time.monotonic()
        self.assertEqual(ptp_usb.OK, camera.operation(0x100D, data=payload)[0])
        middle = time.monotonic()
        self.assertEqual(payload, camera.operation(0x1009, handle)[2])
        print(f"8 MiB: {middle - begin:.1f} s up, {time.monotonic() - middle:.1f} s down", file=sys.stderr)


class Network(Plugged):
    def test_usb_beside_the_network(self):
        """Sequoia's vendor says so: sessions over both at once."""
        self.plug("parrot-sequoia")
        camera = ptp_usb.Camera(*IDS["parrot-sequoia"])
        self.addCleanup(camera.close)
        self.assertEqual(ptp_usb.OK, camera.operation(0x1002, 1)[0])
        port = CAMERAS["parrot-sequoia-ptpip"]
        self.assertIn("Sequoia", self.gphoto2("--port", f"ptpip:{HOST}:{port}:{port}", "--summary")[0])
        self.assertEqual(ptp_usb.OK, camera.operation(0x1004)[0])


if __name__ == "__main__":
    run("modprobe", "vhci-hcd")
    unittest.main(argv=sys.argv[:1], verbosity=2)

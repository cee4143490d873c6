"""Our cameras, attached by the kernel of a real Linux through USB/IP, and driven there by gphoto2 and PyUSB."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import guest
import harness

HERE = os.path.dirname(os.path.abspath(__file__))
CAMERAS = ("nikon-d5300", "parrot-sequoia", "canon-eos-r6", "olympus-e-m1", "leica-sl", "generic")


def usbip_port(camera):
    return camera.ready[0]["usbip"].rsplit(":", 1)[1]


class Virtual(harness.Test):
    def machine(self, payload, limit, **more):
        machine = guest.Machine(payload, limit * harness.PATIENCE, **more)
        self.addCleanup(machine.remove)
        return machine

    def test_every_camera_on_a_real_bus(self):
        arguments = []
        for name in CAMERAS:
            camera = self.camera("--usbip", "127.0.0.1:0", camera=name)
            arguments += [f"{name}={usbip_port(camera)}", f"{name}-ptpip={camera.port}"]
        machine = self.machine(f"cd {HERE} && exec /usr/bin/python3 guest_virtual.py {' '.join(arguments)}", 500)
        status, said = machine.end()
        print(said, file=sys.stderr)
        self.assertEqual(0, status)

    def test_the_whole_circle(self):
        """Our camera, USB/IP, the kernel, libusb, gphoto2; then the pass-through and PTP/IP between the last two. Recorded on
        both sides, and replayed."""
        camera = self.camera("--usbip", "127.0.0.1:0", "--record", self.path("usb.pcapng"))
        machine = self.machine(
            f"cd {HERE} && exec /usr/bin/python3 guest_circle.py {harness.PROGRAM} {usbip_port(camera)}", 300)
        status, said = machine.end()
        print(said, file=sys.stderr)
        self.assertEqual(0, status)
        camera.stop()
        direct = self.gphoto2(self.camera().port, "--get-file", "1")
        picture = os.path.join(direct.where, "DSC_0001.JPG")
        self.assertSameFile(picture, machine.path("DSC_0001.JPG"))
        replayed = self.camera("--timing", "none", camera=machine.path("circle.pcapng"))
        self.assertEqual(machine.read("list"), self.gphoto2(replayed.port, "--list-files"))
        # What gphoto2 itself did over USB, before there was a pass-through.
        self.assertEqual(machine.read("usb-list"), machine.read("list"))
        listing, getting = (self.camera("--timing", "none", "--session", session, camera=self.path("usb.pcapng"))
                            for session in ("1", "2"))
        self.assertEqual(machine.read("usb-list"), self.gphoto2(listing.port, "--list-files"))
        where = self.gphoto2(getting.port, "--get-file", "1").where
        self.assertSameFile(picture, os.path.join(where, "DSC_0001.JPG"))
        for shown, query in ((True, "usb.bInterfaceClass == 6"), (False, "_ws.malformed || !usb")):
            said = subprocess.run(["tshark", "-n", "-r", self.path("usb.pcapng"), "-Y", query], capture_output=True,
                                  text=True, check=True).stdout
            self.assertEqual(shown, said != "", said)

    def test_on_a_device_controller(self):
        machine = self.machine(f"cd {HERE} && exec /usr/bin/python3 guest_gadget.py {harness.PROGRAM}", 300)
        status, said = machine.end()
        print(said, file=sys.stderr)
        self.assertEqual(0, status)
        decoded = subprocess.run([harness.PROGRAM, "decode", "--json", machine.path("gadget.pcapng")], capture_output=True,
                                 text=True, check=True).stdout
        whole = [one["operation"]["name"] for one in map(json.loads, decoded.splitlines())
                 if one["type"] == "transaction" and not one["incomplete"]]
        for name in ("GetDeviceInfo", "GetObjectInfo", "SendObject", "GetObject", "GetStorageIDs"):
            self.assertIn(name, whole)


if __name__ == "__main__":
    guest.main(["tshark"])

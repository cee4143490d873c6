"""Runs in the guest: a camera of ours on a device controller, which the kernel plays, and on the host's side of it
gphoto2 and PyUSB. Arguments: PROGRAM"""
import glob
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile

import guest_virtual as bus
import ptp_usb


def drive():
    bus.until(lambda: bus.on_bus(*bus.IDS["generic"]), "the gadget on the bus")
    listed = bus.run("gphoto2", "--list-files", where=tempfile.mkdtemp())
    assert "IMG_0001.JPG" in listed, listed
    where = tempfile.mkdtemp()
    bus.run("gphoto2", "--get-file", "1", where=where)
    assert os.path.getsize(glob.glob(f"{where}/IMG_0001.JPG")[0]) == 1 << 20
    bus.run("gphoto2", "--capture-image-and-download", where=where)
    assert len(os.listdir(where)) == 2, os.listdir(where)
    camera = ptp_usb.Camera(*bus.IDS["generic"])
    assert camera.operation(0x1002, 1)[0] == ptp_usb.OK
    for size in (0, 500, 1012, 300_000):
        name = f"edge{size}.bin"
        text = bytes([len(name) + 1]) + name.encode("utf-16-le") + b"\0\0"
        info = struct.pack("<IHHIHIIIIIIIHII", 0, 0x3000, 0, size, *[0] * 11) + text + b"\0\0\0"
        code, params, _ = camera.operation(0x100C, 0, 0, data=info)
        assert code == ptp_usb.OK, (size, hex(code))
        payload = os.urandom(size)
        assert camera.operation(0x100D, data=payload)[0] == ptp_usb.OK, size
        assert camera.operation(0x1009, params[2])[2] == payload, size
    assert camera.status()[0] == ptp_usb.OK
    transaction = camera.command(0x1009, params[2])
    camera.read(65536)
    camera.cancel(transaction)
    assert camera.operation(0x1004)[0] == ptp_usb.OK
    camera.close()


def main():
    for module in ("dummy_hcd", "libcomposite", "usb_f_fs"):
        bus.run("modprobe", module)
    bus.run("mount", "-t", "configfs", "none", "/sys/kernel/config")
    command = [sys.argv[1], "serve", "generic", "--port", "0", "--usb-gadget", "--record", "/out/gadget.pcapng"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as camera:
        try:
            ready = json.loads(camera.stdout.readline())
            assert ready["usb_gadget"].startswith("dummy_udc"), ready
            drive()
        finally:
            camera.send_signal(signal.SIGTERM)
    assert camera.returncode == 0, camera.returncode
    bus.until(lambda: not bus.on_bus(*bus.IDS["generic"]), "the gadget gone")
    assert not os.listdir("/sys/kernel/config/usb_gadget"), "something is left"


if __name__ == "__main__":
    main()

"""Runs in the guest: a camera of ours on its bus, passed through to PTP/IP, and gphoto2. Arguments: PROGRAM USBIP-PORT"""
import filecmp
import json
import signal
import subprocess
import sys
import tempfile

import guest_virtual as bus

PROGRAM, PORT = sys.argv[1:]


MEMORY = "/sys/module/usbcore/parameters/usbfs_memory_mb"


def refused(*command):
    """What a program says to whom the camera is not given."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 3, (command, ended)
    return ended.stderr


def expect(said, *parts):
    for part in parts:
        assert part in said, (part, said)


def troubles(gphoto2):
    """While the camera is served: others who want it, and a kernel without memory for transfers."""
    expect(refused(PROGRAM, "info", "usb:04b0:0431"), " (04b0:0431): stuntcam has it", "end that program: pkill stuntcam")
    nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", PROGRAM, "info", "usb:")
    expect(refused(*nobody), "no permission to use it", "sudo chmod a+rw /dev/bus/usb/", "70-stuntcam.rules")
    with open(MEMORY, "w", encoding="ascii") as limit:
        limit.write("1")
    where = tempfile.mkdtemp()
    bus.run(*gphoto2, "--get-file", "1", where=where)
    assert filecmp.cmp("/out/DSC_0001.JPG", f"{where}/DSC_0001.JPG", shallow=False)
    with open(MEMORY, "w", encoding="ascii") as limit:
        limit.write("16")


def main():
    bus.run("modprobe", "vhci-hcd")
    bus.run("usbip", "--tcp-port", PORT, "attach", "-r", bus.HOST, "-b", "1-1")
    bus.until(lambda: bus.on_bus(*bus.IDS["nikon-d5300"]), "the camera on the bus")
    with open("/out/usb-list", "w", encoding="utf-8") as listed:
        listed.write(bus.run("gphoto2", "--list-files", where=tempfile.mkdtemp()))
    bus.run("gphoto2", "--get-file", "1", where=tempfile.mkdtemp())
    command = [PROGRAM, "serve", "usb:04b0:0431", "--port", "0", "--record", "/out/circle.pcapng"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as passed:
        try:
            port = json.loads(passed.stdout.readline())["port"]
            gphoto2 = ("gphoto2", "--port", f"ptpip:127.0.0.1:{port}:{port}", "--camera", "PTP/IP Camera")
            with open("/out/list", "w", encoding="utf-8") as listed:
                listed.write(bus.run(*gphoto2, "--list-files", where=tempfile.mkdtemp()))
            bus.run(*gphoto2, "--get-file", "1", where="/out")
            troubles(gphoto2)
            where = tempfile.mkdtemp()
            assert "Saving file as" in bus.run(*gphoto2, "--capture-image-and-download", where=where)
        finally:
            passed.send_signal(signal.SIGTERM)
    assert passed.returncode == 0, passed.returncode


if __name__ == "__main__":
    main()

"""The pass-through in front of responders that nobody here wrote: QEMU's usb-mtp, and Debian's umtp-responder."""
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import guest
import harness

HERE = os.path.dirname(os.path.abspath(__file__))
BIG = 64 << 20
HUGE = (4 << 30) + 12345  # more than the length of a container can say
# In the guest: the kernel has found a camera.
PLUGGED = "until grep -qs ^06 /sys/bus/usb/devices/*/bInterfaceClass; do sleep 0.1; done\n"
# In the guest: the initiator on USB itself, without the pass-through.
DIRECT = """{program} info -t {camera} > /dev/null || exit
{program} ls -t {camera} > /dev/null || exit
{program} get {name} -o - -t {camera} | md5sum > /out/direct
"""
# In the guest: until it is told to end.
SERVE = """{program} serve {camera} --host 0.0.0.0 --port {port} --ready-file /out/ready &
while [ ! -e /out/stop ]; do sleep 0.2; done
kill -TERM $!
wait $!
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


class Foreign(harness.Test):
    def serve(self, camera, before, extra=()):
        """The pass-through in the guest, in front of the camera there; it has one port here and there."""
        self.port = free_port()
        payload = before + SERVE.format(program=harness.PROGRAM, camera=camera, port=self.port)
        machine = guest.Machine(payload, 800 * harness.PATIENCE, forward=[(self.port, self.port)], extra=extra)
        self.addCleanup(machine.remove)
        self.addCleanup(lambda: print(f"--- the guest said:\n{machine.said()}", file=sys.stderr))
        machine.wait_for("ready")
        return machine

    def stop(self, machine):
        machine.tell("stop")
        self.assertEqual(0, machine.end()[0])

    def ours(self, *arguments, status=0):
        ended = subprocess.run([harness.PROGRAM, *arguments, "-t", f"ptpip:127.0.0.1:{self.port}:{self.port}"],
                               capture_output=True, text=True, timeout=200 * harness.PATIENCE, check=False)
        self.assertEqual(status, ended.returncode, f"{arguments}: {ended.stderr}")
        return ended.stdout

    def attempt(self, *arguments, refused=None, lines=""):
        """One command, and how it must end: well, or refused in the camera's own words."""
        ended = subprocess.run([harness.PROGRAM, *arguments, "-t", f"ptpip:127.0.0.1:{self.port}:{self.port}"], cwd=self.folder,
                               input=lines, capture_output=True, text=True, timeout=200 * harness.PATIENCE, check=False)
        print(f"{arguments}: {ended.returncode} {ended.stderr.strip()}", file=sys.stderr)
        self.assertEqual(1 if refused else 0, ended.returncode, f"{arguments}: {ended.stderr}")
        if refused:
            self.assertRegex(ended.stderr, refused)
        return ended.stdout

    def every_command(self, folder, name, refused):
        """The initiator's, over the pass-through. folder: where to write to, "" is the root; name: of a small object; refused:
        those that the responder has no operation for, and what it says."""
        refusal = refused.get
        info = json.loads(self.attempt("info", "--json"))
        self.assertEqual({"code": 0x1001, "name": "GetDeviceInfo"}, info["OperationsSupported"][0])
        self.assertIn("Storage", self.attempt("state"))
        objects = [json.loads(line) for line in self.attempt("ls", "--json").splitlines()]
        wanted = next(entry for entry in objects if entry["name"] == name)
        self.assertIn(name, self.attempt("ls", "--tree"))
        self.attempt("get", wanted["path"], "-o", "by-path")
        # On one connection: a responder may number its objects as it is asked for them.
        self.attempt("shell", lines=f"ls\nget {wanted['handle']:#x} -o by-handle\n")
        self.assertSameFile(self.path("by-path"), self.path("by-handle"))
        os.truncate(self.path("by-path"), 1)
        os.rename(self.path("by-path"), self.path("again.part"))
        self.attempt("get", wanted["path"], "-o", "again", "--resume")
        self.assertSameFile(self.path("by-handle"), self.path("again"))
        self.attempt("get-all", "all", "--resume")
        self.assertSameFile(self.path("by-handle"), self.path("all", wanted["path"]))
        self.attempt("prop", "list")
        self.assertIn("GetDeviceInfo: 0x2001 OK", self.attempt("op", "GetDeviceInfo"))
        harness.write_pattern(self.path("UP.JPG"), 100_001, 5)
        inside = f"{folder}/" if folder else ""
        self.attempt("mkdir", f"{inside}MADE", refused=refusal("mkdir"))
        self.attempt("put", "UP.JPG", *(["--to", folder] if folder else []), refused=refusal("put"))
        if not refusal("put"):
            self.attempt("get", f"{inside}UP.JPG", "-o", "back")
            self.assertSameFile(self.path("UP.JPG"), self.path("back"))
            self.attempt("rm", f"{inside}UP.JPG", refused=refusal("rm"))
            self.assertNotIn("UP.JPG", self.attempt("ls"))
        self.attempt("preview", refused="no live view")
        self.attempt("capture", "--within", "5s", refused="the camera answered InitiateCapture with OperationNotSupported")
        self.watched()

    def watched(self):
        watch = subprocess.Popen([harness.PROGRAM, "watch", "-v", "-t", f"ptpip:127.0.0.1:{self.port}:{self.port}"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(harness.kill_group, watch)
        with self.assertRaises(subprocess.TimeoutExpired):
            watch.wait(2)
        watch.send_signal(signal.SIGINT)
        self.assertEqual(0, watch.wait(60 * harness.PATIENCE), watch.stderr.read())

    def test_qemu(self):
        shared = os.path.join(self.folder, "shared")
        for name, size in (("BIG.BIN", BIG), ("ONE.BIN", 1), ("FULL.BIN", 500)):
            harness.write_pattern(self.path("shared", "DCIM", name), size, size)
        # Its serial number tells the port: back in the same one, it is the same camera.
        device = ("-device", "qemu-xhci,id=xhci", "-device", f"usb-mtp,id=mtp,bus=xhci.0,port=1,rootdir={shared},readonly=off")
        machine = self.serve("usb:46f4:0004", "modprobe xhci-pci\n" + PLUGGED + DIRECT.format(
            program=harness.PROGRAM, camera="usb:46f4:0004", name="DCIM/FULL.BIN"), device)
        self.assertEqual(digest(os.path.join(shared, "DCIM", "FULL.BIN")), machine.read("direct").split()[0])
        listed = self.gphoto2(self.port, "--list-files")
        self.assertIn("BIG.BIN", listed)
        folder = next(line.split("'")[1] for line in listed.splitlines() if "DCIM'" in line)
        for name in ("BIG.BIN", "ONE.BIN", "FULL.BIN"):
            where = self.gphoto2(self.port, "--folder", folder, "--get-file", name).where
            self.assertEqual(digest(os.path.join(shared, "DCIM", name)), digest(os.path.join(where, name)), name)
        self.every_command("DCIM", "FULL.BIN", {})
        # Unplugged within a transfer, and back.
        going = self.start(self.port, "--folder", folder, "--get-file", "BIG.BIN")
        harness.wait_until(lambda: any(size > 0 for size in self.sizes(going.where)), 60,
                           "the first bytes")
        machine.qmp("device_del", id="mtp")
        self.assertNotEqual(0, going.wait(60 * harness.PATIENCE))
        harness.wait_until(lambda: self.plugged(machine, shared), 60, "the port being free")
        harness.wait_until(self.answers, 60, "the camera being served again")
        self.assertIn("BIG.BIN", self.gphoto2(self.port, "--list-files"))
        self.stop(machine)

    def test_more_than_4_gib(self):
        shared = self.path("shared")
        os.mkdir(shared)
        huge = os.path.join(shared, "HUGE.BIN")
        ends = os.urandom(1 << 16)
        with open(huge, "wb") as file:  # a hole between its ends
            file.write(ends)
            file.seek(HUGE - len(ends))
            file.write(ends)
        machine = self.serve("usb:46f4:0004", "modprobe xhci-pci\n" + PLUGGED,
                             ("-device", "qemu-xhci,id=xhci", "-device", f"usb-mtp,bus=xhci.0,port=1,rootdir={shared}"))
        with subprocess.Popen([harness.PROGRAM, "get", "HUGE.BIN", "-o", "-", "-t", f"ptpip:127.0.0.1:{self.port}:{self.port}"],
                              stdout=subprocess.PIPE) as download, open(huge, "rb") as expected:
            self.addCleanup(download.kill)
            begin = time.monotonic()
            while piece := download.stdout.read(1 << 20):
                self.assertEqual(expected.read(len(piece)), piece, f"before byte {expected.tell()}")
            self.assertEqual(HUGE, expected.tell())
        self.assertEqual(0, download.returncode)
        print(f"{HUGE} bytes in {time.monotonic() - begin:.0f} s", file=sys.stderr)
        self.stop(machine)

    @staticmethod
    def sizes(folder):
        return [os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)
                if os.path.isfile(os.path.join(folder, name))]

    @staticmethod
    def plugged(machine, shared):
        try:
            machine.qmp("device_add", driver="usb-mtp", id="mtp", bus="xhci.0", port="1", rootdir=shared)
        except guest.Refused:
            return False
        return True

    def answers(self):
        ended = subprocess.run([harness.PROGRAM, "info", "-t", f"ptpip:127.0.0.1:{self.port}:{self.port}"],
                               capture_output=True, timeout=60, check=False)
        return ended.returncode == 0

    def test_umtp_responder(self):
        try:
            package = guest.unpacked("umtp-responder")
        except guest.Unavailable as reason:
            guest.skip_or_fail(str(reason))
        before = f"set -- {package}; . {HERE}/gadget.sh; cd /tmp/store; md5sum *.BIN > /out/sums\n" + PLUGGED + DIRECT.format(
            program=harness.PROGRAM, camera="usb:1d6b:0100", name="S500.BIN")
        machine = self.serve("usb:1d6b:0100", before)
        sums = dict(reversed(line.split()) for line in machine.read("sums").splitlines())
        self.assertEqual(4, len(sums))
        listed = [json.loads(line)["name"] for line in self.ours("ls", "--json").splitlines()]
        self.assertLessEqual(set(sums), set(listed))
        for name, expected in sums.items():
            self.ours("get", name, "-o", self.path("got", name))
            self.assertEqual(expected, digest(self.path("got", name)), name)
        self.assertEqual(sums["S500.BIN"], machine.read("direct").split()[0])
        self.every_command("", "S500.BIN", {})
        self.stop(machine)


if __name__ == "__main__":
    guest.main()

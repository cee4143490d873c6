"""Every command against every built-in profile: it works, or it fails as docs/commands.md says of what a camera lacks."""
import json
import os
import signal
import subprocess

import harness
from initiator import Initiator

# What a camera that lacks something is told about with: a refusal by its response code, or in words.
REFUSED = ("the camera answered ", "no live view", "gave no preview", "the camera has no ")
OPERATION = {"format": 0x100F, "put": 0x100C, "rm": 0x100B, "mkdir": 0x100C, "prop reset": 0x1017, "get": 0x1009, "get-all": 0x1009}
WITHOUT_LIVE_VIEW = ("generic", "leica-sl", "parrot-sequoia")
# What a camera that says it supports the operation refuses all the same, and why.
REFUSES = {("leica-sl", "prop reset"): "outside of an LE session, as all its properties"}


def profiles():
    told = subprocess.run([harness.PROGRAM, "cameras"], capture_output=True, check=True, text=True)
    return [line.split()[0] for line in told.stdout.splitlines() if line.strip()]


class EveryCommand(Initiator):
    def attempt(self, *arguments, supported=True):
        """Runs it: success, or, where the camera does not say that it supports it, the documented failure."""
        done = subprocess.run([harness.PROGRAM, *arguments], capture_output=True, check=False, cwd=self.folder, timeout=120 * harness.PATIENCE,
                              stdin=subprocess.DEVNULL, env=dict(os.environ, STUNTCAM_TARGET=self.current))
        told = done.stderr.decode()
        if supported:
            self.assertEqual(0, done.returncode, f"{arguments}: {told}")
        else:
            self.assertEqual(1, done.returncode, f"{arguments}: {told}")
            self.assertTrue(any(words in told for words in REFUSED), f"{arguments}: {told}")
        return done.stdout if done.returncode == 0 else None

    def interrupted(self, *arguments):
        process = subprocess.Popen([harness.PROGRAM, *arguments, "-v"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                                   env=dict(os.environ, STUNTCAM_TARGET=self.current), start_new_session=True)
        self.addCleanup(harness.kill_group, process)
        harness.wait_until(lambda: process.poll() is not None or self.heeds_interrupts(process.pid), what="its being interruptible")
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        self.assertEqual(0, process.wait(20 * harness.PATIENCE), process.stderr.read())

    @staticmethod
    def heeds_interrupts(pid):
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            caught = next((int(line.split()[1], 16) for line in status if line.startswith("SigCgt:")), 0)
        return bool(caught >> (signal.SIGINT - 1) & 1)

    def check(self, profile):
        self.current = self.camera(camera=profile).ready[0]["target"]
        info = json.loads(self.attempt("info", "--json"))
        operations = {entry["code"] for entry in info["OperationsSupported"]}
        has = {name: code in operations and (profile, name) not in REFUSES for name, code in OPERATION.items()}
        live_view = profile not in WITHOUT_LIVE_VIEW
        self.attempt("state")
        objects = [json.loads(line) for line in (self.attempt("ls", "--json", supported=0x1007 in operations) or b"").splitlines()]
        self.attempt("ls", "--tree", supported=0x1007 in operations)
        files = [entry for entry in objects if entry["format"] != 0x3001]
        if files:
            smallest = min(files, key=lambda entry: entry["size"] or 1 << 40)
            self.attempt("get", smallest["path"], "-o", profile, supported=has["get"])
            self.attempt("get", hex(smallest["handle"]), "-o", "-", supported=has["get"])
            self.attempt("get", smallest["path"], "-o", profile, "--resume", supported=has["get"])
        self.attempt("get-all", profile + "-all", "--jobs", "2", "--resume", supported=has["get-all"])
        listed = [json.loads(line) for line in self.attempt("prop", "list", "--json").splitlines()]
        for entry in listed[:1]:
            self.attempt("prop", "get", entry["name"])
            self.interrupted("prop", "watch", entry["name"])
        for entry in [each for each in listed if each["access"] == "rw" and each["form"] and "enum" in each["form"]][:5]:
            self.attempt("prop", "set", entry["name"], entry["text"])
        self.attempt("prop", "reset", supported=has["prop reset"])
        self.interrupted("prop", "watch")
        self.interrupted("watch")
        self.attempt("preview", "-o", profile + ".jpg", supported=live_view)
        self.attempt("liveview", profile + "-live", "--frames", "2", supported=live_view)
        self.attempt("capture", "--within", "30s", "--download", profile + "-shots")
        self.attempt("op", "GetDeviceInfo")
        with open(self.path("UP.JPG"), "wb") as file:
            file.write(harness.pattern(1000))
        self.attempt("mkdir", "UPLOADS", supported=has["mkdir"])
        if self.attempt("put", "UP.JPG", supported=has["put"]) is not None:
            self.attempt("rm", "UP.JPG", supported=has["rm"])
        self.attempt("format", "--yes", supported=has["format"])
        lines = subprocess.run([harness.PROGRAM, "shell"], input=b"info\nstate\nls\n", capture_output=True, check=False,
                               env=dict(os.environ, STUNTCAM_TARGET=self.current), timeout=60 * harness.PATIENCE)
        self.assertEqual(0, lines.returncode, lines.stderr)

    def test_profiles(self):
        self.assertIn("nikon-d5300", profiles())
        for profile in profiles():
            with self.subTest(profile):
                self.check(profile)


if __name__ == "__main__":
    harness.main()

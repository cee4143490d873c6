"""Every command against every built-in profile: it works, or it fails as docs/commands.md says of what a camera lacks."""
import json
import os
import signal
import subprocess

import harness
from initiator import Initiator

# What a camera that lacks something is told about with: a refusal by its response code, or in words.
REFUSED = ("the camera answered ", "no live view", "gave no preview", "the camera has no ")
OPERATION = {"capture": 0x100E, "format": 0x100F, "put": 0x100C, "rm": 0x100B, "mkdir": 0x100C, "prop set": 0x1016, "prop reset": 0x1017,
             "get": 0x1009, "get-all": 0x1009}


def profiles():
    told = subprocess.run([harness.PROGRAM, "cameras"], capture_output=True, check=True, text=True)
    return [line.split()[0] for line in told.stdout.splitlines() if line.strip()]


class EveryCommand(Initiator):
    def attempt(self, *arguments, supported=None):
        """Runs it: success, or the documented failure; success only, where the camera says that it supports it."""
        done = subprocess.run([harness.PROGRAM, *arguments], capture_output=True, check=False, cwd=self.folder, timeout=120 * harness.PATIENCE,
                              stdin=subprocess.DEVNULL, env=dict(os.environ, STUNTCAM_TARGET=self.current))
        told = done.stderr.decode()
        if supported:
            self.assertEqual(0, done.returncode, f"{arguments}: {told}")
        elif done.returncode != 0:
            self.assertEqual(1, done.returncode, f"{arguments}: {told}")
            self.assertTrue(any(words in told for words in REFUSED), f"{arguments}: {told}")
        return done.stdout if done.returncode == 0 else None

    def interrupted(self, *arguments):
        process = subprocess.Popen([harness.PROGRAM, *arguments, "-v"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                                   env=dict(os.environ, STUNTCAM_TARGET=self.current), start_new_session=True)
        self.addCleanup(harness.kill_group, process)
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        self.assertEqual(0, process.wait(20 * harness.PATIENCE), process.stderr.read())

    def check(self, profile):
        self.current = self.camera(camera=profile).ready[0]["target"]
        info = json.loads(self.attempt("info", "--json", supported=True))
        operations = {entry["code"] for entry in info["OperationsSupported"]}
        has = {name: code in operations for name, code in OPERATION.items()}
        self.attempt("state", supported=True)
        objects = [json.loads(line) for line in (self.attempt("ls", "--json", supported=0x1007 in operations) or b"").splitlines()]
        self.attempt("ls", "--tree", supported=0x1007 in operations)
        files = [entry for entry in objects if entry["format"] != 0x3001]
        if files:
            smallest = min(files, key=lambda entry: entry["size"] or 1 << 40)
            self.attempt("get", smallest["path"], "-o", profile, supported=has["get"])
            self.attempt("get", hex(smallest["handle"]), "-o", "-", supported=has["get"])
            self.attempt("get", smallest["path"], "-o", profile, "--resume", supported=has["get"])
        self.attempt("get-all", profile + "-all", "--jobs", "2", "--resume", supported=has["get-all"])
        listed = [json.loads(line) for line in self.attempt("prop", "list", "--json", supported=True).splitlines()]
        for entry in listed[:1]:
            self.attempt("prop", "get", entry["name"], supported=True)
            self.interrupted("prop", "watch", entry["name"])
        for entry in [each for each in listed if each["access"] == "rw" and each["form"] and "enum" in each["form"]][:5]:
            self.attempt("prop", "set", entry["name"], entry["text"])
        self.attempt("prop", "reset")
        self.interrupted("prop", "watch")
        self.interrupted("watch")
        self.attempt("preview", "-o", profile + ".jpg")
        self.attempt("liveview", profile + "-live", "--frames", "2")
        self.attempt("capture", "--within", "30s", "--download", profile + "-shots")
        self.attempt("op", "GetDeviceInfo", supported=True)
        with open(self.path("UP.JPG"), "wb") as file:
            file.write(harness.pattern(1000))
        self.attempt("mkdir", "UPLOADS")
        if self.attempt("put", "UP.JPG") and files:
            self.attempt("rm", "UP.JPG", supported=has["rm"])
        self.attempt("format", "--yes")
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

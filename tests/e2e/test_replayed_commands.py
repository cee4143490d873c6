"""Every command against every built-in profile, and then against the recording of that: the same words, files and status."""
import os
import subprocess

import harness
from initiator import Initiator

WITHOUT_LIVE_VIEW = ("generic", "leica-sl", "parrot-sequoia")


def profiles():
    told = subprocess.run([harness.PROGRAM, "cameras"], capture_output=True, check=True, text=True)
    return [line.split()[0] for line in told.stdout.splitlines() if line.strip()]


class Replayed(Initiator):
    def commands(self, target):
        """What is asked: found out on a camera of its own."""
        objects = self.lines("ls", target)
        listed = self.lines("prop", "list", target)
        files = [entry for entry in objects if entry["format"] != 0x3001]
        choices = [entry for entry in listed if entry["access"] == "rw" and entry["form"] and len(entry["form"].get("enum", [])) > 1]
        steps = [["info", "--json"], ["state", "--json"], ["ls", "--json"], ["ls", "--tree"], ["prop", "list", "--json"],
                 ["op", "GetDeviceInfo"], ["get-all", "all"]]
        if files:
            smallest = min(files, key=lambda entry: entry["size"] or 1 << 40)
            steps += [["get", smallest["path"], "-o", "one"], ["get", hex(smallest["handle"]), "-o", "-"]]
        for entry in choices[:2]:
            steps += [["prop", "set", entry["name"], entry["text"]], ["prop", "get", entry["name"], "--json"]]
        return steps + [["preview", "-o", "preview.jpg"], ["liveview", "live", "--frames", "2"],
                        ["capture", "--within", "30s", "--download", "shots"], ["ls", "--json"], ["put", "UP.JPG"], ["ls"],
                        ["rm", "UP.JPG"], ["prop", "reset"], ["format", "--yes"], ["ls", "--json"]]

    def visit(self, target, steps, folder):
        """What each command said, and its status; then the files that it left."""
        os.makedirs(folder)
        harness.write_pattern(os.path.join(folder, "UP.JPG"), 5000)
        said = []
        for step in steps:
            done = subprocess.run([harness.PROGRAM, *step], capture_output=True, check=False, cwd=folder, stdin=subprocess.DEVNULL,
                                  timeout=120 * harness.PATIENCE, env=dict(os.environ, STUNTCAM_TARGET=target))
            said.append((step, done.returncode, done.stdout, done.stderr if done.returncode else b""))
        files = {}
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                files[os.path.relpath(path, folder)] = path
        return said, files

    def check(self, profile):
        steps = self.commands(self.camera(camera=profile).ready[0]["target"])
        recording = self.path(profile + ".pcapng")
        camera = self.camera("--record", recording, camera=profile)
        was, files = self.visit(camera.ready[0]["target"], steps, os.path.join(self.folder, profile))
        camera.stop()
        status = {step[0]: code for step, code, _, _ in was}
        self.assertEqual(0, status["capture"], [step[0] for step in was if step[1]])
        for command in ("preview", "liveview"):
            self.assertEqual(int(profile in WITHOUT_LIVE_VIEW), status[command], command)
        replay = self.camera("--timing", "none", camera=recording)
        now, again = self.visit(replay.ready[0]["target"], steps, os.path.join(self.folder, profile + "-again"))
        for before, after in zip(was, now):
            self.assertTrue(before == after, f"{before}"[:2000] + "\n" + f"{after}"[:2000])
        self.assertEqual(files.keys(), again.keys())
        for name, path in files.items():
            self.assertSameFile(path, again[name])


    def test_a_camera_that_tells_of_no_storages(self):
        recording = self.path("short.pcapng")
        camera = self.camera("--record", recording)
        self.stuntcam("op", camera.ready[0]["target"], "GetDeviceInfo")
        camera.stop()
        target = self.camera("--timing", "none", camera=recording).ready[0]["target"]
        self.assertEqual("D5300", self.lines("info", target)[0]["Model"])
        self.assertIn("storages: the camera answered GetStorageIDs with OperationNotSupported", self.err)
        self.assertEqual([], self.lines("state", target)[0]["Storages"])
        self.stuntcam("ls", target, status=1)


def case(profile):
    return lambda self: self.check(profile)


for each in profiles():
    setattr(Replayed, "test_" + each.replace("-", "_"), case(each))

if __name__ == "__main__":
    harness.main()

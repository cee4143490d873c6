"""What the tests of the initiator's commands have in common."""
import json
import os
import subprocess

import harness
import liar

PICTURES = {"SMALL.MOV": 1, "AT64K.MOV": 65536, "BIG.MOV": 3_000_001}


class Initiator(harness.Test):
    def stuntcam(self, *arguments, status=0, environment=None):
        done = subprocess.run([harness.PROGRAM, *arguments], capture_output=True, check=False, cwd=self.folder,
                              timeout=60 * harness.PATIENCE, stdin=subprocess.DEVNULL, env=dict(os.environ, **(environment or {})))
        self.assertEqual(status, done.returncode, f"{arguments}\n{done.stderr.decode()}\n{done.stdout[:2000]}")
        self.err = done.stderr.decode()
        return done.stdout

    def lines(self, *arguments, **more):
        return [json.loads(line) for line in self.stuntcam(*arguments, "--json", **more).splitlines()]

    def media(self):
        for seed, (name, size) in enumerate(PICTURES.items()):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", name), size, seed)
        return self.path("media")

    def target(self, *options, **more):
        return self.camera(*options, **more).ready[0]["target"]

    def liar(self, answers, **more):
        camera = liar.Liar(answers, **more)
        self.addCleanup(camera.close)
        return camera, f"ptpip:127.0.0.1:{camera.port}"

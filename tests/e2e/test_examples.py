"""The programs of docs/initiator.md: the page shows them as they are, and they do what it says."""
import os
import re
import subprocess

import harness

EXAMPLES = os.environ.get("STUNTCAM_EXAMPLES", os.path.join(harness.ROOT, "build/dev/docs/examples"))


class Examples(harness.Test):
    def example(self, name, *arguments, status=0):
        done = subprocess.run([os.path.join(EXAMPLES, "example_" + name), "127.0.0.1", *map(str, arguments)], cwd=self.folder,
                              capture_output=True, text=True, check=False, timeout=60 * harness.PATIENCE)
        self.assertEqual(status, done.returncode, done.stderr)
        return done.stdout

    def test_the_page_shows_the_programs(self):
        with open(os.path.join(harness.ROOT, "docs/initiator.md"), encoding="utf-8") as file:
            page = file.read()
        shown = re.findall(r"`(docs/examples/\w+\.cpp)`\n\n```cpp\n(.*?)```", page, re.DOTALL)
        self.assertEqual(3, len(shown))
        for path, program in shown:
            with open(os.path.join(harness.ROOT, path), encoding="utf-8") as file:
                self.assertEqual(file.read(), program, path)

    def test_look(self):
        harness.write_pattern(self.path("media", "DCIM", "A.MOV"), 1234)
        out = self.example("look", self.camera("--media", self.path("media")).port)
        self.assertIn("Nikon Corporation D5300\n", out)
        self.assertRegex(out, r"0x[0-9A-F]{8} +1234 A.MOV")

    def test_fetch(self):
        harness.write_pattern(self.path("media", "SMALL.MOV"), 1000)
        harness.write_pattern(self.path("media", "BIG.MOV"), 50_000_000)
        port = self.camera("--media", self.path("media"), camera="generic").port
        handles = {name: handle for handle, name in re.findall(r"(0x\w+) +\d+ (\S+)", self.example("look", port))}
        self.assertEqual("all of it\n2 objects\n", self.example("fetch", port, handles["SMALL.MOV"], "small"))
        self.assertSameFile(self.path("media", "SMALL.MOV"), self.path("small"))
        out = self.example("fetch", port, handles["BIG.MOV"], "big")
        self.assertRegex(out, r"the first \d+ bytes\n2 objects")
        self.assertLess(os.path.getsize(self.path("big")), 4_000_000)

    def test_shoot(self):
        for camera in ["nikon-d5300", "generic"]:
            self.assertIn(".JPG", self.example("shoot", self.camera(camera=camera).port))

    def test_nobody_there(self):
        self.example("look", 1, status=1)


if __name__ == "__main__":
    harness.main(["cmp"])

"""docs/coming-from.md: each line of ours is run against the camera named above its table and prints what stands there."""
import os
import re
import shlex
import signal
import subprocess

import harness
from initiator import Initiator

PAGE = os.path.join(harness.ROOT, "docs", "coming-from.md")
# Those that end when they are told to, and what they say once they are at it.
ENDLESS = {"watch": "Watching", "--listen": "Lines are answered"}


def tables():
    """(title, the profile, rows of three cells) of each section."""
    with open(PAGE, encoding="utf-8") as file:
        for section in file.read().split("\n## ")[1:]:
            title, _, text = section.partition("\n")
            against = re.search(r"^Against `([^`]+)`\.(?:\s|$)", text, re.MULTILINE)
            rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.split("\n") if line.startswith("| ")]
            yield title, against.group(1), rows[1:]


class ComingFrom(Initiator):
    def words(self, command):
        """With what depends on the camera filled in."""
        words = shlex.split(command)[1:]
        for index, word in enumerate(words):
            if word == "FIRST_HANDLE":
                objects = self.lines("ls", self.current)
                words[index] = hex(next(entry["handle"] for entry in objects if entry["format"] != 0x3001))
            elif word == "FIRST_STORAGE":
                words[index] = hex(self.lines("info", self.current)[0]["Storages"][0]["StorageID"])
            elif word == "FIRST_PROPERTY":
                words[index] = hex(self.lines("info", self.current)[0]["DevicePropertiesSupported"][0]["code"])
            elif word == "CONFIG":
                with open(self.path("config.toml"), "w", encoding="ascii") as file:
                    file.write('[initiator]\nfriendly_name = "client"\nguid = "cca455de-79ac-4b12-9731-91e433a899cf"\n')
                words[index] = self.path("config.toml")
        return words

    def run_line(self, command, wanted):
        words = self.words(command)
        with open(self.path("stderr"), "w", encoding="utf-8") as said:
            process = subprocess.Popen([harness.PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, cwd=self.folder,
                                       env=dict(os.environ, STUNTCAM_TARGET=self.current), text=True, start_new_session=True)
            self.addCleanup(harness.kill_group, process)
            at_it = next((ENDLESS[word] for word in words if word in ENDLESS), None)
            if at_it:
                harness.wait_until(lambda: at_it in self.read("stderr") or process.poll() is not None, what=f"'{at_it}' of {command}")
                process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60 * harness.PATIENCE)
        err = self.read("stderr")
        self.assertEqual(0, process.returncode, f"{command}: {err}")
        for text in wanted:
            self.assertIn(text, out, f"{command}: {err}")

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def test_every_line(self):
        ran = 0
        for title, profile, rows in tables():
            self.current = self.camera(camera=profile).ready[0]["target"]
            for theirs, ours, prints in rows:
                with self.subTest(f"{title}: {theirs}"):
                    self.run_line(re.fullmatch(r"`([^`]+)`", ours).group(1), re.findall(r"`([^`]+)`", prints))
                    ran += 1
        self.assertGreater(ran, 40)


if __name__ == "__main__":
    harness.main()

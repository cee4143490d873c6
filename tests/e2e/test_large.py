"""Large files, several clients at once, and clients that are killed."""
import os
import signal

import harness

LARGE = 300_000_000


class Large(harness.Test):
    def setUp(self):
        super().setUp()
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "LARGE.MOV"), LARGE, 3)
        harness.make_photo(self.path("media", "DCIM", "100TEST", "PHOTO.JPG"))
        self.large = self.path("media", "DCIM", "100TEST", "LARGE.MOV")
        self.photo = self.path("media", "DCIM", "100TEST", "PHOTO.JPG")

    def download(self, port, name):
        return self.start(port, "--folder", "/store_00010001/DCIM/100TEST", "--get-file", name)

    def ended(self, process, original):
        _, err = process.communicate()
        self.assertEqual(0, process.returncode, err)
        copy = os.path.join(process.where, os.path.basename(original))
        self.assertSameFile(original, copy)
        os.remove(copy)

    def test_fifty_times_while_another_downloads(self):
        camera = self.camera("--media", self.path("media"))
        large = self.download(camera.port, "LARGE.MOV")
        for _ in range(50):
            self.ended(self.download(camera.port, "PHOTO.JPG"), self.photo)
            if large.poll() is not None:  # the small ones must not outlast it
                self.ended(large, self.large)
                large = self.download(camera.port, "LARGE.MOV")
        self.ended(large, self.large)

    def test_two_at_once(self):
        port = self.camera("--media", self.path("media")).port
        both = [self.download(port, "LARGE.MOV") for _ in range(2)]
        for process in both:
            self.ended(process, self.large)

    def test_killed_in_the_middle_and_again(self):
        camera = self.camera("--media", self.path("media"))
        for _ in range(3):
            victim = self.download(camera.port, "LARGE.MOV")
            partial = lambda: any(os.path.getsize(os.path.join(victim.where, name)) > 1 << 20
                                  for name in os.listdir(victim.where) if name.endswith((".MOV", ".tmp")) or "tmp" in name)
            harness.wait_until(lambda: victim.poll() is not None or partial(), 60, "the download's beginning")
            self.assertIsNone(victim.poll(), "it ended before it could be killed")
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
        self.ended(self.download(camera.port, "LARGE.MOV"), self.large)


if __name__ == "__main__":
    harness.main(["gphoto2", "cjpeg", "exiftool", "cmp"])

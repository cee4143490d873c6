"""gphotofs mounts the camera as a folder."""
import os
import shutil
import subprocess

import harness


class Mount(harness.Test):
    def setUp(self):
        super().setUp()
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "FILE.MOV"), 2_500_000, 4)
        with open(self.path("media", "DCIM", "100TEST", "SHORT.TXT"), "w", encoding="utf-8") as file:
            file.write("short")

    def mount(self, *options):
        """The camera's folder through the mount."""
        camera = self.camera("--media", self.path("media"), *options)
        self.point = self.path("mount", "point")
        os.makedirs(self.point)
        self.process = subprocess.Popen(
            ["gphotofs", "--port", f"ptpip:127.0.0.1:{camera.port}:{camera.port}", "--camera", "PTP/IP Camera", self.point, "-f"],
            env=dict(os.environ, HOME=self.folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True)
        self.addCleanup(harness.kill_group, self.process)
        self.addCleanup(subprocess.run, ["fusermount3", "-u", "-z", self.point], stderr=subprocess.DEVNULL, check=False)
        harness.wait_until(lambda: os.path.ismount(self.point) or self.process.poll() is not None, 30, "the mount")
        if self.process.poll() is not None:
            self.fail(self.process.stdout.read())
        return os.path.join(self.point, "store_00010001", "DCIM", "100TEST")

    def unmount(self):
        subprocess.run(["fusermount3", "-u", self.point], check=True)
        self.assertEqual(0, self.process.wait(30))

    def on_disk(self, *names):
        return os.path.join(self.folder, "media", "DCIM", "100TEST", *names)

    def test_read_through_the_mount(self):
        folder = self.mount()
        self.assertEqual(["FILE.MOV", "SHORT.TXT"], sorted(os.listdir(folder)))
        self.assertEqual(2_500_000, os.stat(os.path.join(folder, "FILE.MOV")).st_size)
        self.assertSameFile(self.on_disk("FILE.MOV"), os.path.join(folder, "FILE.MOV"))
        with open(os.path.join(folder, "SHORT.TXT"), encoding="utf-8") as file:
            self.assertEqual("short", file.read())
        self.unmount()

    def test_change_through_the_mount(self):
        folder = self.mount("--writable")
        copy = self.path("local", "COPY.MOV")
        harness.write_pattern(copy, 1_500_000, 9)
        shutil.copyfile(copy, os.path.join(folder, "COPY.MOV"))
        harness.wait_until(lambda: os.path.exists(self.on_disk("COPY.MOV")), what="the copy on disk")
        self.assertSameFile(copy, self.on_disk("COPY.MOV"))
        os.mkdir(os.path.join(folder, "MADE"))
        self.assertTrue(os.path.isdir(self.on_disk("MADE")))
        os.unlink(os.path.join(folder, "SHORT.TXT"))
        self.assertFalse(os.path.exists(self.on_disk("SHORT.TXT")))
        os.rmdir(os.path.join(folder, "MADE"))
        self.assertFalse(os.path.exists(self.on_disk("MADE")))
        self.unmount()
        self.assertEqual(["COPY.MOV", "FILE.MOV"], sorted(os.listdir(self.on_disk())))


if __name__ == "__main__":
    harness.main(["gphotofs", "fusermount3", "cmp", "/dev/fuse"])

"""gphotofs mounts the camera as a folder."""
import os
import subprocess

import harness


class Mount(harness.Test):
    def test_read_through_the_mount(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "FILE.MOV"), 2_500_000, 4)
        with open(self.path("media", "DCIM", "100TEST", "SHORT.TXT"), "w", encoding="utf-8") as file:
            file.write("short")
        camera = self.camera("--media", self.path("media"))
        mount = self.path("mount", "point")
        os.makedirs(mount)
        process = subprocess.Popen(
            ["gphotofs", "--port", f"ptpip:127.0.0.1:{camera.port}:{camera.port}", "--camera", "PTP/IP Camera", mount, "-f"],
            env=dict(os.environ, HOME=self.folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True)
        self.addCleanup(harness.kill_group, process)
        self.addCleanup(subprocess.run, ["fusermount3", "-u", "-z", mount], stderr=subprocess.DEVNULL, check=False)
        harness.wait_until(lambda: os.path.ismount(mount) or process.poll() is not None, 30, "the mount")
        self.assertIsNone(process.poll(), process.stdout and process.poll() is not None and process.stdout.read())
        folder = os.path.join(mount, "store_00010001", "DCIM", "100TEST")
        self.assertEqual(["FILE.MOV", "SHORT.TXT"], sorted(os.listdir(folder)))
        self.assertEqual(2_500_000, os.stat(os.path.join(folder, "FILE.MOV")).st_size)
        self.assertSameFile(self.path("media", "DCIM", "100TEST", "FILE.MOV"), os.path.join(folder, "FILE.MOV"))
        with open(os.path.join(folder, "SHORT.TXT"), encoding="utf-8") as file:
            self.assertEqual("short", file.read())
        subprocess.run(["fusermount3", "-u", mount], check=True)
        self.assertEqual(0, process.wait(30))


if __name__ == "__main__":
    harness.main(["gphotofs", "fusermount3", "cmp", "/dev/fuse"])

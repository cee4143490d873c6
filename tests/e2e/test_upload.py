"""gphoto2 uploads, makes and removes folders, and deletes: in an overlay, or on disk where that was allowed."""
import os
import subprocess

import harness

FOLDER = "/store_00010001/DCIM/100TEST"


class Upload(harness.Test):
    def setUp(self):
        super().setUp()
        for name in ("KEEP.MOV", "GONE.MOV"):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", name), 3000)

    def names(self):
        return sorted(os.listdir(self.path("media", "DCIM", "100TEST")))

    def test_upload_and_read_back(self):
        port = self.camera().port
        for size in (0, 1, 65536, 3_000_001):
            name = f"UP{size}.JPG"
            harness.write_pattern(self.path("local", name), size, size)
            self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--upload-file", self.path("local", name))
            self.assertIn(name, self.gphoto2(port, "--list-files"))
            where = self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--get-file", name).where
            self.assertSameFile(self.path("local", name), os.path.join(where, name))

    def test_upload_reaches_a_writable_folder(self):
        port = self.camera("--media", self.path("media"), "--writable").port
        harness.write_pattern(self.path("local", "NEW.JPG"), 1_500_000, 5)
        self.gphoto2(port, "--folder", FOLDER, "--upload-file", self.path("local", "NEW.JPG"))
        self.assertEqual(["GONE.MOV", "KEEP.MOV", "NEW.JPG"], self.names())
        self.assertSameFile(self.path("local", "NEW.JPG"), self.path("media", "DCIM", "100TEST", "NEW.JPG"))

    def test_upload_without_leave_stays_in_the_overlay(self):
        port = self.camera("--media", self.path("media")).port
        harness.write_pattern(self.path("local", "NEW.JPG"), 1_500_000, 5)
        self.gphoto2(port, "--folder", FOLDER, "--upload-file", self.path("local", "NEW.JPG"))
        where = self.gphoto2(port, "--folder", FOLDER, "--get-file", "NEW.JPG").where
        self.assertSameFile(self.path("local", "NEW.JPG"), os.path.join(where, "NEW.JPG"))
        self.assertEqual(["GONE.MOV", "KEEP.MOV"], self.names())

    def test_delete(self):
        for options, left in (((), ["GONE.MOV", "KEEP.MOV"]), (("--writable",), ["KEEP.MOV"])):
            with self.subTest(options=options):
                port = self.camera("--media", self.path("media"), *options).port
                self.gphoto2(port, "--folder", FOLDER, "--delete-file", "GONE.MOV")
                out = self.gphoto2(port, "--list-files")
                self.assertNotIn("GONE.MOV", out)
                self.assertIn("KEEP.MOV", out)
                self.assertEqual(left, self.names())

    def test_delete_all(self):
        port = self.camera().port
        self.gphoto2(port, "--delete-all-files", "--recurse")
        self.assertNotRegex(self.gphoto2(port, "--list-files"), r"(?m)^#1")

    def test_folders(self):
        port = self.camera("--media", self.path("media"), "--writable").port
        self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--mkdir", "200MADE")
        self.assertTrue(os.path.isdir(self.path("media", "DCIM", "200MADE")))
        self.assertIn("200MADE", self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--list-folders"))
        self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--rmdir", "200MADE")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "media", "DCIM", "200MADE")))
        self.assertNotIn("200MADE", self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--list-folders"))

    def test_folders_on_a_synthetic_card(self):
        port = self.camera().port
        self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--mkdir", "200MADE")
        self.assertIn("200MADE", self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--list-folders"))
        self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--rmdir", "200MADE")
        self.assertNotIn("200MADE", self.gphoto2(port, "--folder", "/store_00010001/DCIM", "--list-folders"))

    def test_what_appears_and_vanishes_on_disk(self):
        port = self.camera("--media", self.path("media")).port
        self.assertNotIn("LATER.MOV", self.gphoto2(port, "--list-files"))
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "LATER.MOV"), 10)
        harness.wait_until(lambda: "LATER.MOV" in self.gphoto2(port, "--list-files"), what="the new file in the listing")
        os.remove(self.path("media", "DCIM", "100TEST", "LATER.MOV"))
        harness.wait_until(lambda: "LATER.MOV" not in self.gphoto2(port, "--list-files"), what="its absence")

    def test_what_appears_where_the_system_watches_no_more_folders(self):
        blind = ("unshare", "--user", "--map-root-user", "sh", "-c",
                 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"', "sh")
        if subprocess.run([*blind, "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no user namespaces here")
        camera = self.camera("--media", self.path("media"), wrapper=blind)
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "LATER.MOV"), 10)
        harness.wait_until(lambda: "LATER.MOV" in self.gphoto2(camera.port, "--list-files"), what="the new file in the listing")
        self.assertEqual(1, camera.said().count("cannot be watched"), camera.said())


if __name__ == "__main__":
    harness.main(["gphoto2", "cmp"])

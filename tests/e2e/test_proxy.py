"""`serve ptpip:HOST` and `serve fuji:HOST`: clients are let through to a camera on the network, and recorded."""
import json
import os
import re
import signal
import subprocess

import harness


class Proxy(harness.Test):
    def proxy(self, camera, *options, scheme="ptpip"):
        ready = camera.ready[0]
        ports = [ready["port"], ready["event_port"]] + ([ready["liveview_port"]] if "liveview_port" in ready else [])
        return self.camera(*options, camera=":".join([scheme, "127.0.0.1", *map(str, ports)]))

    def test_list_get_upload_delete(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), 20_000_001)
        camera = self.camera("--media", self.path("media"), "--writable")
        port = self.proxy(camera).port
        summaries = [re.sub(r"'\d{8}T\d{6}'", "the time", self.gphoto2(each, "--summary")) for each in (camera.port, port)]
        self.assertIn("the time", summaries[0])
        self.assertEqual(*summaries)
        where = self.gphoto2(port, "--get-all-files").where
        self.assertSameFile(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), os.path.join(where, "CLIP.MOV"))
        harness.write_pattern(self.path("local", "NEW.JPG"), 1_500_000, 5)
        folder = ("--folder", "/store_00010001/DCIM/100TEST")
        self.gphoto2(port, *folder, "--upload-file", self.path("local", "NEW.JPG"))
        self.assertSameFile(self.path("local", "NEW.JPG"), self.path("media", "DCIM", "100TEST", "NEW.JPG"))
        self.gphoto2(port, *folder, "--delete-file", "CLIP.MOV")
        self.assertEqual(["NEW.JPG"], os.listdir(self.path("media", "DCIM", "100TEST")))

    def test_capture_with_its_events(self):
        for profile in ("nikon-d5300", "generic"):
            port = self.proxy(self.camera(camera=profile)).port
            where = self.gphoto2(port, "--capture-image-and-download").where
            pictures = [name for name in os.listdir(where) if name.lower().endswith(".jpg")]
            self.assertEqual(1, len(pictures), profile)

    def test_what_was_recorded_can_be_the_camera(self):
        port = self.proxy(self.camera(), "--record", self.path("talk.pcapng"), "--transcript", self.path("talk.jsonl")).port
        listed = self.gphoto2(port, "--list-files")
        again = self.camera(camera=self.path("talk.pcapng"))
        self.assertEqual(listed, self.gphoto2(again.port, "--list-files"))
        with open(self.path("talk.jsonl"), encoding="utf-8") as lines:
            self.assertTrue(any("GetObjectHandles" in line for line in lines))

    def test_cancel(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "BIG.MOV"), 300 << 20)
        port = self.proxy(self.camera("--media", self.path("media"))).port
        started = subprocess.Popen([harness.PROGRAM, "get", f"ptpip:127.0.0.1:{port}", "DCIM/100TEST/BIG.MOV", "-o",
                                    self.path("big")], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(harness.kill_group, started)
        harness.wait_until(lambda: any(name.startswith("big") for name in os.listdir(self.folder)),
                           what="the first bytes")
        started.send_signal(signal.SIGINT)
        self.assertEqual(130, started.wait(60 * harness.PATIENCE))
        self.assertIn("BIG.MOV", self.gphoto2(port, "--list-files"))

    def test_faults_are_the_clients(self):
        camera = self.camera()
        proxy = self.proxy(camera, "--fault", "code:code=AccessDenied,operation=GetObject,times=1")
        get = [harness.PROGRAM, "get", f"ptpip:127.0.0.1:{proxy.port}", "DCIM/100D5300/DSC_0001.JPG", "-o", self.path("got")]
        for status in (1, 0):
            done = subprocess.run(get, capture_output=True, text=True, timeout=60 * harness.PATIENCE, check=False)
            self.assertEqual(status, done.returncode, done.stderr)
            self.assertEqual(status == 1, "AccessDenied" in done.stderr, done.stderr)
        direct = self.gphoto2(camera.port, "--get-file", "1")
        self.assertSameFile(os.path.join(direct.where, "DSC_0001.JPG"), self.path("got"))

    def test_camera_that_is_not_there(self):
        camera = self.camera()
        proxy = self.proxy(camera)
        camera.stop()
        done = subprocess.run([harness.PROGRAM, "info", f"ptpip:127.0.0.1:{proxy.port}"], capture_output=True, text=True,
                              timeout=60 * harness.PATIENCE, check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("can't be reached", proxy.said())

    def command(self, *words):
        done = subprocess.run([harness.PROGRAM, *words], capture_output=True, text=True, timeout=100 * harness.PATIENCE,
                              cwd=self.folder, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_a_dialect_stays_itself(self):
        proxy = self.proxy(self.camera(camera="fujifilm-x-t1"), scheme="fuji")
        target = proxy.ready[0]["target"]
        self.assertTrue(target.startswith("fuji:"))
        self.assertIn("X-T1", self.command("info", target))
        captured = [json.loads(line) for line in self.command("capture", target, "--json").splitlines()]
        self.assertTrue(captured)
        self.command("preview", target, "-o", self.path("frame.jpg"))
        with open(self.path("frame.jpg"), "rb") as frame:
            self.assertEqual(b"\xff\xd8", frame.read(2))

    def test_a_dialect_shown_as_the_standard(self):
        proxy = self.proxy(self.camera(camera="fujifilm-x-t1"), "--as", "ptpip", scheme="fuji")
        target = proxy.ready[0]["target"]
        self.assertTrue(target.startswith("ptpip:"))
        self.assertIn("X-T1", self.command("info", target))
        self.assertTrue(self.command("ls", target, "--json").strip())
        self.assertIn("X-T1", self.gphoto2(proxy.port, "--summary"))


if __name__ == "__main__":
    harness.main(["gphoto2", "cmp"])

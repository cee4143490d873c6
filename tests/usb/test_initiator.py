"""The initiator's commands on a camera on USB."""
import json
import os
import subprocess

import usb_harness
from usb_harness import harness


class Initiator(usb_harness.Test):
    def test_info_and_ls(self):
        info = json.loads(self.stuntcam("info", "usb:", "--json").splitlines()[0])
        self.assertEqual("D5300", info["Model"] if "Model" in info else info.get("model"))
        names = [json.loads(line)["name"] for line in self.stuntcam("ls", "usb:", "--json").splitlines()]
        self.assertTrue(names)

    def test_get_put_and_rm(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), 5_000_000)
        mock = ("--media", self.path("media"))
        self.stuntcam("get", "usb:", "DCIM/100TEST/CLIP.MOV", "-o", self.path("clip"), mock=mock)
        self.assertSameFile(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), self.path("clip"))
        harness.write_pattern(self.path("UP.JPG"), 700_000, 9)
        script = "put UP.JPG --to DCIM/100TEST\nget DCIM/100TEST/UP.JPG -o back\nrm DCIM/100TEST/UP.JPG\nls DCIM/100TEST\n"
        with open(self.path("script"), "w", encoding="ascii") as file:
            file.write(script)
        with open(self.path("script"), encoding="ascii") as lines:
            done = subprocess.run([*usb_harness.plugged("nikon-d5300", *mock), harness.PROGRAM, "shell", "usb:"],
                                  cwd=self.folder, env=usb_harness.environment(), stdin=lines, capture_output=True, text=True,
                                  timeout=100 * harness.PATIENCE, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertSameFile(self.path("UP.JPG"), self.path("back"))
        self.assertIn("CLIP.MOV", done.stdout)

    def test_capture_prop_and_op(self):
        captured = [json.loads(line) for line in self.stuntcam("capture", "usb:", "--json", profile="generic").splitlines()]
        self.assertTrue(any(line.get("name", "").lower().endswith(".jpg") for line in captured), captured)
        self.stuntcam("prop", "list", "usb:")
        self.stuntcam("prop", "reset", "usb:", profile="generic")
        self.stuntcam("prop", "reset", "usb:", "iso", status=1)
        self.assertIn("the camera answered ResetDevicePropValue with OperationNotSupported", self.said)
        self.stuntcam("op", "usb:", "GetDeviceInfo", "--out", self.path("info"))
        self.assertGreater(os.path.getsize(self.path("info")), 100)

    def test_every_command(self):
        """One after the other, each a program of its own that finds the camera as the one before left it."""
        harness.write_pattern(self.path("UP.JPG"), 1000)
        commands = ["info", "state", "ls --tree", "get-all all --jobs 2 --resume", "prop list", "prop get iso", "prop set iso 800",
                    "preview -o frame.jpg", "liveview live --frames 2", "capture --within 30s --download shots",
                    "op GetDeviceInfo", "mkdir UPLOADS", "put UP.JPG --to UPLOADS", "rm UPLOADS/UP.JPG", "format --yes", "shell < lines"]
        with open(self.path("lines"), "w", encoding="ascii") as file:
            file.write("info\nstate\nls\n")
        with open(self.path("script"), "w", encoding="ascii") as file:
            file.write("set -e\nexport STUNTCAM_TARGET=usb:\n")
            file.writelines(f"echo '== {each}' >&2; {harness.PROGRAM} {each}\n" for each in commands)
        done = subprocess.run([*usb_harness.plugged("nikon-d5300"), "bash", "script"], cwd=self.folder, text=True,
                              env=usb_harness.environment(), capture_output=True, timeout=180 * harness.PATIENCE, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(2, len(os.listdir(self.path("live"))))
        self.assertTrue(os.listdir(self.path("shots")))

    def test_watch_until_interrupted(self):
        """A camera that sends its events: one that is polled may be interrupted in the middle of a transaction."""
        with open(self.path("script"), "w", encoding="ascii") as file:
            for each in ("watch", "prop watch"):
                # Interrupted before it watches, it ends as an interrupted command: so later, on a machine that is busy.
                file.write(f"for wait in 1 4 16; do timeout --preserve-status -s INT $wait {harness.PROGRAM} {each} && break; done || exit\n")
        done = subprocess.run([*usb_harness.plugged("generic"), "bash", "script"], cwd=self.folder, text=True,
                              env=dict(usb_harness.environment(), STUNTCAM_TARGET="usb:"), capture_output=True,
                              timeout=60 * harness.PATIENCE, check=False)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_by_ids_and_by_place(self):
        for target in ("usb:001,002", "usb:04b0:0431"):
            self.assertTrue(json.loads(self.stuntcam("info", target, "--json").splitlines()[0]))
        self.stuntcam("info", "usb:04b0:9999", status=3)
        self.assertIn("no such camera on USB", self.said)

    def test_one_of_two_is_chosen(self):
        self.stuntcam("info", "usb:", mock=("--second",), status=3)
        for said in ("2 cameras are there", "usb:001,002 (04b0:0431)", "usb:001,102 (04b0:0431)", "choose one: usb:BUS,DEV"):
            self.assertIn(said, self.said)
        self.assertTrue(json.loads(self.stuntcam("info", "usb:001,002", "--json", mock=("--second",)).splitlines()[0]))

    def test_a_class_of_the_vendors_own_is_a_camera_when_it_is_named(self):
        mock = ("--vendor-class",)
        self.stuntcam("info", "usb:", mock=mock, status=3)
        self.assertIn("no camera on USB", self.said)
        self.assertTrue(json.loads(self.stuntcam("info", "usb:04b0:0431", "--json", mock=mock).splitlines()[0]))

    def test_conform_says_how_a_camera_on_usb_is_checked(self):
        self.stuntcam("conform", "usb:", status=2)
        self.assertIn("stuntcam serve usb:", self.said)

    def test_a_recording_is_a_conversation_that_can_be_decoded(self):
        self.stuntcam("ls", "usb:", "--record", self.path("talk.pcapng"))
        decoded = subprocess.run([harness.PROGRAM, "decode", "--json", self.path("talk.pcapng")], capture_output=True,
                                 text=True, check=True)
        self.assertIn("GetObjectHandles", decoded.stdout)

    def test_replay_of_usbmon_traces(self):
        """umockdev plays the recorded URBs back: the same requests of the same lengths, in the same order."""
        with open(self.path("media", "DCIM", "100TEST", "CLIP.MOV"), "w", encoding="ascii") as clip:
            clip.write("frames " * 700)
        get = ["get", "usb:", "DCIM/100TEST/CLIP.MOV", "-o", "-"]
        through = ["run", "usb:", "--", *(word.replace("usb:", "{target}") for word in [harness.PROGRAM, *get])]
        for number, arguments in enumerate((["op", "usb:", "GetDeviceInfo", "--json"], ["info", "usb:", "--json"],
                                            ["ls", "usb:", "--json"], get, through)):
            with self.subTest(arguments):
                trace, device = self.path(f"trace{number}.pcap"), self.path(f"device{number}")
                first = self.stuntcam(*arguments, profile="generic",
                                      mock=("--media", self.path("media"), "--usbmon", trace, "--describe", device))
                played = subprocess.run(["umockdev-run", "-d", device,
                                         "-p", f"/sys/devices/pci0000:00/0000:00:04.0/usb1/1-1={trace}", "--",
                                         harness.PROGRAM, *arguments], capture_output=True, text=True,
                                        env=usb_harness.environment(), timeout=60 * harness.PATIENCE, check=False)
                self.assertEqual(0, played.returncode, played.stderr)
                self.assertEqual(first, played.stdout)


if __name__ == "__main__":
    usb_harness.main(["cmp"])

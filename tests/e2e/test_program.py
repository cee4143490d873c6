"""The program's own promises: many cameras in one process, `run`, exit statuses, the ready file, ports that are taken."""
import json
import os
import socket
import struct
import subprocess
import time

import harness
import ptpip


def serial_and_guid(port):
    with ptpip.Connection(port) as connection:
        connection.send(ptpip.init_command())
        kind, body = connection.receive()
        assert kind == ptpip.INIT_COMMAND_ACK, kind
        guid = body[4:20]
        connection.send(ptpip.request(ptpip.GET_DEVICE_INFO, 0))
        info = b""
        while kind != ptpip.RESPONSE:
            kind, body = connection.receive()
            if kind in (ptpip.DATA, ptpip.END):
                info += body[4:]
        serial = info[info.rindex(b"\x21"):].decode("utf-16-le", errors="replace") if b"\x21" in info else ""
        return info, guid, serial


class Program(harness.Test):
    def stuntcam(self, *arguments, **more):
        return subprocess.run([harness.PROGRAM, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=100 * harness.PATIENCE, check=False, cwd=self.folder,
                              env=dict(os.environ, HOME=self.folder), **more)

    def test_fifty_cameras(self):
        camera = self.camera(count=50)
        self.assertEqual(50, len(set(camera.ports)))
        told = [serial_and_guid(port) for port in camera.ports]
        self.assertEqual(50, len({info for info, _, _ in told}), "each has its own serial number")
        self.assertEqual(50, len({guid for _, guid, _ in told}))
        objects = set()
        for port in camera.ports[:3]:
            with ptpip.Client(port) as client:
                handle = next(handle for handle in client.handles() if client.do(ptpip.GET_PARTIAL_OBJECT, handle, 0, 2).data == b"\xff\xd8")
                objects.add(client.do(ptpip.GET_OBJECT, handle).data)
        self.assertEqual(3, len(objects), "each has its own seed")

    def test_consecutive_ports(self):
        # Somebody may take a port between our look and the program's: then try elsewhere.
        for _ in range(10):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                first = probe.getsockname()[1]
            try:
                camera = self.camera(port=first, count=3)
            except AssertionError:
                continue
            self.assertEqual([first, first + 1, first + 2], camera.ports)
            return
        self.fail("no three consecutive ports")

    def test_ready_line_and_file(self):
        file = self.path("ready", "file")
        camera = self.camera("--ready-file", file)
        (ready,) = camera.ready
        self.assertEqual(("ready", "nikon-d5300", "127.0.0.1"), (ready["event"], ready["camera"], ready["host"]))
        self.assertEqual(ready["port"], ready["event_port"])
        self.assertEqual(f"ptpip:127.0.0.1:{ready['port']}:{ready['port']}", ready["target"])
        harness.wait_until(lambda: os.path.exists(file), what="the ready file")
        with open(file, encoding="utf-8") as content:
            self.assertEqual(camera.ready, [json.loads(line) for line in content])

    def test_taken_port(self):
        camera = self.camera()
        done = self.stuntcam("serve", "nikon-d5300", "--port", str(camera.port))
        self.assertEqual(3, done.returncode, done)
        self.assertIn(str(camera.port), done.stderr)
        self.assertEqual("", done.stdout)

    def test_usage_errors(self):
        for arguments in (["serve", "nikon-d5300", "--no-such-option"], ["serve", "no-such-camera"], ["no-such-command"],
                          ["serve", "nikon-d5300", "--set", "NoSuchProperty=1"]):
            done = self.stuntcam(*arguments)
            self.assertEqual(2, done.returncode, done)
            self.assertNotEqual("", done.stderr)
        done = self.stuntcam("serve", "nikon-d5300", "--port", "0", "--media", self.path("missing", "folder"))
        self.assertEqual(3, done.returncode, done)
        self.assertIn("folder", done.stderr)

    def test_broken_profile(self):
        with open(self.path("broken.toml"), "w", encoding="utf-8") as file:
            file.write('extends = "nikon-d5300"\n\n[device]\n  operatons = []\n')
        done = self.stuntcam("profile", "check", self.path("broken.toml"))
        self.assertNotEqual(0, done.returncode)
        self.assertRegex(done.stdout + done.stderr, r"broken\.toml:4:\d+: .*operatons.*operations")
        self.assertEqual(2, self.stuntcam("serve", self.path("broken.toml"), "--port", "0").returncode)

    def test_cameras(self):
        out = self.stuntcam("cameras")
        self.assertEqual(0, out.returncode, out)
        for name in ("nikon-d5300", "generic"):
            self.assertIn(name, out.stdout)
        self.assertEqual(0, self.stuntcam("profile", "show", "nikon-d5300").returncode)
        self.assertEqual(0, self.stuntcam("--help").returncode)
        self.assertEqual(0, self.stuntcam("serve", "--help").returncode)

    def test_interrupt_ends_serve_well(self):
        camera = self.camera()
        camera.process.send_signal(harness.signal.SIGINT)
        self.assertEqual(0, camera.process.wait(20))

    def test_run(self):
        done = self.stuntcam("run", "nikon-d5300", "--", "gphoto2", "--port", "ptpip:{host}:{port}:{port}", "--list-files")
        self.assertEqual(0, done.returncode, done)
        self.assertIn(".JPG", done.stdout)
        done = self.stuntcam("run", "nikon-d5300", "--", "gphoto2", "--port", "ptpip:{host}:{port}:{port}", "--get-file", "999")
        self.assertEqual(1, done.returncode, done)

    def test_run_fills_in(self):
        done = self.stuntcam("run", "nikon-d5300", "--", "echo", "{host} {port} {event_port} {target}")
        port = done.stdout.split()[1]
        self.assertEqual(f"127.0.0.1 {port} {port} ptpip:127.0.0.1:{port}:{port}", done.stdout.strip())

    def test_run_statuses(self):
        def status(*client, options=()):
            return self.stuntcam("run", "nikon-d5300", *options, "--", *client).returncode
        self.assertEqual(0, status("true"))
        self.assertEqual(7, status("sh", "-c", "exit 7"))
        self.assertEqual(127, status("/no/such/program"))
        self.assertEqual(126, status("/etc/passwd"))
        self.assertEqual(128 + 9, status("sh", "-c", "kill -9 $$"))
        begin = time.monotonic()
        self.assertEqual(124, status("sleep", "60", options=("--timeout", "500ms")))
        self.assertLess(time.monotonic() - begin, 30)

    def test_small_operation_takes_no_delayed_acknowledgement(self):
        """Requests in several segments, as gphoto2 sends them: 40 ms each where acknowledgements wait."""
        port = self.camera().port
        with ptpip.Client(port) as client:
            client.command.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
            taken = []
            for _ in range(21):
                tid = client.tid()
                begin = time.monotonic()
                client.command.send(ptpip.request(ptpip.SET_PROP_VALUE, tid, 0x500F, phase=2))
                client.command.send(ptpip.start(tid, 2))
                client.command.send(ptpip.end(tid, struct.pack("<H", 400)))
                self.assertEqual(ptpip.OK, client.answer(tid).code)
                taken.append(time.monotonic() - begin)
        self.assertLess(sorted(taken)[10], 0.030)


if __name__ == "__main__":
    harness.main(["gphoto2"])

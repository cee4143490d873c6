"""The shell: lines from a pipe, from a terminal and from sockets, on one connection that is kept."""
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import harness
import liar
from initiator import Initiator


class Pipe(Initiator):
    def shell(self, target, text, *options, status=0):
        done = subprocess.run([harness.PROGRAM, "shell", target, *options], input=text.encode(), capture_output=True, check=False,
                              cwd=self.folder, timeout=60 * harness.PATIENCE)
        self.assertEqual(status, done.returncode, done.stderr.decode())
        self.err = done.stderr.decode()
        return done.stdout.decode()

    def test_lines(self):
        target = self.target()
        out = self.shell(target, "# a comment\n\nprop set iso 800\nprop get iso\nprop set whitebalance \"sunny\"\nprop get whitebalance")
        self.assertIn("800", out)
        self.assertIn("sunny", out)
        self.assertEqual("", self.err)
        self.assertIn("liveview", self.shell(target, "help"))
        self.assertIn("PROP VALUE", self.shell(target, "help prop set"))
        self.assertEqual("", self.shell(target, "exit\ninfo\n"))
        handle = next(entry["handle"] for entry in self.lines("ls", target) if entry["name"].endswith(".JPG"))
        self.assertIn("D5300", self.shell(target, f"get {handle:#x} -o x\ninfo\nls"))
        self.assertTrue(os.path.exists(self.path("x")))

    def test_json_and_limits_hold_for_every_line(self):
        target = self.target()
        lines = [json.loads(line) for line in self.shell(target, "state\nprop get iso\n", "--json", "--timeout", "5s").splitlines()]
        self.assertEqual("D5300", lines[0]["Model"])
        self.assertEqual("ExposureIndex", lines[1]["name"])

    def test_it_is_one_connection(self):
        transcript = self.path("talk.jsonl")
        target = self.target("--transcript", transcript)
        self.shell(target, "prop get iso\n" * 5 + "capture\nls\n")
        with open(transcript, encoding="utf-8") as file:
            self.assertEqual(1, file.read().count('"name":"OpenSession"'))

    def test_failures(self):
        target = self.target()
        self.shell(target, "prop get iso\nprop set iso 801\nnonsense\nprop get iso\n", status=1)
        self.assertIn("allowed: ", self.err)
        self.assertIn("unknown command 'nonsense'", self.err)
        for line, words in [("get 'x", "is not closed"), ("x" * 9000, "at most 8192 bytes"), ("a " * 300, "at most 256 words"), ("shell", "unknown command"),
                            ("serve generic", "unknown command"), ("info -t ptpip:1.2.3.4", "one camera"), ("info ptpip:1.2.3.4", "one camera"),
                            ("format", "--yes")]:
            self.shell(target, line, status=2)
            self.assertIn(words, self.err, line[:20])
        self.shell(target, "info\n", "extra", status=2)

    def test_the_camera_leaves(self):
        _, target = self.liar({0x1001: lambda: "close"})
        self.shell(target, "info\ninfo\n", status=3)
        self.assertIn("the connection to the camera is over", self.err)


class Terminal(Initiator):
    def open(self, target):
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.slave)
        self.told = ""
        environment = dict(os.environ, TERM="xterm", XDG_STATE_HOME=self.path("state"))
        self.process = subprocess.Popen([harness.PROGRAM, "shell", target], cwd=self.folder, stdin=self.slave, stdout=self.slave,
                                        stderr=self.slave, env=environment, start_new_session=True)
        self.addCleanup(harness.kill_group, self.process)

    def read_until(self, words):
        """What comes up to the words; what came behind them is for the next time."""
        end = time.monotonic() + 30 * harness.PATIENCE
        while words not in self.told:
            self.assertTrue(select.select([self.master], [], [], max(0, end - time.monotonic()))[0], f"{words!r} not in {self.told!r}")
            self.told += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", os.read(self.master, 4096).decode(errors="replace"))
        before, self.told = self.told.split(words, 1)
        return before + words

    def has_come(self, words):
        while select.select([self.master], [], [], 0)[0]:
            self.told += os.read(self.master, 4096).decode(errors="replace")
        return words in self.told

    def type(self, text):
        os.write(self.master, text.encode())

    def ended(self):
        """It ends, and well; what it says meanwhile must not wait for a reader."""
        harness.wait_until(lambda: self.has_come("") and self.process.poll() is not None, what="the end of the shell")
        self.assertEqual(0, self.process.returncode, self.told)

    def watch(self, target):
        """Lets it watch, until what it hears of shows that it does."""
        self.type("watch\r")
        self.read_until("watch\r\n")

        def changed():
            for iso in ("200", "400"):
                self.stuntcam("prop", "set", target, "iso", iso)
            return self.has_come("DevicePropChanged")
        harness.wait_until(changed, 30, "an event for the watch")

    def assert_waits(self):
        """The terminal is one with that of the shell that started us, which knows nothing of O_NONBLOCK."""
        self.assertEqual(0, fcntl.fcntl(self.slave, fcntl.F_GETFL) & os.O_NONBLOCK)

    def test_history_and_completion(self):
        self.open(self.target())
        self.read_until("D5300> ")
        self.type("prop g\tExposureI\t\r")
        self.assertIn("6400", self.read_until("D5300> "))
        self.type("\x1b[A\r")  # the line before
        self.assertIn("6400", self.read_until("25600\r\nD5300> "))
        self.type("prop set iso\x03")
        self.read_until("^C")
        self.type("sta\t\r")
        self.read_until("BatteryLevel")
        self.read_until("D5300> ")
        self.type("\x04")
        self.ended()
        history = self.path("state", "stuntcam", "history")
        self.assertEqual(0o600, os.stat(history).st_mode & 0o777)
        with open(history, encoding="utf-8") as file:
            self.assertIn("prop\\040get\\040ExposureIndex", file.read())

    def test_ctrl_c_ends_the_line_only(self):
        target = self.target(camera="generic")
        self.open(target)
        self.read_until("> ")
        self.watch(target)
        os.killpg(self.process.pid, signal.SIGINT)
        self.read_until("> ")
        self.type("prop get iso\r")
        self.read_until(" rw  400 ")
        self.type("exit\r")
        self.ended()

    def test_the_camera_does_not_write_on_the_terminal(self):
        _, target = self.liar({0x1001: liar.device_info(model="A\x1b[2J\x9b2JB")})
        self.open(target)
        self.read_until("A_[2J_2JB> ")
        self.type("\x04")
        self.ended()

    def test_ctrl_d_while_a_command_runs(self):
        """The terminal keeps it in another form than it has at the prompt."""
        target = self.target(camera="generic")
        self.open(target)
        self.read_until("> ")
        self.watch(target)
        self.type("\x04")
        os.killpg(self.process.pid, signal.SIGINT)
        self.ended()

    def test_the_terminal_stays_as_it_was(self):
        with open(self.path("media", "LONG.MOV"), "w", encoding="ascii") as file:
            file.writelines(f"line {number:05}\n" for number in range(20000))
        self.open(self.target("--media", self.path("media"), camera="generic"))
        self.read_until("> ")
        self.assert_waits()
        self.type("get LONG.MOV -o - -q\r")
        waiting = lambda: struct.unpack("i", fcntl.ioctl(self.master, termios.FIONREAD, bytes(4)))[0]
        harness.wait_until(lambda: waiting() > 3000, what="a full terminal")
        self.assert_waits()
        self.assertEqual(20000, self.read_until("line 19999\r\n").count("\r\nline "))
        self.read_until("> ")
        self.type("prop get iso\r")
        self.read_until(" rw  100 ")
        self.type("exit\r")
        self.ended()
        self.assert_waits()


class Sockets(Initiator):
    def listen(self, *options, camera=None):
        target = camera or self.target()
        process = subprocess.Popen([harness.PROGRAM, "shell", target, "--listen", "127.0.0.1:0", "-q", *options], cwd=self.folder,
                                   stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(harness.kill_group, process)
        self.port = json.loads(process.stdout.readline())["port"]
        return process

    def ask(self, text, expect=b"status 0\n"):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.settimeout(30 * harness.PATIENCE)
            connection.sendall(text)
            with contextlib.suppress(OSError):  # who sent too much may have been left by now
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        self.assertTrue(answer.endswith(expect), answer[-300:])
        return answer

    def test_lines_are_answered(self):
        process = self.listen()
        self.assertIn(b"D5300", self.ask(b"state\n"))
        self.assertIn(b"6400", self.ask(b"prop get iso"))  # without an end of line
        self.assertIn(b"GetDevicePropValue: 0x2001 OK", self.ask(b"opreq 0x1015 0x500F\r\n"))
        self.assertEqual(2, self.ask(b"prop set iso 800\nprop get iso\n").count(b"status 0\n"))
        self.assertIn(b"allowed: ", self.ask(b"prop set iso 801\n", b"status 1\n"))
        self.assertTrue(self.ask(b"preview -o -\n").startswith(b"\xff\xd8\xff"))
        self.assertEqual(b"", self.ask(b"exit\n", b""))
        process.send_signal(signal.SIGINT)
        self.assertEqual(0, process.wait(20))

    def test_netcat(self):
        self.listen("--json")
        if not harness.shutil.which("nc"):
            self.skipTest("no nc")
        done = subprocess.run(["nc", "-N", "127.0.0.1", str(self.port)], input=b"prop get iso\n", capture_output=True, check=True, timeout=60)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual("ExposureIndex", lines[0]["name"])
        self.assertEqual({"type": "status", "status": 0}, lines[1])

    def test_a_capture_for_who_has_nothing_more_to_ask(self):
        """Longer than the glance at who asked, who has closed his side at once, as `nc -N` does."""
        self.listen("--json", camera=self.target("--set", "timing.capture=2s"))
        lines = [json.loads(line) for line in self.ask(b"capture\n", b'{"type":"status","status":0}\n').splitlines()]
        self.assertTrue(any("path" in line for line in lines), lines)

    def test_several_at_once(self):
        self.listen()
        connections = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(8)]
        for connection in connections:
            connection.settimeout(30 * harness.PATIENCE)
            connection.sendall(b"prop get iso\n")
        for connection in connections:
            with connection, connection.makefile("rb") as stream:
                self.assertIn(b"6400", stream.readline())
                self.assertEqual(b"status 0\n", stream.readline())

    def test_who_leaves_ends_the_watch(self):
        self.listen()
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"watch\n")
        self.ask(b"prop get iso\n")

    def test_hostile_lines(self):
        self.listen()
        for text in (b"x" * 100000, b"\0" * 10 + b"\n", b"\xff\xfe\xfd\n", b"'\n", b"get " + b"../" * 1000 + b"x\n", b"\n" * 1000,
                     b"op 0x1009 1 2 3 4 5 6 7 8 9\n", b"put /nonexistent\n", b"format\n"):
            with self.subTest(text[:10]):
                try:
                    self.ask(text, b"")
                except ConnectionError:
                    pass
        for text in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\ninfo\n", b"POST /info HTTP/1.1\r\n\r\ninfo\n"):
            try:
                self.assertNotIn(b"D5300", self.ask(text, b""))  # what a web page can make a browser send
            except ConnectionError:
                pass
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(12)]
        self.assertIn(b"D5300", self.ask(b"state\n"))
        for connection in silent:
            connection.close()

    def test_who_does_not_read(self):
        """The answer is larger than what the kernel keeps; who asked leaves without reading it."""
        with open(self.path("media", "LARGE.MOV"), "wb") as file:
            file.truncate(64 << 20)
        self.listen(camera=self.target("--media", self.path("media"), camera="generic"))
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"get LARGE.MOV -o -\n")
            connection.recv(10)
        self.assertIn(b"BatteryLevel", self.ask(b"state\n"))

    def test_wrong_addresses(self):
        target = self.target()
        for address in ("nowhere", "127.0.0.1", "127.0.0.1:99999", "localhost:1x"):
            self.stuntcam("shell", target, "--listen", address, status=2)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.stuntcam("shell", target, "--listen", f"127.0.0.1:{taken.getsockname()[1]}", status=3)
            self.assertIn("cannot listen", self.err)


if __name__ == "__main__":
    harness.main()

"""Downloads that are continued, that go side by side, and that tell how far they are."""
import json
import os
import pty
import re
import select
import signal
import subprocess

import harness
import liar
from initiator import Initiator

SIZE = 3_000_001


class Resume(Initiator):
    def photo(self, content):
        """A camera with one object, and what it was asked for."""
        def part(handle, offset, most):
            self.parts.append((offset, most))
            return content[offset:offset + most]

        self.parts = []
        answers = {0x1001: liar.device_info([0x1009, 0x101B]), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", [1]),
                   0x1008: liar.object_info("A.MOV", len(content)), 0x101B: part}
        return answers

    def left(self, content):
        with open(self.path("A.MOV.part"), "wb") as file:
            file.write(content)

    def got(self, content):
        with open(self.path("A.MOV"), "rb") as file:
            self.assertEqual(content, file.read())
        self.assertFalse(os.path.exists(self.path("A.MOV.part")))

    def test_what_broke_off_stays_and_is_continued(self):
        content = harness.pattern(SIZE, 3)
        answers = self.photo(content)
        cut = lambda tid: [liar.start(tid, SIZE), liar.data(tid, content[:1_000_000]), "close"]
        _, target = self.liar(answers, wire={0x1009: cut})
        self.stuntcam("get", target, "A.MOV", "--resume", status=3)
        self.assertEqual(1_000_000, os.path.getsize(self.path("A.MOV.part")))
        self.assertFalse(os.path.exists(self.path("A.MOV")))
        self.stuntcam("get", target, "A.MOV", "--resume")
        self.got(content)
        compared, rest = self.parts
        self.assertEqual(1_000_000, sum(compared))  # the end of what is there, then what is behind it
        self.assertEqual(1_000_000, rest[0])

    def test_without_it_nothing_stays(self):
        cut = lambda tid: [liar.start(tid, SIZE), liar.data(tid, bytes(1000)), "close"]
        _, target = self.liar(self.photo(bytes(SIZE)), wire={0x1009: cut})
        self.stuntcam("get", target, "A.MOV", status=3)
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.startswith("A.MOV")])

    def test_a_part_of_something_else_is_not_continued(self):
        content = harness.pattern(SIZE, 3)
        for other in (harness.pattern(1_000_000, 4), content + b"x", b""):
            with self.subTest(len(other)):
                answers = self.photo(content)
                answers[0x1009] = content
                camera, target = self.liar(answers)
                self.left(other)
                self.stuntcam("get", target, "A.MOV", "--resume", "--force")
                self.assertIn(0x1009, camera.asked)
                self.got(content)

    def test_a_camera_that_gives_no_parts(self):
        content = harness.pattern(SIZE, 3)
        answers = self.photo(content)
        answers[0x1001] = liar.device_info([0x1009])
        answers[0x1009] = content
        camera, target = self.liar(answers)
        self.left(content[:1000])
        self.stuntcam("get", target, "A.MOV", "--resume")
        self.assertNotIn(0x101B, camera.asked)
        self.got(content)

    def test_a_camera_that_gives_nothing_or_too_much(self):
        content = harness.pattern(SIZE, 3)
        for part, words in [(lambda handle, offset, most: b"" if offset >= 1000 else content[offset:offset + most], "gave nothing at byte 1000"),
                            (lambda handle, offset, most: content[offset:offset + most] + b"x", "asked for 1000 bytes")]:
            answers = self.photo(content)
            answers[0x101B] = part
            _, target = self.liar(answers)
            self.left(content[:1000])
            self.stuntcam("get", target, "A.MOV", "--resume", status=1)
            self.assertIn(words, self.err)

    def test_our_own_camera(self):
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "A.MOV"), SIZE, 7)
        original = self.path("media", "DCIM", "100TEST", "A.MOV")
        target = self.target("--media", self.path("media"))
        with open(original, "rb") as file:
            self.left(file.read()[:2_000_000])
        self.stuntcam("get", target, "A.MOV", "--resume", status=1)  # paths are whole
        self.stuntcam("get", target, "DCIM/100TEST/A.MOV", "--resume")
        self.assertSameFile(original, self.path("A.MOV"))
        self.assertEqual(os.path.getmtime(original) // 2, os.path.getmtime(self.path("A.MOV")) // 2)

    def test_beyond_4_gib(self):
        """A hole of 4 GiB + 10 bytes; all but its end is here already."""
        size = (4 << 30) + 10
        for path in (self.path("media", "HUGE.MOV"), self.path("HUGE.MOV.part")):
            with open(path, "wb") as file:
                file.truncate(size if "media" in path else size - 5)
        with open(self.path("media", "HUGE.MOV"), "r+b") as file:
            file.seek(size - 3)
            file.write(b"end")
        target = self.target("--media", self.path("media"), camera="generic")
        self.stuntcam("get", target, "HUGE.MOV", "--resume")
        self.assertEqual(size, os.path.getsize(self.path("HUGE.MOV")))
        with open(self.path("HUGE.MOV"), "rb") as file:
            file.seek(size - 5)
            self.assertEqual(b"\0\0end", file.read())

    def test_two_at_once_do_not_meet(self):
        answers = self.photo(bytes(SIZE))
        answers[0x1009] = lambda handle: None
        camera, target = self.liar(answers)
        first = subprocess.Popen([harness.PROGRAM, "get", target, "A.MOV"], cwd=self.folder, stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(harness.kill_group, first)
        harness.wait_until(lambda: 0x1009 in camera.asked)
        self.stuntcam("get", target, "A.MOV", status=1)
        self.assertIn("is being written by another program", self.err)


class Special(Initiator):
    def test_a_pipe_is_written_to_and_not_replaced(self):
        harness.write_pattern(self.path("media", "A.MOV"), SIZE, 7)
        target = self.target("--media", self.path("media"), camera="generic")
        os.mkfifo(self.path("pipe"))
        with open(self.path("media", "A.MOV"), "rb") as file:
            content = file.read()
        for command in (["get", target, "A.MOV", "-o", "pipe"], ["preview", target, "-o", "pipe"], ["op", target, "GetObject", "HANDLE", "--out", "pipe"]):
            if command[0] == "preview":
                command[1] = self.target()
            if "HANDLE" in command:
                command[3] = hex(next(entry["handle"] for entry in self.lines("ls", target) if entry["name"] == "A.MOV"))
            with open(self.path("media", "got"), "wb") as out:
                reader = subprocess.Popen(["cat", "pipe"], cwd=self.folder, stdout=out, start_new_session=True)
                self.addCleanup(harness.kill_group, reader)
            self.stuntcam(*command)
            self.assertEqual(0, reader.wait(30))
            with open(self.path("media", "got"), "rb") as file:
                got = file.read()
            os.remove(self.path("media", "got"))
            self.assertTrue(got.startswith(b"\xff\xd8") if command[0] == "preview" else got == content)
            self.assertEqual(["media", "pipe"], sorted(os.listdir(self.folder)))


class SideBySide(Initiator):
    def media(self):
        for number in range(20):
            harness.write_pattern(self.path("media", "DCIM", "100TEST", f"M{number:02}.MOV"), 100_000 + number, number)
        return self.path("media")

    def complete(self, folder):
        for number in range(20):
            self.assertSameFile(self.path("media", "DCIM", "100TEST", f"M{number:02}.MOV"),
                                self.path(folder, "DCIM", "100TEST", f"M{number:02}.MOV"))

    def test_several_connections(self):
        transcript = self.path("talk.jsonl")
        target = self.target("--media", self.media(), "--transcript", transcript)
        self.assertEqual(20, len(self.lines("get-all", target, "copy", "--jobs", "4")))
        self.complete("copy")
        with open(transcript, encoding="utf-8") as file:
            busy = {line["conn"] for line in map(json.loads, file) if line.get("name") == "GetObject"}
        self.assertGreater(len(busy), 1)

    def test_as_many_as_the_camera_takes(self):
        contents = {handle: harness.pattern(1000 + handle, handle) for handle in range(1, 9)}
        answers = {0x1001: liar.device_info([0x1009]), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", list(contents)),
                   0x1008: lambda handle: liar.object_info(f"{handle}.MOV", 1000 + handle), 0x1009: lambda handle: contents[handle]}
        _, target = self.liar(answers, limit=2)
        self.assertEqual(8, len(self.lines("get-all", target, "copy", "--jobs", "4")))
        self.assertIn("the camera takes 2 connections", self.err)

    def test_one_that_is_refused_does_not_stop_the_others(self):
        answers = {0x1001: liar.device_info([0x1009]), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", [1, 2, 3]),
                   0x1008: lambda handle: liar.object_info(f"{handle}.MOV", 5),
                   0x1009: lambda handle: (0, b"", 0x200F) if handle == 2 else b"hello" if handle == 1 else b"hell"}
        _, target = self.liar(answers)
        self.stuntcam("get-all", target, "copy", status=1)
        self.assertIn("'2.MOV': the camera answered GetObject with AccessDenied", self.err)
        self.assertIn("'3.MOV' has 5 bytes by its ObjectInfo", self.err)
        self.assertEqual(["1.MOV"], os.listdir(self.path("copy")))

    def test_a_file_and_a_folder_of_one_name(self):
        objects = {1: ("A", 5, 0, 0x3801), 2: ("A", 0, 0, 0x3001), 3: ("B.JPG", 5, 2, 0x3801), 4: ("B.JPG.part", 5, 2, 0x3801)}
        answers = {0x1001: liar.device_info([0x1009]), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", list(objects)),
                   0x1008: lambda handle: liar.object_info(objects[handle][0], objects[handle][1], objects[handle][2], objects[handle][3]),
                   0x1009: b"hello"}
        _, target = self.liar(answers)
        self.stuntcam("get-all", target, "copy")
        files = {os.path.relpath(os.path.join(folder, name), self.path("copy")) for folder, _, names in os.walk(self.path("copy")) for name in names}
        self.assertEqual({"A", "A_00000002/B.JPG", "A_00000002/B.JPG.part_"}, files)

    def test_interrupted(self):
        answers = {0x1001: liar.device_info([0x1009]), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", [1, 2, 3]),
                   0x1008: lambda handle: liar.object_info(f"{handle}.MOV", 5), 0x1009: lambda handle: None}
        camera, target = self.liar(answers)
        process = subprocess.Popen([harness.PROGRAM, "get-all", target, "copy", "--jobs", "2", "--timeout", "2s"], cwd=self.folder,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(harness.kill_group, process)
        harness.wait_until(lambda: camera.asked.count(0x1009) == 2)
        process.send_signal(signal.SIGINT)
        self.assertIn(process.wait(20 * harness.PATIENCE), (124, 130))
        self.assertEqual([], os.listdir(self.path("copy")))


class Progress(Initiator):
    def on_terminal(self, *arguments):
        """What the program writes to a terminal as its stderr."""
        master, slave = pty.openpty()
        process = subprocess.Popen([harness.PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=slave, start_new_session=True)
        self.addCleanup(harness.kill_group, process)
        os.close(slave)
        told = b""
        while select.select([master], [], [], 60 * harness.PATIENCE)[0]:
            try:
                piece = os.read(master, 4096)
            except OSError:  # the other side has closed
                break
            told += piece
        os.close(master)
        self.assertEqual(0, process.wait(20))
        return told.decode()

    def test_on_a_terminal_only(self):
        with open(self.path("media", "LARGE.MOV"), "wb") as file:
            file.truncate(2 << 30)
        target = self.target("--media", self.path("media"), camera="generic")
        told = self.on_terminal("get", target, "LARGE.MOV")
        lines = told.split("\r")
        self.assertTrue(any(re.search(r"LARGE.MOV  [\d.]+ of 2147.5 MB  [\d.]+ MB/s  \d+:\d\d left", line) for line in lines), lines[-3:])
        self.assertTrue(told.endswith("\r\x1b[K"))  # and it is gone in the end
        os.remove(self.path("LARGE.MOV"))
        self.stuntcam("get", target, "LARGE.MOV")
        self.assertEqual("", self.err)


if __name__ == "__main__":
    harness.main(["cmp"])

"""Every way in which a camera can lie: never a crash, a hang or a wrong file, and a message in the protocol's terms."""
import os
import struct
import subprocess
import unicodedata

import harness
import liar
from initiator import Initiator

ONE = {0x1001: liar.device_info([0x1009, 0x101B]), 0x1004: liar.array("I", [0x10001]), 0x1007: liar.array("I", [1]),
       0x1008: liar.object_info("A.JPG", 5), 0x1009: b"hello"}
HUGE = struct.pack("<I", 1 << 31)


class Lies(Initiator):
    def told(self, words, *command, status=1, answers=(), **more):
        """Runs the command against a camera that answers so; stderr must contain the words."""
        camera, target = self.liar({**ONE, **dict(answers)}, **more)
        # What takes memory ends by a signal, which is no status of ours. A sanitizer reserves address space of its own
        # and bounds what is used instead.
        bound, environment = ["prlimit", f"--as={8 << 30}"], dict(os.environ)
        if os.environ.get("STUNTCAM_SANITIZE"):
            bound = []
            environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":hard_rss_limit_mb=4096:max_allocation_size_mb=8192"
        done = subprocess.run([*bound, harness.PROGRAM, command[0], target, *command[1:], "--timeout", "1s"], capture_output=True,
                              check=False, cwd=self.folder, env=environment, timeout=60 * harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.err = done.stderr.decode()
        self.assertEqual(status, done.returncode, self.err)
        self.assertIn(words, self.err)
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.startswith("A.JPG")])
        return camera

    # Data sets

    def test_data_sets_cut_short(self):
        info, photo = ONE[0x1001], ONE[0x1008]
        for size in range(0, len(info) - 1, 7):
            with self.subTest(size):
                self.told("the data of GetDeviceInfo: " if size else "GetDeviceInfo was answered with OK and no data", "info", answers={0x1001: info[:size]})
        for size in range(1, len(photo) - 40, 13):
            with self.subTest(size):
                self.told("the data of GetObjectInfo: ", "ls", answers={0x1008: photo[:size]})

    def test_counts_of_2_to_the_31(self):
        for operation, name in [(0x1004, "GetStorageIDs"), (0x1007, "GetObjectHandles")]:
            self.told(f"the data of {name}: ", "ls", answers={operation: HUGE})
            self.told(f"the data of {name}: ", "ls", answers={operation: HUGE + b"\1\0\0\0" * 1000})
        self.told("the data of GetDeviceInfo: OperationsSupported", "info", answers={0x1001: ONE[0x1001][:11] + HUGE})

    def test_properties_that_lie(self):
        answers = {0x1014: struct.pack("<HHBHHBH", 0x500F, 4, 1, 100, 100, 2, 0xFFFF)}
        _, target = self.liar({**ONE, **answers})
        self.stuntcam("prop", "get", target, "iso", status=1)
        self.assertIn("the data of GetDevicePropDesc: ", self.err)
        answers[0x1014] = struct.pack("<HHBHHB", 0x5010, 4, 1, 100, 100, 0)
        _, target = self.liar({**ONE, **answers})
        self.stuntcam("prop", "get", target, "iso", status=1)
        self.assertIn("GetDevicePropDesc of 0x500F was answered with the description of 0x5010", self.err)
        answers[0x1014] = struct.pack("<HHB", 0x500F, 0x7777, 1)
        _, target = self.liar({**ONE, **answers})
        self.stuntcam("prop", "get", target, "iso", status=1)

    def test_surplus_behind_a_data_set_does_no_harm(self):
        _, target = self.liar({**ONE, 0x1001: ONE[0x1001] + bytes(1000), 0x1008: ONE[0x1008] + b"more"})
        self.assertEqual(1, len(self.lines("ls", target)))

    def test_a_data_set_without_end(self):
        self.told("announced 1099511627776 bytes for a data set", "info",
                  wire={0x1001: lambda tid: [liar.start(tid, 1 << 40), liar.data(tid, bytes(100)), liar.response(tid)]})
        endless = lambda tid: [liar.start(tid, 0xFFFFFFFFFFFFFFFF)] + [liar.data(tid, bytes(1 << 20))] * 70 + [liar.end(tid), liar.response(tid)]
        self.told("more than 67108864 bytes for a data set", "info", wire={0x1001: endless})

    # Transactions

    def test_wrong_transaction_ids(self):
        self.told("the response to GetObject has TransactionID", "get", "A.JPG", wire={0x1009: lambda tid: liar.response(tid + 1)})
        self.told("data of GetObject with TransactionID", "get", "A.JPG", wire={0x1009: lambda tid: liar.start(tid - 1, 5)})
        self.told("data of GetObject with TransactionID", "get", "A.JPG",
                  wire={0x1009: lambda tid: [liar.start(tid, 5), liar.end(tid + 7, b"hello"), liar.response(tid)]})

    def test_data_past_the_total(self):
        for packets in (lambda tid: [liar.start(tid, 5), liar.end(tid, b"hello, world"), liar.response(tid)],
                        lambda tid: [liar.start(tid, 5), liar.data(tid, b"hello"), liar.end(tid, b"!"), liar.response(tid)]):
            self.told("bytes of data and announced 5", "get", "A.JPG", wire={0x1009: packets})
        self.told("sent 4 bytes of data and announced 5", "get", "A.JPG",
                  wire={0x1009: lambda tid: [liar.start(tid, 5), liar.end(tid, b"hell"), liar.response(tid)]})

    def test_phases_out_of_order(self):
        hello = lambda tid: [liar.start(tid, 5), liar.end(tid, b"hello")]
        for packets, words in [(lambda tid: [liar.response(tid)] + hello(tid), "GetObject was answered with OK and no data"),
                               (lambda tid: [liar.end(tid, b"hello"), liar.response(tid)], "data of GetObject without StartData"),
                               (lambda tid: [liar.start(tid, 5), liar.start(tid, 5)], "a second StartData within GetObject"),
                               (lambda tid: hello(tid) + [liar.data(tid, b"x")], "data of GetObject after its EndData"),
                               (lambda tid: [liar.packet(99, b"what")], "does not belong there"),
                               (lambda tid: [liar.ACK], "does not belong there"),
                               (lambda tid: [struct.pack("<II", 0xFFFFFFF0, 7)], "during GetObject, "),
                               (lambda tid: [struct.pack("<II", 3, 7)], "during GetObject, "),
                               (lambda tid: [liar.packet(7)], "during GetObject, ")]:
            with self.subTest(words):
                self.told(words, "get", "A.JPG", wire={0x1009: packets})

    def test_data_that_was_not_expected(self):
        """After an operation without a data phase: it is read and dropped."""
        camera, target = self.liar(ONE, wire={0x100B: lambda tid: [liar.start(tid, 3), liar.end(tid, b"abc"), liar.response(tid)]})
        self.stuntcam("rm", target, "A.JPG")
        self.assertIn(0x100B, camera.asked)

    def test_events_on_the_wrong_connection(self):
        _, target = self.liar(ONE, wire={0x1009: lambda tid: [liar.event(0x4002), liar.start(tid, 5), liar.event(0x4002, tid, 7),
                                                               liar.end(tid, b"hello"), liar.response(tid)]})
        self.stuntcam("get", target, "A.JPG", "-v")
        self.assertIn("an event came on the command connection", self.err)
        os.remove(self.path("A.JPG"))
        _, target = self.liar(ONE, wire={0x1009: lambda tid: [liar.OnEvents(liar.response(tid)), liar.start(tid, 5),
                                                               liar.OnEvents(liar.start(tid, 9)), liar.end(tid, b"hello"), liar.response(tid)]})
        self.stuntcam("get", target, "A.JPG", "-v")
        self.assertIn("no event came on the event connection", self.err)

    def test_a_flood_of_strays(self):
        self.told("does not belong there", "get", "A.JPG", wire={0x1009: lambda tid: [liar.event(0x4002) * 2000]})
        # On its own connection: the oldest go.
        _, target = self.liar(ONE, wire={0x1009: lambda tid: [liar.OnEvents(liar.event(0x4002) * 20000), liar.start(tid, 5),
                                                               liar.end(tid, b"hello"), liar.response(tid)]})
        self.stuntcam("get", target, "A.JPG", "--force")

    # Silence, and closing, in every phase

    def test_silence(self):
        self.told("no InitCommandAck within 1 s", "info", status=124, ack=None)
        self.told("no InitEventAck within 1 s", "info", status=124, event_ack=None)
        for operation, name, command in [(0x1002, "OpenSession", ["info"]), (0x1001, "GetDeviceInfo", ["info"]), (0x1004, "GetStorageIDs", ["ls"]),
                                         (0x1007, "GetObjectHandles", ["ls"]), (0x1008, "GetObjectInfo", ["ls"]), (0x1009, "GetObject", ["get", "A.JPG"])]:
            self.told(f"no answer to {name} within 1 s", *command, status=124, wire={operation: lambda tid: []})
        for packets, words in [(lambda tid: [liar.start(tid, 5)], "the data of GetObject stopped within 1 s"),
                               (lambda tid: [liar.start(tid, 5), liar.data(tid, b"he")], "the data of GetObject stopped within 1 s"),
                               (lambda tid: [liar.start(tid, 5), liar.end(tid, b"hello")], "the data of GetObject stopped within 1 s"),
                               (lambda tid: [liar.packet(12, struct.pack("<I", tid))[:10]], "no answer to GetObject within 1 s")]:
            self.told(words, "get", "A.JPG", status=124, wire={0x1009: packets})

    def test_closing(self):
        for how in ("close", "reset"):
            self.told("closed the connection during", "info", status=3, ack=[how])
            self.told("closed the connection during", "info", status=3, event_ack=[how])
            for operation, command in [(0x1002, ["info"]), (0x1001, ["info"]), (0x1007, ["ls"]), (0x1008, ["ls"]), (0x1009, ["get", "A.JPG"])]:
                self.told("closed the connection during", *command, status=3, wire={operation: lambda tid: [how]})
            for begin in (lambda tid: [liar.start(tid, 5)], lambda tid: [liar.start(tid, 5), liar.data(tid, b"he")],
                          lambda tid: [liar.start(tid, 5), liar.end(tid, b"hello")]):
                self.told("closed the connection during GetObject", "get", "A.JPG", status=3, wire={0x1009: lambda tid: begin(tid) + [how]})
        # Leaving without an answer to CloseSession is the camera's affair.
        _, target = self.liar(ONE, wire={0x1003: lambda tid: ["close"]})
        self.stuntcam("get", target, "A.JPG", "--timeout", "1s")

    def test_handshakes_that_lie(self):
        for ack, words in [(liar.packet(2, b"\1\0\0\0"), "InitCommandAck"), (liar.packet(4), "another packet came in place of InitCommandAck"),
                           (b"HTTP/1.1 400 Bad Request\r\n\r\n", "in place of InitCommandAck"), (b"\xff" * 64, "in place of InitCommandAck")]:
            self.told(words, "info", ack=ack)
        self.told("InitFail 1", "info", status=3, ack=liar.packet(5, struct.pack("<I", 1)))
        self.told("InitFail 2", "info", status=3, event_ack=liar.packet(5, struct.pack("<I", 2)))
        self.told("another packet came in place of InitEventAck", "info", event_ack=liar.ACK)

    # What it shows

    def test_the_bytes_at_vv(self):
        self.told("-vv shows the bytes", "get", "A.JPG", wire={0x1009: lambda tid: liar.response(0x0BADBEEF)})
        self.told("ef be ad 0b", "get", "A.JPG", "-vv", wire={0x1009: lambda tid: liar.response(0x0BADBEEF)})
        self.told("00000000  0e 00 00 00 07 00 00 00", "get", "A.JPG", "-vv", wire={0x1009: lambda tid: liar.response(0x0BADBEEF)})
        self.told("48 54 54 50", "info", "-vv", ack=b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.told("64 00 ff ff", "info", "-vv", answers={0x1001: b"\x64\0\xff\xff\xff\xff\0\0\0\0\0\xff\xff\xff\xff"})

    # Objects

    def test_unknown_and_huge_lengths(self):
        photo = liar.object_info("A.JPG", 0xFFFFFFFF)
        unknown = lambda tid: [liar.start(tid, 0xFFFFFFFFFFFFFFFF), liar.data(tid, b"hel"), liar.end(tid, b"lo"), liar.response(tid)]
        _, target = self.liar({**ONE, 0x1008: photo}, wire={0x1009: unknown})
        self.stuntcam("get", target, "A.JPG")
        self.assertEqual(5, os.path.getsize(self.path("A.JPG")))
        os.remove(self.path("A.JPG"))
        self.told("announced 4294967296", "get", "A.JPG", answers={0x1008: photo},
                  wire={0x1009: lambda tid: [liar.start(tid, 1 << 32), liar.end(tid, b"hello"), liar.response(tid)]})

    def test_folders_in_circles(self):
        parents = {1: 2, 2: 3, 3: 1, 4: 4}
        answers = {0x1007: liar.array("I", list(parents)), 0x1008: lambda handle: liar.object_info(f"F{handle}", 0, parents[handle], 0x3001)}
        for command in (["ls"], ["ls", "--tree"], ["get-all", "copy"]):
            _, target = self.liar({**ONE, **answers})
            self.stuntcam(command[0], target, *command[1:])
        _, target = self.liar({**ONE, **answers})
        self.assertEqual(["F1/F3/F2", "F2/F1/F3", "F3/F2/F1", "F4"], [entry["path"] for entry in self.lines("ls", target)])

    def test_all_objects_are_those_of_the_root(self):
        names = {1: "DCIM", 2: "100A", 3: "A.JPG", 4: "B.JPG"}
        children = {0: [1], 1: [2, 4], 2: [3]}
        parents = {handle: parent for parent, handles in children.items() for handle in handles}
        answers = {0x1007: lambda storage, kind, parent: liar.array("I", children[parent]),
                   0x1008: lambda handle: liar.object_info(names[handle], 5, parents[handle], 0x3001 if handle < 3 else 0x3801)}
        _, target = self.liar({**ONE, **answers})
        self.assertEqual(["DCIM", "DCIM/100A", "DCIM/100A/A.JPG", "DCIM/B.JPG"], [entry["path"] for entry in self.lines("ls", target)])
        # One that finds ever more folders in each comes to an end all the same.
        answers = {0x1007: lambda storage, kind, parent: liar.array("I", [parent + 1]),
                   0x1008: lambda handle: liar.object_info("A", 0, handle - 1, 0x3001)}
        _, target = self.liar({**ONE, **answers})
        self.assertEqual(65, len(self.lines("ls", target)))

    def test_a_live_view_that_stands_still(self):
        picture = b"\xff\xd8\xff\xd9"
        answers = {0x1001: liar.device_info([0x9201, 0x9202, 0x9203], extension=10), 0x1015: b"\0", 0x9203: picture}
        self.told("the camera gave no new live-view frame within 1s", "liveview", "frames", "--frames", "2", status=124, answers=answers)
        with open(self.path("frames", "frame_000001.jpg"), "rb") as file:
            self.assertEqual(picture, file.read())

    def test_ten_thousand_lies_about_handles(self):
        answers = {0x1007: liar.array("I", [7] * 10000), 0x1008: liar.object_info("A.JPG", 5)}
        _, target = self.liar({**ONE, **answers})
        self.assertEqual(1, len(self.lines("ls", target)))

    def test_names_do_not_reach_the_terminal_raw(self):
        _, target = self.liar({**ONE, 0x1008: liar.object_info("\x1b[2Jx\n\ud800", 5)})
        shown = self.stuntcam("ls", target)
        self.assertNotIn(b"\x1b", shown)
        self.assertEqual(1, shown.count(b"\n"))
        shown.decode()

    def test_no_text_of_the_camera_reaches_the_terminal_raw(self):
        evil = "\x1b[2J\r\n\x07\x7f\x80\x9b2J\x9f"
        storage = struct.pack("<HHHQQI", 3, 2, 0, 1 << 30, 1 << 29, 100) + liar.string(evil) * 2
        date = struct.pack("<HHB", 0x5011, 0xFFFF, 1) + liar.string(evil) * 2 + b"\0"
        answers = {0x1001: liar.device_info([0x1009, 0x101B, 0x1014], evil, 0, [0x5011], others=evil), 0x1005: storage, 0x1014: date,
                   0x1015: liar.string(evil), 0x1008: liar.object_info("A" + evil, 5, date=evil)}
        _, target = self.liar({**ONE, **answers})
        for command in (["info"], ["info", "--pretty"], ["info", "--json"], ["state"], ["state", "--pretty"], ["ls"], ["ls", "--tree"], ["ls", "--json"],
                        ["prop", "list"], ["prop", "get", "0x5011"], ["prop", "list", "--json"], ["op", "0x1001"], ["op", "0x1008", "1"],
                        ["get", "0x1"], ["conform", "device.decodes"]):
            with self.subTest(command):
                done = subprocess.run([harness.PROGRAM, *command, "-t", target], capture_output=True, check=False, cwd=self.folder,
                                      timeout=60 * harness.PATIENCE, stdin=subprocess.DEVNULL)
                self.assertIn(done.returncode, (0, 1))
                shown = (done.stdout + done.stderr).decode()
                self.assertIn("2J", shown)
                self.assertEqual([], [char for char in shown if unicodedata.category(char) == "Cc" and char != "\n"])


if __name__ == "__main__":
    harness.main(["prlimit"])

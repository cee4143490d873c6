"""The LE dialect: the packets that the project ols recorded from a Leica come back byte for byte, whatever else happens."""
import os
import random
import struct

import harness
import ptpip

OPEN_LE, HEARTBEAT, GET_LOOKS, SET_LOOKS = 0x9005, 0x901D, 0x9033, 0x9035
WHITE_BALANCE, STILL_CAPTURE_MODE, APERTURE = 0x5005, 0x5013, 0xD002


def wire(text):
    return bytes.fromhex(text.replace(" ", ""))


NO_PARAMETERS = "00" * 20
INIT = wire("22000000 01000000" + "00" * 16 + "4F004C0053000000 0100")
INIT_ACK = wire("22000000 02000000 01000000" + "00" * 16 + "0000 00000000")
EVENT_INIT, EVENT_ACK = wire("0C000000 03000000 01000000"), wire("08000000 04000000")
OPEN_SESSION = wire("16000000 06000000 01000000 0210 00000000 12040000")
OPEN_LE_SESSION = wire("16000000 06000000 01000000 0590 01000000 55FF0000")
KEEP_ACTIVE = wire("12000000 06000000 01000000 1D90 18000000")
CHANGED = wire("1A000000 08000000 0640 FFFFFFFF 13500000 00000000 00000000")
# A look with its id, 99, and its name.
LOOK = struct.pack("<IIHHIIHH", 2, 1, 0xD861, 6, 99, 1, 0xDC44, 0xFFFF) + ptpip.string("Mine")


def ok(tid):
    return wire("22000000 07000000 0120") + struct.pack("<I", tid) + wire(NO_PARAMETERS)


# What the app sends on the command connection, and what it gets.
COMMANDS = [(INIT, INIT_ACK), (OPEN_SESSION, ok(0)), (OPEN_LE_SESSION, ok(1)), (KEEP_ACTIVE, ok(0x18))]


def send_what_goes(connection, sent):
    try:
        connection.send(sent)
    except OSError:
        pass  # closed already


class Packets(harness.Test):
    CAMERA = "leica-sl"
    READ, SET = WHITE_BALANCE, (STILL_CAPTURE_MODE, 5)  # properties, and a value that one of them takes

    def setUp(self):
        super().setUp()
        self.port = self.camera(camera=self.CAMERA).port

    def dialog(self, command, steps=COMMANDS):
        """Whatever the number of the connection is. It comes back."""
        number = None
        for sent, answer in steps:
            command.send(sent)
            heard = bytearray(command.read(len(answer)))
            if answer == INIT_ACK:
                number = bytes(heard[8:12])
                heard[8:12] = INIT_ACK[8:12]
            self.assertEqual(answer, heard)
        return number

    def still_there(self):
        """The next client notices nothing."""
        with ptpip.Client(self.port) as client:
            self.assertEqual(ptpip.OK, client.do(OPEN_LE, 0xFF55).code)
            self.assertEqual(ptpip.OK, client.do(ptpip.GET_PROP_VALUE, self.READ).code)

    def another_sets_a_property(self):
        code, value = self.SET
        with ptpip.Client(self.port, guid=b"\x22" * 16) as other:
            self.assertEqual(ptpip.OK, other.do(OPEN_LE, 0xFF55).code)
            self.assertEqual(ptpip.OK, other.do(ptpip.SET_PROP_VALUE, code, out=struct.pack("<H", value)).code)

    def assertHearsOfIt(self, events):
        self.assertEqual(CHANGED[:14] + struct.pack("<I", self.SET[0]) + CHANGED[18:], events.read(len(CHANGED)))

    def test_as_recorded(self):
        with ptpip.Connection(self.port) as command, ptpip.Connection(self.port) as events:
            command.send(INIT)
            self.assertEqual(INIT_ACK, command.read(len(INIT_ACK)))
            events.send(EVENT_INIT)
            self.assertEqual(EVENT_ACK, events.read(len(EVENT_ACK)))
            self.dialog(command, COMMANDS[1:])
            self.another_sets_a_property()
            self.assertHearsOfIt(events)

    def test_byte_by_byte(self):
        with ptpip.Connection(self.port) as command:
            for sent, answer in COMMANDS:
                for byte in sent:
                    command.send(bytes([byte]))
                self.assertEqual(answer, command.read(len(answer)))

    def test_all_at_once(self):
        with ptpip.Connection(self.port) as command:
            command.send(b"".join(sent for sent, _ in COMMANDS))
            for _, answer in COMMANDS:
                self.assertEqual(answer, command.read(len(answer)))

    def test_cut_anywhere(self):
        for number, (sent, _) in enumerate(COMMANDS):
            for size in range(0, len(sent), 3):
                with ptpip.Connection(self.port) as command:
                    self.dialog(command, COMMANDS[:number])
                    command.send(sent[:size])
        self.still_there()

    def test_lengths_that_lie(self):
        for length in (0, 7, 8, 17, 0x21, 0x7FFFFFFF, 0xFFFFFFFF):
            with self.subTest(length), ptpip.Connection(self.port) as command:
                self.dialog(command, COMMANDS[:2])
                command.send(struct.pack("<I", length) + OPEN_LE_SESSION[4:])
        self.still_there()

    def test_event_connection_late_twice_and_never(self):
        with ptpip.Connection(self.port) as early:
            early.send(EVENT_INIT)  # for a connection that there is not yet
            self.assertEqual(ptpip.INIT_FAIL, early.receive()[0])
        with ptpip.Connection(self.port) as command, ptpip.Connection(self.port) as events, ptpip.Connection(self.port) as again:
            number = self.dialog(command)
            events.send(EVENT_INIT[:8] + number)
            self.assertEqual(EVENT_ACK, events.read(len(EVENT_ACK)))
            again.send(EVENT_INIT[:8] + number)
            self.assertEqual(ptpip.INIT_FAIL, again.receive()[0])
            self.another_sets_a_property()
            self.assertHearsOfIt(events)
        with ptpip.Connection(self.port) as command:
            self.dialog(command)
        self.still_there()

    def test_random_bytes(self):
        draw = random.Random(7)
        for _ in range(30):
            with ptpip.Connection(self.port) as command:
                send_what_goes(command, draw.randbytes(draw.randrange(1, 100)))
        for _ in range(10):
            with ptpip.Connection(self.port) as command:
                self.dialog(command, COMMANDS[:draw.randrange(1, len(COMMANDS) + 1)])
                send_what_goes(command, draw.randbytes(draw.randrange(12, 60)))
        self.still_there()

    def test_looks_whose_total_lies(self):
        for total in (0, len(LOOK) - 1, len(LOOK) + 1, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF):
            with self.subTest(total), ptpip.Client(self.port) as client:
                client.do(OPEN_LE, 0xFF55)
                tid = client.tid()
                client.command.send(ptpip.request(SET_LOOKS, tid, phase=2) + ptpip.start(tid, total) + ptpip.end(tid, LOOK))
                self.assertNotEqual(ptpip.OK, client.answer(tid).code)
                self.assertNotEqual(ptpip.OK, client.do(GET_LOOKS, 99).code)
                self.assertEqual(ptpip.OK, client.do(HEARTBEAT).code)

    def test_looks_that_are_cut(self):
        for size in range(len(ptpip.start(0, 0) + ptpip.end(0, LOOK))):
            with ptpip.Client(self.port, events=False) as client:
                client.do(OPEN_LE, 0xFF55)
                tid = client.tid()
                phase = ptpip.start(tid, len(LOOK)) + ptpip.end(tid, LOOK)
                client.command.send(ptpip.request(SET_LOOKS, tid, phase=2) + phase[:size])
                if size % 2:
                    client.command.reset()
        with ptpip.Client(self.port) as client:
            client.do(OPEN_LE, 0xFF55)
            self.assertNotEqual(ptpip.OK, client.do(GET_LOOKS, 99).code)
        self.still_there()

    def test_without_a_handshake(self):
        for sent in (OPEN_SESSION, OPEN_LE_SESSION, KEEP_ACTIVE, CHANGED, INIT_ACK, EVENT_ACK):
            with self.subTest(sent[4]), ptpip.Connection(self.port) as command:
                command.send(sent)
                self.assertTrue(command.closed_within(5))
        self.still_there()


class OnAnOlympus(Packets):
    """A client that was written from the same notes, and takes them for another maker's."""
    CAMERA = "olympus-e-m1"
    READ, SET = APERTURE, (APERTURE, 14)


class Leica(harness.Test):
    def test_no_property_before_the_le_session(self):
        with ptpip.Client(self.camera(camera="leica-sl").port) as client:
            self.assertEqual(ptpip.SESSION_NOT_OPEN, client.do(ptpip.GET_PROP_VALUE, WHITE_BALANCE).code)
            self.assertEqual(ptpip.SESSION_NOT_OPEN, client.do(HEARTBEAT).code)
            self.assertEqual(ptpip.OK, client.do(OPEN_LE, 0xFF55).code)
            self.assertEqual(ptpip.OK, client.do(ptpip.GET_PROP_VALUE, WHITE_BALANCE).code)

    def test_heartbeat_stops(self):
        profile = self.path("impatient.toml")
        with open(profile, "w", encoding="utf-8") as file:
            file.write('extends = "leica-sl"\n[timing]\nvendor_session = "1ns"\n')
        with ptpip.Client(self.camera(camera=profile).port) as client:
            self.assertEqual(ptpip.OK, client.do(OPEN_LE, 0xFF55).code)
            self.assertEqual(ptpip.SESSION_NOT_OPEN, client.do(HEARTBEAT).code)
            self.assertEqual(ptpip.OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def test_gphoto2(self):
        port = self.camera(camera="leica-sl").port
        self.assertIn("Model: LEICA SL (Typ 601)", self.gphoto2(port, "--summary"))
        listed = self.gphoto2(port, "--list-files")
        self.assertIn("L1000003.JPG", listed)
        where = self.gphoto2(port, "--get-file", "1").where
        self.assertIsJpeg(os.path.join(where, "L1000001.JPG"))

    def test_gphoto2_captures(self):
        port = self.camera(camera="leica-sl").port
        where = self.gphoto2(port, "--capture-image-and-download").where
        (picture,) = [name for name in os.listdir(where) if name.lower().endswith(".jpg")]
        self.assertIsJpeg(os.path.join(where, picture))
        self.assertEqual("LEICA SL (Typ 601)", self.exif(os.path.join(where, picture))["Model"])

    def test_gphoto2_hears_of_a_picture(self):
        port = self.camera(camera="leica-sl").port
        waiting = self.start(port, "--wait-event=CAPTURECOMPLETE", "--keep")

        def shoot():
            with ptpip.Client(port, session=77) as other:
                other.do(0x100E)
            try:
                waiting.wait(1)
            except harness.subprocess.TimeoutExpired:
                return False
            return True
        harness.wait_until(shoot, 40, "the end of the waiting client")
        out, err = waiting.communicate()
        self.assertEqual(0, waiting.returncode, err)
        self.assertIn("FILEADDED", out)
        self.assertIn("CAPTURECOMPLETE", out)


if __name__ == "__main__":
    harness.main(needs=("gphoto2", "djpeg", "exiftool"))

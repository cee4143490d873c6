"""The X-T1's three ports and clients that are cut, merged, lying or hostile, or come at the wrong time."""
import random
import socket
import struct

import harness
import ptpip

COMMAND, DATA, RESPONSE = 1, 2, 3
OPEN_SESSION, GET_VALUE, SET_VALUE, OPEN_CAPTURE = 0x1002, 0x1015, 0x1016, 0x101C
STATE, CLIENT_STATE, REMOTE_VERSION = 0xD212, 0xDF01, 0xDF24
OK = 0x2001
INIT = bytes.fromhex("5200000001000000F2E4538F") + b"\x11" * 16 + "test".encode("utf-16-le").ljust(54, b"\0")
ACK_SIZE = 68


def container(kind, code, tid, body=b""):
    return struct.pack("<IHHI", 12 + len(body), kind, code, tid) + body


def command(code, tid, *params):
    return container(COMMAND, code, tid, struct.pack(f"<{len(params)}I", *params))


def set_value(tid, code, value):
    return command(SET_VALUE, tid, code) + container(DATA, SET_VALUE, tid, value)


# What puts the camera under a client's control; after each, a response.
OPENING = [command(OPEN_SESSION, 1, 1), command(GET_VALUE, 2, STATE), set_value(3, CLIENT_STATE, struct.pack("<H", 5)),
           command(GET_VALUE, 4, REMOTE_VERSION), set_value(5, REMOTE_VERSION, struct.pack("<I", 0x00020001)),
           command(OPEN_CAPTURE, 6, 0, 0)]


class Line(ptpip.Connection):
    def receive(self):
        """(type, code, transaction, body) of a container"""
        length, = struct.unpack("<I", self.read(4))
        if not 12 <= length <= 1 << 24:
            raise ValueError(f"the camera sent a container of {length} bytes")
        return *struct.unpack("<HHI", self.read(8)), self.read(length - 12)

    def answer(self):
        """The response, behind what data there is."""
        while True:
            kind, code, tid, _ = self.receive()
            if kind == RESPONSE:
                return code, tid

    def ack(self):
        head = self.read(8)
        if head != struct.pack("<II", ACK_SIZE, 2):
            raise ptpip.Closed(f"no Ack: {head.hex()}")
        return self.read(ACK_SIZE - 8)


class FujiBytes(harness.Test):
    def setUp(self):
        super().setUp()
        ready = self.camera(camera="fujifilm-x-t1").ready[0]
        self.port, self.events, self.live_view = ready["port"], ready["event_port"], ready["liveview_port"]

    def connect(self):
        """The camera takes one client at a time, and may not have noticed yet that the last one left."""
        def try_it():
            line = Line(self.port)
            try:
                line.send(INIT)
                line.ack()
                return line
            except (ptpip.Closed, OSError):
                line.close()
                return None
        return harness.wait_until(try_it, what="an Ack")

    def remote(self, upto=None):
        line = self.connect()
        for number, sent in enumerate(OPENING[:upto], 1):
            line.send(sent)
            self.assertEqual((OK, number), line.answer())
        return line

    def tearDown(self):
        """The next client notices nothing, whatever the last one did."""
        with self.remote() as line, Line(self.live_view) as pictures:
            length, zero = struct.unpack("<II", pictures.read(8))
            self.assertEqual((True, 0), (1000 < length < 1 << 22, zero))
            line.send(command(GET_VALUE, 7, STATE))
            self.assertEqual((OK, 7), line.answer())
        super().tearDown()

    def turns_away(self, port):
        """Resets whoever comes to that port, at once."""
        try:
            with Line(port) as line:
                return line.closed_within(10)
        except ConnectionError:
            return True

    def test_byte_by_byte(self):
        with Line(self.port) as line:
            for byte in INIT:
                line.send(bytes([byte]))
            line.ack()
            for number, sent in enumerate(OPENING, 1):
                for byte in sent:
                    line.send(bytes([byte]))
                self.assertEqual((OK, number), line.answer())

    def test_all_at_once(self):
        with Line(self.port) as line:
            line.send(INIT + b"".join(OPENING))
            line.ack()
            self.assertEqual([(OK, number) for number in range(1, 7)], [line.answer() for _ in OPENING])

    def test_cut_anywhere(self):
        for size in range(0, len(INIT), 3):
            with Line(self.port) as line:
                line.send(INIT[:size])
        for number, sent in enumerate(OPENING):
            for size in range(0, len(sent), 5):
                with self.remote(number) as line:
                    line.send(sent[:size])
                    if size % 2:
                        line.reset()

    def test_lengths_that_lie(self):
        for length in (0, 1, 4, 7, 11, 0x7FFFFFFF, 0xFFFFFFFF):
            with self.subTest(length), self.remote(1) as line:
                line.send(struct.pack("<I", length) + OPENING[1][4:])
            with self.subTest(length), Line(self.port) as line:
                line.send(struct.pack("<I", length) + INIT[4:])

    def test_data_that_lies(self):
        for length in (11, 13, 0xFFFF, 0xFFFFFFFF):
            with self.subTest(length), self.remote(2) as line:
                line.send(command(SET_VALUE, 3, CLIENT_STATE) + struct.pack("<IHHI", length, DATA, SET_VALUE, 3) + b"\5")
        with self.remote(2) as line:
            line.send(container(DATA, SET_VALUE, 3, b"\5\0"))  # for no operation
            try:
                line.send(command(GET_VALUE, 4, STATE))
                line.answer()
            except (ptpip.Closed, OSError):
                pass  # to be dropped is right, too

    def test_without_a_handshake(self):
        for sent in OPENING + [container(RESPONSE, OK, 1), bytes(12), ptpip.init_command()]:
            with self.subTest(sent[:12].hex()), Line(self.port) as line:
                line.send(sent)
                self.assertTrue(line.closed_within(10))

    def test_random_bytes_on_every_port(self):
        draw = random.Random(7)
        for _ in range(30):
            for port in (self.port, self.events, self.live_view):
                wire = draw.randbytes(draw.randrange(1, 100))
                try:
                    with Line(port) as line:
                        self.send_what_goes(line, wire)
                except ConnectionError:
                    self.assertNotEqual(self.port, port)
        for _ in range(10):
            with self.remote(draw.randrange(1, 7)) as line:
                self.send_what_goes(line, draw.randbytes(draw.randrange(12, 60)))

    def send_what_goes(self, line, wire):
        try:
            line.send(wire)
        except OSError:
            pass  # closed already

    def test_too_early(self):
        for port in (self.events, self.live_view):
            self.assertTrue(self.turns_away(port))
        with self.remote(5):  # not under control yet
            for port in (self.events, self.live_view):
                self.assertTrue(self.turns_away(port))

    def test_twice(self):
        with self.remote() as line, Line(self.events), Line(self.live_view) as pictures:
            pictures.read(1000)
            for port in (self.events, self.live_view):
                self.assertTrue(self.turns_away(port))
            pictures.read(1000)
            line.send(command(GET_VALUE, 7, STATE))
            self.assertEqual((OK, 7), line.answer())

    def test_late_and_again(self):
        with self.remote() as line:
            line.send(command(0x100E, 7, 0, 0))  # a picture of which nobody hears
            self.assertEqual((OK, 7), line.answer())
            for _ in range(3):
                harness.wait_until(self.shows_a_picture, what="a picture on the live-view port")

    def shows_a_picture(self):
        try:
            with Line(self.live_view) as pictures:
                return pictures.read(1000)
        except (ptpip.Closed, OSError):
            return None  # the last one is not gone yet

    def test_watchers_that_read_nothing_or_talk(self):
        with self.remote() as line, Line(self.live_view) as pictures, Line(self.events) as events:
            pictures.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.send_what_goes(events, command(GET_VALUE, 1, STATE))
            for number in range(7, 27):
                line.send(command(GET_VALUE, number, STATE))
                self.assertEqual((OK, number), line.answer())

    def test_a_client_that_goes_takes_its_connections_along(self):
        line = self.remote()
        with Line(self.events) as events, Line(self.live_view) as pictures:
            pictures.read(1000)
            line.reset()
            for other in (events, pictures):
                self.assertTrue(other.closed_within(10))


if __name__ == "__main__":
    harness.main()

"""Nonsense, lies and silence: the offender is answered or dropped, memory stays bounded, the next client notices nothing."""
import os
import random
import socket
import struct

import harness
import ptpip
from ptpip import OK

LARGE = 64 << 20
# What a camera may grow by whatever a client does: a few connections' buffers. Sanitizers keep freed memory for a while.
GROWTH = 16 << 10 if harness.PATIENCE == 1 else 300 << 10


class Served(harness.Test):
    """A camera with a writable folder, and a look at it after each test."""

    def setUp(self):
        super().setUp()
        harness.write_pattern(self.path("media", "DCIM", "100TEST", "LARGE.MOV"), LARGE, 3)
        self.server = self.camera("--media", self.path("media"), "--writable")
        self.port = self.server.port
        self.check()
        self.before = self.server.resident()

    def check(self):
        with ptpip.Client(self.port) as client:
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def tearDown(self):
        self.check()
        self.assertLess(self.server.resident(), self.before + GROWTH)
        super().tearDown()

    def log_grew(self):
        """The program said something about an offender."""
        harness.wait_until(lambda: "127.0.0.1:" in self.server.said().split("ends it.")[-1], what="a line in the log")

    def nothing_is_left(self):
        """Of uploads that failed, once the camera has seen that their client is gone."""
        def left():
            return sorted(name for _, _, names in os.walk(self.path("media")) for name in names)
        harness.wait_until(lambda: left() == ["LARGE.MOV"], what="the end of the unfinished uploads")


class BadInput(Served):
    # Connections that never become one

    def test_first_packet_is_nonsense(self):
        for wire in (b"GET / HTTP/1.1\r\nHost: camera\r\n\r\n", ptpip.packet(99, b"1234"), ptpip.request(ptpip.GET_DEVICE_INFO, 0),
                     ptpip.packet(0), b"\0" * 64, b"\xff" * 64, struct.pack("<II", 7, 1), struct.pack("<II", 0xFFFFFFFF, 1)):
            with self.subTest(wire[:16]), ptpip.Connection(self.port) as connection:
                connection.send(wire)
                self.assertTrue(connection.closed_within(5))
        self.log_grew()

    def test_short_init(self):
        with ptpip.Connection(self.port) as connection:
            connection.send(ptpip.packet(ptpip.INIT_COMMAND, b"\1\2\3"))
            self.assertTrue(connection.closed_within(5))

    def test_event_connection_for_nobody(self):
        with ptpip.Connection(self.port) as connection:
            connection.send(ptpip.packet(ptpip.INIT_EVENT, b"\x39\x30\0\0"))
            self.assertEqual(ptpip.INIT_FAIL, connection.receive()[0])
            self.assertTrue(connection.closed_within(5))

    def test_half_open_flood(self):
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(800)]
        half = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(200)]
        for connection in half:
            connection.send(ptpip.init_command()[:11])
        self.check()
        for connection in silent + half:
            connection.close()

    def test_half_open_flood_beyond_the_descriptors(self):
        """More silent connections than the program may have open: a newcomer takes the place of the oldest of them."""
        harness.need_open_files(2000)
        small = self.camera("--media", self.path("media"), wrapper=("prlimit", "--nofile=1024:1024"))
        with ptpip.Client(small.port) as early:
            silent = [socket.create_connection(("127.0.0.1", small.port)) for _ in range(1100)]
            with ptpip.Client(small.port) as client:
                handle = client.find("LARGE.MOV")
                self.assertEqual(OK, client.do(ptpip.GET_PARTIAL_OBJECT, handle, 0, 1000).code, "its file can be opened")
            self.assertEqual(OK, early.do(ptpip.GET_STORAGE_IDS).code, "who was there before stays")
            for connection in silent:
                connection.close()
        self.assertLess(len(small.said().splitlines()), 20, small.said())

    def test_let_in_and_mute(self):
        with ptpip.Connection(self.port) as connection:
            connection.send(ptpip.init_command())
            self.assertEqual(ptpip.INIT_COMMAND_ACK, connection.receive()[0])
            self.assertTrue(connection.closed_within(14 * harness.PATIENCE))
        self.log_grew()

    def test_one_byte_a_second(self):
        """The limit for a whole first packet is ten seconds, and a byte now and then does not stretch it."""
        with ptpip.Connection(self.port) as connection:
            wire = iter(ptpip.init_command())
            for _ in range(25 * harness.PATIENCE):
                try:
                    connection.send(bytes([next(wire)]))
                except OSError:
                    return
                if connection.closed_within(1):
                    return
            self.fail("it was let in")

    # Packets that lie

    def test_absurd_lengths(self):
        for wire in (struct.pack("<II", 0xFFFFFFFF, ptpip.REQUEST), struct.pack("<II", 4, ptpip.REQUEST),
                     struct.pack("<II", 0x7FFFFFFF, ptpip.START), struct.pack("<II", 1 << 20, ptpip.REQUEST) + b"\0" * 100,
                     struct.pack("<II", 9, ptpip.REQUEST) + b"\0"):
            with self.subTest(wire[:8]), ptpip.Client(self.port) as client:
                client.command.send(wire)
                self.assertTrue(client.command.closed_within(5))
                self.assertTrue(client.events.closed_within(5), "both connections end")
        self.log_grew()

    def test_unknown_packet_types(self):
        with ptpip.Client(self.port) as client:
            client.events.send(ptpip.packet(77, b"what"))
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)
            client.command.send(ptpip.packet(77, b"what"))
            self.assertTrue(client.command.closed_within(5))

    def upload(self, client, name, announced, *wire):
        """SendObjectInfo, then a data phase as given; the response code, or None when the camera closed."""
        reply = client.do(ptpip.SEND_OBJECT_INFO, 0, 0, out=ptpip.object_info(name, announced, 0x300D))
        self.assertEqual(OK, reply.code)
        tid = client.tid()
        try:
            client.command.send(ptpip.request(ptpip.SEND_OBJECT, tid, phase=2) + b"".join(make(tid) for make in wire))
            return client.answer(tid).code
        except (ptpip.Closed, OSError):
            return None

    def test_lying_totals(self):
        some = harness.pattern(1000)
        for name, announced, wire in (
                ("less.mov", 5000, [lambda tid: ptpip.start(tid, 5000), lambda tid: ptpip.end(tid, some)]),
                ("more.mov", 10, [lambda tid: ptpip.start(tid, 10), lambda tid: ptpip.data(tid, some), lambda tid: ptpip.end(tid, some)])):
            with self.subTest(name), ptpip.Client(self.port) as client:
                self.assertIn(self.upload(client, name, announced, *wire), (ptpip.INCOMPLETE_TRANSFER, None))
        self.nothing_is_left()

    def test_totals_beyond_every_disk(self):
        for total in (1 << 62, (1 << 64) - 2):
            with self.subTest(total), ptpip.Client(self.port) as client:
                code = self.upload(client, "huge.mov", 0xFFFFFFFF, lambda tid: ptpip.start(tid, total), lambda tid: ptpip.end(tid, b"x"))
                self.assertNotEqual(OK, code)
        self.nothing_is_left()

    def test_wrong_transaction_ids(self):
        with ptpip.Client(self.port) as client:
            tid = client.tid()
            client.command.send(ptpip.request(ptpip.SET_PROP_VALUE, tid, 0x500F, phase=2) + ptpip.start(tid + 5, 2)
                                + ptpip.data(tid + 6, b"\x64\0") + ptpip.end(tid + 7))
            self.assertEqual(OK, client.answer(tid).code)

    def test_data_that_nobody_asked_for(self):
        with ptpip.Client(self.port) as client:
            client.command.send(ptpip.start(5, 100) + ptpip.data(5, b"x" * 100) + ptpip.end(5))
            try:
                client.do(ptpip.GET_STORAGE_IDS)
            except (ptpip.Closed, OSError):
                pass  # to be dropped is right too; the next client is looked at in tearDown

    def test_a_request_in_the_middle_of_a_data_phase(self):
        with ptpip.Client(self.port) as client:
            client.command.send(ptpip.request(ptpip.SET_PROP_VALUE, 1, 0x500F, phase=2) + ptpip.start(1, 2)
                                + ptpip.request(ptpip.GET_STORAGE_IDS, 2))
            self.assertTrue(client.command.closed_within(5))
        self.log_grew()

    def test_broken_data_sets(self):
        with ptpip.Client(self.port) as client:
            for out in (b"", b"\0" * 10, b"\xff" * 52, b"\xff" * 3000, harness.pattern(100_000)):
                self.assertNotEqual(OK, client.do(ptpip.SEND_OBJECT_INFO, out=out).code)
            self.assertNotEqual(OK, client.do(ptpip.SET_PROP_VALUE, 0x500F, out=b"\1").code)
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def test_names_that_lead_elsewhere(self):
        with ptpip.Client(self.port) as client:
            for name in ("../escaped", "/tmp/escaped", "..", ".", "a/b", "a\0b"):
                reply = client.do(ptpip.SEND_OBJECT_INFO, out=ptpip.object_info(name, 4, 0x300D))
                if reply.code == OK:
                    client.do(ptpip.SEND_OBJECT, out=b"1234")
        self.assertFalse(os.path.exists(self.path("escaped")))
        self.assertFalse(os.path.exists("/tmp/escaped"))

    def test_packets_cut_anywhere(self):
        whole = (ptpip.request(ptpip.SET_PROP_VALUE, 1, 0x500F, phase=2) + ptpip.start(1, 2) + ptpip.data(1, b"\x64\0") + ptpip.end(1))
        for cut in range(len(whole)):
            client = ptpip.Client(self.port)
            client.command.send(whole[:cut])
            (client.command.reset if cut % 2 else client.command.close)()
            client.events.close()
        handshake = ptpip.init_command()
        for cut in range(len(handshake)):
            with ptpip.Connection(self.port) as connection:
                connection.send(handshake[:cut])

    def test_random_bytes(self):
        draw = random.Random(5)
        for _ in range(60):
            with ptpip.Client(self.port) as client:
                kind = draw.randrange(0, 16)
                body = draw.randbytes(draw.randrange(0, 60))
                where = draw.choice([client.command, client.events])
                where.send(ptpip.packet(kind, body) + draw.randbytes(draw.randrange(0, 40)))

    # Clients that go away

    def test_vanishing_in_the_middle_of_a_download(self):
        for _ in range(10):
            client = ptpip.Client(self.port)
            handle = client.find("LARGE.MOV")
            client.command.send(ptpip.request(ptpip.GET_OBJECT, client.tid(), handle))
            client.command.read(100_000)
            client.command.reset()
            client.events.close()

    def test_vanishing_in_the_middle_of_an_upload(self):
        for end in ("reset", "close"):
            client = ptpip.Client(self.port)
            client.do(ptpip.SEND_OBJECT_INFO, 0, 0, out=ptpip.object_info("half.mov", 50_000_000, 0x300D))
            tid = client.tid()
            client.command.send(ptpip.request(ptpip.SEND_OBJECT, tid, phase=2) + ptpip.start(tid, 50_000_000)
                                + ptpip.data(tid, harness.pattern(5_000_000)))
            getattr(client.command, end)()
            client.events.close()
        self.nothing_is_left()

    def test_a_client_that_reads_nothing_blocks_nobody(self):
        with ptpip.Client(self.port) as stuck:
            handle = stuck.find("LARGE.MOV")
            stuck.command.send(ptpip.request(ptpip.GET_OBJECT, stuck.tid(), handle))
            for _ in range(20):
                self.check()
            stuck.events.send(ptpip.packet(ptpip.PROBE))
            self.assertEqual(ptpip.PROBE_ANSWER, stuck.events.receive()[0], "a probe is answered during a transfer")

    def test_event_connection_ends_both(self):
        with ptpip.Client(self.port) as client:
            client.events.close()
            self.assertTrue(client.command.closed_within(5))
            client.events = None


class Cancel(Served):
    """protocol.md §1.6."""

    def begin_download(self, client):
        handle = client.find("LARGE.MOV")
        tid = client.tid()
        client.command.send(ptpip.request(ptpip.GET_OBJECT, tid, handle))
        kind, body = client.command.receive()
        self.assertEqual((ptpip.START, LARGE), (kind, struct.unpack_from("<Q", body, 4)[0]))
        return tid

    def cancelled(self, client, tid):
        """Reads to the response; how many bytes of data still came."""
        received = 0
        while True:
            kind, body = client.command.receive()
            if kind == ptpip.RESPONSE:
                self.assertEqual((ptpip.TRANSACTION_CANCELED, tid), struct.unpack_from("<HI", body))
                return received
            self.assertEqual(ptpip.DATA, kind, "no EndData after a cancel")
            received += len(body) - 4

    def test_download(self):
        for first, second in (("events", "command"), ("command", "events")):
            with self.subTest(first), ptpip.Client(self.port) as client:
                tid = self.begin_download(client)
                getattr(client, first).send(ptpip.cancel(tid))
                getattr(client, second).send(ptpip.cancel(tid))
                self.assertLess(self.cancelled(client, tid), LARGE)
                self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def test_download_with_one_cancel_only(self):
        for side in ("command", "events"):
            with self.subTest(side), ptpip.Client(self.port, timeout=20 * harness.PATIENCE) as client:
                tid = self.begin_download(client)
                getattr(client, side).send(ptpip.cancel(tid))
                self.assertLess(self.cancelled(client, tid), LARGE)
                self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def test_upload(self):
        with ptpip.Client(self.port) as client:
            client.do(ptpip.SEND_OBJECT_INFO, 0, 0, out=ptpip.object_info("cancelled.mov", 5_000_000, 0x300D))
            tid = client.tid()
            client.command.send(ptpip.request(ptpip.SEND_OBJECT, tid, phase=2) + ptpip.start(tid, 5_000_000)
                                + ptpip.data(tid, harness.pattern(1_000_000)))
            client.events.send(ptpip.cancel(tid))
            client.command.send(ptpip.data(tid, b"late") + ptpip.cancel(tid))
            self.assertEqual(ptpip.TRANSACTION_CANCELED, client.answer(tid).code)
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)
        self.nothing_is_left()

    def test_when_nothing_runs(self):
        with ptpip.Client(self.port) as client:
            for tid in (0, client.next_tid, 12345):
                client.events.send(ptpip.cancel(tid))
                client.command.send(ptpip.cancel(tid))
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)
            self.assertEqual(OK, client.do(ptpip.GET_PROP_VALUE, 0x500F).code)


class Options(harness.Test):
    """What the user may ask for beyond what cameras do."""

    def test_idle(self):
        port = self.camera("--idle", "2s").port
        with ptpip.Client(port) as client:
            for _ in range(3):
                self.assertFalse(client.command.closed_within(1), "it asks for something now and then")
                client.command.socket.settimeout(10)
                self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)
            self.assertTrue(client.command.closed_within(10 * harness.PATIENCE))
            self.assertTrue(client.events.closed_within(5), "both connections end")

    def test_strict(self):
        strict, lenient = self.camera("--strict").port, self.camera().port
        with ptpip.Client(lenient, events=False) as client:
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)
        with ptpip.Client(strict, events=False, session=None) as client, self.assertRaises(ptpip.Closed):
            client.do(ptpip.GET_DEVICE_INFO)
        for wire in (ptpip.init_command(version=b""), ptpip.init_command()[:-1]):
            wire = ptpip.packet(ptpip.INIT_COMMAND, wire[8:])
            with ptpip.Client(lenient, init=wire):
                pass
            with ptpip.Connection(strict) as connection:
                connection.send(wire)
                self.assertEqual((ptpip.INIT_FAIL, struct.pack("<I", 1)), connection.receive())
        with ptpip.Client(strict) as client:
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)


if __name__ == "__main__":
    harness.main()

"""What clients in the wild send, byte by byte (docs/clients.md): all of it is answered."""
import struct

import harness
import ptpip
from ptpip import OK

ISO = 0x500F
GUID = b"\xab" * 16


def utf16(text):
    return text.encode("utf-16-le")


class Wild(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.shared = harness.Camera()
        cls.port = cls.shared.port

    @classmethod
    def tearDownClass(cls):
        cls.shared.stop()
        cls.shared.log.close()

    def tearDown(self):
        """Whatever the test did, the next client notices nothing."""
        with ptpip.Client(self.port) as client:
            self.assertEqual(OK, client.do(ptpip.GET_DEVICE_INFO).code)
            self.assertEqual(OK, client.do(ptpip.CLOSE_SESSION).code)

    def set_iso(self, client, value):
        self.assertEqual(OK, client.do(ptpip.SET_PROP_VALUE, ISO, out=struct.pack("<H", value)).code)

    def iso(self, client):
        return struct.unpack("<H", client.do(ptpip.GET_PROP_VALUE, ISO).data)[0]

    def test_init_packets(self):
        bodies = {
            "UTF-16 with version": GUID + utf16("vm\0") + b"\0\0\1\0",
            "no version": GUID + utf16("a-host-name\0"),
            "ASCII, odd length": GUID + b"hostname-1\0",
            "ASCII, even length": GUID + b"hostname-12\0",
            "byte order mark": GUID + b"\xff\xfe" + utf16("ab") + b"\0\0",
            "no terminator": b"\xff" * 16 + utf16("ptp li"),
            "counted string": b"\0" * 16 + b"\x0c" + utf16("ptp.js-test\0") + b"\1\0\0\0",
            "version 1.1": GUID + utf16("name\0") + b"\1\0\1\0",
            "version 100": b"\xff" * 16 + utf16("PTPy\0") + b"\x64\0\0\0",
            "two-byte version": b"\0" * 16 + utf16("OLS\0") + b"\1\0",
            "only a GUID": GUID,
        }
        for form, body in bodies.items():
            with self.subTest(form), ptpip.Client(self.port, init=ptpip.packet(ptpip.INIT_COMMAND, body)) as client:
                self.assertNotEqual(0, client.number)
                self.assertEqual(OK, client.do(ptpip.GET_DEVICE_INFO).code)

    def test_ack_fits_one_read(self):
        with ptpip.Connection(self.port) as connection:
            connection.send(ptpip.init_command())
            whole = connection.socket.recv(72)
        length, kind = struct.unpack_from("<II", whole)
        self.assertEqual((ptpip.INIT_COMMAND_ACK, len(whole)), (kind, length))
        self.assertEqual(b"\0\0\0\0\1\0", whole[-6:], "the name is terminated, then comes version 1.0")

    def test_one_byte_per_segment(self):
        with ptpip.Connection(self.port) as connection:
            for byte in ptpip.init_command() + ptpip.request(ptpip.OPEN_SESSION, 0, 1) + ptpip.request(ptpip.GET_DEVICE_INFO, 1):
                connection.send(bytes([byte]))
            kinds = [connection.receive()[0] for _ in range(3)]
            self.assertEqual([ptpip.INIT_COMMAND_ACK, ptpip.RESPONSE, ptpip.START], kinds)

    def test_upload_one_byte_per_segment(self):
        with ptpip.Client(self.port) as client:
            tid = client.tid()
            for byte in (ptpip.request(ptpip.SET_PROP_VALUE, tid, ISO, phase=2) + ptpip.start(tid, 2)
                         + ptpip.data(tid, b"\x90") + ptpip.data(tid, b"\x01") + ptpip.end(tid)):
                client.command.send(bytes([byte]))
            self.assertEqual(OK, client.answer(tid).code)
            self.assertEqual(400, self.iso(client))

    def test_everything_in_one_segment(self):
        with ptpip.Connection(self.port) as connection:
            connection.send(ptpip.init_command() + ptpip.request(ptpip.OPEN_SESSION, 0, 1)
                            + b"".join(ptpip.request(ptpip.GET_STORAGE_IDS, tid) for tid in range(1, 20))
                            + ptpip.request(ptpip.SET_PROP_VALUE, 20, ISO, phase=2) + ptpip.start(20, 2) + ptpip.end(20, b"\xc8\0")
                            + ptpip.request(ptpip.CLOSE_SESSION, 21))
            responses = []
            while len(responses) < 22:
                kind, body = connection.receive()
                if kind == ptpip.RESPONSE:
                    responses.append(struct.unpack_from("<HI", body))
        self.assertEqual([(OK, tid) for tid in range(22)], responses)

    def test_no_event_connection(self):
        with ptpip.Client(self.port, events=False) as client:
            self.set_iso(client, 800)
            self.assertEqual(800, self.iso(client))

    def test_device_info_before_a_session(self):
        with ptpip.Client(self.port, session=None) as client:
            self.assertEqual(OK, client.do(ptpip.GET_DEVICE_INFO).code)
            self.assertEqual(ptpip.SESSION_NOT_OPEN, client.do(ptpip.GET_STORAGE_IDS).code)
            self.assertEqual(0x201D, client.do(ptpip.OPEN_SESSION, 0).code)
            self.assertEqual(OK, client.do(ptpip.OPEN_SESSION, client.number).code)
            self.assertEqual(ptpip.SESSION_ALREADY_OPEN, client.do(ptpip.OPEN_SESSION, client.number).code)

    def test_the_same_transaction_id_for_everything(self):
        with ptpip.Client(self.port) as client:
            for code, *params in ((ptpip.GET_DEVICE_INFO,), (ptpip.GET_STORAGE_IDS,), (ptpip.GET_PROP_VALUE, ISO), (0x90C7,)):
                client.command.send(ptpip.request(code, 6, *params))
                self.assertEqual(OK, client.answer(6).code, hex(code))

    def test_transaction_ids_from_2022(self):
        with ptpip.Client(self.port, session=None) as client:
            client.next_tid = 2022
            self.assertEqual(OK, client.do(ptpip.OPEN_SESSION, client.number).code)
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def test_surplus_zero_parameters(self):
        with ptpip.Client(self.port) as client:
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS, 0, 0, 0, 0, 0).code)
            self.assertEqual(OK, client.do(ptpip.GET_PROP_VALUE, ISO, 0, 0, 0).code)

    def data_out(self, wire, value):
        with ptpip.Client(self.port) as client:
            tid = client.tid()
            client.command.send(wire(tid, struct.pack("<H", value)))
            self.assertEqual(OK, client.answer(tid).code)
            self.assertEqual(value, self.iso(client))

    def test_data_phases_as_clients_cut_them(self):
        def begin(tid, phase):
            return ptpip.request(ptpip.SET_PROP_VALUE, tid, ISO, phase=phase)
        short_start = lambda tid, total: ptpip.packet(ptpip.START, struct.pack("<II", tid, total))
        forms = {
            "data and an empty end": lambda tid, value: begin(tid, 2) + ptpip.start(tid, 2) + ptpip.data(tid, value) + ptpip.end(tid),
            "all in the end": lambda tid, value: begin(tid, 2) + ptpip.start(tid, 2) + ptpip.end(tid, value),
            "byte by byte": lambda tid, value: begin(tid, 2) + ptpip.start(tid, 2) + ptpip.data(tid, value[:1]) + ptpip.end(tid, value[1:]),
            "32-bit total": lambda tid, value: begin(tid, 2) + short_start(tid, 2) + ptpip.data(tid, value) + ptpip.end(tid),
            "32-bit total, phase 1": lambda tid, value: begin(tid, 1) + short_start(tid, 2) + ptpip.end(tid, value),
            "phase 1": lambda tid, value: begin(tid, 1) + ptpip.start(tid, 2) + ptpip.end(tid, value),
            "phase 3": lambda tid, value: begin(tid, 3) + ptpip.start(tid, 2) + ptpip.end(tid, value),
            "constant id in the start": lambda tid, value: begin(tid, 2) + ptpip.start(1, 2) + ptpip.data(tid, value) + ptpip.end(tid),
            "unknown total": lambda tid, value: begin(tid, 2) + ptpip.start(tid, (1 << 64) - 1) + ptpip.data(tid, value) + ptpip.end(tid),
            "a lone data packet without an id": lambda tid, value: begin(tid, 1) + ptpip.packet(ptpip.DATA, value),
        }
        for value, (form, wire) in zip((100, 125, 160, 200, 250, 320, 400, 500, 640, 800), forms.items(), strict=True):
            with self.subTest(form):
                self.data_out(wire, value)

    def test_start_with_nothing_and_no_end(self):
        """What libgphoto2 sends for an empty payload; a late empty end is swallowed."""
        with ptpip.Client(self.port) as client:
            for name, tail in (("EMPTY1.MOV", b""), ("EMPTY2.MOV", ptpip.end(client.next_tid + 3))):
                self.send_object_info(client, name, 0)
                tid = client.tid()
                client.command.send(ptpip.request(ptpip.SEND_OBJECT, tid, phase=2) + ptpip.start(tid, 0) + tail)
                self.assertEqual(OK, client.answer(tid).code)
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def send_object_info(self, client, name, size):
        reply = client.do(ptpip.SEND_OBJECT_INFO, 0, 0, out=ptpip.object_info(name, size, 0x300D))
        self.assertEqual(OK, reply.code)
        self.assertEqual(3, len(reply.params))
        return reply.params[2]

    def test_upload(self):
        payload = harness.pattern(1_000_000)
        with ptpip.Client(self.port) as client:
            handle = self.send_object_info(client, "SENT.MOV", len(payload))
            self.assertEqual(OK, client.do(ptpip.SEND_OBJECT, out=payload).code)
            self.assertEqual(payload, client.do(ptpip.GET_OBJECT, handle).data)
            self.assertEqual(payload[5000:7000], client.do(ptpip.GET_PARTIAL_OBJECT, handle, 5000, 2000).data)

    def test_unknown_operation_with_data_is_drained(self):
        with ptpip.Client(self.port) as client:
            self.assertEqual(ptpip.OPERATION_NOT_SUPPORTED, client.do(0x9FFF, 1, 2, out=harness.pattern(500_000)).code)
            self.assertEqual(ptpip.OPERATION_NOT_SUPPORTED, client.do(0x9FFF).code)
            self.assertEqual(OK, client.do(ptpip.GET_STORAGE_IDS).code)

    def test_probe_right_after_the_handshake(self):
        with ptpip.Client(self.port, session=None) as client:
            client.events.send(ptpip.packet(ptpip.PROBE))
            self.assertEqual((ptpip.PROBE_ANSWER, b""), client.events.receive())

    def test_two_sessions_of_their_own(self):
        with ptpip.Client(self.port, session=5) as one, ptpip.Client(self.port, session=5, guid=b"\x22" * 16) as other:
            self.assertNotEqual(one.number, other.number)
            self.set_iso(one, 640)
            self.assertEqual(640, self.iso(other))
            one.do(ptpip.CLOSE_SESSION)
            self.assertEqual(ptpip.SESSION_NOT_OPEN, one.do(ptpip.GET_STORAGE_IDS).code)
            self.assertEqual(OK, other.do(ptpip.GET_STORAGE_IDS).code)

    def test_reconnecting_at_once(self):
        for _ in range(30):
            with ptpip.Client(self.port, session=None) as client:
                self.assertEqual(OK, client.do(ptpip.GET_DEVICE_INFO).code)


if __name__ == "__main__":
    harness.main()

"""PTP/IP from the client's side, written a second time: shares no line with the program it tests."""
import collections
import socket
import struct

(INIT_COMMAND, INIT_COMMAND_ACK, INIT_EVENT, INIT_EVENT_ACK, INIT_FAIL, REQUEST, RESPONSE, EVENT, START, DATA, CANCEL,
 END, PROBE, PROBE_ANSWER) = range(1, 15)

GET_DEVICE_INFO, OPEN_SESSION, CLOSE_SESSION, GET_STORAGE_IDS = 0x1001, 0x1002, 0x1003, 0x1004
GET_NUM_OBJECTS, GET_OBJECT_HANDLES, GET_OBJECT_INFO, GET_OBJECT = 0x1006, 0x1007, 0x1008, 0x1009
SEND_OBJECT_INFO, SEND_OBJECT = 0x100C, 0x100D
GET_PROP_VALUE, SET_PROP_VALUE, GET_PARTIAL_OBJECT = 0x1015, 0x1016, 0x101B

OK, SESSION_NOT_OPEN, OPERATION_NOT_SUPPORTED, INCOMPLETE_TRANSFER = 0x2001, 0x2003, 0x2005, 0x2007
INVALID_OBJECT_HANDLE, SESSION_ALREADY_OPEN, TRANSACTION_CANCELED = 0x2009, 0x201E, 0x201F

Reply = collections.namedtuple("Reply", "code params data")


class Closed(Exception):
    """The camera closed the connection."""


def packet(kind, body=b""):
    return struct.pack("<II", 8 + len(body), kind) + body


def init_command(guid=b"\x11" * 16, name="test", version=b"\x00\x00\x01\x00"):
    return packet(INIT_COMMAND, guid + name.encode("utf-16-le") + b"\0\0" + version)


def request(code, tid, *params, phase=1):
    return packet(REQUEST, struct.pack("<IHI", phase, code, tid) + struct.pack(f"<{len(params)}I", *params))


def start(tid, total):
    return packet(START, struct.pack("<IQ", tid, total))


def data(tid, payload):
    return packet(DATA, struct.pack("<I", tid) + payload)


def end(tid, payload=b""):
    return packet(END, struct.pack("<I", tid) + payload)


def cancel(tid):
    return packet(CANCEL, struct.pack("<I", tid))


def string(text):
    """A PTP string."""
    units = text.encode("utf-16-le")
    return bytes([len(units) // 2 + 1]) + units + b"\0\0" if text else b"\0"


def object_info(name, size, object_format=0x3000):
    return (struct.pack("<IHHIHIIIIIIIHII", 0, object_format, 0, size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) + string(name)
            + string("") + string("") + string(""))


class Connection:
    """One TCP connection that carries packets."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()

    def send(self, wire):
        self.socket.sendall(wire)

    def read(self, size):
        while len(self.buffer) < size:
            try:
                received = self.socket.recv(1 << 20)
            except ConnectionError as error:
                raise Closed(str(error)) from error
            if not received:
                raise Closed("end of stream")
            self.buffer += received
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def receive(self):
        """(packet type, body)"""
        length, kind = struct.unpack("<II", self.read(8))
        if not 8 <= length <= 1 << 31:
            raise ValueError(f"the camera sent a packet of {length} bytes")
        return kind, self.read(length - 8)

    def closed_within(self, seconds):
        """True when the camera closes the connection in that time; what it still sends is read away."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(1 << 16):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    def reset(self):
        """Goes away without a word, as a client that crashed with unread bytes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """An initiator: both connections, and one transaction after the other."""

    def __init__(self, port, events=True, session=1, guid=b"\x11" * 16, timeout=10, init=None):
        self.port = port
        self.next_tid = 0
        self.events = None
        self.command = Connection(port, timeout)
        self.command.send(init or init_command(guid))
        kind, body = self.command.receive()
        if kind != INIT_COMMAND_ACK:
            raise Closed(f"packet type {kind} instead of an Ack: {body.hex()}")
        self.number = struct.unpack_from("<I", body)[0]
        if events:
            self.events = Connection(port, timeout)
            self.events.send(packet(INIT_EVENT, struct.pack("<I", self.number)))
            kind, body = self.events.receive()
            if kind != INIT_EVENT_ACK:
                raise Closed(f"packet type {kind} instead of an event Ack: {body.hex()}")
        if session is not None:
            code = self.do(OPEN_SESSION, session).code
            if code != OK:
                raise ValueError(f"OpenSession answered {code:#06x}")

    def tid(self):
        tid = self.next_tid
        self.next_tid += 1
        return tid

    def do(self, code, *params, out=None):
        """A whole transaction. `out`: the payload of a data phase to the camera."""
        tid = self.tid()
        if out is None:
            self.command.send(request(code, tid, *params))
        else:
            self.command.send(request(code, tid, *params, phase=2) + start(tid, len(out)) + end(tid, out))
        return self.answer(tid)

    def answer(self, tid):
        """Reads data phase and response of one transaction, and checks that they fit together."""
        total, payload = None, []
        while True:
            kind, body = self.command.receive()
            if kind == RESPONSE:
                code, answered = struct.unpack_from("<HI", body)
                if answered != tid:
                    raise ValueError(f"the response is for transaction {answered}, not {tid}")
                joined = b"".join(payload)
                if total is not None and code == OK and total != 0xFFFFFFFFFFFFFFFF and total != len(joined):
                    raise ValueError(f"{len(joined)} bytes of data, {total} were announced")
                count = (len(body) - 6) // 4
                return Reply(code, struct.unpack_from(f"<{count}I", body, 6), None if total is None else joined)
            if struct.unpack_from("<I", body)[0] != tid:
                raise ValueError(f"packet type {kind} of another transaction")
            if kind == START:
                total = struct.unpack_from("<Q", body, 4)[0]
            elif kind in (DATA, END):
                payload.append(body[4:])
            else:
                raise ValueError(f"packet type {kind} within a transaction")

    def handles(self, parent=0):
        return u32_array(self.do(GET_OBJECT_HANDLES, 0xFFFFFFFF, 0, parent).data)

    def find(self, name):
        """The handle of the object with this file name."""
        for handle in self.handles():
            if string(name) in self.do(GET_OBJECT_INFO, handle).data:
                return handle
        raise LookupError(f"no object is called {name}")

    def close(self):
        self.command.close()
        if self.events:
            self.events.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def u32_array(body):
    return struct.unpack_from(f"<{struct.unpack_from('<I', body)[0]}I", body, 4)


def walk(stream):
    """The (type, body length) of each packet in one direction of a TCP connection. Raises when bytes are left over."""
    offset, found = 0, []
    while offset < len(stream):
        length, kind = struct.unpack_from("<II", stream, offset)
        if length < 8 or offset + length > len(stream) or not 1 <= kind <= 14:
            raise ValueError(f"no packet at byte {offset}: length {length}, type {kind}")
        found.append((kind, length - 8))
        offset += length
    return found

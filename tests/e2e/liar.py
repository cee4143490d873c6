"""A PTP/IP camera that answers as a test tells it, written without a line of ours: for what no honest camera does."""
import socket
import struct
import threading

OK, DENIED = 0x2001, 0x2005


def string(text):
    units = text.encode("utf-16-le", "surrogatepass") + b"\0\0" if text else b""
    return bytes([len(units) // 2]) + units


def array(kind, values):
    return struct.pack(f"<I{len(values)}{kind}", len(values), *values)


def device_info(operations=(), model="Liar", extension=0, properties=(), others=None):
    """others: in place of every other string."""
    told = lambda usual: string(usual if others is None else others)
    return (struct.pack("<HIH", 100, extension, 100) + told("") + struct.pack("<H", 0) + array("H", operations) + array("H", [])
            + array("H", properties) + array("H", []) + array("H", []) + told("Nobody") + string(model) + told("1") + told("0"))


def object_info(name, size, parent=0, kind=0x3801, date="20240506T070809"):
    return (struct.pack("<IHHIHIIIIIIIHII", 0x10001, kind, 0, size, 0, 0, 0, 0, 0, 0, 0, parent, 0, 0, 0)
            + string(name) + string(date) + string(date) + string(""))


def packet(kind, body=b""):
    return struct.pack("<II", 8 + len(body), kind) + body


def start(tid, total):
    return packet(9, struct.pack("<IQ", tid, total))


def data(tid, content):
    return packet(10, struct.pack("<I", tid) + content)


def end(tid, content=b""):
    return packet(12, struct.pack("<I", tid) + content)


def response(tid, code=OK, *params):
    return packet(7, struct.pack(f"<HI{len(params)}I", code, tid, *params))


def event(code, tid=0xFFFFFFFF, *params):
    return packet(8, struct.pack(f"<HI{len(params)}I", code, tid, *params))


ACK = packet(2, struct.pack("<I", 1) + bytes(16) + "liar\0".encode("utf-16-le") + struct.pack("<I", 0x10000))
EVENT_ACK = packet(4)


class OnEvents(bytes):
    """These bytes go out on the event connection."""


class Liar:
    """answers: {operation: bytes, or function(params) → bytes or (announced, bytes, code) or None for silence or
    'close'}. Operations that it does not have are answered with OK and no data. wire: {operation: function(tid) → a list
    of what goes out as it stands: bytes, OnEvents(bytes), 'close', 'reset'}. ack, event_ack: likewise, in place of the
    handshake's; None is silence. limit: so many connections, more are refused with InitFail busy."""

    def __init__(self, answers, wire=(), ack=ACK, event_ack=EVENT_ACK, limit=None):
        self.answers, self.wire = answers, dict(wire)
        self.ack, self.event_ack, self.limit = ack, event_ack, limit
        self.asked = []
        self.greeted = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.sockets = []
        self.events = None
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.server.close()
        for each in self.sockets:
            each.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.sockets.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _packet(self, stream):
        head = stream.read(8)
        if len(head) < 8:
            raise EOFError
        length, kind = struct.unpack("<II", head)
        return kind, stream.read(length - 8)

    def _out(self, connection, items):
        for item in items if isinstance(items, list) else [items]:
            if item == "close":
                connection.shutdown(socket.SHUT_RDWR)
            elif item == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                raise EOFError
            elif isinstance(item, OnEvents):
                self.events.sendall(item)
            elif item is not None:
                connection.sendall(item)

    def _serve(self, connection):
        stream = connection.makefile("rb")
        try:
            while True:
                kind, body = self._packet(stream)
                if kind == 1:
                    self.greeted += 1
                    busy = self.limit is not None and self.greeted > self.limit
                    self._out(connection, packet(5, struct.pack("<I", 2)) if busy else self.ack)
                elif kind == 3:
                    self.events = connection
                    self._out(connection, self.event_ack)
                elif kind == 6:
                    self._operation(connection, *struct.unpack_from("<IHI", body), struct.unpack_from(f"<{(len(body) - 10) // 4}I", body, 10))
        except (EOFError, OSError):
            connection.close()

    def _operation(self, connection, _, code, tid, params):
        self.asked.append(code)
        if code in self.wire:
            self._out(connection, self.wire[code](tid))
            return
        answer = self.answers.get(code, b"")
        if callable(answer):
            answer = answer(*params)
        if answer == "close":
            connection.shutdown(socket.SHUT_RDWR)
            return
        if answer is None:
            return
        announced, content, code = answer if isinstance(answer, tuple) else (len(answer), answer, OK)
        if announced:
            connection.sendall(start(tid, announced))
            if content == "close":
                connection.shutdown(socket.SHUT_RDWR)
                return
            connection.sendall(end(tid, content))
        connection.sendall(response(tid, code))

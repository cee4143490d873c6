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


def device_info(operations=(), model="Liar", extension=0):
    return (struct.pack("<HIH", 100, extension, 100) + string("") + struct.pack("<H", 0) + array("H", operations) + array("H", [])
            + array("H", []) + array("H", []) + array("H", []) + string("Nobody") + string(model) + string("1") + string("0"))


def object_info(name, size, parent=0, kind=0x3801):
    return (struct.pack("<IHHIHIIIIIIIHII", 0x10001, kind, 0, size, 0, 0, 0, 0, 0, 0, 0, parent, 0, 0, 0)
            + string(name) + string("20240506T070809") + string("20240506T070809") + string(""))


class Liar:
    """answers: {operation: bytes, or function(params) → bytes or (announced, bytes, code) or None for silence or
    'close'}. Operations that it does not have are answered with OK and no data."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.sockets = []
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

    def _send(self, connection, kind, body):
        connection.sendall(struct.pack("<II", 8 + len(body), kind) + body)

    def _serve(self, connection):
        stream = connection.makefile("rb")
        try:
            while True:
                kind, body = self._packet(stream)
                if kind == 1:
                    self._send(connection, 2, struct.pack("<I", 1) + bytes(16) + "liar\0".encode("utf-16-le") + struct.pack("<I", 0x10000))
                elif kind == 3:
                    self._send(connection, 4, b"")
                elif kind == 6:
                    self._operation(connection, *struct.unpack_from("<IHI", body), struct.unpack_from(f"<{(len(body) - 10) // 4}I", body, 10))
        except (EOFError, OSError):
            connection.close()

    def _operation(self, connection, _, code, tid, params):
        self.asked.append(code)
        answer = self.answers.get(code, b"")
        if callable(answer):
            answer = answer(*params)
        if answer == "close":
            connection.shutdown(socket.SHUT_RDWR)
            return
        if answer is None:
            return
        announced, data, response = answer if isinstance(answer, tuple) else (len(answer), answer, OK)
        if announced:
            self._send(connection, 9, struct.pack("<IQ", tid, announced))
            if data == "close":
                connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(connection, 12, struct.pack("<I", tid) + data)
        self._send(connection, 7, struct.pack("<HI", response, tid))

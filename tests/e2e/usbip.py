"""A USB/IP client without a kernel: it attaches a camera and talks PTP to it, a URB at a time."""
import socket
import struct

OK = 0x2001
BULK_IN, BULK_OUT, INTERRUPT = 1, 2, 3


class Stalled(Exception):
    pass


class Refused(Exception):
    """By the USB/IP server; its number."""


def listing(port):
    """The devices: (bus id, vendor, product)."""
    with _connect(port) as connection:
        connection.sendall(struct.pack(">HHI", 0x0111, 0x8005, 0))
        version, reply, status, count = struct.unpack(">HHII", _receive(connection, 12))
        assert (version, reply, status) == (0x0111, 5, 0)
        found = []
        for _ in range(count):
            record = _receive(connection, 316)
            found.append((record[256:288].rstrip(b"\0").decode(), *struct.unpack_from(">HH", record, 300)))
        return found


def _connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _receive(connection, size):
    got = bytearray()
    while len(got) < size:
        piece = connection.recv(size - len(got))
        if not piece:
            raise EOFError("the USB/IP server has closed")
        got += piece
    return bytes(got)


class Host:
    """It has attached a device."""

    def __init__(self, port, bus_id="1-1"):
        self.connection = _connect(port)
        self.connection.sendall(struct.pack(">HHI32s", 0x0111, 0x8003, 0, bus_id.encode()))
        status = struct.unpack(">HHI", _receive(self.connection, 8))[2]
        if status:
            self.connection.close()
            raise Refused(status)
        self.record = _receive(self.connection, 312)
        self.sequence = 0
        self.transaction = 0
        self.answers = {}
        self.inputs = set()

    def close(self):
        self.connection.close()

    def submit(self, endpoint, to_host, length, data=b"", setup=bytes(8)):
        self.sequence += 1
        if to_host:
            self.inputs.add(self.sequence)
        self.connection.sendall(struct.pack(">IIIIIIIIII", 1, self.sequence, 0x10001, to_host, endpoint, 0, length, 0, 0,
                                            0) + setup + data)
        return self.sequence

    def unlink(self, urb):
        self.sequence += 1
        self.connection.sendall(struct.pack(">IIIIII24x", 2, self.sequence, 0x10001, 0, 0, urb))
        return self.sequence

    def ended(self, urb):
        """(status, size, data), when it is there."""
        while urb not in self.answers:
            kind, sequence, _, _, _, status, size = struct.unpack_from(">IIIIIii", _receive(self.connection, 48))
            data = _receive(self.connection, size) if kind == 3 and sequence in self.inputs and size > 0 else b""
            self.answers[sequence] = status, size, data
        return self.answers.pop(urb)

    def control(self, kind, request, value=0, index=0, length=0, data=b""):
        setup = struct.pack("<BBHHH", kind, request, value, index, length or len(data))
        status, _, answer = self.ended(self.submit(0, kind >> 7, length or len(data), data, setup))
        if status == -32:
            raise Stalled
        assert status == 0, status
        return answer

    def enumerate(self):
        """What a kernel asks when a device has been plugged in."""
        device = self.control(0x80, 6, 0x100, 0, 18)
        for length in (9, 255):
            self.control(0x80, 6, 0x200, 0, length)
        for index in (1, 2, 3):
            self.string(index)
        self.control(0x00, 9, 1)
        return device

    def string(self, index):
        return self.control(0x80, 6, 0x300 | index, 0x409, 255)[2:].decode("utf-16-le")

    def read(self, size=65536):
        status, _, data = self.ended(self.submit(BULK_IN, 1, size))
        if status == -32:
            raise Stalled
        assert status == 0, status
        return data

    def write(self, data):
        status, size, _ = self.ended(self.submit(BULK_OUT, 0, len(data), data))
        if status == -32:
            raise Stalled
        assert (status, size) == (0, len(data))

    def command(self, code, *params):
        self.transaction = 0 if code == 0x1002 else self.transaction + 1
        self.write(struct.pack(f"<IHHI{len(params)}I", 12 + 4 * len(params), 1, code, self.transaction, *params))

    def operation(self, code, *params, data=None):
        """-> (response code, parameters, data)"""
        self.command(code, *params)
        if data is not None:
            self.write(struct.pack("<IHHI", 12 + len(data), 2, code, self.transaction) + data)
        got = None
        while True:
            container = self.read()
            if not container:
                continue
            length, kind, answer, transaction = struct.unpack_from("<IHHI", container)
            assert transaction == self.transaction
            if kind == 3:
                return answer, struct.unpack_from(f"<{(length - 12) // 4}I", container, 12), got
            while len(container) < length:
                container += self.read(1 << 20)
            got = container[12:]

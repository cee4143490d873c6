"""A careful little client, and the same with one flaw: what faults are there to find. A flaw is a name in `flaws`."""
import calendar
import socket
import struct
import time

import ptpip

BATTERY_LEVEL, EXPOSURE_PROGRAM, EXPOSURE_INDEX, DATE_TIME = 0x5001, 0x500E, 0x500F, 0x5011
START_LIVE_VIEW, GET_LIVE_VIEW_IMAGE, DEVICE_READY = 0x9201, 0x9203, 0x90C8
HANG = 2.5  # seconds after which a client without patience counts as hanging


class Caught(Exception):
    """The client noticed that something was wrong."""


class Hang(Exception):
    """It would have waited for ever."""


class Small:
    def __init__(self, port, flaws=(), patience=0.7):
        self.port, self.flaws, self.patience, self.tid, self.known = port, set(flaws), patience, 0, {}
        self.command = self.dial()
        self.greet(self.command, ptpip.init_command(), ptpip.INIT_COMMAND_ACK)
        self.events = self.dial()
        self.greet(self.events, ptpip.packet(ptpip.INIT_EVENT, struct.pack("<I", self.number)), ptpip.INIT_EVENT_ACK)

    def careful(self, flaw):
        return flaw not in self.flaws

    def dial(self):
        link = socket.create_connection(("127.0.0.1", self.port), 5)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(self.patience if self.careful("no timeout") else HANG)
        return link

    def greet(self, link, hello, wanted):
        link.sendall(hello)
        kind, body = self.receive(link)
        if kind == ptpip.INIT_FAIL and self.careful("believes every greeting"):
            raise Caught(f"refused, reason {struct.unpack_from('<I', body)[0]}")
        if wanted == ptpip.INIT_COMMAND_ACK:
            if len(body) < 20 and self.careful("believes every greeting"):
                raise Caught("a short Ack")
            self.number = struct.unpack_from("<I", body)[0]

    # bytes

    def read(self, link, size):
        if not self.careful("takes a segment for a packet"):
            return link.recv(size) or b""
        whole, end = b"", time.monotonic() + 0.15
        while len(whole) < size:
            if not self.careful("wants it at once") and time.monotonic() > end:
                raise Caught("it takes too long")
            try:
                part = link.recv(size - len(whole))
            except TimeoutError:
                raise (Caught("nothing came in time") if self.careful("no timeout") else Hang()) from None
            except ConnectionError:
                raise Caught("the connection was reset") from None
            if not part:
                raise Caught("the connection ended")
            whole += part
        return whole

    def receive(self, link):
        length, kind = struct.unpack("<II", self.read(link, 8))
        if self.careful("trusts lengths"):
            exact = {ptpip.INIT_EVENT_ACK: 8, ptpip.START: 20}.get(kind)
            if (exact and length != exact) or length < 8 or (kind == ptpip.RESPONSE and (length < 14 or length % 4 != 2)):
                raise Caught(f"packet type {kind} of {length} bytes")
            if kind == ptpip.RESPONSE and length > 34:
                raise Caught("more than five parameters")
        return kind, self.read(link, length - 8)

    # transactions

    def ask(self, code, *params, tries=5):
        for _ in range(tries if self.careful("gives up when busy") else 1):
            answer, data = self.once(code, *params)
            if answer != 0x2019:
                break
        if answer != ptpip.OK and self.careful("takes every response for OK"):
            raise Caught(f"response 0x{answer:04x}")
        return data

    def once(self, code, *params):
        tid, self.tid = self.tid, self.tid + 1
        self.command.sendall(ptpip.request(code, tid, *params))
        total, data = None, b""
        while True:
            kind, body = self.receive(self.command)
            ident = struct.unpack_from("<I", body, 2 if kind == ptpip.RESPONSE else 0)[0]
            if ident != tid and self.careful("does not look at ids"):
                raise Caught(f"transaction {ident} instead of {tid}")
            if kind == ptpip.START:
                total = struct.unpack_from("<Q", body, 4)[0]
                if not self.careful("allocates the total"):
                    bytearray(total)
            elif kind in (ptpip.DATA, ptpip.END):
                if kind == ptpip.DATA and not self.careful("expects one packet"):
                    raise struct.error("a packet that it does not know")
                data += body[4:]
            elif kind == ptpip.RESPONSE:
                if len(body) != 6 and not self.careful("expects no parameters"):
                    raise struct.error("a response of another length")
                self.check(total, data)
                return struct.unpack_from("<H", body)[0], data

    def check(self, total, data):
        if total is None or total == (1 << 64) - 1 or not self.careful("trusts the total"):
            return
        if len(data) != total:
            raise Caught(f"{len(data)} bytes instead of {total}")

    def expect_silence(self):
        """Nothing may come that was not asked for."""
        if not self.careful("reads what is left over"):
            return
        self.command.settimeout(0.1)
        try:
            if self.command.recv(1):
                raise Caught("bytes that nobody asked for")
        except TimeoutError:
            pass
        finally:
            self.command.settimeout(self.patience)

    # what it is used for

    def open(self):
        if self.tid == 0:
            self.ask(ptpip.OPEN_SESSION, 1)
        return self

    def manufacturer(self):
        """The first text of DeviceInfo behind three lists."""
        data = self.ask(ptpip.GET_DEVICE_INFO)
        at = 8
        if not data and self.careful("reads beyond the end"):
            raise Caught("no DeviceInfo")
        at += 1 + 2 * data[at] + 2
        for _ in range(5):
            if at + 4 > len(data) and self.careful("reads beyond the end"):
                raise Caught("a short data set")
            count = struct.unpack_from("<I", data, at)[0]
            if at + 4 + 2 * count > len(data) and self.careful("reads beyond the end"):
                raise Caught(f"a list of {count}")
            at += 4 + 2 * count
        if at >= len(data) and self.careful("reads beyond the end"):
            raise Caught("a short data set")
        size = data[at]
        text = data[at + 1:at + 1 + 2 * size]
        if len(text) < 2 * size and self.careful("reads beyond the end"):
            raise Caught("a cut text")
        return text.decode("utf-16-le").rstrip("\0")

    def handles(self):
        data = self.open().ask(ptpip.GET_OBJECT_HANDLES, 0xFFFFFFFF, 0, 0)
        count = struct.unpack_from("<I", data)[0]
        if 4 + 4 * count > len(data) and self.careful("reads beyond the end"):
            raise Caught(f"{count} handles in {len(data)} bytes")
        return struct.unpack_from(f"<{count}I", data, 4)

    def picture(self):
        """The bytes of the first JPEG, as many as ObjectInfo says."""
        for handle in self.handles():
            info = self.ask(ptpip.GET_OBJECT_INFO, handle)
            if info[4:6] == b"\x01\x38":
                break
        size = struct.unpack_from("<I", info, 8)[0]
        data = self.ask(ptpip.GET_OBJECT, handle)
        if len(data) != size and self.careful("trusts the total"):
            raise Caught(f"an object of {len(data)} bytes instead of {size}")
        if not data.startswith(b"\xff\xd8") and self.careful("believes the contents"):
            raise Caught("no JPEG")
        return data

    def value(self, code, form):
        """A property's value. The camera has hands on it: what was read is no longer so."""
        if code in self.known and not self.careful("keeps what it has read"):
            return self.known[code]
        data = self.open().ask(ptpip.GET_PROP_VALUE, code)
        if len(data) < struct.calcsize(form) and self.careful("reads beyond the end"):
            raise Caught("a short value")
        self.known[code] = struct.unpack_from(form, data)[0]
        return self.known[code]

    def battery(self):
        """The level, and the minutes for each tenth of it, of an hour that is left."""
        level = self.value(BATTERY_LEVEL, "<B")
        tenths = level // 10
        if tenths == 0 and self.careful("divides by what is left"):
            return f"{level}, nearly empty"
        return f"{level}, {60 // tenths} minutes"

    def clock(self):
        """The camera's clock, in seconds."""
        data = self.open().ask(ptpip.GET_PROP_VALUE, DATE_TIME)
        text = data[1:1 + 2 * data[0]].decode("utf-16-le")
        return calendar.timegm(time.strptime(text[:15], "%Y%m%dT%H%M%S"))

    def age(self):
        """How many bytes of a header it takes to say how long ago the camera was asked first."""
        before = self.clock()
        self.manufacturer()
        passed = self.clock() - before
        if passed < 0 and self.careful("takes time to go on"):
            raise Caught("the clock went back")
        return len(struct.pack("<I", passed))

    def frame(self):
        data = self.ask(GET_LIVE_VIEW_IMAGE)
        return data[data.index(b"\xff\xd8"):]

    def motion(self):
        """Watches live view until something moves."""
        self.open().ask(START_LIVE_VIEW)
        while self.once(DEVICE_READY)[0] == 0x2019:
            time.sleep(0.02)
        first, end = self.frame(), time.monotonic() + (self.patience if self.careful("no timeout") else HANG)
        while self.frame() == first:
            if time.monotonic() > end:
                raise Caught("the picture stands still") if self.careful("no timeout") else Hang()
            time.sleep(0.02)
        return "it moves"

    def capture(self):
        """Releases, and waits for ObjectAdded and CaptureComplete."""
        self.open().ask(0x100E, 0, 0)
        if not self.careful("drops early events"):
            self.forget_events()
        complete, added, known = False, [], {0x4002: "ObjectAdded", 0x400D: "CaptureComplete", 0x4006: "DevicePropChanged", 0x400C: "StorageInfoChanged",
                            0x4003: "ObjectRemoved"}
        while True:
            kind, body = self.receive(self.events)
            if kind != ptpip.EVENT:
                raise Caught(f"packet type {kind} among the events")
            code, ident = struct.unpack_from("<HI", body)
            if code not in known:
                if self.careful("knows every event"):
                    continue
                raise KeyError(code)
            if code == 0x4002:
                handle = struct.unpack_from("<I", body, 6)[0]
                if handle in added and self.careful("counts events"):
                    continue
                if ident not in (self.tid - 1, 0xFFFFFFFF) and self.careful("does not look at ids"):
                    raise Caught(f"an event of transaction {ident}")
                added.append(handle)
            complete = complete or code == 0x400D
            if complete and (added or not self.careful("expects events in order")):
                return len(added)

    def forget_events(self):
        self.events.settimeout(0.1)
        try:
            self.events.recv(4096)
        except TimeoutError:
            pass
        self.events.settimeout(self.patience)


def outcome(port, flaws, use, patience=0.7):
    """What becomes of it, in a few words."""
    try:
        return use(Small(port, flaws, patience))
    except Caught as caught:
        return f"caught: {caught}"
    except Hang:
        return "hang"
    except (struct.error, IndexError, KeyError, UnicodeDecodeError, ValueError, ArithmeticError, ConnectionError, TimeoutError,
            MemoryError) as error:
        return f"crash: {type(error).__name__}"

"""A little PTP client on PyUSB: what a person would write to try a camera."""
import struct
import time

import usb.backend.libusb1
import usb.core
import usb.util

COMMAND, DATA, RESPONSE, EVENT = 1, 2, 3, 4
OK = 0x2001
PIECE = 1 << 20


class Camera:
    def __init__(self, vendor, product):
        # Without udev, libusb sees what was there when it began: it begins anew.
        usb.backend.libusb1._lib_object = None
        backend = usb.backend.libusb1.get_backend()
        self.device = usb.core.find(idVendor=vendor, idProduct=product, backend=backend)
        if self.device is None:
            raise AssertionError(f"no {vendor:04x}:{product:04x} on the bus")
        interface = self.device[0][(0, 0)]
        assert (interface.bInterfaceClass, interface.bInterfaceSubClass, interface.bInterfaceProtocol) == (6, 1, 1)
        ends = {(each.bmAttributes & 3, bool(each.bEndpointAddress & 0x80)): each for each in interface}
        self.bulk_in, self.bulk_out, self.interrupt = ends[2, True], ends[2, False], ends[3, True]
        self.transaction = 0

    def command(self, code, *params):
        """Sends a command; its transaction."""
        self.transaction += 1
        self.bulk_out.write(struct.pack(f"<IHHI{len(params)}I", 12 + 4 * len(params), COMMAND, code, self.transaction,
                                        *params))
        return self.transaction

    def read(self, size=1 << 20, limit=5000):
        return bytes(self.bulk_in.read(size, limit))

    def operation(self, code, *params, data=None):
        """-> (response code, its parameters, data)"""
        if code == 0x1002:
            self.transaction = -1
        transaction = self.command(code, *params)
        if data is not None:
            container = struct.pack("<IHHI", 12 + len(data), DATA, code, transaction) + data
            for at in range(0, len(container), PIECE):  # a bus without scatter-gather takes no more in one go
                self.bulk_out.write(container[at:at + PIECE])
            if (12 + len(data)) % self.bulk_out.wMaxPacketSize == 0:
                self.bulk_out.write(b"")
        got = None
        while True:
            container = self.read()
            if not container:
                continue
            length, kind, answer, of = struct.unpack_from("<IHHI", container)
            assert of == transaction, (of, transaction)
            if kind == RESPONSE:
                return answer, struct.unpack_from(f"<{(length - 12) // 4}I", container, 12), got
            assert kind == DATA and answer == code
            while len(container) < length:
                container += self.read()
            got = container[12:]

    def event(self, limit=5000):
        """-> (code, parameters)"""
        container = bytes(self.interrupt.read(64, limit))
        while len(container) < struct.unpack_from("<I", container)[0]:
            container += bytes(self.interrupt.read(64, limit))
        length, kind, code, _ = struct.unpack_from("<IHHI", container)
        assert kind == EVENT
        return code, struct.unpack_from(f"<{(length - 12) // 4}I", container, 12)

    def status(self):
        """GetDeviceStatus: its code, and the endpoints that have halted."""
        answer = bytes(self.device.ctrl_transfer(0xA1, 0x67, 0, 0, 32))
        return struct.unpack_from("<H", answer, 2)[0], list(struct.unpack(f"<{(len(answer) - 4) // 4}I", answer[4:]))

    def cancel(self, transaction):
        self.device.ctrl_transfer(0x21, 0x64, 0, 0, struct.pack("<HI", 0x4001, transaction))
        for _ in range(200):
            if self.status()[0] == OK:
                break
            time.sleep(0.01)
        else:
            raise AssertionError("busy for ever after a cancel")
        drained = 0
        while True:
            try:
                drained += len(self.read(65536, 200))
            except usb.core.USBTimeoutError:
                return drained

    def reset(self):
        self.device.ctrl_transfer(0x21, 0x66, 0, 0, None)

    def close(self):
        usb.util.dispose_resources(self.device)

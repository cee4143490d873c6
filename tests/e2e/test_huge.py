"""Objects whose size needs more than 32 bits: announced rightly, sent whole, at constant memory."""
import os
import shutil
import socket
import struct

import harness
import ptpip

GIB4 = 1 << 32
SIZES = {"below": GIB4 - 1, "at": GIB4, "above": GIB4 + 1, "twice": 2 * GIB4}
GET_PARTIAL_OBJECT_64 = 0x95C1
MARK = bytes(range(1, 65))
# 8 GiB through the camera must not cost 8 MiB more memory than 8 KiB does.
GROWTH_KIB = 8 << 10


def drain(client, tid):
    """Reads a data phase and drops it: (announced, received, its last 64 bytes, response)."""
    peer = client.command.socket
    peer.settimeout(None)  # with a limit, MSG_WAITALL would not wait; ctest has one
    room = bytearray(4 << 20)

    def exactly(size):
        return peer.recv(size, socket.MSG_WAITALL)

    announced, received, tail = None, 0, b""
    while True:
        length, kind = struct.unpack("<II", exactly(8))
        if kind == ptpip.START:
            answered, announced = struct.unpack("<IQ", exactly(length - 8))
            assert answered == tid
        elif kind == ptpip.RESPONSE:
            return announced, received, tail, struct.unpack_from("<H", exactly(length - 8))[0]
        else:
            exactly(4)
            left = length - 12
            received += left
            while left > len(MARK):
                left -= peer.recv_into(room, min(left - len(MARK), len(room)), socket.MSG_TRUNC)  # dropped, not copied
            tail = (tail + exactly(left))[-len(MARK):]


class Huge(harness.Test):
    def setUp(self):
        super().setUp()
        for name, size in SIZES.items():
            # A hole with an end: nothing but the marks takes room on disk.
            with open(self.path("media", name + ".mov"), "wb") as file:
                file.truncate(size)
                for offset in (0, GIB4 - 100, size - 64):
                    file.seek(offset)
                    file.write(MARK)
        with open(self.path("media", "small.mov"), "wb") as file:
            file.write(b"x" * 8192)
        self.server = self.camera("--media", self.path("media"), camera="generic")

    def test_whole(self):
        with ptpip.Client(self.server.port) as client:
            self.assertEqual(8192, len(client.do(ptpip.GET_OBJECT, client.find("small.mov")).data))
            before = self.server.resident("VmHWM")
            for name, size in SIZES.items():
                with self.subTest(name):
                    handle = client.find(name + ".mov")
                    info = client.do(ptpip.GET_OBJECT_INFO, handle).data
                    self.assertEqual(0xFFFFFFFF, struct.unpack_from("<I", info, 8)[0])
                    tid = client.tid()
                    client.command.send(ptpip.request(ptpip.GET_OBJECT, tid, handle))
                    self.assertEqual((size, size, MARK, ptpip.OK), drain(client, tid))
            if harness.PATIENCE == 1:
                self.assertLess(self.server.resident("VmHWM") - before, GROWTH_KIB)

    def test_parts(self):
        with ptpip.Client(self.server.port) as client:
            for name, size in SIZES.items():
                handle = client.find(name + ".mov")
                for offset in (size - 64, size - 10, size):
                    reply = client.do(GET_PARTIAL_OBJECT_64, handle, offset & 0xFFFFFFFF, offset >> 32, 64)
                    self.assertEqual((ptpip.OK, MARK[64 - (size - offset):]), (reply.code, reply.data), (name, offset))
                    self.assertEqual(size - offset, reply.params[0])

    def test_upload(self):
        size = SIZES["above"]
        if shutil.disk_usage(self.folder).free < size + GIB4:
            self.skipTest("the disk has no room for it")
        taken = self.path("taken", "up.mov")
        camera = self.camera("--media", os.path.dirname(taken), "--writable", camera="generic")
        first, block = MARK[::-1], bytes(16 << 20)
        with ptpip.Client(camera.port, timeout=60 * harness.PATIENCE) as client:
            self.assertEqual(ptpip.OK, client.do(ptpip.SEND_OBJECT_INFO, out=ptpip.object_info("up.mov", 0xFFFFFFFF, 0x300D)).code)
            before = camera.resident("VmHWM")
            tid = client.tid()
            client.command.send(ptpip.request(ptpip.SEND_OBJECT, tid, phase=2) + ptpip.start(tid, size) + ptpip.data(tid, first))
            left = size - len(first) - len(MARK)
            while left:
                part = min(left, len(block))
                client.command.send(struct.pack("<III", 12 + part, ptpip.DATA, tid))
                client.command.send(memoryview(block)[:part])
                left -= part
            client.command.send(ptpip.end(tid, MARK))
            self.assertEqual(ptpip.OK, client.answer(tid).code)
        with open(taken, "rb") as file:
            self.assertEqual(first, file.read(len(first)))
            self.assertEqual(size - len(MARK), file.seek(-len(MARK), os.SEEK_END))
            self.assertEqual(MARK, file.read())
        if harness.PATIENCE == 1:
            self.assertLess(camera.resident("VmHWM") - before, GROWTH_KIB)


if __name__ == "__main__":
    harness.main()

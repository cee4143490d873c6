"""Five hundred clients at once for ten seconds: every request is answered, and answered rightly."""
import asyncio
import os
import struct
import time

import harness
import ptpip

CLIENTS = 500
SECONDS = 10
PROPERTIES = (0x5001, 0x5005, 0x5007, 0x500D, 0x500F, 0xD100)


async def receive(reader):
    length, kind = struct.unpack("<II", await reader.readexactly(8))
    return kind, await reader.readexactly(length - 8)


async def transaction(reader, writer, code, tid, *params):
    """(response code, data), after checking that every packet belongs to this transaction."""
    writer.write(ptpip.request(code, tid, *params))
    data = b""
    while True:
        kind, body = await receive(reader)
        if kind == ptpip.RESPONSE:
            answer, answered = struct.unpack_from("<HI", body)
            if answered != tid:
                raise ValueError(f"the answer to {answered} instead of {tid}")
            return answer, data
        if struct.unpack_from("<I", body)[0] != tid:
            raise ValueError("data of another transaction")
        if kind in (ptpip.DATA, ptpip.END):
            data += body[4:]


async def client(port, number, expected, go, end):
    """One client's life; the number of requests that were answered as expected."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ptpip.init_command(struct.pack("<16s", str(number).encode()), f"client {number}"))
    kind, body = await receive(reader)
    if kind != ptpip.INIT_COMMAND_ACK:
        raise ValueError(f"packet type {kind} instead of an Ack")
    event_reader, event_writer = await asyncio.open_connection("127.0.0.1", port)
    event_writer.write(ptpip.packet(ptpip.INIT_EVENT, body[:4]))
    kind, _ = await receive(event_reader)
    if kind != ptpip.INIT_EVENT_ACK:
        raise ValueError(f"packet type {kind} instead of an event Ack")
    answer, _ = await transaction(reader, writer, ptpip.OPEN_SESSION, 0, number + 1)
    if answer != ptpip.OK:
        raise ValueError(f"OpenSession: {answer:#06x}")
    await go()
    answered = 0
    while time.monotonic() < end() or answered < len(expected):
        request = list(expected)[answered % len(expected)]
        got = await transaction(reader, writer, request[0], answered + 1, *request[1:])
        if got != expected[request]:
            raise ValueError(f"{request} was answered {got}, not {expected[request]}")
        answered += 1
    writer.close()
    event_writer.close()
    return answered


async def crowd(port, expected):
    connected = 0
    started = asyncio.Event()
    deadline = [0.0]

    async def go():
        nonlocal connected
        connected += 1
        if connected == CLIENTS:
            deadline[0] = time.monotonic() + SECONDS
            started.set()
        await started.wait()

    tasks = [client(port, number, expected, go, lambda: deadline[0]) for number in range(CLIENTS)]
    return await asyncio.wait_for(asyncio.gather(*tasks), (SECONDS + 90) * harness.PATIENCE)


class Crowd(harness.Test):
    def test_five_hundred_clients(self):
        camera = self.camera()
        with ptpip.Client(camera.port) as first:
            expected = {(ptpip.GET_DEVICE_INFO,): None, **{(ptpip.GET_PROP_VALUE, code): None for code in PROPERTIES}}
            for request in expected:
                reply = first.do(*request)
                self.assertEqual(ptpip.OK, reply.code)
                expected[request] = (reply.code, reply.data)
        answered = asyncio.run(crowd(camera.port, expected))
        print(f"{sum(answered)} requests answered; the least patient client had {min(answered)}, the most {max(answered)}")
        self.assertEqual(CLIENTS, len(answered))
        self.assertGreaterEqual(min(answered), len(expected))
        # Everybody has left: nobody's connection is kept.
        harness.wait_until(lambda: len(os.listdir(f"/proc/{camera.pid}/fd")) < 40, what="the end of the connections")


if __name__ == "__main__":
    harness.main()

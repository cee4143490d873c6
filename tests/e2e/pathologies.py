"""Makes of one conversation every capture of it that goes wrong somewhere: link layers, kinds of files, ailments of TCP.

A conversation is a list of (connection, side, bytes), side 0 being the initiator: what one party sent before the other
did. `variants()` gives captures by name, each with what is lost in it, if anything is."""
import collections
import gzip
import ipaddress
import struct

CLIENT, CAMERA, PORT = "10.1.2.3", "10.1.2.4", 15740
SYN, FIN, RST, PSH, ACK = 2, 1, 4, 8, 16
START = 1_700_000_000

# lost: None; or which transactions may be incomplete or absent: "one", "all", "some".
Variant = collections.namedtuple("Variant", "file lost expected")
Segment = collections.namedtuple("Segment", "connection side sequence acknowledged flags payload")


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Tcp:
    """The segments of a conversation, as a well-behaved pair of hosts sends them."""

    def __init__(self, talk, first=(1000, 900_000), largest=1448, acks=True, fin=True, base=0, port_of=None):
        self.segments, self.next = [], {}
        self.largest, self.acks, self.base = largest, acks, base
        opened = []
        for connection, side, data in talk:
            if connection not in opened:
                opened.append(connection)
                self.next[connection] = [first[0] + 77 * connection & 0xFFFFFFFF, first[1] + 991 * connection & 0xFFFFFFFF]
                self.add(connection, 0, SYN)
                self.add(connection, 1, SYN | ACK)
                self.add(connection, 0, ACK)
            for at in range(0, len(data), largest):
                self.add(connection, side, PSH | ACK, data[at:at + largest])
                if acks:
                    self.add(connection, 1 - side, ACK)
        for connection in opened if fin else ():
            self.add(connection, 0, FIN | ACK)
            self.add(connection, 1, FIN | ACK)
            self.add(connection, 0, ACK)

    def add(self, connection, side, flags, payload=b""):
        sequence = self.next[connection]
        acknowledged = sequence[1 - side] if flags & ACK else 0
        self.segments.append(Segment(connection + self.base, side, sequence[side], acknowledged, flags, payload))
        length = len(payload) + bool(flags & (SYN | FIN))
        sequence[side] = sequence[side] + length & 0xFFFFFFFF


def tcp(segment, good=True, v6=False):
    """The TCP segment and the addresses of its IP packet."""
    ports = [50_000 + segment.connection, PORT]
    ends = [("fd00::3", "fd00::4") if v6 else (CLIENT, CAMERA)][0]
    source, target = (ipaddress.ip_address(ends[which]).packed for which in (segment.side, 1 - segment.side))
    head = struct.pack(">HHIIBBHHH", ports[segment.side], ports[1 - segment.side], segment.sequence, segment.acknowledged, 5 << 4,
                       segment.flags, 65535, 0, 0)
    whole = head + segment.payload
    pseudo = source + target + (struct.pack(">IHBB", len(whole), 0, 0, 6) if v6 else struct.pack(">BBH", 0, 6, len(whole)))
    total = checksum(pseudo + whole) if good else 0x1234
    return whole[:16] + struct.pack(">H", total) + whole[18:], source, target


def ip4(segment, good=True, length=None, identification=0, fragment=0, body=None):
    payload, source, target = tcp(segment, good)
    payload = payload if body is None else body
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload) if length is None else length, identification, fragment, 64, 6, 0) + source + target
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def fragments(segment, number, size=64):
    payload = tcp(segment)[0]
    pieces = [payload[at:at + size] for at in range(0, len(payload), size)]
    return [ip4(segment, identification=number, fragment=at * size // 8 | (0x2000 if at + 1 < len(pieces) else 0), body=piece)
            for at, piece in enumerate(pieces)]


def ip6(segment, hop_by_hop=False):
    payload, source, target = tcp(segment, v6=True)
    if hop_by_hop:
        payload = bytes([6, 0, 1, 4, 0, 0, 0, 0]) + payload
    return struct.pack(">IHBB", 6 << 28, len(payload), 0 if hop_by_hop else 6, 64) + source + target + payload


def fragments6(segment, number, size=64):
    payload, source, target = tcp(segment, v6=True)
    pieces = [payload[at:at + size] for at in range(0, len(payload), size)]
    return [struct.pack(">IHBB", 6 << 28, 8 + len(piece), 44, 64) + source + target +
            struct.pack(">BBHI", 6, 0, at * size | (at + 1 < len(pieces)), number) + piece for at, piece in enumerate(pieces)]


MACS = (b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02")


def ethernet(packet, kind=0x0800, side=0):
    return MACS[1 - side] + MACS[side] + struct.pack(">H", kind) + packet


def wifi(packet, side, quality=False):
    control = bytes([0x88 if quality else 0x08, 1 if side == 0 else 2])
    head = control + b"\0\0" + MACS[1] + MACS[side] + MACS[0] + b"\0\0" + (b"\0\0" if quality else b"")
    return head + b"\xaa\xaa\x03\0\0\0\x08\0" + packet


def aggregated(segment):
    """An A-MSDU: what the segment holds in two packets, in one frame of Wi-Fi."""
    half = len(segment.payload) // 2
    parts = [changed(segment, 0, segment.payload[:half]), changed(segment, half, segment.payload[half:])] if half else [segment]
    frame = bytes([0x88, 1 if segment.side == 0 else 2]) + b"\0\0" + MACS[1] + MACS[segment.side] + MACS[0] + b"\0\0\x80\0"
    body = b""
    for part in parts:
        packet = b"\xaa\xaa\x03\0\0\0\x08\0" + ip4(part)
        body += b"\0" * (-len(body) % 4) + MACS[1 - segment.side] + MACS[segment.side] + struct.pack(">H", len(packet)) + packet
    return frame + body


def links():
    """name: (link type, segment → frames)"""
    eth = lambda wrap: (1, wrap)
    return {
        "eth": eth(lambda s, n: [ethernet(ip4(s), side=s.side)]),
        "eth-padded": eth(lambda s, n: [(lambda f: f + b"\0" * max(0, 60 - len(f)))(ethernet(ip4(s))) + b"\xde\xad\xbe\xef"]),
        "eth-vlan": eth(lambda s, n: [ethernet(b"\0\x05\x08\0" + ip4(s), 0x8100)]),
        "eth-qinq": eth(lambda s, n: [ethernet(b"\0\x05\x81\0\0\x06\x08\0" + ip4(s), 0x88A8)]),
        "eth-pppoe": eth(lambda s, n: [ethernet(struct.pack(">BBHHH", 0x11, 0, 1, len(ip4(s)) + 2, 0x21) + ip4(s), 0x8864)]),
        "eth-ipv6": eth(lambda s, n: [ethernet(ip6(s), 0x86DD)]),
        "eth-ipv6-hop-by-hop": eth(lambda s, n: [ethernet(ip6(s, True), 0x86DD)]),
        "eth-tso": eth(lambda s, n: [ethernet(ip4(s, length=0))]),
        "eth-fragments": eth(lambda s, n: [ethernet(one) for one in fragments(s, n)]),
        "eth-fragments-reversed": eth(lambda s, n: [ethernet(one) for one in reversed(fragments(s, n))]),
        "eth-ipv6-fragments": eth(lambda s, n: [ethernet(one, 0x86DD) for one in fragments6(s, n)]),
        "cooked": (113, lambda s, n: [struct.pack(">HHH8sH", 0, 1, 6, MACS[s.side], 0x0800) + ip4(s)]),
        "cooked2": (276, lambda s, n: [struct.pack(">HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, MACS[s.side]) + ip4(s)]),
        "null": (0, lambda s, n: [struct.pack("<I", 2) + ip4(s)]),
        "null-mac-ipv6": (0, lambda s, n: [struct.pack("<I", 30) + ip6(s)]),
        "loop": (108, lambda s, n: [struct.pack(">I", 2) + ip4(s)]),
        "raw": (101, lambda s, n: [ip4(s)]),
        "raw-bsd": (12, lambda s, n: [ip4(s)]),
        "ipv4": (228, lambda s, n: [ip4(s)]),
        "ipv6": (229, lambda s, n: [ip6(s)]),
        "wifi": (105, lambda s, n: [wifi(ip4(s), s.side)]),
        "wifi-aggregated": (105, lambda s, n: [aggregated(s)]),
        "radiotap": (127, lambda s, n: [struct.pack("<BBHI", 0, 0, 8, 0) + wifi(ip4(s), s.side, True)]),
    }


def pcap(frames, link=1, order="<", nano=False, snap=65535, times=None):
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snap, link)
    for number, frame in enumerate(frames):
        time = times[number] if times else number
        out += struct.pack(order + "IIII", START + time // 1000, time % 1000 * (1_000_000 if nano else 1000), min(len(frame), snap), len(frame)) + frame[:snap]
    return out


class Ng:
    """The blocks of pcapng."""

    def __init__(self, order="<"):
        self.order, self.out = order, b""
        self.block(0x0A0D0D0A, self.pack("IHHq", 0x1A2B3C4D, 1, 0, -1))

    def pack(self, layout, *values):
        return struct.pack(self.order + layout, *values)

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        self.out += self.pack("II", kind, len(body) + 12) + body + self.pack("I", len(body) + 12)
        return self

    def interface(self, link=1, snap=0, resolution=None):
        option = b"" if resolution is None else self.pack("HHBxxxHH", 9, 1, resolution, 0, 0)
        return self.block(1, self.pack("HHI", link, 0, snap) + option)

    def packet(self, frame, number, interface=0, ticks=1_000_000, comment=None):
        time = START * ticks + number * ticks // 1000
        body = self.pack("IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame + b"\0" * (-len(frame) % 4)
        if comment:
            body += self.pack("HH", 1, len(comment)) + comment + b"\0" * (-len(comment) % 4) + self.pack("HH", 0, 0)
        return self.block(6, body)

    def packets(self, frames, **more):
        for number, frame in enumerate(frames):
            self.packet(frame, number, **more)
        return self


def ng_files(frames, raw):
    """The same packets in every form of pcapng; `raw` are they without Ethernet."""
    half = len(frames) // 2
    yield "ng", Ng().interface().packets(frames).out
    yield "ng-big-endian", Ng(">").interface().packets(frames).out
    yield "ng-nano", Ng().interface(resolution=9).packets(frames, ticks=1_000_000_000).out
    yield "ng-binary-time", Ng().interface(resolution=0x94).packets(frames, ticks=1 << 20).out
    yield "ng-gz", gzip.compress(Ng().interface().packets(frames).out)
    late = Ng().interface().packets(frames[:half]).interface(101)
    for number, packet in enumerate(raw[half:], half):
        late.packet(packet, number, interface=1)
    yield "ng-another-interface-later", late.out
    cut = Ng().interface(snap=100_000).interface(snap=200_000)
    mixed = Ng().interface(resolution=6).interface(resolution=9)
    for number, frame in enumerate(frames):
        cut.packet(frame, number, interface=number % 2)
        mixed.packet(frame, number, interface=number % 2, ticks=(1_000_000, 1_000_000_000)[number % 2])
    yield "ng-snap-lengths", cut.out
    yield "ng-mixed-times", mixed.out
    yield "ng-sections", Ng().interface().packets(frames[:half]).out + Ng(">").interface(101).packets(raw[half:]).out
    noise = Ng().block(0x0BAD, b"what is this").interface().block(4, struct.pack("<HH", 0, 0))
    for number, frame in enumerate(frames):
        noise.packet(frame, number, comment=b"a comment").block(0x80000001, b"more")
    yield "ng-comments-and-unknown-blocks", noise.out
    simple, old = Ng().interface(), Ng().interface()
    for number, frame in enumerate(frames):
        simple.block(3, struct.pack("<I", len(frame)) + frame)
        time = START * 1_000_000 + number * 1000
        old.block(2, struct.pack("<HHIIII", 0, 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame)
    yield "ng-simple-packets", simple.out
    yield "ng-obsolete-packets", old.out


def swapped(segments):
    """Neighbours of one direction change places, as on two ways through a network."""
    segments, at = list(segments), 0
    while at + 1 < len(segments):
        one, two = segments[at:at + 2]
        if one.payload and two.payload and one[:2] == two[:2]:
            segments[at:at + 2] = two, one
            at += 1
        at += 1
    return segments


def turned(segments):
    """What one side sends at a stretch comes in the reverse order."""
    stretch = []
    for segment in [*segments, None]:
        if stretch and (segment is None or segment[:2] != stretch[0][:2] or not segment.payload or not stretch[0].payload):
            yield from reversed(stretch)
            stretch = []
        stretch.append(segment)


def changed(segment, offset, payload):
    return segment._replace(sequence=segment.sequence + offset & 0xFFFFFFFF, payload=payload)


def overlapping(segments, conflicting):
    """Behind each segment comes one that repeats the end of it, sometimes with other bytes."""
    for segment in segments:
        yield segment
        if len(segment.payload) > 20:
            tail = segment.payload[-10:]
            yield changed(segment, len(segment.payload) - 10, bytes(10) if conflicting else tail)


def keep_alive(segments):
    """As long as a connection is open, its probes: one byte that was sent already."""
    ended = set()
    for segment in segments:
        if segment.flags & FIN:
            ended.add(segment.connection)
        if segment.flags == ACK and not segment.payload and segment.connection not in ended:
            yield changed(segment, -1, b"\0")
        yield segment


def tcp_variants(talk):
    """name: (segments, lost)"""
    plain = Tcp(talk).segments
    payload = [at for at, one in enumerate(plain) if one.payload]
    data = [at for at in payload if plain[at].side == 1 and len(plain[at].payload) == 1448]
    asked = [at for at in payload if plain[at].side == 0 and plain[at].connection == 0]
    coalesced = []
    for connection, side, message in talk:
        if coalesced and coalesced[-1][:2] == (connection, side):
            coalesced[-1] = (connection, side, coalesced[-1][2] + message)
        else:
            coalesced.append((connection, side, message))
    yield "out-of-order", swapped(Tcp(talk, largest=20, acks=False).segments), None
    yield "last-first", list(turned(Tcp(talk, largest=200, acks=False).segments)), None
    yield "retransmitted", [copy for one in plain for copy in ([one, one] if one.payload else [one])], None
    yield "every-frame-twice", [one for one in plain for _ in "12"], None
    yield "overlap", list(overlapping(plain, False)), None
    yield "overlap-conflicting", list(overlapping(plain, True)), None
    yield "keep-alive", list(keep_alive(plain)), None
    yield "wrap", Tcp(talk, first=((1 << 32) - 300, (1 << 32) - 2000)).segments, None
    yield "coalesced", Tcp(coalesced, largest=60_000).segments, None
    yield "tiny-1", Tcp(talk, largest=1, acks=False).segments, None
    yield "tiny-7", Tcp(talk, largest=7).segments, None
    yield "mss-100", Tcp(talk, largest=100).segments, None
    yield "no-acks", Tcp(talk, acks=False).segments, None
    yield "no-fin", Tcp(talk, fin=False).segments, None
    yield "two-at-once", [one for pair in zip(plain, Tcp(talk, first=(5, 6), base=2).segments) for one in pair], "twice"
    yield "port-reused", plain + Tcp(talk, first=(777_777, 888_888)).segments, "twice"
    yield "no-syn", [one for one in plain if not one.flags & SYN], None
    yield "one-way-client", [one for one in plain if one.side == 0], "all"
    yield "one-way-camera", [one for one in plain if one.side == 1], "all"
    yield "segment-lost", [one for at, one in enumerate(plain) if at != data[len(data) // 2]], "one"
    yield "request-lost", [one for at, one in enumerate(plain) if at != asked[4]], "one"
    yield "begins-inside-a-packet", plain[data[1]:], "some"
    reset = plain[data[2]]
    yield "reset-midway", plain[:data[2]] + [reset._replace(flags=RST | ACK, payload=b"")], "some"


def variants(talk):
    """name → Variant: a capture file."""
    plain = Tcp(talk).segments
    wrap = links()
    frames = lambda segments, link="eth": [frame for number, one in enumerate(segments) for frame in wrap[link][1](one, number)]
    for name, (kind, _) in wrap.items():
        yield "link-" + name, Variant(pcap(frames(plain, name), kind), None, plain)
    bad = [ethernet(ip4(one, good=one.side == 1), side=one.side) for one in plain]
    yield "tcp-bad-checksum", Variant(pcap(bad), None, plain)
    for name, segments, lost in tcp_variants(talk):
        yield "tcp-" + name, Variant(pcap(frames(segments)), lost, segments)
    good, raw = frames(plain), frames(plain, "raw")
    yield "file-big-endian", Variant(pcap(good, order=">"), None, plain)
    yield "file-nano", Variant(pcap(good, nano=True), None, plain)
    yield "file-nano-big-endian", Variant(pcap(good, nano=True, order=">"), None, plain)
    yield "file-gz", Variant(gzip.compress(pcap(good)), None, plain)
    yield "file-time-backwards", Variant(pcap(good, times=[1000 - number for number in range(len(good))]), None, plain)
    yield "file-cut", Variant(pcap(good)[:-30], None, plain)
    yield "file-snap-96", Variant(pcap(good, snap=96), "some", plain)
    for name, file in ng_files(good, raw):
        yield "file-" + name, Variant(file, None, plain)


def streams(talk):
    """What each side of each connection sent."""
    sent = collections.defaultdict(bytes)
    for connection, side, data in talk:
        sent[connection, side] += data
    return dict(sent)

"""Reads a tcpdump recording: the bytes of each direction of each TCP connection."""
import collections
import struct


def packets(path):
    """The link-layer frames of a classic pcap file."""
    with open(path, "rb") as file:
        content = file.read()
    order = "<" if content[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link_type = struct.unpack_from(order + "I", content, 20)[0] & 0xFFFF
    offset = 24
    while offset + 16 <= len(content):
        captured, original = struct.unpack_from(order + "II", content, offset + 8)
        if captured != original:
            raise ValueError(f"only {captured} of {original} bytes were recorded")
        yield link_type, content[offset + 16:offset + 16 + captured]
        offset += 16 + captured


def streams(path):
    """{(source, source port, destination, destination port, start): bytes} of every TCP direction."""
    beginnings = {}
    pieces = collections.defaultdict(dict)
    for link_type, frame in packets(path):
        if link_type != 1:
            raise ValueError(f"not an Ethernet recording: link type {link_type}")
        ip = frame[14:]
        if frame[12:14] != b"\x08\x00" or ip[9] != 6:
            continue
        tcp = ip[(ip[0] & 15) * 4:struct.unpack_from(">H", ip, 2)[0]]
        source, destination, sequence = struct.unpack_from(">HHI", tcp)
        flags, payload = tcp[13], tcp[(tcp[12] >> 4) * 4:]
        way = (ip[12:16], source, ip[16:20], destination)
        if flags & 2:
            beginnings[way] = sequence + 1
        if payload:
            start = beginnings[way]
            position = (sequence - start) & 0xFFFFFFFF
            kept = pieces[(*way, start)]
            if len(payload) > len(kept.get(position, b"")):
                kept[position] = payload
    return {way: _join(parts) for way, parts in pieces.items()}


def _join(parts):
    joined = bytearray()
    for position in sorted(parts):
        if position > len(joined):
            raise ValueError(f"bytes {len(joined)} to {position} of a stream are missing in the recording")
        joined += parts[position][len(joined) - position:]
    return bytes(joined)

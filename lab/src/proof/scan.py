"""Sends one SYN (or one UDP datagram) to each port of a range, as fast as the kernel takes them, and waits for nothing:
who is let through is counted at the other end. Usage: scan.py JSON, run as root.

JSON: {"family": 4|6, "protocol": "tcp"|"udp", "source": address, "sourcePort": port, "destination": address,
"ports": [low, high], "window": TCP window, "batch": packets a call}. The source may be an address that this machine does not have.
"""

import ctypes
import ipaddress
import json
import socket
import struct
import sys

order = json.loads(sys.argv[1])
family = socket.AF_INET if order["family"] == 4 else socket.AF_INET6
tcp = order["protocol"] == "tcp"
protocol = socket.IPPROTO_TCP if tcp else socket.IPPROTO_UDP
source = ipaddress.ip_address(order["source"]).packed
destination = ipaddress.ip_address(order["destination"]).packed
low, high = order["ports"]
count = high - low + 1


def transport(port):
    """One header; the checksum must be right, or connection tracking calls the packet invalid."""
    length = 20 if tcp else 8
    if tcp:
        head = struct.pack("!HHIIBBHHH", order["sourcePort"], port, 1, 0, 5 << 4, 0x02, order["window"], 0, 0)
    else:
        head = struct.pack("!HHHH", order["sourcePort"], port, length, 0)
    pseudo = source + destination + struct.pack("!HH", protocol, length)
    total = sum(struct.unpack("!%dH" % ((len(pseudo) + length) // 2), pseudo + head))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    check = struct.pack("!H", (~total & 0xFFFF) or 0xFFFF)
    return head[:16] + check + head[18:] if tcp else head[:6] + check


size = 20 if tcp else 8
if family == socket.AF_INET:
    internet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, 0, 0, 64, protocol, 0, source, destination)
    name = struct.pack("=H", family) + struct.pack("!H4s8x", 0, destination)
else:
    internet = struct.pack("!IHBB16s16s", 6 << 28, size, protocol, 64, source, destination)
    name = struct.pack("=H", family) + struct.pack("!HI16sI", 0, 0, destination, 0)

sender = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)  # IPPROTO_RAW: we write the IP header
packets = ctypes.create_string_buffer(b"".join(internet + transport(port) for port in range(low, high + 1)))
to = ctypes.create_string_buffer(name, len(name))
step = len(internet) + size
first, peer = ctypes.addressof(packets), ctypes.addressof(to)
vectors = ctypes.create_string_buffer(
    b"".join(struct.pack("=QQ", first + index * step, step) for index in range(count))
)
# struct mmsghdr on a 64-bit Linux: name, its length, vectors, how many, control, its length, flags, bytes sent.
messages = ctypes.create_string_buffer(
    b"".join(
        struct.pack("=QQQQQQQQ", peer, len(name), ctypes.addressof(vectors) + index * 16, 1, 0, 0, 0, 0)
        for index in range(count)
    )
)
libc = ctypes.CDLL(None, use_errno=True)
libc.sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
refused = 0
at = 0
batch = order.get("batch", 256)
while at < count:
    sent = libc.sendmmsg(sender.fileno(), ctypes.addressof(messages) + at * 64, min(batch, count - at), 0)
    if sent > 0:
        at += sent
        continue
    # The machine's own output chain may answer a dropped packet with EPERM: that packet is done.
    if ctypes.get_errno() not in (1, 11, 105):
        raise OSError(ctypes.get_errno(), "sendmmsg")
    refused += 1
    at += 1
print(json.dumps({"sent": count, "refused": refused}))

"""Sends one SYN (or one UDP datagram) to each port of a range, as fast as the kernel takes them, and waits for nothing:
who is let through is counted at the other end. Usage: scan.py JSON, run as root.

JSON: {"family": 4|6, "protocol": "tcp"|"udp", "source": address, "sourcePort": port, "destination": address,
"window": TCP window, "ports": [low, high]}. The source may be an address that this machine does not have.
"""

import ctypes
import ipaddress
import json
import socket
import struct
import sys
from array import array

order = json.loads(sys.argv[1])
family = socket.AF_INET if order["family"] == 4 else socket.AF_INET6
tcp = order["protocol"] == "tcp"
protocol = socket.IPPROTO_TCP if tcp else socket.IPPROTO_UDP
source = ipaddress.ip_address(order["source"]).packed
destination = ipaddress.ip_address(order["destination"]).packed
low, high = order["ports"]
count = high - low + 1
size = 20 if tcp else 8

if tcp:  # port and checksum are 0 in what all packets share
    head = struct.pack("!HHIIBBHHH", order["sourcePort"], 0, 1, 0, 5 << 4, 0x02, order["window"], 0, 0)
else:
    head = struct.pack("!HHHH", order["sourcePort"], 0, size, 0)
if family == socket.AF_INET:
    internet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, 0, 0, 64, protocol, 0, source, destination)
    name = struct.pack("=H", family) + struct.pack("!H4s8x", 0, destination)
else:
    internet = struct.pack("!IHBB16s16s", 6 << 28, size, protocol, 64, source, destination)
    name = struct.pack("=H", family) + struct.pack("!HI16sI", 0, 0, destination, 0)

pseudo = source + destination + struct.pack("!HH", protocol, size)
shared = sum(struct.unpack("!%dH" % ((len(pseudo) + size) // 2), pseudo + head))


def checksum(port):
    """Must be right, or connection tracking calls the packet invalid. A sum that is all ones stands for zero."""
    total = shared + port
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF) or 0xFFFF


def spread(buffer, offset, step, values):
    """Writes 16-bit values in network order, one every `step` bytes."""
    numbers = array("H", values)
    if sys.byteorder == "little":
        numbers.byteswap()
    raw = numbers.tobytes()
    buffer[offset::step] = raw[0::2]
    buffer[offset + 1 :: step] = raw[1::2]


step = len(internet) + size
packets = bytearray((internet + head) * count)
spread(packets, len(internet) + 2, step, range(low, high + 1))
spread(packets, len(internet) + (16 if tcp else 6), step, map(checksum, range(low, high + 1)))


def address_of(buffer):
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


# struct iovec: address, length. struct mmsghdr on a 64-bit Linux: name, its length, vectors, how many, control, its
# length, flags, bytes sent.
first = address_of(packets)
vectors = array("Q", [0, step]) * count
vectors[0::2] = array("Q", range(first, first + step * count, step))
peer = bytearray(name)
messages = array("Q", [address_of(peer), len(name), 0, 1, 0, 0, 0, 0]) * count
messages[2::8] = array("Q", range(vectors.buffer_info()[0], vectors.buffer_info()[0] + 16 * count, 16))

sender = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)  # IPPROTO_RAW: we write the IP header
libc = ctypes.CDLL(None, use_errno=True)
libc.sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
start = messages.buffer_info()[0]
at = 0
while at < count:
    sent = libc.sendmmsg(sender.fileno(), start + at * 64, min(256, count - at), 0)
    if sent > 0:
        at += sent
        continue
    # The machine's own output chain answers a dropped packet with EPERM: that packet is done. EAGAIN, ENOBUFS: lost,
    # and missed by whoever counts.
    if ctypes.get_errno() not in (1, 11, 105):
        raise OSError(ctypes.get_errno(), "sendmmsg")
    at += 1

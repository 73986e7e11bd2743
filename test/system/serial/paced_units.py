"""RTU units that keep the time of a real wire, which a pseudo terminal does not.

usage: paced_units.py <path> <baud> <unit,unit,...>
Register n of unit u holds u * 1000 + n (function 3). Requests and answers take as long as their
characters do at that baud rate (8N1), an answer begins 3.5 characters after its request.
Commands on standard input: "away <unit>", "back <unit>". Tells on standard output: "ready", and
"collision" whenever a byte comes in while an answer is still on the wire.
"""

import os
import select
import sys
import termios
import threading
import time
import tty


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return bytes([crc & 0xFF, crc >> 8])


def sleep_until(moment):
    time.sleep(max(0, moment - time.monotonic()))


def listen_to_commands(units):
    for line in sys.stdin:
        command, unit = line.split()
        (units.discard if command == "away" else units.add)(int(unit))


def main(path, baud, unit_list):
    units = {int(unit) for unit in unit_list.split(",")}
    character = 10 / int(baud)
    threading.Thread(target=listen_to_commands, args=(units,), daemon=True).start()
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port, termios.TCSANOW)
    print("ready", flush=True)
    while True:
        request = b""
        while len(request) < 8:
            request += os.read(port, 8 - len(request))
        moment = time.monotonic() + 8 * character + 3.5 * character
        if crc16(request[:6]) != request[6:] or request[0] not in units:
            continue
        address = int.from_bytes(request[2:4], "big")
        count = int.from_bytes(request[4:6], "big")
        values = [request[0] * 1000 + address + n for n in range(count)]
        body = bytes([request[0], request[1], 2 * count])
        body += b"".join(value.to_bytes(2, "big") for value in values)
        answer = body + crc16(body)
        for place, byte in enumerate(answer):
            moment += character
            sleep_until(moment)
            # Heard before the last character has left: two are talking at once.
            if select.select([port], [], [], 0)[0]:
                print("collision", flush=True)
            os.write(port, answer[place : place + 1])


main(*sys.argv[1:])

"""A home on a serial line by pymodbus, a peer that is not ours: a gas module and a relay board.

usage: pymodbus_home.py <path>
Unit 1 is a CO module of the 0x6000 family: "level N" on standard input sets its concentration and
alarm bits. Unit 9 is a relay board: every change of its coil 0 is printed as "coil 0 on" or "off".
Prints "ready" once it listens.
"""

import asyncio
import sys

from pymodbus.datastore import (
    ModbusSequentialDataBlock,
    ModbusServerContext,
    ModbusSlaveContext,
    ModbusSparseDataBlock,
)
from pymodbus.server.async_io import ModbusSerialServer
from pymodbus.transaction import ModbusRtuFramer

WARM = 0x8000
LOW_AND_HIGH = 0x0003


class Relay(ModbusSequentialDataBlock):
    def setValues(self, address, values):
        before = self.values[0]
        super().setValues(address, values)
        if self.values[0] != before:
            print("coil 0", "on" if self.values[0] else "off", flush=True)


async def follow_orders(module):
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        word, _, number = line.decode().strip().partition(" ")
        if word == "level":
            level = int(number)
            status = WARM | (LOW_AND_HIGH if level >= 150 else 0)
            module.setValues(3, 0x6000, [status, level])


async def main(path):
    module = ModbusSlaveContext(
        hr=ModbusSparseDataBlock({0x6000 + n: v for n, v in enumerate([WARM, 2, 0, 0, 0, 0, 1])}),
        zero_mode=True,
    )
    board = ModbusSlaveContext(co=Relay(0, [False] * 8), zero_mode=True)
    server = ModbusSerialServer(
        ModbusServerContext(slaves={1: module, 9: board}, single=False),
        ModbusRtuFramer,
        port=path,
        baudrate=9600,
        ignore_missing_slaves=True,
    )
    await server.start()
    listening = asyncio.create_task(server.serve_forever())
    print("ready", flush=True)
    await asyncio.gather(listening, follow_orders(module))


asyncio.run(main(sys.argv[1]))

"""Modbus units by pymodbus, a peer that is not ours: RTU on a serial port, or RTU over TCP.

usage: pymodbus_units.py serial <path> <unit,unit,...>
       pymodbus_units.py tcp <port> <unit,unit,...>
Holding register n of unit u holds u * 1000 + n; coils start off and can be written.
Units that are not listed do not answer. Prints "ready" once it listens.
"""

import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer


def unit_context(unit):
    return ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, [False] * 20),
        hr=ModbusSequentialDataBlock(0, [unit * 1000 + n for n in range(100)]),
        zero_mode=True,
    )


async def main(kind, place, units):
    slaves = {int(unit): unit_context(int(unit)) for unit in units.split(",")}
    context = ModbusServerContext(slaves=slaves, single=False)
    if kind == "serial":
        server = ModbusSerialServer(
            context, ModbusRtuFramer, port=place, baudrate=9600, ignore_missing_slaves=True
        )
        await server.start()
        listening = asyncio.create_task(server.serve_forever())
    else:
        server = ModbusTcpServer(
            context, ModbusRtuFramer, address=("127.0.0.1", int(place)), ignore_missing_slaves=True
        )
        listening = asyncio.create_task(server.serve_forever())
        await server.serving
    print("ready", flush=True)
    await listening


asyncio.run(main(*sys.argv[1:]))

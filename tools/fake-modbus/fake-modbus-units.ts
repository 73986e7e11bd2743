import { createServer } from "node:net";
import { once } from "node:events";
import { ServerTCP } from "modbus-serial";

/** One unit behind the fake converter. */
export interface FakeModbusUnit {
  readonly unit: number;
  /**
   * What its registers hold now, by wire address (counted from 0), holding and input alike.
   * Asked at every read, so that it may follow a script; `undefined`: the unit does not answer.
   */
  readonly registers: () => ReadonlyMap<number, number> | undefined;
  /** Its outputs by address, written by function 5 and read back by function 1. */
  readonly coils?: Map<number, boolean>;
}

export interface FakeModbusUnits {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Detectors without hardware: a Modbus TCP server on 127.0.0.1 (`port` 0: any free one) whose
 * units answer from their scripts. An address without a register is refused with exception 2, a
 * unit that is not in the list does not answer.
 */
export const openFakeModbusUnits = async (options: {
  readonly port: number;
  readonly units: readonly FakeModbusUnit[];
}): Promise<FakeModbusUnits> => {
  // modbus-serial takes port 0 for its default, 502.
  const port = options.port === 0 ? await findFreePort() : options.port;
  const find = (unit: number): FakeModbusUnit | undefined =>
    options.units.find((known) => known.unit === unit);

  const readRegister = async (address: number, unit: number): Promise<number> => {
    const registers = find(unit)?.registers();
    return registers === undefined ? noAnswer() : (registers.get(address) ?? refuse());
  };
  const server = new ServerTCP(
    {
      getHoldingRegister: readRegister,
      getInputRegister: readRegister,
      getCoil: async (address: number, unit: number) => find(unit)?.coils?.get(address) ?? refuse(),
      setCoil: async (address: number, on: boolean, unit: number) => {
        const coils = find(unit)?.coils;
        if (coils === undefined) return refuse();
        coils.set(address, on);
      },
    },
    { host: "127.0.0.1", port },
  );
  await Promise.race([
    once(server, "initialized"),
    once(server, "serverError").then(([error]) => Promise.reject(error)),
  ]);
  return {
    port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** A unit that is away: modbus-serial answers when the promise settles, so this one never does. */
const noAnswer = (): Promise<never> => new Promise(() => {});

const refuse = (): Promise<never> =>
  Promise.reject(Object.assign(new Error("illegal data address"), { modbusErrorCode: 2 }));

const findFreePort = async (): Promise<number> => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP port was given");
  return address.port;
};

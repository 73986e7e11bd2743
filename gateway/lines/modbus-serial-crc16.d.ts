/** modbus-serial ships this file without types. */
declare module "modbus-serial/utils/crc16.js" {
  /** CRC-16/MODBUS over the bytes; low byte first on the wire. */
  const crc16: (bytes: Uint8Array) => number;
  export default crc16;
}

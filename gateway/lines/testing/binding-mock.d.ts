/** @serialport/binding-mock has types that its `exports` hide; here is what the tests use of them. */
declare module "@serialport/binding-mock" {
  import type { SerialPort } from "serialport";

  export const MockBinding: typeof SerialPort.binding & {
    readonly reset: () => void;
    readonly createPort: (path: string, options?: { readonly echo?: boolean }) => void;
  };
}

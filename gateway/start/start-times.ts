/** How long it took until rules and buzzers were live. */
export interface StartTimes {
  /** From the start of the process. */
  readonly processMs: number;
  /** From the start of the machine: tells something of the first start after power came. */
  readonly machineMs: number;
}

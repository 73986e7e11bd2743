/**
 * The wire to the center. It moves text and knows whether it is connected; it keeps nothing: what
 * must arrive is kept by the journal and sent again by the uplink.
 */
export interface CenterLink {
  /**
   * Resolves once the broker has the message, which is not a receipt. Rejects when the link is down
   * or goes down before that; nothing is queued.
   */
  readonly publish: (topic: string, payload: string) => Promise<void>;
  readonly onMessage: (handler: (topic: string, payload: string) => void) => void;
  /**
   * Called at once with the present state, then at every change. Up means connected and subscribed.
   */
  readonly onState: (handler: (up: boolean) => void) => void;
  readonly close: () => Promise<void>;
}

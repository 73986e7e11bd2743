/** What one client may ask of the listener. Over a limit it is slowed or refused by name, never dropped silently. */
export interface MqttLimits {
  /** Largest payload of one message, bytes. */
  readonly payloadBytes: number;
  /** Largest CONNECT packet, bytes: id, user, password and will of somebody we do not know yet. */
  readonly connectBytes: number;
  readonly topicLevels: number;
  readonly topicBytes: number;
  readonly clientIdBytes: number;
  /** Packets a second of one client, on average; a faster one is read more slowly. */
  readonly messagesPerSecond: number;
  /** Packets it may send at once before it is slowed. */
  readonly burst: number;
  /** Messages kept for one session that is away; beyond it the oldest goes, with a fault. */
  readonly queuedMessages: number;
  /** Bytes a connected subscriber may leave unread before it is disconnected. */
  readonly unreadBytes: number;
  /** A subscriber that takes nothing at all for this long is disconnected. */
  readonly drainTimeoutMs: number;
  /** Messages of one connection (QoS 1 and 2) that may wait for their commit before it is no longer read. */
  readonly waitingAcknowledgements: number;
  /** The same in bytes of payload. */
  readonly waitingBytes: number;
  readonly subscriptionsPerClient: number;
  /** Sessions one user may leave behind (clean = false with subscriptions). */
  readonly keptSessionsPerUser: number;
  /** Topics with a retained message from clients; our own are not counted against it. */
  readonly retainedMessages: number;
  readonly connections: number;
  /** New connections a second; more wait their turn. */
  readonly connectionsPerSecond: number;
  /** Connections of one address that have not logged in yet. */
  readonly strangersPerAddress: number;
  /** From the TCP connection to the complete CONNECT. */
  readonly connectTimeoutMs: number;
  /** Longest keep-alive: a client that asks for more, or for none, is cut after 1.5 × this silence. */
  readonly keepAliveSeconds: number;
}

export const defaultMqttLimits: MqttLimits = {
  // A status report of 500 detectors is some 200 KB; a reading is 150 bytes.
  payloadBytes: 256 * 1024,
  connectBytes: 8 * 1024,
  // Ours have six; vendors' dialects reach ten. A name has at most 64 characters, 256 bytes.
  topicLevels: 16,
  topicBytes: 512,
  clientIdBytes: 256,
  // One bridge (Zigbee2MQTT, Node-RED) may speak for 500 detectors at 1 Hz and repeat itself.
  // At 8 µs a packet one flooding client then costs under one percent of a core.
  messagesPerSecond: 1_000,
  burst: 2_000,
  // A quarter of an hour of one detector at 1 Hz, 300 KB of memory.
  queuedMessages: 1_000,
  // A browser or Node-RED flow that pauses ten seconds at 500 readings a second stays connected.
  unreadBytes: 1024 * 1024,
  // aedes' own default of 60 s keeps a frozen peer's memory too long; 0 would wait for ever.
  drainTimeoutMs: 10_000,
  // Not to read on is to be deaf. A bridge for 500 detectors that sends 50 messages a second and waits
  // for no PUBACK is heard through five minutes of a stalled disk; most clients wait after 20.
  waitingAcknowledgements: 16_384,
  waitingBytes: 8 * 1024 * 1024,
  subscriptionsPerClient: 128,
  keptSessionsPerUser: 16,
  retainedMessages: 10_000,
  // Twice the 5,000 detectors that a street may have.
  connections: 10_000,
  // A login costs about 0.3 ms plain and 1 ms with TLS: at most half a core in a reconnect storm,
  // and 5,000 detectors are back within ten seconds.
  connectionsPerSecond: 500,
  // Many detectors may share one router's address; all of them at once still fit in the burst.
  strangersPerAddress: 256,
  connectTimeoutMs: 10_000,
  keepAliveSeconds: 600,
};

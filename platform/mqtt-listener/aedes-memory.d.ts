/** The part of aedes' memory store we use; the package ships its types elsewhere than its code. */
declare module "aedes-persistence/asyncPersistence.js" {
  import type { Readable } from "node:stream";
  import type { PublishPacket, Subscription } from "aedes";

  interface Named {
    readonly id: string;
  }
  interface KeptSubscription {
    readonly clientId: string;
    readonly topic: string;
    readonly qos: 0 | 1 | 2;
  }
  class MemoryPersistence {
    setup(broker: unknown): Promise<void>;
    storeRetained(packet: PublishPacket): Promise<void>;
    createRetainedStream(pattern: string): Readable;
    createRetainedStreamCombi(patterns: readonly string[]): Readable;
    addSubscriptions(client: Named, subscriptions: readonly Subscription[]): Promise<void>;
    removeSubscriptions(client: Named, topics: readonly string[]): Promise<void>;
    subscriptionsByClient(client: Named): Promise<Subscription[]>;
    countOffline(): Promise<{ subsCount: number; clientsCount: number }>;
    subscriptionsByTopic(topic: string): Promise<KeptSubscription[]>;
    cleanSubscriptions(client: Named): Promise<void>;
    incomingStorePacket(client: Named, packet: PublishPacket): Promise<void>;
    incomingGetPacket(client: Named, packet: PublishPacket): Promise<PublishPacket>;
    incomingDelPacket(client: Named, packet: PublishPacket): Promise<void>;
    cleanIncoming(client: Named): Promise<void>;
    putWill(client: Named, packet: PublishPacket): Promise<void>;
    getWill(client: Named): Promise<PublishPacket | undefined>;
    delWill(client: Named): Promise<PublishPacket | undefined>;
    streamWill(brokers?: object): Readable;
    getClientList(topic: string): Readable;
    destroy(): Promise<void>;
  }
  export default MemoryPersistence;
}

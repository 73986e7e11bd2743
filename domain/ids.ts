/** Names of things. Brands keep a detector's name out of a gateway's place. */

declare const name: unique symbol;
export type Id<Kind extends string> = string & { readonly [name]: Kind };

/** A detector as the site file names it; for an unregistered one, made from what it said of itself. */
export type DetectorId = Id<"detector">;
export type GatewayId = Id<"gateway">;
export type BuzzerId = Id<"buzzer">;
export type UserId = Id<"user">;
/** One alarm of one rule at one detector, from the first excess to the return to normal. */
export type EpisodeId = Id<"episode">;
/** One thing that happened in an episode; the same however often it is sent. */
export type EventId = Id<"event">;
/** One life of the machine: the monotonic clock is comparable only within it. */
export type BootId = Id<"boot">;
/** One life of a gateway's journal file: sequence numbers are comparable only within it. */
export type JournalId = Id<"journal">;

export const detectorId = (value: string): DetectorId => value as DetectorId;
export const gatewayId = (value: string): GatewayId => value as GatewayId;
export const buzzerId = (value: string): BuzzerId => value as BuzzerId;
export const userId = (value: string): UserId => value as UserId;
export const episodeId = (value: string): EpisodeId => value as EpisodeId;
export const eventId = (value: string): EventId => value as EventId;
export const bootId = (value: string): BootId => value as BootId;
export const journalId = (value: string): JournalId => value as JournalId;

/**
 * What a detector, gateway or buzzer may be called: it becomes part of MQTT topics, file names and
 * addresses, so no separators, no wildcards, no control characters. Chinese is welcome.
 */
export const namePattern = "^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}$";
const nameExpression = new RegExp(namePattern, "u");
export const isName = (value: string): boolean => nameExpression.test(value);

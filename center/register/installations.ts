/** Devices at points: hung up, completed, swapped, taken down; the point keeps the history. */
import { randomUUID } from "node:crypto";
import { err, ok, type Result } from "#domain/result.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { conflict, note, type Change, type Refusal } from "./change-register.ts";
import {
  gatewayForWork,
  hangingAt,
  isFreeSerial,
  openInstallation,
  pointForWork,
  reread,
  type Installation,
} from "./device-checks.ts";
import { moveToPlaces } from "./move-work.ts";

/** Why a device came down. One that was only moved may hang again elsewhere; the others never. */
export const removalReasons = ["moved", "broken", "expired", "lost", "other"] as const;
export type RemovalReason = (typeof removalReasons)[number];

/** What can be told of a device, epoch ms; `null` takes a date back. */
export interface DeviceFacts {
  readonly profile?: string | null;
  readonly serial?: string | null;
  readonly madeAtMs?: number | null;
  readonly warmUntilMs?: number | null;
  readonly calibratedAtMs?: number | null;
  readonly expiresAtMs?: number | null;
}

/** A device as it is hung up. */
export interface NewDevice extends DeviceFacts {
  readonly gateway: string;
  /** The gateway's name for it. */
  readonly detector: string;
  /** Now, when absent. */
  readonly installedAtMs?: number;
}

/** Hangs a device at an empty point. */
export const installDevice = async (
  tx: Writing,
  change: Change,
  wish: { readonly point: string; readonly device: NewDevice },
): Promise<Result<Installation, Refusal>> => {
  const point = await pointForWork(tx, change, wish.point);
  if (!point.ok) return point;
  const there = await hangingAt(tx, wish.point);
  if (there !== undefined) {
    return err(
      conflict(
        `点位 ${wish.point} 已装有 ${there.detector}(序列号 ${there.serial ?? "未登记"}),更换请用“换装”`,
        `${there.detector} (serial ${there.serial ?? "not registered"}) hangs at point ${wish.point}; swap it instead`,
      ),
    );
  }
  return hang(tx, change, wish);
};

/**
 * Replaces the device at a point in one step: the old one's time there ends where the new one's
 * begins, so that the point's history has no gap, and the old serial is never used again unless it
 * was only moved.
 */
export const swapDevice = async (
  tx: Writing,
  change: Change,
  wish: {
    readonly point: string;
    /** Version of the installation that comes down. */
    readonly version: number;
    readonly why: RemovalReason;
    readonly device: NewDevice;
  },
): Promise<Result<Installation, Refusal>> => {
  const point = await pointForWork(tx, change, wish.point);
  if (!point.ok) return point;
  const old = await hangingAt(tx, wish.point);
  if (old === undefined) {
    return err(
      conflict(`点位 ${wish.point} 没有在装的设备`, `nothing hangs at point ${wish.point}`),
    );
  }
  if (old.version !== wish.version) return err({ kind: "changed", current: old.version });
  await takeDown(tx, change, old, wish.why);
  const hung = await hang(tx, change, wish);
  if (!hung.ok) return hung;
  await tx
    .updateTable("installations")
    .set({ replaced_by: hung.value.id })
    .where("id", "=", old.id)
    .execute();
  return hung;
};

/** Takes a device down; the point stays. */
export const removeDevice = async (
  tx: Writing,
  change: Change,
  wish: { readonly id: string; readonly version: number; readonly why: RemovalReason },
): Promise<Result<Installation, Refusal>> => {
  const open = await openInstallation(tx, change, wish);
  if (!open.ok) return open;
  await takeDown(tx, change, open.value, wish.why);
  return reread(tx, wish.id);
};

/** Completes what is known of a device, for one that the site file brought above all. */
export const completeDevice = async (
  tx: Writing,
  change: Change,
  wish: { readonly id: string; readonly version: number; readonly facts: DeviceFacts },
): Promise<Result<Installation, Refusal>> => {
  const open = await openInstallation(tx, change, wish);
  if (!open.ok) return open;
  const { serial } = wish.facts;
  if (serial !== undefined && serial !== null && serial !== open.value.serial) {
    const free = await isFreeSerial(tx, serial);
    if (!free.ok) return free;
  }
  await tx
    .updateTable("installations")
    .set((eb) => ({ ...factsToColumns(wish.facts), version: eb("version", "+", 1) }))
    .where("id", "=", wish.id)
    .execute();
  await note(tx, change, "register-device", `installation ${wish.id}`, {
    done: "complete",
    ...wish.facts,
  });
  return reread(tx, wish.id);
};

/** Everything that ever hung at a point, newest first. */
export const devicesAt = (db: Reading, point: string): Promise<readonly Installation[]> =>
  db
    .selectFrom("installations")
    .selectAll()
    .where("point", "=", point)
    .orderBy("installed_at_ms", "desc")
    .orderBy("id")
    .execute();

const hang = async (
  tx: Writing,
  change: Change,
  { point, device }: { readonly point: string; readonly device: NewDevice },
): Promise<Result<Installation, Refusal>> => {
  const gateway = await gatewayForWork(tx, change, device.gateway);
  if (!gateway.ok) return gateway;
  const named = await tx
    .selectFrom("installations")
    .select("point")
    .where("gateway", "=", device.gateway)
    .where("detector", "=", device.detector)
    .where("removed_at_ms", "is", null)
    .executeTakeFirst();
  if (named !== undefined) {
    return err(
      conflict(
        `网关 ${device.gateway} 的 ${device.detector} 已装在点位 ${named.point}`,
        `${device.detector} of gateway ${device.gateway} hangs at point ${named.point} already`,
      ),
    );
  }
  const serial = device.serial ?? undefined;
  const free = serial === undefined ? ok(undefined) : await isFreeSerial(tx, serial);
  if (!free.ok) return free;
  const id = randomUUID();
  await tx
    .insertInto("installations")
    .values({
      id,
      detector: device.detector,
      gateway: device.gateway,
      point,
      ...factsToColumns(device),
      installed_at_ms: Math.floor(device.installedAtMs ?? change.nowMs),
      origin: "hand",
    })
    .execute();
  await note(tx, change, "register-device", `point ${point}`, {
    done: "install",
    installation: id,
    gateway: device.gateway,
    detector: device.detector,
    serial: device.serial ?? null,
  });
  await moveToPlaces(tx, [device], { by: change.actor.name, nowMs: change.nowMs });
  return reread(tx, id);
};

const takeDown = async (
  tx: Writing,
  change: Change,
  old: Installation,
  why: RemovalReason,
): Promise<void> => {
  await tx
    .updateTable("installations")
    .set((eb) => ({
      removed_at_ms: Math.floor(change.nowMs),
      removed_why: why,
      version: eb("version", "+", 1),
    }))
    .where("id", "=", old.id)
    .execute();
  await note(tx, change, "register-device", `point ${old.point}`, {
    done: "remove",
    installation: old.id,
    serial: old.serial,
    why,
  });
};

const factsToColumns = ({
  profile,
  serial,
  madeAtMs,
  warmUntilMs,
  calibratedAtMs,
  expiresAtMs,
}: DeviceFacts) => ({
  ...(profile !== undefined && { profile }),
  ...(serial !== undefined && { serial }),
  ...(madeAtMs !== undefined && { made_at_ms: madeAtMs }),
  ...(warmUntilMs !== undefined && { warm_until_ms: warmUntilMs }),
  ...(calibratedAtMs !== undefined && { calibrated_at_ms: calibratedAtMs }),
  ...(expiresAtMs !== undefined && { expires_at_ms: expiresAtMs }),
});

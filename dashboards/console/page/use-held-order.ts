import { useEffect, useRef, useState } from "react";
import type { DeskAlarm } from "#domain/desk.ts";
import { holdMs, isAiming, keepOrder } from "../state/hold-order.ts";

/**
 * Keeps rows from moving under a pointer that is on its way to one: while it moves in the list the
 * old order stands, once it rests the true order comes. Content is always the newest.
 */
export const useHeldOrder = (rows: readonly DeskAlarm[]) => {
  const [order, setOrder] = useState<readonly string[]>([]);
  const lastMoveMs = useRef<number>(undefined);
  const lastPlace = useRef<string>(undefined);
  const heldSinceMs = useRef<number>(undefined);

  useEffect(() => {
    const wanted = rows.map(({ episode }) => episode);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (): void => {
      const nowMs = performance.now();
      if (isAiming(nowMs, lastMoveMs.current, heldSinceMs.current)) {
        heldSinceMs.current ??= nowMs;
        timer = setTimeout(settle, holdMs / 4);
        return;
      }
      heldSinceMs.current = undefined;
      setOrder((now) => (isSame(now, wanted) ? now : wanted));
    };
    settle();
    return () => clearTimeout(timer);
  }, [rows]);

  return {
    held: keepOrder(rows, order),
    pointer: {
      // Browsers also report a pointer that rests while the page moves under it: that is no hand.
      onPointerMove: ({ clientX, clientY }: { clientX: number; clientY: number }) => {
        const place = `${clientX} ${clientY}`;
        if (place !== lastPlace.current) lastMoveMs.current = performance.now();
        lastPlace.current = place;
      },
      onPointerLeave: () => {
        lastMoveMs.current = undefined;
      },
    },
  };
};

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((episode, index) => episode === b[index]);

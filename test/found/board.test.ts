/** Ways in which somebody could keep others from acting at a gateway's board, found by attacking it. */
import { expect, test } from "vitest";
import { badge, openBoard } from "../scenarios/open-board.ts";

test("whoever types wrong PINs at the wall screen keeps no badge out", async () => {
  const { browserAt } = await openBoard();
  const wall = browserAt("192.168.1.20");
  for (const person of ["zhao", "wang", "li", "nobody"]) {
    for (let tries = 0; tries < 6; tries += 1) await wall.showPin(person, "000111");
  }
  expect((await wall.showPin("wang", "000111")).statusCode).toBe(429);
  expect((await wall.showBadge("zhao.wrong")).statusCode).toBe(401);
  expect((await wall.showBadge(badge)).statusCode).toBe(200);
});

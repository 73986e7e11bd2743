import { readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Role } from "#domain/rights.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { evidenceFolder } from "../http/evidence-routes.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { sweepOrphans } from "./evidence.ts";
import { openFileStore } from "./file-store.ts";
import { evidenceBytesMax, mediaTypeOf } from "./media-types.ts";

// Files are synced for real; a busy machine may take its time.
vi.setConfig({ testTimeout: 30_000 });

const jpeg = (size = 1_000): Buffer =>
  Buffer.concat([Buffer.from("ffd8ffe000104a464946", "hex"), Buffer.alloc(size, 7)]);

let desk: OpenDesk;
let cookie: string;
let caseId: string;
beforeEach(async () => {
  desk = await openDesk();
  cookie = await desk.login();
  await desk.take(createFakeGateway("gw-1").alarm({ seq: 1 }));
  const { id } = await desk.store.db.selectFrom("cases").select("id").executeTakeFirstOrThrow();
  caseId = id;
});
afterEach(() => desk.close());

const upload = async (file: Buffer, to = caseId) => {
  const form = new FormData();
  form.append("file", new Blob([Uint8Array.from(file)], { type: "image/jpeg" }), "a.jpg");
  const response = await fetch(`${desk.url}/api/v1/cases/${to}/evidence`, {
    method: "POST",
    headers: { cookie },
    body: form,
  });
  return { status: response.status, body: Object(await response.json()) };
};
const remove = async (id: string) => {
  const response = await fetch(`${desk.url}/api/v1/evidence/${id}/delete`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify({ reason: "误传" }),
  });
  return { status: response.status, body: Object(await response.json()) };
};
const become = async (role: Role, area = "/"): Promise<void> => {
  await desk.store.db.deleteFrom("grants").execute();
  await desk.store.db.insertInto("grants").values({ user_name: "admin", role, area }).execute();
};
const audited = async (action: string): Promise<number> =>
  (await desk.store.db.selectFrom("audit").select("id").where("action", "=", action).execute())
    .length;
const folder = (): string => evidenceFolder(desk.parts.filesFolder);
const filesThere = async (): Promise<readonly string[]> => {
  const all = await readdir(folder(), { recursive: true, withFileTypes: true });
  return all.flatMap((one) => (one.isFile() ? [one.name] : []));
};

test("a photo is on disk under its hash, stands with the case, and comes back as it was", async () => {
  const photo = jpeg();
  const { status, body } = await upload(photo);
  expect(status).toBe(200);
  expect(body).toMatchObject({ kind: "photo", mediaType: "image/jpeg", bytes: photo.length });
  const path = join(folder(), body.sha256.slice(0, 2), body.sha256.slice(2, 4), body.sha256);
  expect((await stat(path)).size).toBe(photo.length);

  const back = await desk.get(`/api/v1/evidence/${body.id}`, cookie);
  expect(back.headers.get("content-type")).toBe("image/jpeg");
  expect(Buffer.from(await back.arrayBuffer())).toEqual(photo);
  expect([await audited("evidence-add"), await audited("evidence-read")]).toEqual([1, 1]);

  const detail = Object(await (await desk.get(`/api/v1/cases/${caseId}`, cookie)).json());
  expect(detail.evidence).toHaveLength(1);
  // The same photo again, after a lost answer, is the same evidence.
  expect((await upload(photo)).body.id).toBe(body.id);
});

test.each([
  ["ffd8ffe0", "photo"],
  ["89504e470d0a1a0a", "photo"],
  ["52494646aabbccdd57454250", "photo"],
  ["00000020667479704d344120", "voice"],
  ["000000206674797069736f6d", "video"],
  ["4f676753", "voice"],
  ["2321414d520a", "voice"],
  ["000000206674797068656963", undefined],
  ["3c7376673e", undefined],
  ["4d5a9000", undefined],
  ["", undefined],
])("a file that begins with %s is %s", (hex, kind) => {
  expect(mediaTypeOf(Buffer.from(hex, "hex"))?.kind).toBe(kind);
});

test("what is no photo, sound or film, or too large, is refused and leaves nothing on disk", async () => {
  expect((await upload(Buffer.from("<svg onload=alert(1)>"))).status).toBe(415);
  expect((await upload(Buffer.alloc(0))).status).toBe(415);
  expect((await upload(jpeg(evidenceBytesMax))).status).toBe(413);
  expect(await filesThere()).toEqual([]);
});

test("an upload that is cut off leaves nothing behind", async () => {
  const files = openFileStore(folder());
  const cut = async function* () {
    yield await Promise.resolve(jpeg());
    throw new Error("the phone lost its network");
  };
  await expect(files.put(cut(), () => true)).rejects.toThrow("lost its network");
  expect(await filesThere()).toEqual([]);
});

test("outside one's areas there is no such case and no such evidence", async () => {
  const { body } = await upload(jpeg());
  await become("duty", "/elsewhere/");
  expect((await upload(jpeg(5))).status).toBe(404);
  expect((await desk.get(`/api/v1/evidence/${body.id}`, cookie)).status).toBe(404);
  expect((await remove(body.id)).status).toBe(404);
});

test("deleting takes two people in two roles; the audit log keeps the hash and the reason", async () => {
  const { body } = await upload(jpeg());
  await become("duty");
  expect((await remove(body.id)).status).toBe(403);
  await become("community_lead");
  expect((await remove(body.id)).body).toEqual({ deleted: false });
  expect((await remove(body.id)).status).toBe(409);
  // The same person in another role is still the same person.
  await become("street_lead");
  expect((await remove(body.id)).status).toBe(409);
  await desk.store.db.updateTable("evidence_deletions").set({ asked_by: "李敏" }).execute();
  await become("community_lead");
  expect((await remove(body.id)).status).toBe(409);
  await become("street_lead");
  expect((await remove(body.id)).body).toEqual({ deleted: true });
  expect(await filesThere()).toEqual([]);
  expect(await audited("evidence-delete")).toBe(2);
  expect((await desk.get(`/api/v1/evidence/${body.id}`, cookie)).status).toBe(404);
});

test("the sweep takes files of nothing once they are a day old, and no other", async () => {
  const { body } = await upload(jpeg());
  const files = openFileStore(folder());
  const orphan = await files.put(chunksOf(jpeg(3)), () => true);
  const young = await files.put(chunksOf(jpeg(4)), () => true);
  await writeFile(join(folder(), "uploads", "left-over"), "x");
  const old = new Date(Date.now() - 25 * 3_600_000);
  for (const sha256 of [body.sha256, orphan?.sha256 ?? ""]) {
    await utimes(join(folder(), sha256.slice(0, 2), sha256.slice(2, 4), sha256), old, old);
  }
  await utimes(join(folder(), "uploads", "left-over"), old, old);
  await sweepOrphans(desk.store, files, Date.now());
  expect([...(await filesThere())].toSorted()).toEqual(
    [body.sha256, young?.sha256].map(String).toSorted(),
  );
});

const chunksOf = async function* (file: Buffer) {
  yield await Promise.resolve(file);
};

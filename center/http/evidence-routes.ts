// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import multipart from "@fastify/multipart";
import { join } from "node:path";
import { Type } from "typebox";
import {
  addEvidence,
  caseArea,
  deleteEvidence,
  findEvidence,
  noteReading,
  removeIfUnused,
} from "../evidence/evidence.ts";
import { openFileStore, type FileStore } from "../evidence/file-store.ts";
import { evidenceBytesMax, mediaTypeOf } from "../evidence/media-types.ts";
import type { EvidenceRow } from "../store/case-tables.ts";
import type { App, HttpParts } from "./app.ts";
import { notFound, ProblemError, problemResponses, type ProblemFacts } from "./problems.ts";
import { changeBy, orProblem } from "./register-answers.ts";
import { requireSession } from "./require-session.ts";
import { piecesOf, sentFile } from "./sent-file.ts";

const EvidenceSchema = Type.Object({
  id: Type.String(),
  sha256: Type.String(),
  kind: Type.String({ description: "photo, voice or video" }),
  bytes: Type.Integer(),
  mediaType: Type.String(),
  by: Type.String(),
  atMs: Type.Number(),
});
const uuid = Type.Object({ id: Type.String({ pattern: "^[0-9a-f-]{36}$" }) });

export const evidenceFolder = (filesFolder: string): string => join(filesFolder, "evidence");

/** Photos, voice and film of cases. */
export const addEvidenceRoutes = async (app: App, parts: HttpParts): Promise<void> => {
  const files = openFileStore(evidenceFolder(parts.filesFolder));
  await app.register(async (scope: App) => {
    await scope.register(multipart, {
      limits: { files: 1, fields: 0, parts: 1, fileSize: evidenceBytesMax, headerPairs: 20 },
    });
    addUploadRoute(scope, parts, files);
  });
  addDownloadRoute(app, parts, files);
  addDeleteRoute(app, parts, files);
};

const addUploadRoute = (app: App, parts: HttpParts, files: FileStore): void => {
  app.post(
    "/api/v1/cases/:id/evidence",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Add a photo, voice note or film to a case 上传证据",
        description:
          "One file part, multipart/form-data: JPEG, PNG, WebP, MP4, M4A, Ogg or AMR, told by its " +
          "content. The same file again is the same evidence.",
        tags: ["cases"],
        consumes: ["multipart/form-data"],
        params: Type.Object({ id: Type.String({ pattern: "^[\\w-]{1,40}$" }) }),
        response: { 200: EvidenceSchema, ...problemResponses },
      },
      bodyLimit: evidenceBytesMax + 64 * 1024,
    },
    async (request) => {
      const change = changeBy(parts, request);
      const caseId = request.params.id;
      if ((await caseArea(parts.store.db, change, caseId)) === undefined) {
        throw new ProblemError(notFound(noSuchCase));
      }
      const upload = await sentFile(request);
      if (upload === undefined) throw new ProblemError(noFile);
      const file = await files.put(
        piecesOf(upload),
        (written) => !upload.file.truncated && mediaTypeOf(written.head) !== undefined,
      );
      if (upload.file.truncated) throw new ProblemError(tooLarge);
      const type = file === undefined ? undefined : mediaTypeOf(file.head);
      if (file === undefined || type === undefined) throw new ProblemError(wrongType);
      const wish = { caseId, file, type };
      const row = orProblem(await parts.store.write((tx) => addEvidence(tx, change, wish)));
      parts.broadcast.wake();
      return toBody(row);
    },
  );
};

const addDownloadRoute = (app: App, parts: HttpParts, files: FileStore): void => {
  app.get(
    "/api/v1/evidence/:id",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "The file itself; that it was looked at is recorded 查看证据",
        tags: ["cases"],
        params: uuid,
        response: { 200: Type.Any(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      const row = await findEvidence(parts.store.db, change, request.params.id);
      if (row === undefined) throw new ProblemError(notFound(noSuchEvidence));
      if (!(await files.has(row.sha256))) throw new ProblemError(fileGone);
      await parts.store.write((tx) => noteReading(tx, change, row));
      return reply
        .type(row.media_type)
        .header("content-length", row.bytes)
        .header("etag", `"${row.sha256}"`)
        .header("cache-control", "private, no-store")
        .header("content-disposition", `inline; filename="${row.case_id}-${row.id.slice(0, 8)}"`)
        .send(files.read(row.sha256));
    },
  );
};

const addDeleteRoute = (app: App, parts: HttpParts, files: FileStore): void => {
  app.post(
    "/api/v1/evidence/:id/delete",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Ask to delete evidence, or agree to it in another role 删除证据(两种角色)",
        tags: ["cases"],
        params: uuid,
        body: Type.Object(
          { reason: Type.String({ pattern: "^[^\\u0000-\\u001f]{1,200}$" }) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            deleted: Type.Boolean({ description: "false: somebody in another role must agree" }),
          }),
          ...problemResponses,
        },
      },
    },
    async (request) => {
      const change = changeBy(parts, request);
      const wish = { id: request.params.id, reason: request.body.reason };
      const done = orProblem(await parts.store.write((tx) => deleteEvidence(tx, change, wish)));
      if (done.deleted) await removeIfUnused(parts.store, files, done.sha256);
      parts.broadcast.wake();
      return { deleted: done.deleted };
    },
  );
};

const toBody = (row: EvidenceRow) => ({
  id: row.id,
  sha256: row.sha256,
  kind: row.kind,
  bytes: row.bytes,
  mediaType: row.media_type,
  by: row.by_name,
  atMs: row.at_ms,
});

const noSuchCase = {
  zh: "没有这个事件,或不在您的辖区",
  en: "there is no such case, or it is not in your area",
};
const noSuchEvidence = {
  zh: "没有这份证据,或不在您的辖区",
  en: "there is no such evidence, or it is not in your area",
};

const noFile: ProblemFacts = {
  status: 400,
  kind: "file-missing",
  title: "File missing",
  detail: {
    zh: "请以 multipart/form-data 上传一个文件",
    en: "upload one file as multipart/form-data",
  },
};

const tooLarge: ProblemFacts = {
  status: 413,
  kind: "too-large",
  title: "Too large",
  detail: {
    zh: `文件超过 ${evidenceBytesMax / 1024 / 1024} MB,请压缩或缩短后重新上传`,
    en: `the file is larger than ${evidenceBytesMax / 1024 / 1024} MB; compress or shorten it`,
  },
};

const wrongType: ProblemFacts = {
  status: 415,
  kind: "wrong-media-type",
  title: "Wrong media type",
  detail: {
    zh: "只接受 JPEG、PNG、WebP 照片和 MP4、M4A、Ogg、AMR 音视频(按内容识别)",
    en: "photos as JPEG, PNG or WebP, sound and film as MP4, M4A, Ogg or AMR, told by their content",
  },
};

const fileGone: ProblemFacts = {
  status: 503,
  kind: "evidence-file-missing",
  title: "Evidence file missing",
  detail: {
    zh: "证据文件不在本中心的数据目录,请从备份或另一中心恢复 center/evidence",
    en: "the file is not in this center's data folder; restore center/evidence from the backup or the other center",
  },
};

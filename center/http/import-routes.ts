// oxlint-disable oxc/no-async-endpoint-handlers -- Express only; Fastify answers for rejections
import multipart from "@fastify/multipart";
import { Type } from "typebox";
import { runImport } from "../register/import/run-import.ts";
import { fileBytesMax } from "../register/import/sheet-limits.ts";
import { templateCsv, templateXlsx } from "../register/import/template.ts";
import { undoImport } from "../register/import/undo-import.ts";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import type { App, HttpParts } from "./app.ts";
import { problemBody, ProblemError, problemResponses, type ProblemFacts } from "./problems.ts";
import { changeBy, orProblem } from "./register-answers.ts";
import { callerOf, requireSession } from "./require-session.ts";
import { bytesOf, sentFile } from "./sent-file.ts";

const MistakeSchema = Type.Object({
  row: Type.Integer({ description: "row of the sheet; 1 is the heading" }),
  column: Type.Optional(Type.String()),
  zh: Type.String(),
  en: Type.String(),
});
const ReportSchema = Type.Object({
  import: Type.Optional(Type.String({ description: "present: written, under this id" })),
  rows: Type.Integer(),
  mistakeCount: Type.Integer(),
  mistakes: Type.Array(MistakeSchema, { description: "the first 1,000, by row" }),
  notes: Type.Array(Type.Object({ zh: Type.String(), en: Type.String() })),
  counts: Type.Object(
    {
      buildings: Type.Integer(),
      households: Type.Integer(),
      points: Type.Integer(),
      devices: Type.Integer(),
      completed: Type.Integer({ description: "installations of the site file, completed" }),
      people: Type.Integer(),
    },
    { description: "what was written, or would be" },
  ),
});
const ImportSchema = Type.Object({
  id: Type.String(),
  fileName: Type.String(),
  rows: Type.Integer(),
  createdBy: Type.String(),
  createdAtMs: Type.Number(),
  undoneBy: Type.Union([Type.String(), Type.Null()]),
  undoneAtMs: Type.Union([Type.Number(), Type.Null()]),
});

/** Importing the register from CSV or XLSX; `multipart` reads the upload in this scope only. */
export const addImportRoutes = async (app: App, parts: HttpParts): Promise<void> => {
  await app.register(async (scope: App) => {
    await scope.register(multipart, {
      limits: { files: 1, fields: 0, parts: 1, fileSize: fileBytesMax, headerPairs: 20 },
    });
    addUploadRoute(scope, parts);
  });
  addTemplateRoutes(app, parts);
  addImportsRoutes(app, parts);
};

const addUploadRoute = (app: App, parts: HttpParts): void => {
  app.post(
    "/api/v1/imports",
    {
      preParsing: requireSession(parts),
      schema: {
        summary: "Import detectors, homes and residents from CSV or XLSX 批量导入",
        description:
          "One file part, multipart/form-data. All rows or none: with any mistake nothing is " +
          "written and the answer is 422 with the report. `dryRun=true` only reports.",
        tags: ["register"],
        consumes: ["multipart/form-data"],
        querystring: Type.Object(
          { dryRun: Type.Optional(Type.Enum(["true", "false"])) },
          { additionalProperties: false },
        ),
        response: { 200: ReportSchema, ...problemResponses },
      },
      bodyLimit: fileBytesMax + 64 * 1024,
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      const upload = await sentFile(request);
      if (upload === undefined) throw new ProblemError(noFile);
      const dryRun = request.query.dryRun === "true";
      const wish = { file: await bytesOf(upload), name: upload.filename, dryRun };
      const report = orProblem(
        await runImport(parts.store, change, { ...wish, vault: parts.vault }),
      );
      if (report.import !== undefined || dryRun) {
        return { ...report, mistakes: [...report.mistakes], notes: [...report.notes] };
      }
      // Not an exception: the report is the answer.
      const refusal = { ...problemBody(hasMistakes(report.mistakeCount)), report };
      reply.serializer(() => JSON.stringify(refusal));
      return reply
        .code(422)
        .type("application/problem+json; charset=utf-8")
        .send(problemBody(hasMistakes(report.mistakeCount)));
    },
  );
};

const addTemplateRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  const schema = (format: string) => ({
    summary: `The empty import file, ${format} 导入模板`,
    tags: ["register"],
    response: { 200: Type.Any(), ...problemResponses },
  });
  app.get("/api/v1/imports/template.csv", { preParsing, schema: schema("CSV") }, (_, reply) =>
    reply
      .serializer((text: string) => text)
      .type("text/csv; charset=utf-8")
      .header("content-disposition", 'attachment; filename="canary-import.csv"')
      .send(templateCsv()),
  );
  app.get(
    "/api/v1/imports/template.xlsx",
    { preParsing, schema: schema("XLSX") },
    async (_, reply) =>
      reply
        .type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .header("content-disposition", 'attachment; filename="canary-import.xlsx"')
        .send(await templateXlsx()),
  );
};

const addImportsRoutes = (app: App, parts: HttpParts): void => {
  const preParsing = requireSession(parts);
  app.get(
    "/api/v1/imports",
    {
      preParsing,
      schema: {
        summary: "Imports of one's areas, newest 100 导入批次",
        tags: ["register"],
        response: { 200: Type.Object({ items: Type.Array(ImportSchema) }), ...problemResponses },
      },
    },
    async (request) => {
      const rows = await parts.store.db
        .selectFrom("imports")
        .selectAll()
        .where(inScope("area_path", areasWith(callerOf(request).user, "register.read")))
        .orderBy("created_at_ms", "desc")
        .orderBy("id")
        .limit(100)
        .execute();
      return {
        items: rows.map((row) => ({
          id: row.id,
          fileName: row.file_name,
          rows: row.rows,
          createdBy: row.created_by,
          createdAtMs: row.created_at_ms,
          undoneBy: row.undone_by,
          undoneAtMs: row.undone_at_ms,
        })),
      };
    },
  );

  app.post(
    "/api/v1/imports/:id/undo",
    {
      preParsing,
      schema: {
        summary: "Take a whole import back, until its first alarm 整批撤销",
        tags: ["register"],
        params: Type.Object({ id: Type.String({ pattern: "^[0-9a-f-]{36}$" }) }),
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const change = changeBy(parts, request);
      orProblem(await parts.store.write((tx) => undoImport(tx, change, request.params.id)));
      return reply.code(204).send(null);
    },
  );
};

const hasMistakes = (count: number): ProblemFacts => ({
  status: 422,
  kind: "import-mistakes",
  title: "Import has mistakes",
  detail: {
    zh: `文件有 ${count} 处错误,一行也没有写入。请按 report.mistakes 逐条改正后重新导入`,
    en: `the file has ${count} mistakes and nothing was written; mend them by report.mistakes and import again`,
  },
});

const noFile: ProblemFacts = {
  status: 400,
  kind: "file-missing",
  title: "File missing",
  detail: {
    zh: "请以 multipart/form-data 上传一个 CSV 或 XLSX 文件",
    en: "upload one CSV or XLSX file as multipart/form-data",
  },
};

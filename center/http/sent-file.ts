/** The one file of a multipart request. A form that is broken, or breaks off, is its sender's mistake. */
import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { ProblemError, type ProblemFacts } from "./problems.ts";

/** `undefined`: no multipart request, or one without a file. */
export const sentFile = async (request: FastifyRequest): Promise<MultipartFile | undefined> =>
  request.isMultipart() ? request.file().catch(tellSender) : undefined;

/** Its content piece by piece. */
export async function* piecesOf({ file }: MultipartFile): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of file) yield piece;
  } catch (error) {
    tellSender(error);
  }
}

/** Its content as a whole. */
export const bytesOf = (upload: MultipartFile): Promise<Buffer> =>
  upload.toBuffer().catch(tellSender);

/** Whatever has a status of its own, as a file that is too large, is told as that. */
const tellSender = (error: unknown): never => {
  if (error instanceof Error && "statusCode" in error) throw error;
  throw new ProblemError(brokenForm);
};

const brokenForm: ProblemFacts = {
  status: 400,
  kind: "form-broken",
  title: "Form broken",
  detail: {
    zh: "上传的表单不完整或格式有误,文件没有收下。请检查网络后重新上传",
    en: "the uploaded form is incomplete or malformed and the file was not taken; check the connection and upload it again",
  },
};

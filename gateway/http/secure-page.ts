/** The board once more, encrypted: a PIN typed on plain HTTP could be overheard on the network. */
import { readFileSync } from "node:fs";
import type { FastifyRequest } from "fastify";
import type { Bilingual } from "#domain/result.ts";
import { errorText } from "../lines/error-text.ts";
import type { ReportFault } from "../ports.ts";
import { isLocal } from "./visitor.ts";

/** Where the encrypted page listens, and what proves that it is this gateway's. PEM files. */
export interface SecurePage {
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Opens it, and answers its port. One that cannot open is a fault and no more: PINs are then taken on
 * plain HTTP, because who stands at the door with gas behind it must be able to sign.
 */
export const openSecurePage = async (
  wanted: SecurePage | undefined,
  reportFault: ReportFault,
  listen: (certificate: Certificate, port: number) => Promise<number>,
): Promise<number | undefined> => {
  if (wanted === undefined) return undefined;
  try {
    const cert = readFileSync(wanted.certFile, "utf8");
    return await listen({ cert, key: readFileSync(wanted.keyFile, "utf8") }, wanted.port);
  } catch (error) {
    reportFault({ key: "secure-page", present: true, text: cannotOpen(wanted, error) });
    return undefined;
  }
};

/** This request came in the open, from another machine, while the encrypted page is there. */
export const isOverheard = (request: FastifyRequest, securePort: number | undefined): boolean =>
  securePort !== undefined && request.protocol !== "https" && !isLocal(request);

/** The same page, encrypted, under the name it was asked by. */
export const secureUrl = ({ hostname, url }: FastifyRequest, port: number): string =>
  `https://${hostname}:${port}${url.startsWith("/?") ? url : "/"}`;

const cannotOpen = ({ port, certFile, keyFile }: SecurePage, error: unknown): Bilingual => ({
  zh: `加密看板(端口 ${port})打不开:${errorText(error)}。PIN 暂时只能在未加密的页面输入,可能被同一网络上的人听到。请检查 gateway.http.secure 的 ${certFile}、${keyFile} 和端口`,
  en: `the encrypted board (port ${port}) cannot open: ${errorText(error)}. Until then PINs are typed on plain HTTP, where the network can overhear them. Check ${certFile}, ${keyFile} and the port under gateway.http.secure`,
});

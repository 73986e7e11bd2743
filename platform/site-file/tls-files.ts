import { readFileSync } from "node:fs";
import type { Site } from "./schema.ts";

type TlsSite = NonNullable<Site["gateway"]["mqtt"]["tls"]>;

/** The PEM texts that a site file names. Throws when one is missing; the site checks tell before. */
export const readTlsFiles = (
  files: TlsSite,
): { readonly cert: string; readonly key: string; readonly ca?: string } => ({
  cert: readFileSync(files.certFile, "utf8"),
  key: readFileSync(files.keyFile, "utf8"),
  ...(files.caFile !== undefined && { ca: readFileSync(files.caFile, "utf8") }),
});

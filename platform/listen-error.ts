/** Says why a port could not be opened, and who has it. */
import type { Bilingual } from "#domain/result.ts";
import { describePortHolder } from "./port-holder.ts";

/** `setting` names where the port is configured: site file key and environment variable. */
export const explainListenError = async (
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  setting: string,
): Promise<Bilingual> => {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  switch (code) {
    case "EADDRINUSE": {
      const holder = await describePortHolder(port);
      return {
        zh: `端口 ${port} 已被占用${holder === undefined ? "" : `(${holder})`}。请停掉占用者,或改 ${setting}`,
        en: `port ${port} is taken${holder === undefined ? "" : ` by ${holder}`}; stop that program or change ${setting}`,
      };
    }
    case "EACCES":
      return {
        zh: `没有权限监听端口 ${port}。请改 ${setting} 为 1024 以上`,
        en: `not allowed to listen on port ${port}; set ${setting} to one above 1024`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return {
        zh: `本机没有地址 ${host}。请检查 ${setting} 旁的 host`,
        en: `this machine has no address ${host}; check the host beside ${setting}`,
      };
    default:
      return {
        zh: `无法监听 ${host}:${port}:${code}(设置 ${setting})`,
        en: `cannot listen on ${host}:${port}: ${code} (setting ${setting})`,
      };
  }
};

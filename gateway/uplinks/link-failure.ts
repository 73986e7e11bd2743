import type { Bilingual } from "#domain/result.ts";

export const linkUpText: Bilingual = {
  zh: "已连接中心,无需操作",
  en: "connected to the center; nothing to do",
};

/** A failed or lost connection in words: what, where, what to do next. */
export const explainLinkFailure = (url: string, why: unknown): Bilingual => {
  const code = why instanceof Error && "code" in why ? String(why.code) : "";
  const known = texts.find(({ codes }) => codes.test(code));
  const detail = why instanceof Error ? why.message : String(why);
  return {
    zh: `未连接中心 ${url}:${known?.zh ?? `${detail}。自动重试;如持续出现请检查网络和中心`}`,
    en: `no connection to the center ${url}: ${known?.en ?? `${detail}. It is tried again; if this stays, check network and center`}`,
  };
};

/** System codes, and MQTT 3.1.1 CONNACK return codes (OASIS MQTT 3.1.1, table 3.1). */
const texts: readonly { readonly codes: RegExp; readonly zh: string; readonly en: string }[] = [
  {
    codes: /^[45]$/,
    zh: "用户名或密码不被接受。请核对网关配置与中心的登记",
    en: "user name or password refused. Compare the gateway's settings with the center's register",
  },
  {
    codes: /^ECONNREFUSED$/,
    zh: "中心没有在该地址和端口监听。请检查地址、端口和中心是否运行",
    en: "nothing listens there. Check address and port, and that the center runs",
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    zh: "找不到主机名。请检查地址和 DNS",
    en: "the host name is not known. Check the address and DNS",
  },
  {
    codes: /^(CERT_|ERR_TLS|UNABLE_|SELF_SIGNED|DEPTH_ZERO)/,
    zh: "证书不被信任或不匹配。请检查 CA、有效期和本机时间",
    en: "the certificate is not trusted or does not match. Check the CA, its dates and this machine's clock",
  },
];

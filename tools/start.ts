import { buildConsoleIfStale } from "./build-console.ts";
import type { LoadedSite } from "./load-site.ts";
import { runRole } from "./run-role.ts";
import { runStreet } from "./street.ts";

/** `npm start [-- role]`: one street on this machine, or one role in this process. */
export const start = async (role: string | undefined): Promise<number> => {
  if (role === "gateway") return runRole(role);
  await buildConsoleIfStale();
  if (role === "center") return runRole(role);
  if (role !== undefined) {
    console.error(
      `没有「${role}」这个角色,只有 gateway、center · there is no role "${role}", only gateway and center`,
    );
    return 2;
  }
  return runStreet(process.env, { onReady: announce });
};

/** What a person needs next, once everything answers. */
const announce = ({ site }: LoadedSite): void => {
  const detector = site.detectors[0]?.id ?? "<detectorId>";
  const mqtt = site.gateway.mqtt;
  console.log(
    [
      "",
      `金丝雀已就绪 · Canary is ready`,
      `  值守页面 duty page       http://${site.center.http.host}:${site.center.http.port}/`,
      `  网关看板 gateway board   http://${site.gateway.http.host}:${site.gateway.http.port}/`,
      `  发一条读数 send a reading:`,
      `    mosquitto_pub -h ${mqtt.host} -p ${mqtt.port} -q 1 -t canary/v1/detectors/${detector}/reading -m '{"co_ppm":320,"status":["alarm"]}'`,
      `  停止 stop: Ctrl-C`,
      "",
    ].join("\n"),
  );
};

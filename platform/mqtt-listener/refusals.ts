/** What the listener refused or slowed, counted, and told once per cause in words a technician can act on. */
import type { Bilingual } from "#domain/result.ts";

/** What happened, and what to do; `who` is a user name, client id or address. */
const words = {
  "connection-flood": [
    "打开的连接过多,多余的已拒绝;请检查该设备是否反复重连",
    "opens too many connections; the rest are refused. Check whether it reconnects in a loop",
  ],
  "not-mqtt": [
    "发送的不是 MQTT 3.1.1 报文,连接已断开;请检查端口和协议设置",
    "sent something that is not MQTT 3.1.1 and was disconnected; check its port and protocol",
  ],
  "no-connect": [
    "建立连接后没有登录,已断开;请检查该设备的 MQTT 设置",
    "opened a connection and did not log in; check its MQTT settings",
  ],
  "protocol-version": [
    "使用 MQTT 5,本机只支持 3.1 和 3.1.1;请在设备上改用 3.1.1",
    "speaks MQTT 5; this listener speaks 3.1 and 3.1.1. Set the device to 3.1.1",
  ],
  "packet-too-large": [
    "发送的报文超过长度上限,连接已断开;请减小报文或调高 payloadBytes",
    "sent a packet above the size limit and was disconnected; send less or raise payloadBytes",
  ],
  tls: [
    "TLS 握手失败;请检查证书、到期日和设备时钟",
    "failed the TLS handshake; check certificates, their expiry and the device's clock",
  ],
  "client-id": [
    "的客户端标识或用户名不合法(为空、过长或含控制字符);请更正后重连",
    "has an illegal client id or user name (empty, too long or with control characters); correct it and reconnect",
  ],
  credentials: ["登录被拒绝;请核对用户名和令牌", "was refused at login; check user name and token"],
  will: [
    "的遗嘱消息不合法或无权发布,登录被拒绝;请更正其主题、QoS 或长度",
    "has a will that is illegal or not its own to publish, and was refused; correct its topic, QoS or size",
  ],
  "publish-topic": [
    "向不合法的主题发布,连接已断开;请更正主题",
    "published to an illegal topic and was disconnected; correct the topic",
  ],
  "publish-not-allowed": [
    "向不属于它的主题发布,已拒绝;请检查设备配置,如非误配请按入侵处理",
    "published to a topic that is not its own: refused. Check its settings; if they are right, treat it as an intrusion",
  ],
  "subscribe-not-allowed": [
    "订阅了无权或不支持的主题,该订阅已拒绝;请更正过滤器",
    "subscribed to a filter it may not have; that subscription is refused. Correct the filter",
  ],
  "too-many-subscriptions": [
    "的订阅或保留会话过多,多余的已拒绝;请减少订阅或使用固定的客户端标识",
    "has too many subscriptions or kept sessions; more are refused. Use fewer, and a fixed client id",
  ],
  "too-many-retained": [
    "的保留消息未保存(数量已满),消息本身已处理;请清理保留消息",
    "sent a message to be retained, but there are too many: it was handled, not kept. Clear retained messages",
  ],
  slowed: [
    "发送过快,已减速接收,没有丢弃;请检查设备上报周期",
    "sends faster than it may and is read more slowly, nothing is dropped; check its reporting interval",
  ],
  "slow-reader": [
    "不取走订阅的消息,连接已断开;请检查该订阅端",
    "does not take what it subscribed to and was disconnected; check that subscriber",
  ],
  "queue-full": [
    "离线太久,排队消息已满,最早的已丢弃;请恢复该客户端或删除其会话",
    "was away too long: its queue is full and the oldest message was dropped. Bring it back or end its session",
  ],
  "not-committed": [
    "的消息未能存盘,未予确认,设备将重发;请检查磁盘",
    "sent a message that could not be committed; it was not acknowledged and will be sent again. Check the disk",
  ],
} as const satisfies Record<string, readonly [string, string]>;

export type RefusalReason = keyof typeof words;

export const isRefusalReason = (text: string): text is RefusalReason => Object.hasOwn(words, text);

export type ReportFault = (fault: {
  readonly key: string;
  readonly present: boolean;
  readonly text: Bilingual;
}) => void;

export interface Refusals {
  /** Counts it and, unless it is already known, reports a fault. `detail` is for the log: a topic, a cause. */
  readonly add: (reason: RefusalReason, who: string, detail?: Bilingual | string) => void;
  readonly counts: () => Readonly<Partial<Record<RefusalReason, number>>>;
  /** Ends the faults that have not come again for a while. */
  readonly forgetOld: (nowMs: number) => void;
}

/** A fault ends when it has not come again for ten minutes. */
const quietAfterMs = 600_000;
/** A stranger can invent names without end; beyond this many they share one fault per reason. */
const mostFaults = 200;

export const createRefusals = (
  onFault: ReportFault,
  nowMs: () => number,
  where: string,
): Refusals => {
  const counts: Partial<Record<RefusalReason, number>> = {};
  const open = new Map<string, { lastAtMs: number; readonly text: Bilingual }>();

  return {
    add: (reason, who, detail) => {
      counts[reason] = (counts[reason] ?? 0) + 1;
      const named = `mqtt:${reason}:${who}`;
      const key = open.has(named) || open.size < mostFaults ? named : `mqtt:${reason}`;
      const known = open.get(key);
      if (known !== undefined) {
        known.lastAtMs = nowMs();
        return;
      }
      const text = sentence(reason, who, where, detail);
      open.set(key, { lastAtMs: nowMs(), text });
      onFault({ key, present: true, text });
    },
    counts: () => counts,
    forgetOld: (atMs) => {
      for (const [key, { lastAtMs, text }] of open) {
        if (atMs - lastAtMs < quietAfterMs) continue;
        open.delete(key);
        onFault({ key, present: false, text });
      }
    },
  };
};

const sentence = (
  reason: RefusalReason,
  who: string,
  where: string,
  detail: Bilingual | string | undefined,
): Bilingual => {
  const [zh, en] = words[reason];
  const more =
    typeof detail === "string" ? { zh: printable(detail), en: printable(detail) } : detail;
  const name = printable(who);
  return {
    zh: `MQTT ${where}:客户端「${name}」${zh}${more === undefined ? "" : `(${more.zh})`}`,
    en: `MQTT ${where}: client "${name}" ${en}${more === undefined ? "" : ` (${more.en})`}`,
  };
};

/** Names come from strangers: nothing in them may reach a terminal as a command, or fill a log. */
const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.slice(0, 120).replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/gu, "�");

/** What people are told of a valve: records for the center, faults for as long as they last. */
import type { DetectorId } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";
import type { ReportFault } from "../ports.ts";
import type { ProtectionRecords } from "../protection/records.ts";

export interface TellerDeps {
  readonly reportFault: ReportFault;
  readonly record: ProtectionRecords["valve"];
}

/** `asking`: the detectors whose alarms stand now. */
export const createTeller = (
  id: string,
  asking: ReadonlySet<DetectorId>,
  { reportFault, record }: TellerDeps,
) => {
  const tell = (kind: Parameters<TellerDeps["record"]>[1], text: Bilingual): void =>
    record(id, kind, text, [...asking]);
  return {
    closing: (): void => tell("valve-closing", closingText(id)),
    closed: (): void => {
      reportFault({ key: `valve:${id}`, present: false, text: shutText(id) });
      tell("valve-closed", shutText(id));
    },
    /** It has not said that it is shut; `why` where that is known. */
    late: (why: Bilingual = unconfirmedText(id)): void => {
      reportFault({ key: `valve:${id}`, present: true, text: why });
      tell("valve-unconfirmed", why);
    },
    /** While gas stands that is for people to know, also once it is shut again. */
    opened: (): void => {
      if (asking.size === 0) return tell("valve-opened-by-hand", openedText(id));
      reportFault({ key: `valve-opened:${id}`, present: true, text: reopenedText(id) });
      tell("valve-reopened", reopenedText(id));
    },
    /** Nobody asks for it any more. */
    over: (): void =>
      reportFault({ key: `valve-opened:${id}`, present: false, text: alarmOverText(id) }),
  };
};

const closingText = (id: string): Bilingual => ({
  zh: `燃气达到危险值,已下令关闭阀门 ${id}`,
  en: `gas at the danger level: valve ${id} was told to close`,
});
const unconfirmedText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 未确认关闭,仍在重试。请立即从室外手动关阀,并联系燃气公司`,
  en: `valve ${id} has not confirmed that it is shut and is told again. Close it by hand from outside now, and call the gas company`,
});
const shutText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 已关闭。只能现场确认安全后手动打开`,
  en: `valve ${id} is shut. It can only be opened by hand, on site, once it is safe`,
});
const reopenedText = (id: string): Bilingual => ({
  zh: `燃气报警未解除,阀门 ${id} 却开着:有人打开,或其控制单元失电;已再次下令关闭。立即联系住户查明,不要再开`,
  en: `valve ${id} is open while the gas alarm stands: somebody opened it, or its unit lost power. It was told to close again; call the household now, find out which, and leave it shut`,
});
const alarmOverText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 所关联的报警已解除`,
  en: `the alarm that valve ${id} was shut for is over`,
});
const openedText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 已在现场打开`,
  en: `valve ${id} is open: it was opened on site`,
});
export const broken = (id: string, error: unknown): Bilingual => ({
  zh: `阀门 ${id} 驱动出错:${String(error)}。请到现场手动关阀`,
  en: `valve ${id} failed: ${String(error)}. Close it by hand on site`,
});

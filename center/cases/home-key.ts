import { isDanger, type AlarmNotice } from "#domain/alarm.ts";
import type { RegisteredPlace } from "../register/place-of.ts";

/**
 * Which home an alarm is in: the household of the register, else the room of its address, else its
 * point, else the address as it is written, else the detector alone. Alarms of one home become one case.
 */
export const homeKey = (notice: AlarmNotice, place: RegisteredPlace | undefined): string => {
  if (place?.household !== undefined) return `household:${place.household}`;
  const { gateway, address } = notice.where;
  if (address?.building !== undefined && address.room !== undefined) {
    const { community = "", building, riser = "", floor = "", room } = address;
    return `home:${[gateway, community, building, riser, floor, room].join("/")}`;
  }
  // After the room: the site file's detectors have points of their own before they have a household.
  if (place?.point !== undefined) return `point:${place.point}`;
  if (address !== undefined) return `address:${gateway}/${address.text}`;
  return `detector:${gateway}/${notice.event.detector}`;
};

/**
 * What joins the same open case of a home: gas and CO belong together, a test never joins anything
 * real, other troubles each their own.
 */
export const familyOf = ({ event }: AlarmNotice): string => {
  if (event.test || event.alarmClass === "test") return "test";
  return isDanger(event.alarmClass) ? "danger" : event.alarmClass;
};

/** Family of the cases about a gateway itself; no alarm is of it. */
export const gatewayFamily = "gateway";

/** What one open case is made for. A drill's alarm never joins a real case, nor a real one a drill's. */
export const caseKey = (home: string, family: string, drill: boolean): string =>
  JSON.stringify([home, family, drill]);

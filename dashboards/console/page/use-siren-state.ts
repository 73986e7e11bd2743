import { useSyncExternalStore } from "react";
import type { Siren, SirenState } from "../outside/siren.ts";

export const useSirenState = (siren: Siren): SirenState =>
  useSyncExternalStore(siren.subscribe, siren.state);

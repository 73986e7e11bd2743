import type { Sound } from "../state/sound-plan.ts";

/** `off`: nobody has gone on duty; `on`: it sounds when it should; `blocked`: the browser keeps it silent. */
export type SirenState = "off" | "on" | "blocked";

/** The sound of this seat. The buzzers at home and the calls to phones do not depend on it. */
export interface Siren {
  readonly state: () => SirenState;
  readonly subscribe: (onChange: () => void) => () => void;
  /** 上岗: must be called from a click or key, browsers allow sound only then. Plays a test tone. */
  readonly goOnDuty: () => void;
  /** Plays the test tone again. */
  readonly listen: () => void;
  /** Sounds this until told otherwise. Setting the same twice changes nothing. */
  readonly set: (sound: Sound) => void;
  /** One chime, once. */
  readonly chime: () => void;
}

export const createSiren = (): Siren => {
  let context: AudioContext | undefined;
  let wanted: Sound = "quiet";
  let playing: { readonly sound: Sound; readonly source: AudioBufferSourceNode } | undefined;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  const follow = (): void => {
    if (context === undefined || playing?.sound === wanted) return;
    playing?.source.stop();
    playing = undefined;
    if (wanted === "quiet") return;
    playing = { sound: wanted, source: play(context, cycles[wanted], true) };
  };

  return {
    state: () => (context === undefined ? "off" : context.state === "running" ? "on" : "blocked"),
    subscribe: (onChange) => {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    goOnDuty: () => {
      if (context === undefined) {
        context = new AudioContext();
        context.addEventListener("statechange", tell);
        play(context, chime, false);
        follow();
      }
      // Refusal shows as state `blocked`, in red, through statechange and tell.
      context.resume().then(tell, tell);
      tell();
    },
    listen: () => {
      if (context !== undefined) play(context, chime, false);
    },
    set: (sound) => {
      wanted = sound;
      follow();
    },
    chime: () => {
      if (context !== undefined) play(context, chime, false);
    },
  };
};

/** A tone that begins at `atMs` of the cycle, lasts `forMs`, at `hertz`. */
interface Tone {
  readonly atMs: number;
  readonly forMs: number;
  readonly hertz: number;
}
interface Cycle {
  readonly lengthMs: number;
  readonly tones: readonly Tone[];
}

const strike = (atMs: number): Tone => ({ atMs, forMs: 350, hertz: 880 });
const chime: Cycle = { lengthMs: 500, tones: [strike(0)] };

const cycles: Readonly<Record<Exclude<Sound, "quiet">, Cycle>> = {
  // T4 of NFPA 72 for carbon monoxide: four tones of 100 ms, then 5 s of silence.
  co: {
    lengthMs: 5_700,
    tones: [0, 200, 400, 600].map((atMs) => ({ atMs, forMs: 100, hertz: 2_400 })),
  },
  gas: {
    lengthMs: 1_000,
    tones: [
      { atMs: 0, forMs: 500, hertz: 960 },
      { atMs: 500, forMs: 500, hertz: 720 },
    ],
  },
  high: { lengthMs: 30_000, tones: [strike(0), strike(600), strike(1_200)] },
  "link-lost": { lengthMs: 10_000, tones: [{ atMs: 0, forMs: 900, hertz: 330 }] },
};

/**
 * Renders one cycle and lets the audio thread repeat it: browsers slow the timers of a hidden tab to
 * one a minute, and a rhythm made of timers would fall silent with them.
 */
const play = (context: AudioContext, cycle: Cycle, repeat: boolean): AudioBufferSourceNode => {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, (cycle.lengthMs / 1_000) * rate, rate);
  const samples = buffer.getChannelData(0);
  for (const tone of cycle.tones) {
    const first = Math.round((tone.atMs / 1_000) * rate);
    const count = Math.round((tone.forMs / 1_000) * rate);
    for (let i = 0; i < count; i += 1) {
      // 5 ms of fade at both ends, or every tone begins and ends with a crack.
      const fade = Math.min(1, i / (rate * 0.005), (count - i) / (rate * 0.005));
      samples[first + i] = 0.5 * fade * Math.sin((2 * Math.PI * tone.hertz * i) / rate);
    }
  }
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.loop = repeat;
  source.connect(context.destination);
  source.start();
  return source;
};

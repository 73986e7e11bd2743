/**
 * Within what time each step of a case is due, who is told when it is not, and what then happens
 * by itself. Data: a street sets its own times, see `clock-overrides.ts`.
 *
 * Source: `people.md` §6.3 (clocks) and §1.3 (a signature is a lease); Qinhuai district's rule of
 * telling again every 5 minutes with the next contact. P3 and P4 repeat more slowly: a call every
 * five minutes for a battery teaches people not to listen (ISA-18.2, alarm load).
 */
import type { Priority } from "#domain/alarm.ts";
import type { CaseAction } from "#domain/case-flow.ts";
import type { Role } from "#domain/rights.ts";

export const clockNames = [
  "sign",
  "upper",
  "dispatch",
  "take",
  "arrive",
  "update",
  "review",
  "verify",
  "due",
  "resume",
  "archive",
] as const;
export type ClockName = (typeof clockNames)[number];

/** `daytime`: what falls due at night waits until 08:30. `workdays`: Saturday and Sunday do not count. */
export type Counting = "always" | "daytime" | "workdays";

export interface Audience {
  readonly roles: readonly Role[];
  /** `community`: everybody with the role in the whole community, not only over this place. */
  readonly reach?: "community";
  /** Whoever has the job. */
  readonly assignee?: true;
  /** Besides the page on the screen; each name is a `PageChannel` that is plugged in. */
  readonly channels?: readonly string[];
}

export interface ClockStep {
  readonly afterMs: number;
  readonly counts?: Counting;
  readonly tell?: Audience;
  /** What the center does by itself; refused like anybody else's step when it is not possible. */
  readonly does?: CaseAction;
  /** Only up to this level. */
  readonly until?: "street" | "district";
}

export interface ClockPlan {
  readonly steps: readonly ClockStep[];
  /** Afterwards: again and again, to more and more people, until the clock is stopped. */
  readonly again?: {
    readonly everyMs: number;
    readonly counts?: Counting;
    readonly tell: readonly Audience[];
    readonly does?: CaseAction;
  };
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const desk: Audience = { roles: ["duty", "grid"] };
const community: Audience = { roles: ["duty", "grid", "community_lead"], reach: "community" };
const street: Audience = {
  roles: ["duty", "grid", "community_lead", "street_duty"],
  reach: "community",
};
const leads: Audience = {
  roles: ["duty", "grid", "community_lead", "street_duty", "street_lead"],
  reach: "community",
};
const everyone: Audience = {
  roles: ["duty", "grid", "community_lead", "street_duty", "street_lead", "district", "tech"],
  reach: "community",
};
const worker: Audience = { roles: ["duty"], assignee: true };
const reviewers: Audience = { roles: ["community_lead", "duty"] };

/** Reminders at 50 % and 80 %, then the step itself. */
const due = (afterMs: number, remind: Audience, last: Omit<ClockStep, "afterMs">): ClockStep[] => [
  { afterMs: afterMs * 0.5, tell: remind, ...counted(last) },
  { afterMs: afterMs * 0.8, tell: remind, ...counted(last) },
  { afterMs, ...last },
];
const counted = ({ counts }: Omit<ClockStep, "afterMs">) =>
  counts === undefined ? {} : { counts };

const everyFive = { everyMs: 5 * minute, tell: [leads, everyone] } as const;
const daily = { everyMs: day, counts: "workdays", tell: [community, street] } as const;
const shifts = { everyMs: 4 * hour, counts: "daytime", tell: [community, street, leads] } as const;

/** A step of the center itself, tried again at this pace; people are told once a day at most. */
const quietly = (afterMs: number, does: CaseAction): ClockPlan => ({
  steps: [{ afterMs, does }],
  again: { everyMs: afterMs, tell: [], does },
});

type Plans = Readonly<Record<Priority, Readonly<Record<ClockName, ClockPlan>>>>;

const always = {
  due: { steps: [{ afterMs: 0, tell: { ...reviewers, assignee: true } }], again: daily },
  resume: { steps: [{ afterMs: 0, does: "resume", tell: reviewers }], again: daily },
  archive: quietly(7 * day, "archive"),
} as const satisfies Partial<Record<ClockName, ClockPlan>>;

/** Faults close by themselves once the devices are healthy; people are told when that does not come. */
const closing: ClockPlan = {
  steps: [
    ...Array.from({ length: 16 }, (_, index): ClockStep => ({
      afterMs: (index + 1) * 30 * minute,
      does: "close",
    })),
    { afterMs: day, counts: "workdays", tell: reviewers, does: "close" },
  ],
  again: { ...daily, does: "close" },
};

export const clockPlans: Plans = {
  1: {
    ...always,
    sign: {
      steps: [
        { afterMs: 0, tell: desk },
        { afterMs: 30 * second, tell: desk },
        { afterMs: 60 * second, tell: street, does: "auto_dispatch" },
        { afterMs: 120 * second, tell: street, does: "escalate", until: "street" },
        { afterMs: 180 * second, tell: leads },
        { afterMs: 300 * second, tell: everyone, does: "escalate", until: "district" },
      ],
      again: everyFive,
    },
    upper: {
      steps: [
        { afterMs: 0, tell: { roles: ["street_duty", "district"] } },
        { afterMs: 60 * second, tell: { roles: ["street_duty", "street_lead", "district"] } },
      ],
      again: everyFive,
    },
    dispatch: {
      steps: due(120 * second, desk, { tell: street, does: "escalate", until: "street" }),
      again: everyFive,
    },
    take: { steps: [{ afterMs: 60 * second, tell: street, does: "decline" }], again: everyFive },
    arrive: {
      steps: [
        { afterMs: 5 * minute, tell: worker },
        { afterMs: 8 * minute, tell: worker },
        { afterMs: 10 * minute, tell: street },
        { afterMs: 15 * minute, tell: street, does: "escalate", until: "street" },
      ],
      again: everyFive,
    },
    update: {
      steps: [
        { afterMs: 10 * minute, tell: worker },
        { afterMs: 15 * minute, tell: street },
      ],
      again: everyFive,
    },
    review: { steps: due(30 * minute, reviewers, { tell: street }), again: everyFive },
    verify: { steps: due(24 * hour, reviewers, { tell: street }), again: shifts },
  },
  2: {
    ...always,
    sign: {
      steps: [
        { afterMs: 0, tell: desk },
        { afterMs: 60 * second, tell: desk },
        { afterMs: 2 * minute, tell: community },
        { afterMs: 5 * minute, tell: street, does: "escalate", until: "street" },
      ],
      again: everyFive,
    },
    upper: {
      steps: [
        { afterMs: 0, tell: { roles: ["street_duty", "district"] } },
        { afterMs: 5 * minute, tell: { roles: ["street_duty", "street_lead", "district"] } },
      ],
      again: everyFive,
    },
    dispatch: { steps: due(10 * minute, desk, { tell: street }), again: everyFive },
    take: { steps: [{ afterMs: 3 * minute, tell: community, does: "decline" }], again: everyFive },
    arrive: { steps: due(30 * minute, worker, { tell: street }), again: everyFive },
    update: { steps: due(hour, worker, { tell: street }), again: everyFive },
    review: { steps: due(2 * hour, reviewers, { tell: street }), again: everyFive },
    verify: { steps: due(48 * hour, reviewers, { tell: street }), again: shifts },
  },
  3: {
    ...always,
    sign: { steps: due(30 * minute, desk, { tell: community, counts: "daytime" }), again: shifts },
    upper: {
      steps: [
        { afterMs: 0, tell: { roles: ["street_duty", "district"] }, counts: "daytime" },
        { afterMs: 4 * hour, tell: { roles: ["street_duty", "street_lead"] }, counts: "daytime" },
      ],
      again: shifts,
    },
    dispatch: { steps: due(4 * hour, desk, { tell: community, counts: "daytime" }), again: shifts },
    take: {
      steps: [{ afterMs: 4 * hour, counts: "daytime", tell: community, does: "decline" }],
      again: shifts,
    },
    arrive: { steps: due(day, worker, { tell: community, counts: "daytime" }), again: shifts },
    update: { steps: [{ afterMs: day, counts: "daytime", tell: worker }], again: daily },
    review: { steps: [{ afterMs: day, counts: "workdays", tell: reviewers }], again: daily },
    verify: closing,
  },
  4: {
    ...always,
    sign: { steps: [{ afterMs: day, counts: "workdays", tell: desk }], again: daily },
    upper: {
      steps: [{ afterMs: day, counts: "workdays", tell: { roles: ["street_duty", "district"] } }],
      again: daily,
    },
    dispatch: { steps: [{ afterMs: 3 * day, counts: "workdays", tell: desk }], again: daily },
    take: { steps: [{ afterMs: day, counts: "workdays", tell: desk }], again: daily },
    arrive: { steps: [{ afterMs: 3 * day, counts: "workdays", tell: worker }], again: daily },
    update: { steps: [{ afterMs: 3 * day, counts: "workdays", tell: worker }], again: daily },
    // "auto" in the street's table: people are told only where it cannot pass by itself.
    review: {
      steps: [
        { afterMs: 0, does: "review_pass" },
        { afterMs: day, counts: "workdays", tell: reviewers, does: "review_pass" },
      ],
      again: daily,
    },
    verify: closing,
  },
};

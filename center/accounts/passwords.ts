import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { Bilingual } from "#domain/result.ts";

/** argon2id (the library's default), 19 MiB, 2 passes, 1 lane. Source: OWASP Password Storage. */
const settings = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Each check takes 19 MiB and a core: more wait their turn, so that guessing cannot eat the machine. */
const checksAtOnceMax = 2;

export const passwordLengthMin = 10;
export const passwordLengthMax = 200;

export const hashPassword = (password: string): Promise<string> => hash(password, settings);

/** 96 random bits, for a first login; to be changed there. */
export const randomPassword = (): string => randomBytes(12).toString("base64url");

export interface PasswordChecker {
  /** Takes as long for an account that does not exist (`undefined`) as for one that does. */
  readonly check: (passwordHash: string | undefined, password: string) => Promise<boolean>;
}

export const createPasswordChecker = async (): Promise<PasswordChecker> => {
  const nobody = await hashPassword("no account has this password");
  const waiting: (() => void)[] = [];
  let busy = 0;

  const enter = async (): Promise<void> => {
    if (busy < checksAtOnceMax) busy += 1;
    else await new Promise<void>((resume) => waiting.push(resume));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  };

  return {
    check: async (passwordHash, password) => {
      await enter();
      try {
        const right = await verify(passwordHash ?? nobody, password);
        return right && passwordHash !== undefined;
      } finally {
        leave();
      }
    },
  };
};

/** Length is what counts. Source: NIST SP 800-63B §3.1.1.2. */
export const weakness = (
  next: string,
  current: string,
  username: string,
): Bilingual | undefined => {
  if (next.length < passwordLengthMin) {
    return {
      zh: `新密码至少 ${passwordLengthMin} 个字符`,
      en: `the new password needs at least ${passwordLengthMin} characters`,
    };
  }
  if (next.length > passwordLengthMax) {
    return {
      zh: `新密码最多 ${passwordLengthMax} 个字符`,
      en: `the new password may have at most ${passwordLengthMax} characters`,
    };
  }
  if (next === current || next.toLowerCase().includes(username.toLowerCase())) {
    return {
      zh: "新密码不能与旧密码相同,也不能包含用户名",
      en: "the new password must differ from the old one and not contain the user name",
    };
  }
  return undefined;
};

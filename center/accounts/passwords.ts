import { hash, verify } from "@node-rs/argon2";

/** argon2id (the library's default), 19 MiB, 2 passes, 1 lane. Source: OWASP Password Storage. */
const settings = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Each check takes 19 MiB and a core: more wait their turn, so that guessing cannot eat the machine. */
const checksAtOnceMax = 2;

export const passwordLengthMin = 10;
export const passwordLengthMax = 200;

export const hashPassword = (password: string): Promise<string> => hash(password, settings);

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

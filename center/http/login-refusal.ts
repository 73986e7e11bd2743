import type { LoginFailure } from "../accounts/accounts.ts";
import { ProblemError, tooMany } from "./problems.ts";

/** Why somebody is not let in. Never says whether it was the name, the password or the code. */
export const loginRefusal = (failure: LoginFailure, wrongStatus = 401): ProblemError => {
  switch (failure.kind) {
    case "wrong":
      return new ProblemError({
        status: wrongStatus,
        kind: "wrong-credentials",
        title: "Wrong credentials",
        detail: {
          zh: "用户名、密码或验证码不正确",
          en: "wrong user name, password or code",
        },
      });
    case "code-required":
      return new ProblemError({
        status: wrongStatus,
        kind: "code-required",
        title: "Code required",
        detail: {
          zh: "请输入手机验证码;手机不在身边时可用恢复码",
          en: "enter the code from your phone, or a recovery code",
        },
      });
    case "expired":
      return new ProblemError({
        status: wrongStatus,
        kind: "password-expired",
        title: "Password expired",
        detail: {
          zh: "一次性密码已过期,请联系管理员重置",
          en: "the one-time password has expired; ask an administrator for a new one",
        },
      });
    case "wait": {
      const seconds = Math.ceil(failure.wait / 1_000);
      return new ProblemError({
        ...tooMany(seconds),
        kind: "login-held",
        detail: {
          zh: `登录失败次数过多,请 ${seconds} 秒后再试`,
          en: `too many failed logins; try again in ${seconds} s`,
        },
      });
    }
  }
};

import { isName } from "#domain/ids.ts";
import { createToken, hashToken } from "#platform/device-credentials.ts";

/** `canary credential <name>`: a random token for the device and the line for the site file. */
export const credential = (name: string, json: boolean): number => {
  if (!isName(name)) {
    console.error(
      `「${name}」不能作名称:用字母、汉字、数字和 . _ -,最多 64 个 · "${name}" is no name: letters, Chinese, digits and . _ -, at most 64`,
    );
    return 2;
  }
  const token = createToken();
  const hash = hashToken(token);
  if (json) {
    console.log(JSON.stringify({ username: name, token, hash }));
  } else {
    console.log(
      [
        `设备填写 for the device:      username: ${name}   password: ${token}`,
        `站点文件 for the site file:   token: ${hash}`,
        `口令只显示这一次 · the token is shown this once`,
      ].join("\n"),
    );
  }
  return 0;
};

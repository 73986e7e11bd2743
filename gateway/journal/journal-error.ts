import type { Bilingual } from "#domain/result.ts";

/**
 * Why something is not on disk. `code` is SQLite's (`SQLITE_FULL`, `SQLITE_IOERR_FSYNC` …), the
 * system's, or `WRITER_CRASHED`, `CLOSED`.
 */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: string;
  readonly text: Bilingual;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    this.text = explain(code, message);
  }
}

const explain = (code: string, detail: string): Bilingual => {
  if (code.startsWith("SQLITE_FULL") || code === "ENOSPC") {
    return {
      zh: "网关磁盘已满,报警仍在发出但未写入本机。请清理磁盘空间",
      en: "the gateway's disk is full: alarms still go out but are not kept here. Free disk space",
    };
  }
  if (/^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES|EROFS|ENOENT|EPERM|ENOTDIR)/.test(code)) {
    return {
      zh: `网关日志文件无法写入(${detail}),报警仍在发出但未写入本机。请检查数据目录的权限和挂载`,
      en: `the gateway cannot write its journal (${detail}): alarms still go out but are not kept here. Check the data folder's permissions and mount`,
    };
  }
  if (code === "WRITER_CRASHED") {
    return {
      zh: `网关日志写入线程异常退出(${detail}),已自动重启。如反复出现请联系维护人员`,
      en: `the journal's writer crashed (${detail}) and is restarted. If it happens again, call maintenance`,
    };
  }
  if (code === "JOURNAL_NEWER") {
    return {
      zh: `网关日志文件由更新的版本写入(${detail}),未作改动。请升级本程序`,
      en: `the journal was written by a newer version (${detail}) and is left untouched. Upgrade this program`,
    };
  }
  return {
    zh: `网关磁盘写入失败(${code}:${detail}),报警仍在发出但未写入本机。请检查或更换存储卡`,
    en: `the gateway's disk failed (${code}: ${detail}): alarms still go out but are not kept here. Check or replace the storage card`,
  };
};

/** How long the words stand before the page tries again by itself. */
const reloadAfterMs = 10_000;

/**
 * The last word of a page that failed by a fault of its own: a dead screen must not look like a
 * quiet street. Written without the rest of the page, which may be what failed.
 */
export const showCrash = (): void => {
  if (document.querySelector("#crash") !== null) return;
  const banner = document.createElement("p");
  banner.id = "crash";
  banner.className = "banner lost";
  banner.role = "alert";
  banner.textContent =
    "值守页面出错,画面不可信。10 秒后自动重新载入;在此之前改用电话值守。 · " +
    "The duty page has failed and cannot be trusted. It reloads in 10 s; until then keep watch by telephone.";
  document.body.prepend(banner);
  setTimeout(() => location.reload(), reloadAfterMs);
};

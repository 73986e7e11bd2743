// The board's script: brings the live part anew, and does what a person presses. Served as it is.
const $ = (id) => document.getElementById(id);
const zh = document.documentElement.lang === "zh-CN";
const everyMs = 2000;
const headers = { "x-canary-board": "1" };

let heard = Date.now();
let pressing = false;
let asked; // what the open drawer is about: { deed, episode }

/** What stood on the page when the gateway fell silent stays, under a banner that says since when. */
const look = async (isDue = () => !pressing) => {
  try {
    const answer = await fetch("/" + location.search, { signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    heard = Date.now();
    $("cut").hidden = true;
    $("cut").textContent = "";
    // A button must not vanish from under a finger.
    if (isDue()) show(page);
  } catch {
    const seconds = Math.round((Date.now() - heard) / 1000);
    const since = new Date(heard).toLocaleTimeString();
    $("cut").textContent = zh
      ? `与网关断开 ${seconds} 秒,画面停在 ${since}`
      : `no connection to the gateway for ${seconds} s; the page is as of ${since}`;
    $("cut").hidden = false;
  }
};

/** After a deed: the page must know who is known, also while the finger that did it is still down. */
const lookNow = () => look(() => true);

const show = (page) => {
  const open = [...document.querySelectorAll("details[open]")].map(({ id }) => id);
  const held = document.activeElement?.closest?.("article")?.dataset.episode;
  const deed = document.activeElement?.dataset?.deed;
  for (const id of ["live", "who"]) {
    const fresh = page.getElementById(id);
    if (fresh !== null) $(id).replaceWith(fresh);
  }
  for (const id of open) $(id)?.setAttribute("open", "");
  if (held !== undefined && deed !== undefined)
    cardOf(held)?.querySelector(`[data-deed="${deed}"]`)?.focus();
};

const cardOf = (episode) =>
  [...document.querySelectorAll("article")].find((card) => card.dataset.episode === episode);
const isKnown = () => $("who").dataset.person !== undefined;

const openDrawer = (deed, card) => {
  asked = { deed, episode: card?.dataset.episode };
  const [what, place] = ["what", "place"].map(
    (part) => card?.querySelector("." + part)?.textContent,
  );
  $("about").textContent = card === null ? "" : `${place} · ${what}`;
  $("problem").textContent = "";
  $("said").textContent = "";
  for (const part of document.querySelectorAll(".hush-only")) part.hidden = deed !== "hush";
  const hint = $("reason").dataset[deed];
  document.querySelector(".reason-only").hidden = hint === undefined;
  $("reason").placeholder = hint ?? "";
  $("reason").value = "";
  document.querySelector(".who-are-you").hidden = isKnown();
  $("do").textContent = $("do").dataset[deed];
  $("drawer").hidden = false;
  const first = isKnown()
    ? hint === undefined
      ? $("do")
      : $("reason")
    : $("person").value
      ? $("pin")
      : $("person");
  first.focus();
};

const closeDrawer = () => {
  asked = undefined;
  $("pin").value = "";
  $("badge").value = "";
  $("drawer").hidden = true;
};

const send = async (method, path, body) => {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(8000),
  });
  const told = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(zh ? told.detail : told.detailEn);
  return told;
};

const proof = () => {
  const badge = $("badge").value.trim();
  return badge === "" ? { person: $("person").value.trim(), pin: $("pin").value } : { badge };
};

const submit = async () => {
  const { deed, episode } = asked;
  $("problem").textContent = "";
  $("do").disabled = true;
  try {
    if (!isKnown()) {
      await send("POST", "/api/v1/session", proof());
      await lookNow();
      document.querySelector(".who-are-you").hidden = true;
    }
    if (deed !== "identify") {
      const path = `/api/v1/alarms/${encodeURIComponent(episode)}/${deed}`;
      const { written } = await send("POST", path, saying[deed]?.() ?? {});
      $("said").textContent = said(deed, written);
      setTimeout(() => ($("said").textContent = ""), 8000);
    }
    closeDrawer();
    await lookNow();
  } catch (error) {
    $("pin").value = "";
    $("problem").textContent =
      error instanceof TypeError || error.name === "TimeoutError"
        ? zh
          ? "网关没有应答,请再试"
          : "the gateway does not answer; try again"
        : error.message;
  } finally {
    $("do").disabled = false;
  }
};

// Nobody's words stand in for what was done and found on site: without a reason the gateway refuses.
const hushing = () => ({
  minutes: Number($("minutes").value),
  reason: $("reason").value.trim(),
  onSite: $("on-site").checked,
});

const resetting = () => ({ reason: $("reason").value.trim() });
const saying = { hush: hushing, reset: resetting };

const done = {
  acknowledge: ["已签收", "Signed for"],
  hush: ["已消音", "Hushed"],
  reset: ["已复位", "Reset"],
};
const said = (deed, written) => {
  const what = done[deed][zh ? 0 : 1];
  if (written) return what;
  return what + (zh ? "(磁盘尚未写入,继续重试)" : " (not on disk yet; it is tried again)");
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-deed]");
  const deed = button?.dataset.deed;
  if (deed === undefined) return;
  if (deed === "close") closeDrawer();
  else if (deed === "leave") send("DELETE", "/api/v1/session").then(lookNow, lookNow);
  else if ($("who").dataset.secure) location.assign($("who").dataset.secure);
  else openDrawer(deed, button.closest("article"));
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeDrawer();
});
document.addEventListener("pointerdown", () => (pressing = true));
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => (pressing = false), 300));
}

// Countdowns go on between two looks, by the gateway's clock.
setInterval(() => {
  const now = Number($("link").dataset.now) + (Date.now() - heard);
  for (const at of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((Number(at.dataset.until) - now) / 1000));
    at.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}, 1000);
const again = () => look().finally(() => setTimeout(again, everyMs));
setTimeout(again, everyMs);

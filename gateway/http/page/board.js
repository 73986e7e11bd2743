// The board's script: brings the live part anew, and does what a person presses. Served as it is.
const $ = (id) => document.getElementById(id);
const zh = document.documentElement.lang === "zh-CN";
const everyMs = 2000;
const headers = { "x-canary-board": "1" };

let heard = Date.now();
let pressing = false;
let asked; // what the open drawer is about: { deed, at, rule }

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
  const held = cardAround(document.activeElement)?.dataset.at;
  const deed = document.activeElement?.dataset?.deed;
  for (const id of ["live", "who"]) {
    const fresh = page.getElementById(id);
    if (fresh !== null) $(id).replaceWith(fresh);
  }
  for (const id of open) $(id)?.setAttribute("open", "");
  if (held !== undefined && deed !== undefined)
    cardOf(held)?.querySelector(`[data-deed="${deed}"]`)?.focus();
};

const cardAround = (element) => element?.closest?.("article, tr") ?? null;
const cardOf = (at) =>
  [...document.querySelectorAll("article, tr")].find((card) => card.dataset.at === at);
const isKnown = () => $("who").dataset.person !== undefined;

const openDrawer = (deed, button) => {
  const card = cardAround(button);
  const { at, rule } = { ...card?.dataset, ...button.dataset };
  asked = { deed, at, rule };
  $("about").textContent = card === null ? "" : aboutOf(card);
  $("problem").textContent = "";
  $("said").textContent = "";
  for (const part of document.querySelectorAll(".hush-only")) part.hidden = deed !== "hush";
  for (const part of document.querySelectorAll(".hold-only")) part.hidden = deed !== "hold";
  $("held").value = rule ?? "";
  $("held-for").value = "";
  $("on-site").checked = false;
  askOnSite();
  const hint = $("reason").dataset[deed];
  document.querySelector(".reason-only").hidden = hint === undefined;
  $("reason").placeholder = hint ?? "";
  $("reason").value = "";
  document.querySelector(".who-are-you").hidden = isKnown();
  $("do").textContent = $("do").getAttribute(`data-${deed}`);
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

/** Where, and what is the matter there; of a detector in the list, its row. */
const aboutOf = (card) =>
  (card.cells === undefined
    ? [...card.querySelectorAll(".place, .what")].toReversed()
    : [card.cells[1], card.cells[0]]
  )
    .map((part) => part.innerText.replaceAll("\n", " "))
    .join(" · ");

/** A hush, and a whole detector, need somebody who has looked; a shelving of one rule does not. */
const askOnSite = () => {
  const needed = asked.deed === "hush" || (asked.deed === "hold" && $("held").value === "all");
  document.querySelector(".on-site-only").hidden = !needed;
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
  const { at, deed } = whatIsAsked();
  $("problem").textContent = deed === undefined ? $("held").dataset.missing : "";
  if (deed === undefined) return;
  $("do").disabled = true;
  try {
    if (!isKnown()) {
      await send("POST", "/api/v1/session", proof());
      await lookNow();
      document.querySelector(".who-are-you").hidden = true;
    }
    if (deed !== "identify") {
      const { written } = await send("POST", `${at}/${deed}`, saying[deed]?.() ?? {});
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
const shelving = () => ({
  rule: $("held").value,
  minutes: Number($("held-for").value),
  reason: $("reason").value.trim(),
});
const takingOut = () => ({
  minutes: Number($("held-for").value),
  reason: $("reason").value.trim(),
  onSite: $("on-site").checked,
});
const saying = {
  hush: hushing,
  reset: resetting,
  shelve: shelving,
  unshelve: () => ({ rule: asked.rule }),
  "take-out-of-service": takingOut,
};

/** One form for both: what is chosen in it says which deed it is; nothing chosen, none. */
const whatIsAsked = () => {
  if (asked.deed !== "hold") return asked;
  const chosen = { "": undefined, all: "take-out-of-service" };
  const held = $("held").value;
  return { ...asked, deed: held in chosen ? chosen[held] : "shelve" };
};

const done = {
  acknowledge: ["已签收", "Signed for"],
  hush: ["已消音", "Hushed"],
  reset: ["已复位", "Reset"],
  shelve: ["已搁置", "Shelved"],
  unshelve: ["已解除搁置", "Shelving ended"],
  "take-out-of-service": ["已停用", "Out of service"],
  "return-to-service": ["已恢复使用", "Back in service"],
  seen: ["已记下", "Noted"],
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
  else openDrawer(deed, button);
});
document.addEventListener("change", (event) => {
  if (event.target.id === "held") askOnSite();
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
    const [hours, minutes] = [Math.floor(left / 3600), Math.floor(left / 60) % 60];
    const tail = String(left % 60).padStart(2, "0");
    at.textContent =
      hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
  }
}, 1000);
const again = () => look().finally(() => setTimeout(again, everyMs));
setTimeout(again, everyMs);

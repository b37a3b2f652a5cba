/** Which collection this page shows. Every request says it, so that the server never answers from a folder that was opened since. */

const NOTE = "pochade-folder-switched";

/** `collection` is the server's word for it; empty before the first answer, and as long as no folder is open. */
export const shown = { collection: "" };

/** An address that a browser asks for by itself, without the header that the other requests have. */
export function ofShown(address: string): string {
  return shown.collection ? `${address}${address.includes("?") ? "&" : "?"}collection=${shown.collection}` : address;
}

/** Load the whole page again, at the wall, so that nothing of this folder is left; the promise never ends, because the page does. */
export function leaveFolder(who: "this page" | "another page"): Promise<never> {
  if (who === "another page") note();
  if (location.pathname === "/" && !location.search) location.reload();
  else location.replace("/");
  return new Promise(() => {});
}

/** Whether another page has switched the folder, which is told once. */
export function takeSwitchNote(): boolean {
  try {
    const isNoted = sessionStorage.getItem(NOTE) !== null;
    sessionStorage.removeItem(NOTE);
    return isNoted;
  } catch {
    return false;
  }
}

function note(): void {
  try {
    sessionStorage.setItem(NOTE, "1");
  } catch {
    // without storage, the page shows the other folder without a word
  }
}

/** The change from one view to the next: a short fade, in which a picture grows from its thumbnail. */

const MAX_WAIT = 200; // milliseconds until the large picture must be there; the page stands still that long
const POLL = 10; // milliseconds

/** What the change needs to know. */
export interface ViewChange {
  /** The key of the picture that the next view shows large; null if there is none. */
  picture: string | null;
  /** Replaces the view. */
  update: () => Promise<void>;
}

/** Change the view; without any motion where the browser can't do it, or the system asks for less. */
export async function changeView({ picture, update }: ViewChange): Promise<void> {
  if (!("startViewTransition" in document) || matchMedia("(prefers-reduced-motion: reduce)").matches) return update();
  const thumbnail = picture && visibleThumbnail(picture);
  if (thumbnail) thumbnail.style.viewTransitionName = "picture";
  let large: HTMLElement | null = null;
  const transition = document.startViewTransition(async () => {
    await update();
    if (thumbnail) thumbnail.style.viewTransitionName = "";
    large = thumbnail ? await largePicture(picture) : null;
    if (large) large.style.viewTransitionName = "picture";
  });
  transition.ready.catch(() => undefined); // the page is hidden, or the next change has begun
  void transition.finished.catch(() => undefined).finally(() => {
    if (large) large.style.viewTransitionName = "";
  });
  await transition.updateCallbackDone;
}

function visibleThumbnail(key: string): HTMLElement | null {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("main a")].filter((link) => link.pathname === `/piece/${key}`);
  const images = links.map((link) => link.querySelector("img")).filter((image) => image !== null);
  return images.find((image) => isInView(image.getBoundingClientRect())) ?? null;
}

function isInView(box: DOMRect): boolean {
  return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}

/** The large picture of the view that was just opened, as soon as it is there; null if that takes too long. */
async function largePicture(key: string): Promise<HTMLElement | null> {
  const end = performance.now() + MAX_WAIT;
  while (performance.now() < end) {
    const image = document.querySelector<HTMLImageElement>(`main img[src*="${CSS.escape(key)}"]`);
    if (image?.complete && image.getBoundingClientRect().width > 0) return image;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  return null;
}

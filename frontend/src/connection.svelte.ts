/** Whether the server answers. If it has stopped, the page waits for it and goes on when it is back, or when a newer one is. */

const RETRY_MILLISECONDS = 1500;

type Answer = "none" | "same page" | "other page";

class Connection {
  isLost = $state(false);
  private checking: Promise<boolean> | null = null;
  private callbacks: (() => void)[] = [];

  /** Call a function each time the server is back. */
  onRestored(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Look whether the server answers, and wait until it does; returns whether it had stopped. */
  check(): Promise<boolean> {
    return (this.checking ??= this.waitForAnswer().finally(() => (this.checking = null)));
  }

  private async waitForAnswer(): Promise<boolean> {
    let answer = await ask();
    const hadStopped = answer === "none";
    while (answer === "none") {
      this.isLost = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      answer = await ask();
    }
    if (answer === "other page") return leave(); // the names of the files that this page would load are gone
    this.isLost = false;
    if (hadStopped) this.restore();
    return hadStopped;
  }

  private restore(): void {
    for (const image of document.images) {
      if (image.complete && !image.naturalWidth) image.src = image.src; // assigning an address loads it again
    }
    for (const callback of this.callbacks) callback();
  }
}

/** Ask the server for the page, and compare it with the open one. */
async function ask(): Promise<Answer> {
  try {
    const response = await fetch("/", { cache: "no-store" });
    const script = document.querySelector('script[type="module"]')?.getAttribute("src") ?? "";
    if (!response.ok) return "none";
    return (await response.text()).includes(script) ? "same page" : "other page";
  } catch {
    return "none";
  }
}

/** Load the page again; the promise never ends, because the page does. */
function leave(): Promise<never> {
  location.reload();
  return new Promise(() => {});
}

export const connection = new Connection();

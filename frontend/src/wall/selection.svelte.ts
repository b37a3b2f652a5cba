/** The pictures that the person selected on the wall. They stay selected while the person looks at one, but not when a filter hides them. */

class Selection {
  private chosen = new Set<string>();
  /** Grows with each change. One state for all pictures: a million of them need no state of their own. */
  private version = $state(0);
  private anchor: string | null = null; // where a range begins
  private beforeRange = new Set<string>(); // what was selected when the anchor was set

  get size(): number {
    void this.version;
    return this.chosen.size;
  }

  /** The keys of the pictures, in the order in which they were selected. */
  get keys(): string[] {
    void this.version;
    return [...this.chosen];
  }

  has(key: string): boolean {
    void this.version;
    return this.chosen.has(key);
  }

  /** Select a picture, or deselect it; a range begins here. */
  toggle(key: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(key)) chosen.add(key);
    this.assign(chosen);
    this.startRange(key);
  }

  /** Let the next range begin at a picture, unless it has begun already. */
  startRangeOnce(key: string): void {
    if (this.anchor === null) this.startRange(key);
  }

  /** Let the next range begin where it is asked for. */
  endRange(): void {
    this.anchor = null;
  }

  /** Select the pictures from where the range began to another one, instead of those of the last range. */
  extendTo(key: string, order: readonly string[]): void {
    this.startRangeOnce(key);
    const [start, end] = [order.indexOf(this.anchor ?? key), order.indexOf(key)];
    const range = order.slice(Math.min(start < 0 ? end : start, end), Math.max(start, end) + 1);
    this.assign([...this.beforeRange, ...range]);
  }

  /** Select these pictures and no others; the next range begins where it is asked for. */
  replace(keys: Iterable<string>): void {
    this.anchor = null;
    this.assign(keys);
  }

  /** Deselect what is not among some pictures. */
  keepOnly(keys: readonly string[]): void {
    if (!this.chosen.size) return;
    const shown = new Set(keys);
    const left = [...this.chosen].filter((key) => shown.has(key));
    if (left.length < this.chosen.size) this.replace(left);
  }

  clear(): void {
    this.replace([]);
  }

  private assign(keys: Iterable<string>): void {
    this.chosen = new Set(keys);
    this.version += 1;
  }

  private startRange(key: string): void {
    [this.anchor, this.beforeRange] = [key, new Set(this.chosen)];
  }
}

export type { Selection };
export const selection = new Selection();

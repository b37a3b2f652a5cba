/** Numbers as people read them. */

const PLAIN = new Intl.NumberFormat("en");

export function number(value: number): string {
  return PLAIN.format(value);
}

/** "1 piece", "1,200 pieces". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** "812 bytes", "14 kB", "3.2 GB". */
export function bytes(value: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const scaled = value / 1000 ** power;
  return `${power && scaled < 10 ? scaled.toFixed(1) : number(Math.round(scaled))} ${units[power]}`;
}

/** "a few seconds", "40 seconds", "5 minutes", "2 hours". */
export function duration(seconds: number): string {
  if (seconds < 5) return "a few seconds";
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} seconds`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} minutes`;
  return count(Math.round(seconds / 3600), "hour");
}

/** A day and a time, of seconds since 1970 or an ISO date. */
export function moment(when: number | string): string {
  const date = new Date(typeof when === "number" ? when * 1000 : when);
  return date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Numbers, sizes and times as people read them. */

const PLAIN = new Intl.NumberFormat("en");

export function number(value: number): string {
  return PLAIN.format(value);
}

/** "1 picture", "1,200 pictures". */
export function count(value: number, singular: string, plural = `${singular}s`): string {
  return `${number(value)} ${value === 1 ? singular : plural}`;
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

/** The same for an estimate: "a few seconds", "about 40 seconds". */
export function roughDuration(seconds: number): string {
  return seconds < 5 ? duration(seconds) : `about ${duration(seconds)}`;
}

/** A date with its time, from seconds since 1970 or an ISO date. */
export function dateTime(time: number | string): string {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  return date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** A date, from seconds since 1970. */
export function day(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString("en-GB", { dateStyle: "medium" });
}

/** A share from 0 to 1 as "43%". */
export function percent(share: number): string {
  return `${number(Math.round(100 * share))}%`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** An instant in the viewer's zone, to the minute or the second. */
export function local(instant: string, zone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone: zone,
  }).format(new Date(instant));
}

/** The same in UTC, as logs have it. */
export function utc(instant: string): string {
  return new Date(instant).toISOString().replace("T", " ").slice(0, 19);
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"],
  [60, "minute"],
  [24, "hour"],
  [30, "day"],
  [12, "month"],
];

const AHEAD_S = 11;

/** How long ago, or how soon: `3 minutes ago`, `in 2 days`. */
export function relative(instant: string, now: number): string {
  let amount = (new Date(instant).getTime() - now) / 1000;
  if (amount > 0 && amount < AHEAD_S) amount = 0; // `now` is that of the last tick
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [size, unit] of STEPS) {
    if (Math.abs(amount) < size) return words.format(Math.round(amount), unit);
    amount /= size;
  }
  return words.format(Math.round(amount), "year");
}

/** Bytes as people read them, in binary units. */
export function bytes(count: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let step = 0;
  while (value >= 1024 && step < names.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${names[step]}`;
}

/** A span as people say it, in the largest unit that is whole: `1.5 s`, `10 min`, `2 days`. */
export function span(seconds: number): string {
  for (const [length, unit] of [[86_400, "day"], [3600, "h"], [60, "min"]] as const) {
    if (seconds >= length && seconds % length === 0) {
      const count = seconds / length;
      return `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
    }
  }
  return `${seconds} s`;
}

/** `units_labels_update` as words. */
export function operationWords(operation: string): string {
  return operation.replaceAll("_", " ");
}
